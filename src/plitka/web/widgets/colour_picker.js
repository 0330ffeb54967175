/** All colours, to find one by its name, code, RAL number or hex, or in a maker's own palette. */
import { Refusal } from "../api.js";
import { codeOf, colourOf, colours, forgetPalette, langOf, loadPalette, nameOf, numberOf, ownPalette, rainbow, search } from "../colours.js";
import { html } from "../html.js";
import { fill, texts } from "../texts.js";
import { useRef } from "../vendor/preact-hooks.js";
import { useSignal } from "../vendor/preact-signals.js";
import { Dialog } from "./dialog.js";
import { RefusalNote } from "./refusal.js";

/** @typedef {import("../colours.js").Colour} Colour */

/** @param {{title: string, used: readonly string[], onPick: (code: string) => void, onClose: () => void}} props */
export function ColourPicker({ title, used, onPick, onClose }) {
  const text = useSignal("");
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  const words = texts.value.picker;
  const groups = groupsOf(text.value);
  /** Enter has the one colour that is left; where there are more, the first of them has the keyboard. @param {KeyboardEvent} event */
  function finish(event) {
    if (event.key !== "Enter" || !text.value.trim()) return;
    event.preventDefault(); // else it would press what has the keyboard next
    const free = groups.flatMap(({ found }) => found).filter((colour) => !used.includes(codeOf(colour)));
    if (free.length === 1 && free[0]) onPick(codeOf(free[0]));
    else /** @type {HTMLElement | null | undefined} */ (list.current?.querySelector("button:enabled"))?.focus();
  }
  return html`
    <${Dialog} title=${title} onClose=${onClose}>
      <label class="field">
        <span>${words.search}</span>
        <input type="search" autofocus value=${text.value} placeholder=${words.example} onInput=${(/** @type {any} */ event) => (text.value = event.target.value)} onKeyDown=${finish} />
      </label>
      <div class="picker-list" ref=${list}>
        ${groups.map(
          ({ name, found }) => html`
            <section key=${name} aria-label=${name}>
              <h3>${name}</h3>
              <ul class="swatches">
                ${found.map((colour) => html`<${Swatch} key=${colour.source + colour.code} colour=${colour} isUsed=${used.includes(codeOf(colour))} onPick=${onPick} />`)}
              </ul>
            </section>
          `,
        )}
        ${!groups.length && html`<p class="hint" role="status">${fill(words.nothing, { text: text.value })}</p>`}
      </div>
      <${OwnPalette} />
    <//>
  `;
}

/**
 * The colours that are found, by where they come from.
 * @param {string} text
 */
function groupsOf(text) {
  const { groups } = texts.value.picker;
  const listed = [...(ownPalette.value?.colours ?? []), ...colours.value];
  const found = text ? search(listed, text) : rainbow(listed);
  return /** @type {const} */ (["custom", "catalogue", "trade", "maker", "free"])
    .map((source) => ({ name: groups[source], found: found.filter((colour) => colour.source === source) }))
    .filter((group) => group.found.length);
}

/** @param {{colour: Colour, isUsed: boolean, onPick: (code: string) => void}} props */
function Swatch({ colour, isUsed, onPick }) {
  const [name, note] = [nameOf(colour), numberOf(colour) || colour.hex.toLowerCase()];
  return html`
    <li>
      <button type="button" class="swatch" disabled=${isUsed} onClick=${() => onPick(codeOf(colour))}>
        <span class="swatch-face" style=${{ background: colour.hex }}></span>
        <span class="swatch-name" lang=${langOf(colour)}>${name}</span>
        ${note !== name && html`<span class="swatch-note">${note}</span>`}
      </button>
    </li>
  `;
}

/** A maker's own palette: its file, or the way to give one. */
function OwnPalette() {
  const refusal = useSignal(/** @type {Refusal | null} */ (null));
  const words = texts.value.picker;
  /** @param {any} event */
  async function load(event) {
    const file = event.target.files?.[0];
    event.target.value = "";
    if (!file) return;
    refusal.value = null;
    await loadPalette(file).catch((reason) => (refusal.value = reason));
  }
  const own = ownPalette.value;
  return html`
    <div class="own-palette">
      <label class="button quiet" title=${words.fileHint}>
        <input type="file" class="unseen" accept=".csv,text/csv" onChange=${load} />
        <span>${words.load}</span>
      </label>
      ${own &&
      html`
        <span class="file-name">${own.name}</span>
        <button type="button" class="quiet" onClick=${forgetPalette}>${words.forget}</button>
      `}
      ${!own && html`<span class="hint">${words.fileHint}</span>`}
    </div>
    ${refusal.value && html`<${RefusalNote} refusal=${refusal.value} />`}
  `;
}

/** @param {{code: string}} props a small face of a colour */
export const Face = ({ code }) => html`<span class="face" style=${{ background: colourOf(code).hex }}></span>`;
