/** The tile, large: as it is drawn, as it was photographed, or one beside the other. */
import { write } from "../address.js";
import { colourOf, fullNameOf } from "../colours.js";
import { html } from "../html.js";
import { laying } from "../laying.js";
import { choose, chosen, fieldMmOf, imageUrl, isOver, statusOf, variations } from "../photographs.js";
import { canvas, fieldMm, isAvailable, isDrawing, isFine, mayBeFine, nZones, paintSoon, refusal, tellRoom, wishFine } from "../previews.js";
import { change, design } from "../state.js";
import { counted, fill, number, percent, texts } from "../texts.js";
import { useLayoutEffect, useRef } from "../vendor/preact-hooks.js";
import { useSignal } from "../vendor/preact-signals.js";
import { hasNearer, isDrawn, isNearest, pictureWidth, roomWidth, show, view, views, zoom, zoomOn } from "../view.js";
import { Choice } from "../widgets/choice.js";
import { useHandOver } from "../widgets/hand_over.js";
import { Icon } from "../widgets/icons.js";
import { MixBar } from "../widgets/mix_editor.js";
import { RefusalNote, sentenceOf } from "../widgets/refusal.js";

/** @typedef {import("../view.js").View} View */
/** @typedef {import("../photographs.js").Photograph} Photograph */

/** Granules that are drawn hardly larger than they are need no word. */
const TOLD_FROM = 1.05;

export function Stage() {
  const words = texts.value.stage;
  const frame = useRef(/** @type {HTMLDivElement | null} */ (null));
  useLayoutEffect(() => {
    const place = frame.current;
    if (!place) return undefined;
    const observer = new ResizeObserver(() => {
      tellRoom(place.clientWidth);
      roomWidth.value = place.offsetWidth;
    });
    observer.observe(place);
    return () => observer.disconnect();
  }, []);
  const shown = view.value;
  const isNear = zoom.value > 0 && shown !== "variations";
  const names = /** @type {View[]} */ (Object.keys(views.value)).filter((name) => views.value[name]);
  return html`
    <section class="stage" aria-label=${words.title}>
      <div class="stage-head">
        ${names.length > 1 ? html`<${Choice} legend=${words.view} value=${shown} options=${names.map((value) => ({ value, label: words.views[value] }))} onChoose=${show} />` : html`<span></span>`}
        ${isDrawn.value && mayBeFine.value && html`<label class="check fine" title=${words.fineHint}><input type="checkbox" checked=${isFine.value} onChange=${(/** @type {any} */ event) => wishFine(event.target.checked)} /><span>${words.fine}</span></label>`}
        ${shown !== "variations" && html`<button type="button" class="quiet" disabled=${!hasNearer.value} onClick=${zoomOn} title=${isNearest.value ? words.wholeHint : words.zoomHint}>
          <${Icon} name=${isNearest.value ? "zoomOut" : "zoom"} /><span class="tool-name">${zoom.value ? fill(isNearest.value ? words.nearest : words.zoom, { percent: percent(100 * zoom.value) }) : words.nearer}</span>
        </button>`}
      </div>
      <div ref=${frame} class=${`frame ${isNear ? "near" : ""} ${shown === "variations" ? "of-four" : ""}`} tabindex=${isNear ? 0 : undefined} role=${isNear ? "group" : undefined} aria-label=${isNear ? words.scroll : undefined}>
        <${Told} />
        ${shown === "preview" && html`<${Preview} />`}
        ${shown === "photograph" && html`<${Photo} />`}
        ${shown === "compare" && html`<${Compare} />`}
        ${shown === "variations" && html`<${Variations} />`}
      </div>
      ${shown === "preview" && refusal.value && !isToldOfPhotograph(refusal.value) && html`<${RefusalNote} refusal=${refusal.value} />`}
      <p class="hint honest">${fieldTold()} ${words.honest}</p>
    </section>
  `;
}

/**
 * Whether the photograph of this very design was refused for the same reason, which is then told below.
 * @param {import("../api.js").Refusal} reason
 */
