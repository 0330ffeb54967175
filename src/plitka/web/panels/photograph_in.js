/** A photograph of a tile: which colours are in it and how much of each, and the mix made of them. */
import { Refusal, send, surely } from "../api.js";
import { colourOf, fullNameOf } from "../colours.js";
import { html } from "../html.js";
import { MAX_COLOURS, normalise } from "../mix.js";
import { changeWithWayBack } from "../notices.js";
import { mayMake } from "../session.js";
import { changeMix, design, withMix } from "../state.js";
import { counted, fill, percent, texts } from "../texts.js";
import { useEffect } from "../vendor/preact-hooks.js";
import { useSignal } from "../vendor/preact-signals.js";
import { MixBar } from "../widgets/mix_editor.js";
import { RefusalNote } from "../widgets/refusal.js";

/** @typedef {import("../api.js").Schemas["MeasureAnswer"]} Measured */
/** @typedef {import("../mix.js").Part} Part */

/** Points; of a single colour nothing is left to be off. */
const TOLD_FROM = 0.05;

/**
 * The colours of a photograph, the most of it first.
 * @param {Measured} measured
 * @param {Record<string, string>} [taken] colours in place of those that may be others, by code
 * @returns {Part[]}
 */
export function partsOf(measured, taken = {}) {
  /** @type {Map<string, number>} */
  const percents = new Map();
  for (const [code, share] of Object.entries(measured.shares)) {
    const meant = taken[code] ?? code;
    percents.set(meant, (percents.get(meant) ?? 0) + share);
  }
  // In tenths: what was measured is not known to hundredths.
  const parts = [...percents].map(([code, share]) => ({ code, percent: Math.round(10 * share) / 10, isLocked: false }));
  const most = parts.filter((part) => part.percent > 0).sort((a, b) => b.percent - a.percent);
  return normalise(most.slice(0, MAX_COLOURS));
}

/** @param {{onClose: () => void}} props */
export function PhotographIn({ onClose }) {
  const words = texts.value.photographIn;
  const picture = useSignal("");
  const measured = useSignal(/** @type {Measured | null} */ (null));
  const refusal = useSignal(/** @type {Refusal | null} */ (null));
  const isBusy = useSignal(false);
  useEffect(() => () => URL.revokeObjectURL(picture.peek()), []);
  /** @param {File | undefined} file */
  async function take(file) {
    if (!file || isBusy.value) return;
    URL.revokeObjectURL(picture.value);
    picture.value = URL.createObjectURL(file);
    [measured.value, refusal.value, isBusy.value] = [null, null, true];
    await measure(file)
      .then((found) => (measured.value = found))
      .catch((reason) => (refusal.value = reason))
      .finally(() => (isBusy.value = false));
  }
  if (!mayMake.value) return html`<p class="hint">${words.viewer}</p>`;
  return html`
    <${Drop} isBusy=${isBusy.value} isFirst=${!measured.value} onTake=${take} />
    <p role="status" class=${isBusy.value ? "" : "unseen"}>${isBusy.value ? words.measuring : measured.value ? words.done : ""}</p>
    ${refusal.value && html`<${RefusalNote} refusal=${refusal.value} />`}
    <div class="photograph-in">
      ${picture.value && html`<img src=${picture.value} alt=${words.alt} onError=${() => (picture.value = "")} />`}
      ${measured.value && html`<${Found} measured=${measured.value} onClose=${onClose} />`}
    </div>
  `;
}

/**
 * @param {File} file
 * @returns {Promise<Measured>}
 */
async function measure(file) {
  const form = new FormData();
  form.set("image", file);
  return (await surely(() => send("/v1/measure", { method: "POST", body: form }))).json();
}

/**
 * Where a photograph is dropped or chosen; how to take one is told before the first.
 * @param {{isBusy: boolean, isFirst: boolean, onTake: (file: File | undefined) => void}} props
 */
function Drop({ isBusy, isFirst, onTake }) {
  const words = texts.value.photographIn;
  const isOver = useSignal(false);
  /** @param {DragEvent} event */
  function drop(event) {
    event.preventDefault();
    isOver.value = false;
    onTake(event.dataTransfer?.files[0]);
  }
  /** @param {DragEvent} event */
  function hover(event) {
    event.preventDefault(); // else the browser would open the file
    isOver.value = true;
  }
  return html`
    <div class=${`drop ${isOver.value ? "drop-over" : ""}`} onDragOver=${hover} onDragLeave=${() => (isOver.value = false)} onDrop=${drop}>
      ${isFirst && html`<p class="drop-how">${words.drop}</p>`}
      <label class="button">
        <input
          type="file" class="unseen" accept="image/*" disabled=${isBusy}
          onChange=${(/** @type {any} */ event) => {
            onTake(event.target.files?.[0]);
            event.target.value = "";
          }}
        />
        <span>${isFirst ? words.choose : words.chooseAnother}</span>
      </label>
      ${isFirst && html`<p class="hint">${words.hint}</p>`}
    </div>
  `;
}

/** @param {{measured: Measured, onClose: () => void}} props */
function Found({ measured, onClose }) {
  const words = texts.value.photographIn;
  const taken = useSignal(/** @type {Record<string, string>} */ ({}));
  const parts = partsOf(measured, taken.value);
  const nameOf = (/** @type {string} */ code) => fullNameOf(colourOf(code));
  function make() {
    // A photograph has a mix and no pattern: what was designed before is not left under it in silence.
    const isPatterned = design.peek().zones.length > 1;
    const made = withMix({ ...design.peek(), zones: [{ mask: "", parts: [] }] }, 0, parts);
    if (isPatterned) changeWithWayBack("cleared", made);
    else changeMix(0, parts);
    onClose();
  }
  return html`
    <section class="found" aria-label=${words.title}>
      <${MixBar} parts=${parts} />
      <table class="found-shares">
        ${measured.uncertainty >= TOLD_FROM && html`<caption>${fill(words.uncertainty, { points: counted(measured.uncertainty, texts.value.counted.points) })}</caption>`}
        <thead class="unseen"><tr><th scope="col">${words.colour}</th><th scope="col">${words.share}</th></tr></thead>
        <tbody>
          ${parts.map(
            ({ code, percent: share }) => html`
              <tr key=${code}>
                <th scope="row"><span class="face" style=${{ background: colourOf(code).hex }}></span>${nameOf(code)}</th>
                <td>${percent(share, 1)}</td>
              </tr>
            `,
          )}
        </tbody>
      </table>
      ${(measured.doubts ?? []).map(({ code, instead }) => {
        const isTaken = taken.value[code] === instead;
        const [shown, other] = isTaken ? [instead, code] : [code, instead];
        const { [code]: _, ...others } = taken.value;
        const turn = () => (taken.value = isTaken ? others : { ...others, [code]: instead });
        return html`
          <p key=${code} class="note">
            <span>${fill(words.doubt, { name: nameOf(shown), other: nameOf(other) })}</span>
            <button type="button" class="quiet" onClick=${turn}>${fill(words.take, { name: nameOf(other) })}</button>
          </p>
        `;
      })}
      <button type="button" class="primary" onClick=${make}>${words.make}</button>
      <p class="hint">${words.honest}</p>
    </section>
  `;
}
