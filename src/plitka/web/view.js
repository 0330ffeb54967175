/** What the large picture shows, and how near. */
import { write } from "./address.js";
import { choose, chosen, imageUrl, photographs, variations } from "./photographs.js";
import { canvas, isAvailable } from "./previews.js";
import { design } from "./state.js";
import { computed, effect, signal } from "./vendor/preact-signals.js";

/** @typedef {"preview" | "photograph" | "compare" | "variations"} View */

/** Times the picture's own pixels. */
const ZOOMS = [1, 2, 4];

const wished = signal(/** @type {View} */ ("preview"));
const wishedZoom = signal(0);
/** How wide the picture is that is shown, in its own pixels, and the room that it has, in those of the page; 0 while it is not known. */
export const [pictureWidth, roomWidth] = [signal(0), signal(0)];
/** Those that show the picture larger than as a whole. */
const nearer = computed(() => ZOOMS.filter((one) => one * pictureWidth.value > roomWidth.value));
/** Whether there is a picture to go nearer to. */
export const hasNearer = computed(() => nearer.value.length > 0);
/** Times the picture's own pixels; 0: as large as there is room. */
export const zoom = computed(() => (wishedZoom.value ? (nearer.value.find((one) => one >= wishedZoom.value) ?? 0) : 0));
/** Whether there is nothing nearer, so that the whole comes next. */
export const isNearest = computed(() => zoom.value > 0 && nearer.value.every((one) => one <= zoom.value));
const hasPreview = computed(() => isAvailable.value && canvas.value !== null);

export const views = computed(() => ({
  preview: isAvailable.value,
  photograph: true,
  compare: hasPreview.value && photographs.value.some((one) => imageUrl(one)),
  variations: variations.value.length > 1,
}));
/** What is shown: what was chosen, where there is such a picture. */
export const view = computed(() => (views.value[wished.value] || !photographs.value.length ? wished.value : "photograph"));
/** Whether what is shown has the preview in it. */
export const isDrawn = computed(() => view.value === "preview" || view.value === "compare");

/** @param {View} chosen */
export function show(chosen) {
  wished.value = chosen;
}

/** Have what was in work when the page was loaded anew as it was seen before, where it is of the design that is here. */
export function showResumed() {
  const now = design.peek();
  const all = photographs.peek();
  const isOfMix = (/** @type {import("./address.js").Design} */ one) => write({ ...one, seed: now.seed }) === write(now);
  const one = all.find((other) => write(other.design) === write(now)) ?? all.find((other) => other.set && isOfMix(other.design));
  if (!one) return;
  choose(one.id);
  show(variations.peek().length > 1 ? "variations" : "photograph");
}

/** From now on have the preview of a design that was changed, and not a picture of what it was before. */
export function showChanges() {
  let before = design.peek();
  effect(() => {
    const now = design.value;
    if (now === before) return;
    before = now;
    const pictured = chosen.peek()?.design;
    if (!isDrawn.peek() && !(pictured && write(pictured) === write(now))) show("preview");
  });
}

/** Nearer, and after the nearest as a whole again. */
export function zoomOn() {
  const now = zoom.peek();
  wishedZoom.value = nearer.peek().find((one) => one > now) ?? 0;
}
