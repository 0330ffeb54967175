/**
 * A design as the part of the address behind `#`, and back: `mix=RED:60,BLACK:40!&light=sun&zone=border:8%|WHITE:100`.
 *
 * `!` marks a locked colour. What is usual is left out. What cannot be read becomes what is usual.
 */
import { MAX_COLOURS, normalise } from "./mix.js";

/** @typedef {import("./mix.js").Part} Part */
/** @typedef {import("./schema.js").components["schemas"]["Surface"]} Surface */
/** @typedef {import("./schema.js").components["schemas"]["Lighting"]} Light */
/** @typedef {{mask: string, parts: Part[]}} Zone `mask` is a shape or a data URL; the ground's is empty. */
/**
 * @typedef {object} Design All that a tile shows.
 * @property {Zone[]} zones the ground first, then those on it
 * @property {string} granules smallest and largest in mm, such as 1-4
 * @property {Surface} surface
 * @property {Light} light
 * @property {boolean} wet
 * @property {string[]} coarse codes of the colours with larger chips
 * @property {string[]} fine codes of those with smaller ones
 * @property {string[]} words about the look, for the prompt
 * @property {number} seed
 */

/**
 * The word of a one-time link, which signs in and names no design; null where the address has none.
 * @param {string} hash
 */
export const signInWord = (hash) => /^#link=([\w-]+)$/.exec(hash)?.[1] ?? null;

export const GRANULES = /** @type {const} */ (["0.5-1.5", "1-3", "1-4", "2-4"]);
/** @satisfies {Record<Surface, true>} */
export const SURFACES = { pressed: true, cut: true };
/** @satisfies {Record<Light, true>} */
export const LIGHTS = { studio: true, sun: true, overcast: true, warm: true, cold: true };
const MAX_ZONES = 64;
export const MAX_SEED = 2 ** 32 - 1;

/** @type {Design} */
export const USUAL = {
  zones: [{ mask: "", parts: [] }],
  granules: "1-4",
  surface: "pressed",
  light: "studio",
  wet: false,
  coarse: [],
  fine: [],
  words: [],
  seed: 7,
};

/** @param {string} text */
const escape = (text) => encodeURIComponent(text).replace(/%(3A|2C|21|7C|2F)/g, (code) => decodeURIComponent(code));

/** @param {readonly Part[]} parts */
const writeMix = (parts) => parts.map((part) => `${part.code}:${part.percent}${part.isLocked ? "!" : ""}`).join(",");

/**
 * @param {string} text
 * @returns {Part[]}
 */
function readMix(text) {
  /** @type {Map<string, Part>} */
  const parts = new Map();
  for (const word of text.split(",")) {
    const [, code, percent, lock] = /^\s*([^:]{1,60}):(\d{1,3}(?:\.\d{1,2})?)(!?)$/.exec(word) ?? [];
    if (code && parts.size < MAX_COLOURS) parts.set(code, { code, percent: Number(percent), isLocked: Boolean(lock) });
  }
  return normalise([...parts.values()]);
}

/**
 * @param {Design} design
 * @returns {string} without the `#`
 */
export function write(design) {
  const [ground, ...zones] = design.zones;
  /** @type {[string, string][]} */
  const pairs = [["mix", writeMix(ground?.parts ?? [])]];
  for (const zone of zones) pairs.push(["zone", `${zone.mask}|${writeMix(zone.parts)}`]);
  for (const name of /** @type {const} */ (["granules", "surface", "light"])) {
    if (design[name] !== USUAL[name]) pairs.push([name, design[name]]);
  }
  if (design.wet) pairs.push(["wet", "1"]);
  for (const name of /** @type {const} */ (["coarse", "fine"])) {
    if (design[name].length) pairs.push([name, design[name].join(",")]);
  }
  for (const word of design.words) pairs.push(["word", word]);
  if (design.seed !== USUAL.seed) pairs.push(["seed", String(design.seed)]);
  return pairs.map(([name, value]) => `${name}=${escape(value)}`).join("&");
}

/**
 * @param {string} hash with or without the `#`
 * @returns {Design | null} null where it names no mix
 */
export function read(hash) {
  const given = new URLSearchParams(hash.replace(/^#/, "").replaceAll("+", "%2B"));
  const parts = readMix(given.get("mix") ?? "");
  if (!parts.length) return null;
  const zones = given.getAll("zone").slice(0, MAX_ZONES - 1).flatMap(readZone);
  const codes = new Set([parts, ...zones.map((zone) => zone.parts)].flat().map((part) => part.code));
  const listed = (/** @type {string} */ name) => (given.get(name) ?? "").split(",").filter((code) => codes.has(code));
  const granules = given.get("granules") ?? "";
  const seed = given.get("seed") ?? "";
  return {
    zones: [{ mask: "", parts }, ...zones],
    granules: /^\d{1,2}(\.\d+)?-\d{1,2}(\.\d+)?$/.test(granules) ? granules : USUAL.granules,
    surface: oneOf(SURFACES, given.get("surface"), USUAL.surface),
    light: oneOf(LIGHTS, given.get("light"), USUAL.light),
    wet: given.get("wet") === "1",
    coarse: listed("coarse"),
    fine: listed("fine").filter((code) => !listed("coarse").includes(code)),
    words: given.getAll("word"),
    seed: /^\d{1,10}$/.test(seed) && Number(seed) <= MAX_SEED ? Number(seed) : USUAL.seed,
  };
}

/**
 * @param {string} text
 * @returns {Zone[]} none where it cannot be read
 */
function readZone(text) {
  const end = text.lastIndexOf("|");
  const parts = readMix(text.slice(end + 1));
  return end > 0 && parts.length ? [{ mask: text.slice(0, end), parts }] : [];
}

/**
 * @template {string} Name
 * @param {Record<Name, true>} choices
 * @param {string | null} name
 * @param {Name} usual
 * @returns {Name}
 */
const oneOf = (choices, name, usual) => (name !== null && Object.hasOwn(choices, name) ? /** @type {Name} */ (name) : usual);
