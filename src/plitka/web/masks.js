/** The shapes that a zone can have, as a scene writes them: `border:8%`, `text:СТАРТ`, or a data URL of a logo. */
import { texts } from "./texts.js";

/** @typedef {"border" | "stripes" | "half" | "checker" | "circle" | "text"} Shape */

/** What each shape is when it is new, and the range of its number with its unit. */
/** @type {Record<Shape, {mask: string, range: [number, number], unit: string}>} */
export const SHAPES = {
  border: { mask: "border:8%", range: [2, 40], unit: "%" },
  stripes: { mask: "stripes:4", range: [1, 12], unit: "" },
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
