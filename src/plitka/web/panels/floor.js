/** The tile on a floor: how it is laid, in which light and surroundings, and its maps as files. */
import { write } from "../address.js";
import { Refusal, returns } from "../api.js";
import { fileOf, mapsOf, mapsOfPicture, scaleOf } from "../floor/material.js";
import { html } from "../html.js";
import { AREA_M2_RANGE, LAYOUTS, LIGHTS, MAX_JOINT_MM, PATTERNS, PLACES, TILES_MM, drawnSideM, lay, laying } from "../laying.js";
import { chosen, imageUrl } from "../photographs.js";
import { mayMake } from "../session.js";
import { change, design, withMix } from "../state.js";
import { fill, number, texts } from "../texts.js";
import { useEffect, useRef } from "../vendor/preact-hooks.js";
import { computed, signal, useSignal } from "../vendor/preact-signals.js";
import { Unloaded } from "../widgets/away.js";
import { Choice } from "../widgets/choice.js";
import { Icon } from "../widgets/icons.js";
import { MixEditor } from "../widgets/mix_editor.js";
import { NumberField } from "../widgets/number_field.js";
import { RefusalNote } from "../widgets/refusal.js";
import { save } from "../widgets/save.js";

/** @typedef {import("../floor/view.js").FloorView} View */
/** @typedef {import("../floor/view.js").Options} Options */
/** @typedef {import("../floor/view.js").Move} Move */
/** @typedef {import("../address.js").Design} Design */
/** @typedef {import("../mix.js").Part} Part */
/** @typedef {typeof PATTERNS[number]} Pattern */

const MOVES = /** @type {Move[]} */ (["left", "right", "up", "down", "near", "far"]);
/** While a slider is moved nothing is asked for. */
const PAUSE_MS = 400;
/** A scale that is nearly true need not be told. */
const TOLD_FROM = 1.2;

/** What the second design is of at first, where the tile has one colour. */
const OTHERS = ["BLACK", "GRAY"];

/** Kept while the page is open. */
const isPhotograph = signal(false);
const view = signal(/** @type {View | null} */ (null));
/** As the tile is, until the floor is chosen to be otherwise. */
const isWet = computed(() => laying.value.wet ?? design.value.wet);

/** Where two designs are laid there is a second one at once, to be seen and changed. @param {Pattern} pattern */
function choosePattern(pattern) {
  const second = laying.value.second ?? plainOf(design.value);
  lay(pattern === "plain" ? { pattern } : { pattern, second });
}

/**
 * A tile like another one, but of one colour: the most of it.
 * @param {Design} one
 * @returns {Design}
 */
function plainOf(one) {
  const parts = one.zones[0]?.parts ?? [];
  const codes = [...parts].sort((a, b) => b.percent - a.percent).map((part) => part.code);
  const code = (codes.length > 1 ? codes[0] : OTHERS.find((other) => !codes.includes(other))) ?? "";
  return withMix({ ...one, zones: [{ mask: "", parts: [] }] }, 0, [{ code, percent: 100, isLocked: false }]);
}

export function Floor() {
  const words = texts.value.floor;
  if (!mayMake.value) return html`<p class="hint">${words.viewer}</p>`;
  if (!hasWebGl()) return html`<p class="hint" role="status">${words.noWebGl}</p><${Files} />`;
  return html`
    <div class="floor">
      <div class="floor-left">
        <${Drawn} />
        <div class="floor-files"><${Files} still=${() => view.value?.still()} /></div>
      </div>
      <${Controls} />
    </div>
  `;
}

/** @type {boolean | null} null before it was tried */
let canDraw = null;

/** Whether the browser can draw it; a browser has few contexts, so one is tried once. */
function hasWebGl() {
  if (canDraw !== null) return canDraw;
  const context = document.createElement("canvas").getContext("webgl2");
  context?.getExtension("WEBGL_lose_context")?.loseContext();
  canDraw = context !== null;
  return canDraw;
}

