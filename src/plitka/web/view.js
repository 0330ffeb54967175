/** What the large picture shows, and how near. */
import { imageUrl, photographs, variations } from "./photographs.js";
import { canvas, isAvailable } from "./previews.js";
import { computed, signal } from "./vendor/preact-signals.js";

/** @typedef {"preview" | "photograph" | "compare" | "variations"} View */

/** Times the picture's own pixels; 0: as large as there is room. */
export const ZOOMS = [0, 1, 2, 4];

const wished = signal(/** @type {View} */ ("preview"));
export const zoom = signal(0);
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

/** Nearer, and after the nearest as a whole again. */
export function zoomOn() {
  zoom.value = ZOOMS[(ZOOMS.indexOf(zoom.value) + 1) % ZOOMS.length] ?? 0;
}