function isToldOfPhotograph(reason) {
  const one = chosen.value;
  return one?.refusal && write(one.design) === write(design.value) && sentenceOf(one.refusal) === sentenceOf(reason);
}

/** How much of the tile is shown; of two pictures of which one shows more than the other, how much each does. */
function fieldTold() {
  const words = texts.value.stage;
  const [preview, photograph] = [canvas.value && fieldMm.value, fieldMmOf(chosen.value)].map((mm) => (mm ? number(mm, 0) : null));
  if (view.value === "compare" && preview && photograph && preview !== photograph) return fill(words.fields, { preview, photograph });
  const mm = isDrawn.value ? preview : photograph;
  const n = isDrawn.value ? nZones.value : (chosen.value?.design.zones.length ?? 1);
  const { tileMm } = laying.value;
  const times = tileMm / Number((isDrawn.value ? fieldMm.value : fieldMmOf(chosen.value)) || tileMm);
  const isPatterned = n > 1 && times >= TOLD_FROM;
  return mm && fill(isPatterned ? words.patterned : words.field, { mm, tile: number(tileMm, 0), times: counted(times, texts.value.counted.times) });
}

/** On the picture, where it is not what the reader asked for last: what goes on, or that the mix is another by now. */
function Told() {
  const one = chosen.value;
  if (isDrawn.value && isDrawing.value && canvas.value) return html`<div class="frame-told late" role="status"><span>${texts.value.stage.drawing}</span></div>`;
  if (view.value === "preview" || view.value === "variations" || !one) return null;
  const isEarlier = imageUrl(one) && write(one.design) !== write(design.value);
  const told = isOver(one) ? isEarlier && texts.value.photograph.earlier : statusOf(one);
  return told ? html`<div class="frame-told" aria-hidden="true"><span>${told}</span></div>` : null;
}

/** @param {{src: string, alt: string, className?: string}} props */
function Picture({ src, alt, className = "" }) {
  const side = useSignal(0);
  return html`<img
    class=${`picture ${className}`} src=${src} alt=${alt} style=${widthOf(side.value)} draggable=${false}
    onLoad=${(/** @type {any} */ event) => (pictureWidth.value = side.value = event.target.naturalWidth)}
  />`;
}

/** @param {number} sidePx of a picture; 0 while it is not known */
const widthOf = (sidePx) => (zoom.value && sidePx ? { width: `${sidePx * zoom.value}px` } : {});

/** @param {{alt: string, className?: string}} props the canvas that the preview is on; it can be in one place at a time */
function Drawing({ alt, className = "" }) {
  const place = useRef(/** @type {HTMLDivElement | null} */ (null));
  const drawn = canvas.value;
  useLayoutEffect(() => {
    if (drawn) place.current?.replaceChildren(drawn);
    paintSoon(); // what was on the canvas need not have come along
  }, [drawn]);
  useLayoutEffect(() => void (drawn && (pictureWidth.value = drawn.width))); // a canvas gets finer, and stays the same one
  return html`<div ref=${place} class=${`picture ${className}`} role="img" aria-label=${alt} style=${widthOf(drawn?.width ?? 0)}></div>`;
}

/**
 * Where there is no picture yet: the colours of the mix, as stripes.
 * @param {{told?: string}} props
 */
function Empty({ told = texts.value.stage.empty }) {
  return html`
    <div class="empty">
      <${MixBar} parts=${design.value.zones[0]?.parts ?? []} />
      <p>${told}</p>
    </div>
  `;
}

function Preview() {
  const words = texts.value.stage;
  if (!isAvailable.value || !canvas.value) return isDrawing.value ? html`<p class="waiting" role="status">${words.drawing}</p>` : html`<${Empty} told=${refusal.value ? words.none : undefined} />`;
  return html`<${Drawing} alt=${words.previewAlt} className=${isDrawing.value ? "stale" : ""} />`;
}