function Drawn() {
  const words = texts.value.floor;
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const drawn = useSignal("");
  const isUnloaded = useSignal(false);
  const refusal = useSignal(/** @type {Refusal | null} */ (null));
  useEffect(() => {
    let isOver = false;
    void import("../floor/view.js").then(
      ({ FloorView }) => {
        if (canvas.current && !isOver) view.value = new FloorView(canvas.current);
      },
      () => (isUnloaded.value = true),
    );
    return () => {
      isOver = true;
      view.value?.close();
      view.value = null;
    };
  }, []);
  const picture = isPhotograph.value && chosen.value ? imageUrl(chosen.value) : "";
  const { second, areaM2, wet: _, ...options } = laying.value;
  const shown = { ...options, sideM: drawnSideM(areaM2), isWet: isWet.value };
  const wanted = JSON.stringify([shown, picture, write(design.value), second && write(second), words.metre]);
  const isBusy = drawn.value !== wanted;
  useEffect(() => {
    const own = view.value;
    if (!own) return undefined;
    let isOld = false;
    const timer = setTimeout(async () => {
      try {
        const maps = await mapsOfBoth(shown, picture);
        if (isOld) return;
        own.show(shown, maps, words.metre);
        refusal.value = null;
      } catch (reason) {
        if (!(reason instanceof Refusal)) throw reason;
        if (!isOld) refusal.value = reason;
      }
      if (!isOld) drawn.value = wanted;
    }, own.sideM ? PAUSE_MS : 0);
    return () => {
      isOld = true;
      clearTimeout(timer);
    };
  }, [view.value, wanted, returns.value]);
  return html`
    <div class="floor-view">
      <div class="floor-paper">
        <canvas ref=${canvas} class=${`floor-canvas ${drawn.value ? "" : "blank"}`} role="img" aria-label=${fill(words.alt, { side: number(shown.sideM, 1) })} aria-busy=${isBusy}></canvas>
        ${isBusy && !isUnloaded.value && html`<p class="floor-busy" role="status">${words.busy}</p>`}
      </div>
      <div class="floor-moves" role="group" aria-label=${words.moves.title}>
        ${MOVES.map((move) => html`<button key=${move} type="button" class="square" title=${words.moves[move]} aria-label=${words.moves[move]} onClick=${() => view.value?.move(move)}><${Icon} name=${move} /></button>`)}
      </div>
      ${isUnloaded.value && html`<${Unloaded} />`}
      ${refusal.value && html`<${RefusalNote} refusal=${refusal.value} />`}
    </div>
  `;
}

/**
 * The maps of the first and the second design.
 * @param {Options} shown
 * @param {string} picture the address of a photograph in place of the first's maps, or nothing
 * @returns {Promise<[import("../floor/material.js").Maps, import("../floor/material.js").Maps]>}
 */
async function mapsOfBoth(shown, picture) {
  const wet = shown.isWet;
  const other = shown.pattern === "plain" ? null : laying.peek().second;
  const one = picture ? mapsOfPicture(picture, repeatsOf(shown.tileMm), wet && !chosen.peek()?.design.wet) : mapsOf({ ...design.peek(), wet }, shown.tileMm);
  const two = other ? mapsOf({ ...other, wet }, shown.tileMm) : one;
  return Promise.all([one, two]);
}

/** @param {number} tileMm */
function repeatsOf(tileMm) {
  const result = chosen.peek()?.job?.result;
  const isWhole = (chosen.peek()?.design.zones.length ?? 1) > 1;
  return isWhole || !result?.field_mm ? 1 : Math.max(1, Math.round(tileMm / Number(result.field_mm)));
}

