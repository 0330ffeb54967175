/** The maps of a design, as the service makes them: asked for once, and read out of glTF. */
import { patiently, send } from "../api.js";
import { orderOf } from "../orders.js";

/** @typedef {import("../address.js").Design} Design */
/**
 * @typedef {object} Maps
 * @property {ImageBitmap} colour base colour, sRGB
 * @property {ImageBitmap | null} normal
 * @property {ImageBitmap | null} surface red: occlusion, green: roughness
 * @property {number} repeats how often it lies along the side of a tile
 * @property {boolean} isWhole whether it shows a whole tile, which must not be shifted
 */
/** @typedef {{sizePx: number, fieldMm: number, repeats: number}} Scale */

const PATH = "/v1/materials";
const SIZE_PX = 512;
/** Where the picture is of a whole tile and so not repeated. */
const WHOLE_PX = 640;
const FILE_PX = 1024;
/** The service shows no smaller granule; a little more, for it counts to the last digit. */
const MIN_GRANULE_PX = 3.01;
/** Chips of a colour that is finer are so much smaller. */
const FINE = 0.5;
const MAX_KEPT = 6;
/** Of levels of sRGB, near enough. */
const GAMMA = 2.2;
/** What light of a wet chip is raised to, and the part of it that is left. By eye, as the service's maps are wetted. */
const WET = { exponent: 1.35, gain: 0.85 };
/** Of a GLB: what it begins with, and the length of its head and of the head of a part. */
const MAGIC = 0x46546c67;
const HEAD = 12;
const PART_HEAD = 8;

/** @type {Map<string, Promise<Maps>>} */
const kept = new Map();

/**
 * How large a piece of a tile one repeat is: as large as shows its granules. A tile with a pattern is one repeat.
 * @param {Design} design
 * @param {number} tileMm side of the tile
 * @returns {Scale}
 */
export function scaleOf(design, tileMm) {
  const [least = 1] = design.granules.split("-").map(Number);
  const isWhole = design.zones.length > 1;
  const sizePx = isWhole ? WHOLE_PX : SIZE_PX;
  const mostMm = (sizePx * least * (design.fine.length ? FINE : 1)) / MIN_GRANULE_PX;
  if (isWhole) return { sizePx, fieldMm: Math.min(tileMm, mostMm), repeats: 1 };
  const repeats = Math.max(1, Math.ceil(tileMm / mostMm));
  return { sizePx, fieldMm: tileMm / repeats, repeats };
}

/**
 * The maps of a design; the last ones are kept.
 * @param {Design} design
 * @param {number} tileMm
 * @returns {Promise<Maps>}
 * @throws {import("../api.js").Refusal}
 */
export function mapsOf(design, tileMm) {
  const scale = scaleOf(design, tileMm);
  const body = JSON.stringify(orderOfMaterial(design, scale, "glb"));
  const found = kept.get(body);
  if (found) return found;
  const asked = ask(body).then(async (response) => ({
    ...(await readGlb(await response.arrayBuffer())),
    repeats: scale.repeats,
    isWhole: design.zones.length > 1,
  }));
  kept.set(body, asked);
  asked.catch(() => kept.delete(body));
  for (const old of [...kept.keys()].slice(0, -MAX_KEPT)) kept.delete(old);
  return asked;
}

/**
 * The maps as a file, larger than the page shows them.
 * @param {Design} design
 * @param {number} tileMm
 * @param {"zip" | "glb"} format
 * @throws {import("../api.js").Refusal}
 */
export async function fileOf(design, tileMm, format) {
  const scale = { ...scaleOf(design, tileMm), sizePx: FILE_PX };
  return (await ask(JSON.stringify(orderOfMaterial(design, scale, format)))).blob();
}

/**
 * A photograph in place of maps: it need not be seamless.
 * @param {string} url
 * @param {number} repeats
 * @param {boolean} isWetted whether the dry tile that it shows is to be a wet one
 * @returns {Promise<Maps>}
 */
export async function mapsOfPicture(url, repeats, isWetted) {
  const picture = await decode(await (await send(url, {})).blob());
  return { colour: isWetted ? await wetted(picture) : picture, normal: null, surface: null, repeats, isWhole: true };
}

/** What a dry picture looks like wet: water fills the pores, and what comes back out of them is less and deeper. @param {ImageBitmap} picture */
function wetted(picture) {
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.drawImage(picture, 0, 0);
  const pixels = context.getImageData(0, 0, picture.width, picture.height);
  const levels = Uint8ClampedArray.from({ length: 256 }, (_, level) => 255 * (WET.gain * (level / 255) ** (GAMMA * WET.exponent)) ** (1 / GAMMA));
  for (let at = 0; at < pixels.data.length; at += 1) if (at % 4 < 3) pixels.data[at] = levels[pixels.data[at] ?? 0] ?? 0;
  return createImageBitmap(pixels, { premultiplyAlpha: "none", colorSpaceConversion: "none" });
}

/** @param {string} body */
const ask = (body) => patiently(() => send(PATH, { method: "POST", body, headers: { "Content-Type": "application/json" } }));

/**
 * @param {Design} design
 * @param {Scale} scale
 * @param {"zip" | "glb"} format
 */
function orderOfMaterial(design, { sizePx, fieldMm }, format) {
  return { ...orderOf(design), light: undefined, words: undefined, size_px: sizePx, field_mm: fieldMm, format };
}

/**
 * The pictures of a file of glTF as our service writes it.
 * @param {ArrayBuffer} file
 */
export async function readGlb(file) {
  const view = new DataView(file);
  if (view.getUint32(0, true) !== MAGIC) throw new Error("not a GLB");
  const length = view.getUint32(HEAD, true);
  const document = JSON.parse(new TextDecoder().decode(new Uint8Array(file, HEAD + PART_HEAD, length)));
  const start = HEAD + PART_HEAD + length + PART_HEAD;
  const [material] = document.materials;
  const picture = (/** @type {{index: number}} */ { index }) => {
    const { bufferView, mimeType } = document.images[document.textures[index].source];
    const { byteOffset, byteLength } = document.bufferViews[bufferView];
    return decode(new Blob([new Uint8Array(file, start + byteOffset, byteLength)], { type: mimeType }));
  };
  const [colour, normal, surface] = await Promise.all([
    picture(material.pbrMetallicRoughness.baseColorTexture),
    picture(material.normalTexture),
    picture(material.occlusionTexture),
  ]);
  return { colour, normal, surface };
}

/** @param {Blob} picture */
const decode = (picture) => createImageBitmap(picture, { premultiplyAlpha: "none", colorSpaceConversion: "none" });