function Photo() {
  const words = texts.value.stage;
  const photograph = chosen.value;
  if (!photograph) return html`<${Empty} />`;
  const url = imageUrl(photograph);
  if (url) return html`<${Picture} src=${url} alt=${fill(words.photographAlt, { recipe: photograph.job?.request.recipe ?? "" })} />`;
  if (photograph.preview) return html`<${Picture} src=${photograph.preview} alt=${words.inWork} className="in-work" />`;
  if (!isOver(photograph) && canvas.value) return html`<${Drawing} alt=${words.inWork} className="in-work" />`;
  return html`<${Empty} />`;
}

/** The photograph over the preview, as large as that, as far as a slider says. */
function Compare() {
  const words = texts.value.stage;
  const at = useSignal(50);
  const url = chosen.value ? imageUrl(chosen.value) : "";
  return html`
    <div class="compare" style=${{ "--at": `${at.value}%` }}>
      <${Drawing} alt=${words.previewAlt} />
      <img class="picture upper" src=${url} alt=${words.compareAlt} draggable=${false} />
      <span class="compare-side at-left" aria-hidden="true"><span class="compare-name">${words.views.photograph}</span></span>
      <span class="compare-side at-right" aria-hidden="true"><span class="compare-name">${words.views.preview}</span></span>
      <span class="compare-line" aria-hidden="true"></span>
      <input type="range" class="compare-slider" min="0" max="100" value=${at.value} aria-label=${words.compareSlider} onInput=${(/** @type {any} */ event) => (at.value = Number(event.target.value))} />
    </div>
  `;
}

/** All that were ordered together, each with what was measured on it, to take one. */
function Variations() {
  const own = useHandOver(() => document.querySelector(".stage-head input:checked"));
  return html`
    <ul ref=${own} class="variations" aria-label=${texts.value.stage.variations}>
      ${variations.value.map((one, index) => html`<li key=${one.id}><${Variation} photograph=${one} place=${index + 1} /></li>`)}
    </ul>
  `;
}

/** @param {{photograph: Photograph, place: number}} props */
function Variation({ photograph, place }) {
  const words = texts.value.stage;
  const url = imageUrl(photograph, "webp") || photograph.preview;
  const { seed } = photograph.design;
  const found = measuredOf(photograph).map(([code, share]) => ({ code, name: fullNameOf(colourOf(code)), share: percent(share, 1) }));
  return html`
    <button type="button" class="variation" aria-pressed=${photograph === chosen.value} onClick=${() => take(photograph)}>
      ${url ? html`<img src=${url} alt="" />` : html`<span class=${isOver(photograph) ? "thumb-empty" : "thumb-empty working"}></span>`}
      <span class="unseen">${fill(found.length ? words.takeVariation : words.variation, { n: place })} </span>
      <span class="variation-seed">${fill(words.seed, { seed })}</span>
      <span class="variation-shares">
        ${found.length > 0 && photograph.design.zones.length > 1 && html`<span>${words.ground} </span>`}
        ${found.length ? found.map(({ code, name, share }) => html`<span key=${code}><span class="face" style=${{ background: colourOf(code).hex }}></span><span class="unseen"> ${name} </span>${share}</span>`) : statusOf(photograph)}
      </span>
    </button>
  `;
}

/**
 * Colours and percents that were measured on the ground of a photograph, as its table has them; none while there is no picture.
 * @param {Photograph} photograph
 * @returns {[string, number][]}
 */
function measuredOf(photograph) {
  /** @type {any} */
  const result = photograph.job?.result ?? {};
  return Object.entries(result.zones?.[0]?.measured ?? result.measured ?? {});
}

/**
 * Look at one of several, and have its seed in the design; one that has no picture yet is watched where it is.
 * @param {Photograph} photograph
 */
function take(photograph) {
  const { seed } = photograph.design;
  choose(photograph.id);
  if (!imageUrl(photograph)) return;
  const taken = { ...design.value, seed };
  if (write(taken) === write(photograph.design)) change({ seed });
  show("photograph");
}
