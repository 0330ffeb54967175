/**
 * How a floor of the design is laid, in the address beside the design: `floor=brick,border,room,sun,1,500,2,5&second=...`,
 * so that a link shows the floor as well. `second` is the other design, as an address of its own.
 */
import { read as readDesign, write as writeDesign } from "./address.js";
import { annex } from "./state.js";
import { computed } from "./vendor/preact-signals.js";

/** @typedef {import("./address.js").Design} Design */
/** @typedef {Omit<import("./floor/view.js").Options, "isWet">} Options */
/** @typedef {Options & {second: Design | null}} Laying */

export const LAYOUTS = /** @type {const} */ (["grid", "brick", "third", "turned"]);
export const PATTERNS = /** @type {const} */ (["plain", "checker", "stripes", "border"]);
export const PLACES = /** @type {const} */ (["playground", "room", "none"]);
export const LIGHTS = /** @type {const} */ (["sun", "low", "cloudy"]);
export const TILES_MM = /** @type {const} */ ([250, 500, 1000]);
export const SIDES_M = /** @type {const} */ ([3, 5, 8]);
export const MAX_JOINT_MM = 10;

/** @type {Laying} */
const USUAL = { layout: "grid", pattern: "plain", place: "playground", light: "sun", hasPerson: true, tileMm: 500, jointMm: 2, sideM: 5, second: null };

export const laying = computed(() => read(annex.value));

/** Lay it otherwise. @param {Partial<Laying>} changes */
export function lay(changes) {
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

/** @param {Options} options */
const optionsOf = ({ layout, pattern, place, light, hasPerson, tileMm, jointMm, sideM }) =>
  [layout, pattern, place, light, Number(hasPerson), tileMm, jointMm, sideM].join(",");

/**
 * @param {string} text as `write` gives it; what cannot be read is as usual
 * @returns {Laying}
 */
export function read(text) {
  const given = new URLSearchParams(text);
  const [layout, pattern, place, light, person, tile, joint, side] = (given.get("floor") ?? "").split(",");
  const jointMm = Number(joint);
  return {
    layout: oneOf(LAYOUTS, layout, USUAL.layout),
    pattern: oneOf(PATTERNS, pattern, USUAL.pattern),
    place: oneOf(PLACES, place, USUAL.place),
    light: oneOf(LIGHTS, light, USUAL.light),
    hasPerson: person === undefined ? USUAL.hasPerson : person !== "0",
    tileMm: oneOf(TILES_MM, Number(tile), USUAL.tileMm),
    jointMm: joint && jointMm >= 0 && jointMm <= MAX_JOINT_MM ? jointMm : USUAL.jointMm,
    sideM: oneOf(SIDES_M, Number(side), USUAL.sideM),
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
