/** The colours of a mix with linked sliders: what one gets the others give, but for those that are locked. */
import { colourOf, fullNameOf, langOf } from "../colours.js";
import { html } from "../html.js";
import { MAX_COLOURS, addColour, equalise, removeColour, roomOf, setPercent } from "../mix.js";
import { fill, number, percent, texts } from "../texts.js";
import { useRef } from "../vendor/preact-hooks.js";
import { useSignal } from "../vendor/preact-signals.js";
import { ColourPicker } from "./colour_picker.js";
import { useHandOver } from "./hand_over.js";
import { Icon } from "./icons.js";
import { numberOf } from "./number_field.js";

/** @typedef {import("../mix.js").Part} Part */
/** @typedef {(parts: Part[], kind?: string) => void} OnChange `kind` is the same for changes that are undone together. */

/** @param {{parts: Part[], onChange: OnChange, label: string}} props */
export function MixEditor({ parts, onChange, label }) {
  const picking = useSignal(/** @type {number | null} */ (null));
  const words = texts.value.mix;
  /** @param {string} code */
  function pick(code) {
    const at = picking.value;
    picking.value = null;
    if (at === null) return;
    onChange(at < parts.length ? parts.map((part, index) => (index === at ? { ...part, code } : part)) : addColour(parts, code));
  }
  return html`
    <div class="mix" role="group" aria-label=${label}>
      <${MixBar} parts=${parts} />
      <ul class="mix-rows">
        ${parts.map((_, index) => html`<${MixRow} key=${index} parts=${parts} index=${index} onChange=${onChange} onPick=${() => (picking.value = index)} />`)}
      </ul>
      <div class="mix-actions">
        <button type="button" disabled=${parts.length >= MAX_COLOURS} onClick=${() => (picking.value = parts.length)}>
          <${Icon} name="plus" />${words.add}
        </button>
        <button type="button" class="quiet" disabled=${parts.length < 2} onClick=${() => onChange(equalise(parts))}>${words.equal}</button>
      </div>
      ${picking.value !== null &&
      html`<${ColourPicker}
        title=${picking.value < parts.length ? words.replace : words.add}
        used=${parts.map((part) => part.code)}
        onPick=${pick}
        onClose=${() => (picking.value = null)}
      />`}
    </div>
  `;
}

/** @param {{parts: readonly Part[]}} props the shares at a glance; the rows say the same in words */
export function MixBar({ parts }) {
  return html`
    <div class="mix-bar" aria-hidden="true">
      ${parts.map((part) => html`<span key=${part.code} style=${{ background: colourOf(part.code).hex, flexGrow: part.percent }}></span>`)}
    </div>
  `;
}

/** @param {{parts: Part[], index: number, onChange: OnChange, onPick: () => void}} props */
function MixRow({ parts, index, onChange, onPick }) {
  const words = texts.value.mix;
  const part = parts[index];
  // A drag starts from one mix: else each step of it would round, and the proportions of the others would wander.
  const start = useRef(/** @type {Part[] | null} */ (null));
  const own = useHandOver(() => own.current?.previousElementSibling?.querySelector(parts.length > 1 ? ".remove" : ".chip"));
  if (!part) return null;
  const colour = colourOf(part.code);
  const name = fullNameOf(colour);
  const room = roomOf(parts, index);
  const isFixed = part.isLocked || parts.every((other, at) => at === index || other.isLocked);
  /** @param {any} event */
  function drag(event) {
    start.current ??= parts;
    onChange(setPercent(start.current, index, Number(event.target.value)), `slide ${index}`);
    event.target.value = String(Math.min(room, Number(event.target.value)));
  }
  /** @param {any} event */
  function type(event) {
    const typed = numberOf(event.target.value);
    const mix = typed === null || typed === undefined ? parts : setPercent(parts, index, typed); // what is no number changes nothing
    if (mix !== parts) onChange(mix);
    event.target.value = number(mix[index]?.percent ?? 0);
  }
  function remove() {
    if (parts.length === 2) own.current?.querySelector(".chip").focus(); // the last colour cannot be removed
    onChange(removeColour(parts, index));
  }
  const lock = () => onChange(parts.map((one, at) => (at === index ? { ...one, isLocked: !one.isLocked } : one)));
  return html`
    <li class="mix-row" ref=${own}>
      <button type="button" class="chip" onClick=${onPick} aria-label=${fill(words.change, { name })} title=${fill(words.change, { name })}>
        <span class="face" style=${{ background: colour.hex }}></span>
        <span class="chip-name" lang=${langOf(colour)}>${name}</span>
      </button>
      <span class="percent-field">
        <input
          type="text" inputmode="decimal" autocomplete="off" maxlength="6" value=${number(part.percent)} disabled=${isFixed}
          aria-label=${fill(words.percentOf, { name })} onChange=${type}
        />
        <span aria-hidden="true">%</span>
      </span>
      <button
        type="button" class="quiet square" aria-pressed=${part.isLocked} onClick=${lock}
        aria-label=${fill(words.lock, { name })} title=${fill(part.isLocked ? words.unlockHint : words.lockHint, { name })}
      >
        <${Icon} name=${part.isLocked ? "lock" : "unlock"} />
      </button>
      <button
        type="button" class="quiet square remove" disabled=${parts.length < 2} onClick=${remove}
        aria-label=${fill(words.remove, { name })} title=${fill(words.remove, { name })}
      >
        <${Icon} name="remove" />
      </button>
      <input
        type="range" class="slider" min="0" max="100" step="1" value=${part.percent} disabled=${isFixed}
        style=${{ "--fill": `${part.percent}%`, "--colour": colour.hex }}
        aria-label=${name} aria-valuetext=${percent(part.percent)}
        onInput=${drag} onChange=${() => (start.current = null)}
      />
    </li>
  `;
}