function Controls() {
  const words = texts.value.floor;
  const { layout, pattern, place, light, hasPerson, tileMm, jointMm, areaM2 } = laying.value;
  const sideM = drawnSideM(areaM2);
  const scale = design.value.zones.length > 1 ? tileMm / scaleOf(design.value, tileMm).fieldMm : 1;
  const named = (/** @type {readonly string[]} */ names, /** @type {Record<string, string>} */ labels) => names.map((value) => ({ value, label: labels[value] }));
  const sized = (/** @type {readonly number[]} */ sizes, /** @type {string} */ text) => sizes.map((size) => ({ value: String(size), label: fill(text, { size: number(size) }) }));
  return html`
    <div class="floor-controls">
      <${Choice} legend=${words.layout} value=${layout} options=${named(LAYOUTS, words.layouts)} onChoose=${(/** @type {any} */ value) => lay({ layout: value })} />
      <${Choice} legend=${words.tile} value=${String(tileMm)} options=${sized(TILES_MM.some((one) => one === tileMm) ? TILES_MM : [...TILES_MM, tileMm], words.mm)} onChoose=${(/** @type {string} */ value) => lay({ tileMm: Number(value) })} />
      <label class="floor-joint">
        <span>${fill(words.joint, { size: number(jointMm, 1) })}</span>
        <input type="range" class="slider" min="0" max=${MAX_JOINT_MM} step="1" value=${jointMm} style=${{ "--fill": `${(100 * jointMm) / MAX_JOINT_MM}%` }} onInput=${(/** @type {any} */ event) => lay({ jointMm: Number(event.target.value) })} />
      </label>
      <div class="floor-area">
        <${NumberField} label=${texts.value.sheet.area} value=${areaM2} unit=${texts.value.sheet.units.m2} range=${AREA_M2_RANGE} describedBy="floor-area-told" onChange=${(/** @type {number | null} */ value) => value !== null && lay({ areaM2: value })} />
        <span class="hint" id="floor-area-told">${fill(sideM ** 2 < areaM2 - 0.01 ? words.part : words.whole, { side: number(sideM, 1) })}</span>
      </div>
      <${Choice} legend=${words.pattern} value=${pattern} options=${named(PATTERNS, words.patterns)} onChoose=${choosePattern} />
      ${pattern !== "plain" && html`<${Second} />`}
      <${Choice} legend=${words.place} value=${place} options=${named(PLACES, words.places)} onChoose=${(/** @type {any} */ value) => lay({ place: value })} />
      <${Choice} legend=${words.light} value=${light} options=${named(LIGHTS, words.lights)} onChoose=${(/** @type {any} */ value) => lay({ light: value })} />
      <div class="floor-checks">
        <${Check} label=${words.wet} value=${isWet.value} onChange=${(/** @type {boolean} */ wet) => lay({ wet })} />
        <${Check} label=${words.person} value=${hasPerson} onChange=${(/** @type {boolean} */ value) => lay({ hasPerson: value })} />
        ${chosen.value && imageUrl(chosen.value) && html`<${Check} label=${words.photograph} value=${isPhotograph.value} onChange=${(/** @type {boolean} */ value) => (isPhotograph.value = value)} />`}
      </div>
      ${scale > TOLD_FROM && html`<p class="hint">${fill(words.larger, { times: number(scale, 1) })}</p>`}
      <p class="hint">${words.mixed}</p>
      <p class="hint">${words.honest}</p>
    </div>
  `;
}

/** @param {{label: string, value: boolean, onChange: (value: boolean) => void}} props */
const Check = ({ label, value, onChange }) => html`
  <label class="check">
    <input type="checkbox" checked=${value} onChange=${(/** @type {any} */ event) => onChange(event.target.checked)} />
    <span>${label}</span>
  </label>
`;

/** The design of the other tiles; theirs is the mix, and what else it has came from a tile that was taken over. */
function Second() {
  const words = texts.value.floor;
  const { second: other, pattern } = laying.value;
  if (!other || pattern === "plain") return null;
  const title = words.seconds[pattern];
  function swap() {
    lay({ second: design.value });
    if (other) change(other);
  }
  return html`
    <section class="floor-second" aria-label=${title}>
      <h3>${title}</h3>
      <${MixEditor} parts=${other.zones[0]?.parts ?? []} label=${title} onChange=${(/** @type {Part[]} */ parts) => lay({ second: withMix(other, 0, parts) })} />
      <div class="downloads">
        <button type="button" class="quiet" onClick=${() => lay({ second: design.value })}>${words.keep}</button>
        <button type="button" class="quiet" onClick=${swap}>${words.swap}</button>
      </div>
    </section>
  `;
}

/** @param {{still?: () => Promise<Blob> | undefined}} props */
function Files({ still }) {
  const words = texts.value.floor;
  const making = useSignal("");
  const refusal = useSignal(/** @type {Refusal | null} */ (null));
  /** @param {string} kind @param {() => Promise<Blob> | undefined} make */
  async function download(kind, make) {
    making.value = kind;
    try {
      const file = await make();
      if (file) save(file, `plitka-${design.peek().seed}${kind === "png" ? "-floor" : ""}.${kind}`);
      refusal.value = null;
    } catch (reason) {
      if (!(reason instanceof Refusal)) throw reason;
      refusal.value = reason;
    } finally {
      making.value = "";
    }
  }
  const { tileMm } = laying.value;
  const kinds = /** @type {[string, () => Promise<Blob> | undefined][]} */ ([
    ...(still ? [["png", still]] : []),
    ["zip", () => fileOf({ ...design.value, wet: isWet.value }, tileMm, "zip")],
    ["glb", () => fileOf({ ...design.value, wet: isWet.value }, tileMm, "glb")],
  ]);
  return html`
    <div class="downloads">
      ${kinds.map(([kind, make]) => html`<button key=${kind} type="button" disabled=${making.value !== ""} onClick=${() => void download(kind, make)}><${Icon} name="download" />${words.files[/** @type {"png" | "zip" | "glb"} */ (kind)]}</button>`)}
    </div>
    <p class="hint" role="status">${making.value ? words.making : words.filesHint}</p>
    ${refusal.value && html`<${RefusalNote} refusal=${refusal.value} />`}
  `;
}
