/** The shapes that a zone can have, as a scene writes them: `border:8%`, `text:СТАРТ`, or a data URL of a logo. */
import { texts } from "./texts.js";

/** @typedef {import("./mix.js").Part} Part */
/** @typedef {"border" | "stripes" | "rows" | "half" | "checker" | "circle" | "text"} Shape */

/** What each shape is when it is new, and the range of its number with its unit. */
/** @type {Record<Shape, {mask: string, range: [number, number], unit: string}>} */
export const SHAPES = {
  border: { mask: "border:8%", range: [2, 40], unit: "%" },
  stripes: { mask: "stripes:4", range: [1, 12], unit: "" },
  rows: { mask: "rows:4", range: [1, 12], unit: "" },
  half: { mask: "half:right", range: [0, 0], unit: "" },
  checker: { mask: "checker:2", range: [1, 12], unit: "" },
  circle: { mask: "circle:60%", range: [10, 100], unit: "%" },
  text: { mask: "text:", range: [0, 0], unit: "" },
};
/** Sides that `half:` can name. */
export const SIDES = /** @type {const} */ (["left", "right", "top", "bottom"]);
export const shapes = /** @type {Shape[]} */ (Object.keys(SHAPES));

/**
 * The mask of a new zone; letters are in the reader's language.
 * @param {Shape} shape
 */
export const newMask = (shape) => SHAPES[shape].mask + (shape === "text" ? texts.value.zones.sampleText : "");

/**
 * @param {string} mask
 * @returns {Shape | null} null for a logo
 */
export const shapeOf = (mask) => shapes.find((shape) => mask.startsWith(shape)) ?? null;

/**
 * A mask as the page writes it: a shape without its number has the usual one.
 * @param {string} mask
 */
export function maskAs(mask) {
  const shape = shapeOf(mask);
  return shape && mask === shape ? SHAPES[shape].mask : mask;
}

/**
 * The letters of a mask that has some.
 * @param {string} mask
 */
export const lettersOf = (mask) => mask.slice(SHAPES.text.mask.length);

/** Shapes that leave the middle of the tile as it is. */
const EDGED = ["border", "half", "text"];

/**
 * What a new zone lies on, and what it lies beside and must not run into: letters lie in the middle, on whatever else does.
 * @param {string} mask
 * @param {readonly {mask: string, parts: Part[]}[]} zones of the tile, the ground first
 * @returns {{under: readonly Part[], beside: readonly Part[]}}
 */
export function placeOf(mask, [ground, ...others]) {
  const middle = others.filter((zone) => !EDGED.includes(shapeOf(zone.mask) ?? "")).at(-1);
  if (middle && shapeOf(mask) === "text") return { under: middle.parts, beside: [] };
  return { under: ground?.parts ?? [], beside: others.flatMap((zone) => zone.parts) };
}

/** Of a tile's side, what letters leave free on both sides together. */
const LETTERS_MARGIN = 0.24;
/** Distance of two lines, in heights of a capital, of which a usual letter with its gap is about one wide. */
const LINE_STEP = 1.3;

/**
 * About how tall the capitals of some letters are, in parts of the tile's side.
 * @param {string} text lines parted by a slash
 */
export function heightOf(text) {
  const lines = text.split("/").map((line) => line.trim()).filter(Boolean);
  const longest = Math.max(1, ...lines.map((line) => line.length));
  return (1 - LETTERS_MARGIN) / Math.max(longest, LINE_STEP * (lines.length - 1) + 1);
}

/**
 * The side of a mask that is a half.
 * @param {string} mask
 */
export const sideOf = (mask) => SIDES.find((side) => mask === `half:${side}`) ?? "right";

/**
 * What a zone is called.
 * @param {string} mask
 */
export function titleOf(mask) {
  const shape = shapeOf(mask);
  if (!shape) return texts.value.zones.logo;
  if (shape === "half") return texts.value.zones.sides[sideOf(mask)];
  return shape === "text" ? texts.value.zones.quote.replace("{text}", () => lettersOf(mask)) : texts.value.zones.shapes[shape];
}
