/** How the tile looks: granules, face, light, wetness, and which colours have larger or smaller chips. */
import { GRANULES, LIGHTS, SURFACES } from "../address.js";
import { colourOf, fullNameOf } from "../colours.js";
import { html } from "../html.js";
import { change, design } from "../state.js";
import { fill, number, texts } from "../texts.js";
import { Choice } from "../widgets/choice.js";

/** @typedef {import("../address.js").Surface} Surface */
/** @typedef {import("../address.js").Light} Light */

const surfaces = /** @type {Surface[]} */ (Object.keys(SURFACES));
const lights = /** @type {Light[]} */ (Object.keys(LIGHTS));

export function Look() {
  const words = texts.value.look;
  const { granules, surface, light, wet } = design.value;
  const told = [`${rangeOf(granules)} ${words.mm}`, words.surfaces[surface], words.lights[light], wet ? words.wet : ""];
  const sizes = GRANULES.some((name) => name === granules) ? GRANULES : [...GRANULES, granules];
  return html`
    <details class="panel">
      <summary>
        <h2>${words.title}</h2>
        <span class="summary-told">${told.filter(Boolean).join(" · ").toLowerCase()}</span>
      </summary>
      <${Choice} legend=${words.granules} value=${granules}
        options=${sizes.map((value) => ({ value, label: rangeOf(value) }))}
        onChoose=${(/** @type {string} */ value) => change({ granules: value })} />
      <${Choice} legend=${words.surface} value=${surface}
        options=${surfaces.map((value) => ({ value, label: words.surfaces[value], hint: words.surfaceHints[value] }))}
        onChoose=${(/** @type {Surface} */ value) => change({ surface: value })} />
      <${Choice} legend=${words.light} value=${light}
        options=${lights.map((value) => ({ value, label: words.lights[value] }))}
        onChoose=${(/** @type {Light} */ value) => change({ light: value })} />
      <label class="check">
        <input type="checkbox" checked=${wet} onChange=${(/** @type {any} */ event) => change({ wet: event.target.checked })} />
        <span>${words.wet}</span>
      </label>
      <${Sizes} />
    </details>
  `;
}

/** @param {string} granules as the reader writes it */
const rangeOf = (granules) => granules.split("-").map((size) => number(Number(size))).join("–");

/** Which colours are coarse and which are fine. */
function Sizes() {
  const words = texts.value.look;
  const { zones, coarse, fine } = design.value;
  const codes = [...new Set(zones.flatMap((zone) => zone.parts.map((part) => part.code)))];
  /** @param {string} code @param {string} size */
  function choose(code, size) {
    const without = (/** @type {string[]} */ list) => list.filter((one) => one !== code);
    change({
      coarse: size === "coarse" ? [...without(coarse), code] : without(coarse),
      fine: size === "fine" ? [...without(fine), code] : without(fine),
    });
  }
  return html`
    <fieldset class="sizes">
      <legend>${words.sizes}</legend>
      ${codes.map((code) => {
        const name = fullNameOf(colourOf(code));
        const size = coarse.includes(code) ? "coarse" : fine.includes(code) ? "fine" : "usual";
        return html`
          <label key=${code} class="size-row">
            <span class="face" style=${{ background: colourOf(code).hex }}></span>
            <span>${name}</span>
            <select aria-label=${fill(words.sizeOf, { name })} value=${size} onChange=${(/** @type {any} */ event) => choose(code, event.target.value)}>
              ${/** @type {const} */ (["fine", "usual", "coarse"]).map((one) => html`<option key=${one} value=${one}>${words.sizeNames[one]}</option>`)}
            </select>
          </label>
        `;
      })}
    </fieldset>
  `;
}
