/** Parts of the tile with a mix of their own: a border, stripes, squares, a disc, letters, or an uploaded logo. */
import { Refusal } from "../api.js";
import { standingOutFrom } from "../colours.js";
import { html } from "../html.js";
import { inverted, logoOf } from "../logos.js";
import { SHAPES, SIDES, heightOf, lettersOf, newMask, placeOf, shapeOf, shapes, sideOf, titleOf } from "../masks.js";
import { fieldMm } from "../previews.js";
import { change, changeMix, design } from "../state.js";
import { fill, texts } from "../texts.js";
import { useLayoutEffect } from "../vendor/preact-hooks.js";
import { signal, useSignal } from "../vendor/preact-signals.js";
import { Choice } from "../widgets/choice.js";
import { useHandOver } from "../widgets/hand_over.js";
import { Icon } from "../widgets/icons.js";
import { MixEditor } from "../widgets/mix_editor.js";
import { RefusalNote } from "../widgets/refusal.js";

/** @typedef {import("../address.js").Zone} Zone */
/** @typedef {import("../mix.js").Part} Part */
const MAX_ZONES = 16;
/** Letters that are fewer granules tall are hard to read. */
const READABLE_GRANULES = 5;
/** What cannot be laid in granules. */
const EMOJI = /\p{Extended_Pictographic}/u;

/** The logo that was read last, and what of its file the mix lies in. */
const lastLogo = signal(/** @type {import("../logos.js").Logo | null} */ (null));
/** Whether a zone was put there by hand just now, and has the keyboard once it is shown. */
let isAdded = false;

export function Zones() {
  const words = texts.value.zones;
  const zones = design.value.zones.slice(1);
  const refusal = useSignal(/** @type {Refusal | null} */ (null));
  const isOpen = useSignal(false);
  // Not by the browser's event alone, which may be late: what was opened to add a zone stays open without any.
  useLayoutEffect(() => {
    if (zones.length > 0) isOpen.value = true;
  }, [zones.length]);
  /** @param {any} event */
  async function upload(event) {
    const file = event.target.files?.[0];
    event.target.value = "";
    if (!file) return;
    refusal.value = null;
    await logoOf(file)
      .then((logo) => {
        lastLogo.value = logo;
        add(logo.mask);
      })
      .catch((reason) => (refusal.value = reason));
  }
  return html`
    <details class="panel" open=${isOpen.value} onToggle=${(/** @type {any} */ event) => (isOpen.value = event.currentTarget.open)}>
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
            <input type="file" class="unseen" accept="image/png,image/jpeg,image/webp,image/svg+xml,.png,.jpg,.jpeg,.svg" onChange=${upload} />
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
  const { under, beside } = placeOf(mask, design.value.zones);
  const parts = [{ code: standingOutFrom(under, beside), percent: 100, isLocked: false }];
  isAdded = true;
  change({ zones: [...design.value.zones, { mask, parts }] });
}

/** @param {{zone: Zone, number: number}} props `number` counts from 1; the ground is 0 */
function ZoneEditor({ zone, number }) {
  const words = texts.value.zones;
  const title = titleOf(zone.mask);
  const remove = () => change({ zones: design.value.zones.filter((_, index) => index !== number) });
  const own = useHandOver(() => document.querySelector(".add-zone button"));
  useLayoutEffect(() => {
    if (isAdded) own.current?.querySelector(".zone-field input, .zone-field button, .chip")?.focus();
    isAdded = false;
  }, []);
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
  if (!shape) return html`<${LogoEditor} mask=${mask} have=${have} />`;
  if (shape === "text") return html`<${LettersEditor} mask=${mask} have=${have} />`;
  if (shape === "half") {
    return html`<div class="zone-field"><${Choice} legend=${words.side} value=${sideOf(mask)} options=${SIDES.map((value) => ({ value, label: words.sides[value] }))} onChoose=${(/** @type {string} */ side) => have(`half:${side}`)} /></div>`;
  }
  if (/\d-\d/.test(mask)) return null; // single stripes, from and to so much of the width: they have no one number
  const { range, unit } = SHAPES[shape];
  const value = Number(/[\d.]+/.exec(mask)?.[0] ?? range[0]);
  return html`
    <label class="field zone-field">
      <span>${words.numbers[/** @type {keyof typeof words.numbers} */ (shape)]}: <b>${value}${unit && `\u00a0${unit}`}</b></span>
      <input
        type="range" class="slider" min=${range[0]} max=${range[1]} value=${value}
        style=${{ "--fill": `${(100 * (value - range[0])) / (range[1] - range[0])}%` }}
        onInput=${(/** @type {any} */ event) => have(`${shape}:${event.target.value}${unit}`)}
      />
    </label>
  `;
}

/**
 * A logo as it was read: what is white has the mix.
 * @param {{mask: string, have: (mask: string) => void}} props
 */
function LogoEditor({ mask, have }) {
  const words = texts.value.zones;
  const refusal = useSignal(/** @type {Refusal | null} */ (null));
  const part = lastLogo.value?.mask === mask ? lastLogo.value.part : null;
  const invert = () =>
    inverted(mask)
      .then(have)
      .catch((reason) => (refusal.value = reason));
  return html`
    <div class="zone-field logo-field">
      <img class="mask" src=${mask} alt=${words.logoAlt} />
      <div>
        <p class="hint">${part && words.logoParts[part]} ${words.logoShown}</p>
        <button type="button" onClick=${() => void invert()}>${words.invert}</button>
      </div>
      ${refusal.value && html`<${RefusalNote} refusal=${refusal.value} />`}
    </div>
  `;
}

/**
 * The letters of a zone; what cannot stand there is told, with what the tile shows until then.
 * @param {{mask: string, have: (mask: string) => void}} props
 */
function LettersEditor({ mask, have }) {
  const words = texts.value.zones;
  const typed = useSignal(/** @type {string | null} */ (null));
  const shown = lettersOf(mask);
  const text = typed.value ?? shown;
  const told = wrongOf(text);
  /** @param {any} event */
  function hear(event) {
    typed.value = event.target.value;
    if (!wrongOf(event.target.value)) have(SHAPES.text.mask + event.target.value);
  }
  return html`
    <label class="field zone-field">
      <span>${words.text}</span>
      <input type="text" maxlength="40" value=${text} aria-invalid=${Boolean(told)} onInput=${hear} onBlur=${() => (typed.value = null)} />
      ${told
        ? html`<span class="wrong" role="alert">${fill(told, { shown: fill(words.quote, { text: shown }) })}</span>`
        : html`<span class="hint">${isReadable(text) ? words.textHint : words.textSmall}</span>`}
    </label>
  `;
}

/** Why letters are none of a tile; empty where they are. @param {string} text */
const wrongOf = (text) => (!text.replaceAll("/", " ").trim() ? texts.value.zones.textEmpty : EMOJI.test(text) ? texts.value.zones.textEmoji : "");

/** Whether letters are enough granules tall in the picture that is shown. @param {string} text */
function isReadable(text) {
  const [least, most] = design.value.granules.split("-").map(Number);
  const granules = (fieldMm.value ?? 0) / (((least ?? 1) + (most ?? 4)) / 2);
  return !granules || heightOf(text) * granules >= READABLE_GRANULES;
}
