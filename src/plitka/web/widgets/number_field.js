/** A number with its unit, typed as the reader writes it; what is no number, or none of its range, is marked and goes no further. */
import { html } from "../html.js";
import { fill, number, texts, typedNumber } from "../texts.js";
import { useId } from "../vendor/preact-hooks.js";
import { useSignal } from "../vendor/preact-signals.js";

const DIGITS = 3;
/** @type {[number, number]} */
const NUMBERS = [0, Infinity];

/**
 * @param {{label: string, value: number | null, unit?: string, range?: [number, number], isLabelSeen?: boolean, describedBy?: string, isNeeded?: boolean, onChange: (value: number | null) => void}} props
 * `onChange` hears null where the field was emptied; of what is wrong it hears nothing, and the value before is told to
 * hold until then, or null where none is needed
 */
export function NumberField({ label, value, unit = "", range = NUMBERS, isLabelSeen = true, describedBy, isNeeded = true, onChange }) {
  const id = useId();
  const typed = useSignal(/** @type {string | null} */ (null));
  const text = typed.value ?? (value === null ? "" : typedNumber(value, DIGITS));
  const isWithin = (/** @type {number | null} */ read) => read === null || (range[0] <= read && read <= range[1]);
  const read = numberOf(typed.value ?? "");
  const isWrong = read === undefined || !isWithin(read);
  /** @param {any} event */
  function hear(event) {
    typed.value = event.target.value;
    const read = numberOf(event.target.value);
    if (read !== undefined && isWithin(read)) onChange(read);
    else if (!isNeeded) onChange(null);
  }
  return html`
    <div class="field">
      <span class=${isLabelSeen ? "" : "unseen"}><label for=${id}>${label}</label></span>
      <span class="number">
        <input
          id=${id} type="text" inputmode="decimal" autocomplete="off" maxlength="12" value=${text}
          aria-invalid=${isWrong} aria-describedby=${describedBy}
          onInput=${hear} onBlur=${() => isWrong || (typed.value = null)}
        />
        ${unit && html`<span>${unit}</span>`}
      </span>
      ${isWrong && html`<span class="wrong" role="alert">${wrongOf(isNeeded || read !== undefined ? range : NUMBERS, value)}</span>`}
    </div>
  `;
}

/** What is expected, and what holds until then. @param {[number, number]} range @param {number | null} value */
function wrongOf([low, high], value) {
  const told = high === Infinity ? texts.value.wrongNumber : fill(texts.value.outside, { low: number(low), high: number(high) });
  return value === null ? told : fill(texts.value.untilThen, { told, value: number(value, DIGITS) });
}

/**
 * @param {string} text with a decimal point or comma
 * @returns {number | null | undefined} null for an empty text, undefined for none that is a number
 */
export function numberOf(text) {
  const bare = text.replace(/\s/g, "").replace(",", ".");
  if (!bare) return null;
  return /^\d*\.?\d+$|^\d+\.$/.test(bare) ? Number(bare) : undefined;
}
