/** A design in the words of others: the body of an order, a recipe, what a preview paints, a call of the API, a command. */
import { GRANULES, USUAL } from "./address.js";
import { colourOf, recipeNameOf, wordOf } from "./colours.js";
import { number } from "./texts.js";

/** @typedef {import("./address.js").Design} Design */
/** @typedef {import("./mix.js").Part} Part */
/** @typedef {import("./api.js").Schemas["JobOrder"]} JobOrder */

/** @param {readonly Part[]} parts @param {(code: string) => string} word @param {(percent: number) => string} figure */
const recipe = (parts, word, figure = String) =>
  parts
    .filter((part) => part.percent > 0)
    .map((part) => `${figure(part.percent)}% ${word(part.code)}`)
    .join(", ");

/**
 * The recipe of a mix as a person would type it, in the reader's language.
 * @param {readonly Part[]} parts
 */
export const wordsOf = (parts) => recipe(parts, wordOf, number);

/**
 * The same in the words that are read back everywhere.
 * @param {readonly Part[]} parts
 */
export const recipeOf = (parts) => recipe(parts, recipeNameOf);

/**
 * The body of an order.
 * @param {Design} design
 * @returns {Partial<JobOrder> & {recipe: string, seed: number}}
 */
export function orderOf(design) {
  const [ground, ...zones] = design.zones;
  const [least, most] = design.granules.split("-").map(Number);
  const fraction = GRANULES.find((name) => name === design.granules);
  const used = new Set(design.zones.flatMap((zone) => zone.parts).filter((part) => part.percent > 0).map((part) => part.code));
  const named = (/** @type {string[]} */ codes) => codes.filter((code) => used.has(code)).map(recipeNameOf);
  return {
    recipe: recipeOf(ground?.parts ?? []),
    seed: design.seed,
    ...(zones.length ? { zones: zones.map((zone) => ({ mask: zone.mask, recipe: recipeOf(zone.parts) })) } : {}),
    ...(fraction ? {} : { granule_mm: [least ?? 1, most ?? 4] }),
    ...(fraction && fraction !== USUAL.granules ? { granules: fraction } : {}),
    ...(design.surface !== USUAL.surface ? { surface: design.surface } : {}),
    ...(design.light !== USUAL.light ? { light: design.light } : {}),
    ...(design.wet ? { wet: true } : {}),
    ...(named(design.coarse).length ? { coarse: named(design.coarse) } : {}),
    ...(named(design.fine).length ? { fine: named(design.fine) } : {}),
    ...(design.words.length ? { words: design.words } : {}),
  };
}

/**
 * What a preview paints: the zones of a geometry, the ground first.
 * @param {Design} design
 * @returns {import("./preview/preview.js").PreviewZone[]}
 */
export const paintOf = (design) =>
  design.zones.map(({ parts }) => ({
    colours: parts
      .filter((part) => part.percent > 0)
      .map(({ code, percent }) => ({ litHex: colourOf(code).lit_hex, share: percent / 100, coarseness: coarsenessOf(design, code) })),
  }));

/** @param {Design} design @param {string} code */
const coarsenessOf = ({ coarse, fine }, code) => (coarse.includes(code) ? "coarse" : fine.includes(code) ? "fine" : "usual");

/**
 * All of a design that its geometry depends on, as a key: no colour, and of shares what is coarse and what is fine.
 * @param {Design} design
 */
export function geometryOf(design) {
  const { zones, granules, surface, light, wet, seed } = design;
  const sizes = paintOf(design).map(({ colours }) =>
    ["fine", "coarse"].map((size) => {
      const percents = colours.filter((colour) => colour.coarseness === size).map((colour) => Math.round(10_000 * colour.share));
      return percents.reduce((sum, one) => sum + one, 0);
    }),
  );
  return JSON.stringify([seed, granules, surface, light, wet, zones.map((zone) => zone.mask), sizes]);
}

/**
 * All of a design that the service may refuse and its geometry does not depend on, as a key: colours and words.
 * @param {Design} design
 */
export const coloursOf = ({ zones, words }) => JSON.stringify([zones.map(({ parts }) => parts.map((part) => part.code)), words]);

/** @param {string} text as a shell reads it as one word */
const quoted = (text) => (/^[\w.,:%/-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/**
 * What asks the service for the same picture; the key is the reader's own.
 * @param {Design} design
 */
export function callOf(design) {
  const body = JSON.stringify(orderOf(design));
  return [
    `curl -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json'`,
    `     -d ${quoted(body)} ${location.origin}/v1/jobs`,
  ].join(" \\\n");
}

/**
 * The command that makes the same picture.
 * @param {Design} design
 */
export function commandOf(design) {
  const order = orderOf(design);
  const words = ["plitka", "generate", quoted([order.recipe, ...design.words].join(", "))];
  for (const zone of order.zones ?? []) words.push("--zone", quoted(`${zone.mask}=${zone.recipe}`));
  if (order.granules) words.push("--granules", order.granules);
  if (order.granule_mm) words.push("--granule-mm", ...order.granule_mm.map(String));
  for (const name of /** @type {const} */ (["coarse", "fine"])) {
    const codes = order[name];
    if (codes?.length) words.push(`--${name}`, quoted(codes.join(",")));
  }
  if (order.surface) words.push("--surface", order.surface);
  if (order.light) words.push("--light", order.light);
  if (order.wet) words.push("--wet");
  words.push("--seed", String(order.seed), "-o", "tile.png");
  return words.join(" ");
}
