/**
 * How a floor of the design is laid, in the address beside the design: `floor=brick,border,room,sun,1,500,2,50&second=...`,
 * so that a link shows the floor as well, and its sheet is of the same tile and area. `second` is the other design, as an address of its own.
 */
import { read as readDesign, write as writeDesign } from "./address.js";
import { annex } from "./state.js";
import { computed, signal } from "./vendor/preact-signals.js";

/** @typedef {import("./address.js").Design} Design */
/** @typedef {Omit<import("./floor/view.js").Options, "isWet">} Options */
/**
 * @typedef {Omit<Options, "sideM"> & {areaM2: number, second: Design | null, wet: boolean | null}} Laying `tileMm` and `areaM2`
 * are those of the sheet as well; `wet` is null where the floor is as the tile
 */

export const LAYOUTS = /** @type {const} */ (["grid", "brick", "third", "turned"]);
export const PATTERNS = /** @type {const} */ (["plain", "checker", "stripes", "border"]);
export const PLACES = /** @type {const} */ (["playground", "room", "none"]);
export const LIGHTS = /** @type {const} */ (["sun", "low", "cloudy"]);
export const TILES_MM = /** @type {const} */ ([250, 500, 1000]);
/** @type {[number, number]} Of a side of a tile; smaller ones would be too many to draw. */
export const TILE_MM_RANGE = [100, 1000];
/** @type {[number, number]} What the contract takes. */
export const AREA_M2_RANGE = [0.01, 1_000_000];
/** Of a floor that is larger a part is drawn: more tiles than that cost frames. */
const MAX_DRAWN_M = 8;
export const MAX_JOINT_MM = 10;

/** @type {Laying} */
const USUAL = { layout: "grid", pattern: "plain", place: "playground", light: "sun", hasPerson: true, tileMm: 500, jointMm: 2, areaM2: 50, second: null, wet: null };
/** Of the tile where none was chosen; the contract's too. */
export const USUAL_TILE_MM = USUAL.tileMm;

export const laying = computed(() => read(annex.value));

const isAreaGiven = signal(false);
/** Whether the area is the usual one, and nobody has said so. */
export const isAreaAssumed = computed(() => !isAreaGiven.value && laying.value.areaM2 === USUAL.areaM2);

const AREA = /^(\d+(?:[.,]\d+)?)\s*(?:m2|m²|sqm|sq\.? ?m|м2|м²|кв\.? ?м)\.?$/i;

/** @param {string} text @returns {number | null} m², where it is an area that a floor can have */
export function areaIn(text) {
  const [, digits] = AREA.exec(text) ?? [];
  return within(AREA_M2_RANGE, digits?.replace(",", "."));
}

/** Lay it otherwise. @param {Partial<Laying>} changes */
export function lay(changes) {
  isAreaGiven.value ||= changes.areaM2 !== undefined;
  annex.value = write({ ...laying.value, ...changes });
}

/**
 * @param {Laying} one
 * @returns {string} empty where all is as usual
 */
export function write(one) {
  const floor = optionsOf(one);
  if (one.second) return `floor=${floor}&second=${encodeURIComponent(writeDesign(one.second))}`;
  return floor === optionsOf(USUAL) ? "" : `floor=${floor}`;
}

/** @param {Laying} one */
const optionsOf = ({ layout, pattern, place, light, hasPerson, tileMm, jointMm, areaM2, wet }) =>
  [layout, pattern, place, light, Number(hasPerson), tileMm, jointMm, areaM2, ...(wet === null ? [] : [Number(wet)])].join(",");

/**
 * Side in m of the square that is drawn of a floor.
 * @param {number} areaM2
 */
export const drawnSideM = (areaM2) => Math.min(MAX_DRAWN_M, Math.sqrt(areaM2));

/**
 * @param {string} text as `write` gives it; what cannot be read is as usual
 * @returns {Laying}
 */
export function read(text) {
  const given = new URLSearchParams(text);
  const [layout, pattern, place, light, person, tile, joint, area, wet] = (given.get("floor") ?? "").split(",");
  return {
    layout: oneOf(LAYOUTS, layout, USUAL.layout),
    pattern: oneOf(PATTERNS, pattern, USUAL.pattern),
    place: oneOf(PLACES, place, USUAL.place),
    light: oneOf(LIGHTS, light, USUAL.light),
    hasPerson: person === undefined ? USUAL.hasPerson : person !== "0",
    tileMm: within(TILE_MM_RANGE, tile) ?? USUAL.tileMm,
    jointMm: within([0, MAX_JOINT_MM], joint) ?? USUAL.jointMm,
    areaM2: within(AREA_M2_RANGE, area) ?? USUAL.areaM2,
    wet: wet === "1" || (wet === "0" ? false : null),
    second: readDesign(given.get("second") ?? ""),
  };
}

/**
 * @template Value
 * @param {readonly Value[]} choices
 * @param {unknown} value
 * @param {Value} usual
 * @returns {Value}
 */
const oneOf = (choices, value, usual) => choices.find((choice) => choice === value) ?? usual;

/**
 * A number of an address, where it is one of a range.
 * @param {[number, number]} range
 * @param {string | undefined} text
 */
const within = ([low, high], text) => (text && low <= Number(text) && Number(text) <= high ? Number(text) : null);
