/** Parts of the tile with a mix of their own: a border, stripes, squares, a disc, letters, or an uploaded logo. */
import { Refusal, send } from "../api.js";
import { standingOutFrom } from "../colours.js";
import { html } from "../html.js";
import { SHAPES, SIDES, lettersOf, newMask, shapeOf, shapes, sideOf, titleOf } from "../masks.js";
import { change, changeMix, design } from "../state.js";
import { fill, texts } from "../texts.js";
import { useSignal } from "../vendor/preact-signals.js";
import { Choice } from "../widgets/choice.js";
import { useHandOver } from "../widgets/hand_over.js";
import { Icon } from "../widgets/icons.js";
import { MixEditor } from "../widgets/mix_editor.js";
import { RefusalNote } from "../widgets/refusal.js";

/** @typedef {import("../address.js").Zone} Zone */
/** @typedef {import("../mix.js").Part} Part */
const MAX_ZONES = 16;
/** Of a line: more of them come out hardly larger than granules. */
const MANY_LETTERS = 10;

export function Zones() {
  const words = texts.value.zones;
  const zones = design.value.zones.slice(1);
  const refusal = useSignal(/** @type {Refusal | null} */ (null));
  const isOpen = useSignal(false);
  /** @param {any} event */
  async function upload(event) {
    const file = event.target.files?.[0];
    event.target.value = "";
    if (!file) return;
    refusal.value = null;
    await maskOf(file)
      .then(add)
      .catch((reason) => (refusal.value = reason));
  }
  return html`
    <details class="panel" open=${isOpen.value || zones.length > 0} onToggle=${(/** @type {any} */ event) => (isOpen.value = event.currentTarget.open)}>
      <summary>
        <h2>${words.title}</h2>
        <span class="summary-told">${zones.map((zone) => titleOf(zone.mask)).join(" · ") || words.none}</span>
      </summary>
      ${zones.map((zone, index) => html`<${ZoneEditor} key=${index} zone=${zone} number=${index + 1} />`)}
      <fieldset class="add-zone" disabled=${zones.length >= MAX_ZONES}>
        <legend>${words.add}</legend>
        <div class="choice-row">
          ${shapes.map((shape) => html`<button key=${shape} type="button" onClick=${() => add(newMask(shape))}>${words.shapes[shape]}</button>`)}
          <label class="button">
            <input type="file" class="unseen" accept="image/png,image/svg+xml,.png,.svg" onChange=${upload} />
            <span>${words.logo}</span>
          </label>
        </div>
        <p class="hint">${words.logoHint}</p>
      </fieldset>
      ${refusal.value && html`<${RefusalNote} refusal=${refusal.value} />`}
    </details>
  `;
}

/** @param {string} mask */
function add(mask) {
  const [ground, ...others] = design.value.zones;
  const beside = others.flatMap((zone) => zone.parts);
  const parts = [{ code: standingOutFrom(ground?.parts ?? [], beside), percent: 100, isLocked: false }];
  change({ zones: [...design.value.zones, { mask, parts }] });
}

/**
 * A file as a mask.
 * @param {File} file
 * @returns {Promise<string>} a data URL
 */
async function maskOf(file) {
  const form = new FormData();
  form.set("image", file);
  return (await (await send("/v1/masks", { method: "POST", body: form })).json()).mask;
}

/** @param {{zone: Zone, number: number}} props `number` counts from 1; the ground is 0 */
function ZoneEditor({ zone, number }) {
  const words = texts.value.zones;
  const title = titleOf(zone.mask);
  const remove = () => change({ zones: design.value.zones.filter((_, index) => index !== number) });
  const own = useHandOver(() => document.querySelector(".add-zone button"));
  return html`
    <section class="zone" ref=${own} aria-label=${title}>
      <header class="zone-head">
        <h3>${title}</h3>
        <button type="button" class="quiet square" onClick=${remove} aria-label=${fill(words.remove, { title })} title=${fill(words.remove, { title })}>
          <${Icon} name="remove" />
        </button>
      </header>
      <${MaskEditor} mask=${zone.mask} number=${number} />
      <${MixEditor} parts=${zone.parts} label=${fill(words.mixOf, { title })} onChange=${(/** @type {Part[]} */ mix, /** @type {string} */ kind) => changeMix(number, mix, kind)} />
      <p class="hint">${words.colourHint}</p>
    </section>
  `;
}

/** @param {{mask: string, number: number}} props */
function MaskEditor({ mask, number }) {
  const words = texts.value.zones;
  const shape = shapeOf(mask);
  /** @param {string} next */
  const have = (next) => change({ zones: design.value.zones.map((zone, index) => (index === number ? { ...zone, mask: next } : zone)) }, `mask ${number}`);
  if (!shape) return html`<img class="mask" src=${mask} alt=${words.logo} />`;
  if (shape === "text") {
    const longest = Math.max(...lettersOf(mask).split("/").map((line) => line.trim().length));
    /** @param {any} event */
    const hear = (event) => event.target.value.trim() && have(SHAPES.text.mask + event.target.value);
    return html`
      <label class="field">
        <span>${words.text}</span>
        <input type="text" maxlength="40" value=${lettersOf(mask)} onInput=${hear} />
        <span class="hint">${longest > MANY_LETTERS ? fill(words.textLong, { n: longest }) : words.textHint}</span>
      </label>
    `;
  }
  if (shape === "half") {
    return html`<${Choice} legend=${words.side} value=${sideOf(mask)} options=${SIDES.map((value) => ({ value, label: words.sides[value] }))} onChoose=${(/** @type {string} */ side) => have(`half:${side}`)} />`;
  }
  const { range, unit } = SHAPES[shape];
  const value = Number(/[\d.]+/.exec(mask)?.[0] ?? range[0]);
  return html`
    <label class="field">
      <span>${words.numbers[/** @type {keyof typeof words.numbers} */ (shape)]}: <b>${value}${unit && `\u00a0${unit}`}</b></span>
      <input
        type="range" class="slider" min=${range[0]} max=${range[1]} value=${value}
        style=${{ "--fill": `${(100 * (value - range[0])) / (range[1] - range[0])}%` }}
        onInput=${(/** @type {any} */ event) => have(`${shape}:${event.target.value}${unit}`)}
      />
    </label>
  `;
}
