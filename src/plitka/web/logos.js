/**
 * Logos of any kind of picture, as the masks of zones: where a picture differs from its own ground the mix lies, and where
 * parts of it are transparent, in what is drawn. In the middle of a square, as tiles are.
 */
import { Refusal, send } from "./api.js";
import { texts } from "./texts.js";

/** @typedef {"drawn" | "darker" | "lighter"} LogoPart what of the picture the mix lies in */
/** @typedef {{mask: string, part: LogoPart}} Logo */

const SIDE_PX = 1024;
/** Of the side, what a logo that is no square takes: it would else touch two edges of the tile. */
const OBLONG = 0.9;
/** Proportions that differ by less are a square's. */
const SQUARE_WITHIN = 1.02;
/** A picture with so many of its pixels transparent has them on purpose. */
const TRANSPARENT_SHARE = 0.01;
const HALF = 128;
/** Of the farthest that any colour of a picture is from its ground, 0..1: what is farther is drawn. */
const DRAWN_FROM = 0.4;
/** Channels of 0..255 that differ by less all over are one colour. */
const LEAST_APART = 24;

/**
 * A file as a mask.
 * @param {File} file PNG, JPEG, WebP or SVG
 * @returns {Promise<Logo>}
 * @throws {Refusal} the browser cannot read it, or nothing is drawn on it
 */
export async function logoOf(file) {
  const pixels = pixelsOf(await pictureOf(URL.createObjectURL(file)));
  const { isDrawn, part } = hasTransparency(pixels) ? opaque(pixels) : standingOut(pixels);
  return { mask: await maskOf(pixels, isDrawn), part };
}

/**
 * The mask of all that another leaves.
 * @param {string} mask a data URL
 * @returns {Promise<string>}
 * @throws {Refusal}
 */
export async function inverted(mask) {
  const pixels = pixelsOf(await pictureOf(mask));
  return maskOf(pixels, (at) => (pixels.data[at] ?? 0) < HALF);
}

/** @param {keyof typeof texts.value.zones.logoRefusals} kind */
const refuse = (kind) => new Refusal(422, { error: texts.value.zones.logoRefusals[kind] });

/** @param {string} url @returns {Promise<HTMLImageElement>} */
async function pictureOf(url) {
  const picture = new Image();
  picture.src = url;
  await picture.decode().catch(() => Promise.reject(refuse("unread")));
  URL.revokeObjectURL(url);
  return picture;
}

/** @typedef {{data: Uint8ClampedArray, inside: {x: number, y: number, w: number, h: number}}} Pixels `inside` is the picture's place */

/** A picture in the middle of a transparent square. @param {HTMLImageElement} picture @returns {Pixels} */
function pixelsOf(picture) {
  const [width, height] = [picture.naturalWidth || SIDE_PX, picture.naturalHeight || SIDE_PX];
  const longer = Math.max(width, height);
  const isSquare = longer / Math.min(width, height) < SQUARE_WITHIN;
  const scale = (SIDE_PX * (isSquare ? 1 : OBLONG)) / longer;
  const [w, h] = isSquare ? [SIDE_PX, SIDE_PX] : [Math.round(width * scale), Math.round(height * scale)];
  const [x, y] = [Math.floor((SIDE_PX - w) / 2), Math.floor((SIDE_PX - h) / 2)];
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE_PX;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
  context.drawImage(picture, x, y, w, h);
  return { data: context.getImageData(0, 0, SIDE_PX, SIDE_PX).data, inside: { x, y, w, h } };
}

/** Where the pixels of the picture itself begin among the numbers. @param {Pixels} pixels */
function* places({ inside: { x, y, w, h } }) {
  for (let row = y; row < y + h; row += 1) for (let column = x; column < x + w; column += 1) yield 4 * (row * SIDE_PX + column);
}

/** @param {Pixels} pixels */
function hasTransparency(pixels) {
  let n = 0;
  for (const at of places(pixels)) if ((pixels.data[at + 3] ?? 0) < HALF) n += 1;
  return n > TRANSPARENT_SHARE * pixels.inside.w * pixels.inside.h;
}

/** @param {Pixels} pixels @returns {{isDrawn: (at: number) => boolean, part: LogoPart}} */
const opaque = ({ data }) => ({ isDrawn: (at) => (data[at + 3] ?? 0) >= HALF, part: "drawn" });

/**
 * What differs from the ground, which is the colour that the picture's edge has in the middle of all that it has.
 * @param {Pixels} pixels
 * @returns {{isDrawn: (at: number) => boolean, part: LogoPart}}
 * @throws {Refusal} nothing does
 */
function standingOut(pixels) {
  const { data } = pixels;
  const ground = groundOf(pixels);
  const apart = (/** @type {number} */ at) => Math.hypot(...ground.map((level, channel) => (data[at + channel] ?? 0) - level));
  let most = 0;
  for (const at of places(pixels)) most = Math.max(most, apart(at));
  if (most < LEAST_APART) throw refuse("blank");
  const isLight = ground.reduce((sum, level) => sum + level, 0) / 3 >= HALF;
  return { isDrawn: (at) => apart(at) >= DRAWN_FROM * most, part: isLight ? "darker" : "lighter" };
}

/** The colour of a picture's edge, channel by channel. @param {Pixels} pixels */
function groundOf({ data, inside: { x, y, w, h } }) {
  /** @type {[number, number][]} */
  const edge = [];
  for (let column = x; column < x + w; column += 1) edge.push([column, y], [column, y + h - 1]);
  for (let row = y; row < y + h; row += 1) edge.push([x, row], [x + w - 1, row]);
  return [0, 1, 2].map((channel) => {
    const levels = edge.map(([column, row]) => data[4 * (row * SIDE_PX + column) + channel] ?? 0).sort((a, b) => a - b);
    return levels[Math.floor(levels.length / 2)] ?? 0;
  });
}

/**
 * @param {Pixels} pixels
 * @param {(at: number) => boolean} isDrawn whether the mix lies at a pixel of the picture, by where its numbers begin
 * @returns {Promise<string>} as a scene keeps it
 * @throws {Refusal}
 */
async function maskOf(pixels, isDrawn) {
  const image = new ImageData(SIDE_PX, SIDE_PX);
  const words = new Uint32Array(image.data.buffer).fill(0xff000000); // black, opaque
  let n = 0;
  for (const at of places(pixels)) {
    if (!isDrawn(at)) continue;
    words[at / 4] = 0xffffffff;
    n += 1;
  }
  if (!n) throw refuse("blank");
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE_PX;
  canvas.getContext("2d")?.putImageData(image, 0, 0);
  const png = await new Promise((/** @type {(blob: Blob | null) => void} */ done) => canvas.toBlob(done));
  const form = new FormData();
  form.set("image", /** @type {Blob} */ (png), "logo.png");
  return (await (await send("/v1/masks", { method: "POST", body: form })).json()).mask;
}
