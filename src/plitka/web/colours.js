/** The colours that a mix can have: those of the service, a maker's own palette, and any hex. */
import { answerOf, client, send } from "./api.js";
import { keep, recall } from "./storage.js";
import { language } from "./texts.js";
import { computed, signal } from "./vendor/preact-signals.js";

/** @typedef {import("./api.js").Schemas["ColourAnswer"]} Colour */
/** @typedef {{name: string, colours: Colour[]}} OwnPalette `name` is the file's. */

/** Least difference of channels, 0..1, of what is seen as a colour and no grey. */
const GREY_BELOW = 0.09;
/** Where the rainbow is cut: pinks and reds that lie on both sides of hue 0 stay together. */
const REDS_FROM = 40;
const HEX = /^#?([0-9a-f]{6}|[0-9a-f]{3})$/i;
/** Shorter texts are like too many names. */
const SLIP_FROM = 4;
const CYRILLIC = /[а-яё]/i;
/** Makers' Russian names with such a word are not read beside their number. */
const UNREAD = /^стандартн/i;

const listed = signal(/** @type {readonly Colour[]} */ ([]));
export const ownPalette = signal(/** @type {OwnPalette | null} */ (recall("palette")));
/** Of the service, without those that are a RAL number alone: each of them is another's too. */
export const colours = computed(() => listed.value.filter((colour) => colour.source !== "ral"));
/** What a RAL number alone is: the colour of the trade that has it. */
const byNumber = computed(() => new Map(colours.value.flatMap((colour) => (colour.ral ? [[colour.ral, colour]] : []))));
const byCode = computed(() => new Map(listed.value.map((colour) => [colour.code, byNumber.value.get(colour.code) ?? colour])));
const ownByHex = computed(() => new Map((ownPalette.value?.colours ?? []).map((colour) => [colour.hex, colour])));

/** @throws {import("./api.js").Refusal} */
export async function loadColours() {
  listed.value = (await answerOf(client.GET("/v1/colours"))).colours;
}

/**
 * The colour of a code of a mix; one of a maker's own palette is there by its hex.
 * @param {string} code
 * @returns {Colour}
 */
export function colourOf(code) {
  const found = byCode.value.get(code) ?? ownByHex.value.get(code);
  const hex = hexOf(code) ?? "#808080";
  return found ?? { code, name: code.toLowerCase(), name_ru: code, hex, lit_hex: hex, ral: null, source: "free", contrasts: [] };
}

/**
 * What stands out from a colour; from a maker's own, or any hex, what stands out from the colour of the catalogue nearest to it.
 * @param {Colour} colour
 * @returns {readonly string[]}
 */
function contrastsOf(colour) {
  if (colour.contrasts?.length) return colour.contrasts;
  const known = listed.value.filter((other) => other.source === "catalogue");
  const [near] = known.sort((a, b) => apart(a.hex, colour.hex) - apart(b.hex, colour.hex));
  return near?.contrasts ?? [];
}

/** @param {string} one a hex @param {string} other another @returns {number} how far their channels are apart: no measure of looks, and enough to find a neighbour */
const apart = (one, other) => [1, 3, 5].reduce((sum, at) => sum + (parseInt(one.slice(at, at + 2), 16) - parseInt(other.slice(at, at + 2), 16)) ** 2, 0);

/** What patterns and letters are usually made of; each is sold everywhere. */
const COMMON = ["WHITE", "BLACK", "YELLOW"];
/** Of a mix, in percent: what has more of it does not stand out from it. */
const MANY = 20;

/**
 * The code of a common colour that stands out from a mix: from the most of it the most.
 * @param {readonly import("./mix.js").Part[]} parts
 * @param {readonly import("./mix.js").Part[]} [beside] of what else lies on it, and must not run into the colour either
 */
export function standingOutFrom(parts, beside = []) {
  const used = [...parts, ...beside].filter((part) => part.percent >= MANY).map((part) => part.code);
  const known = listed.value.filter(({ source, code }) => source === "catalogue" && !used.includes(code));
  const common = known.filter(({ code }) => COMMON.includes(code));
  const free = common.length ? common : known;
  /** @param {string} code how far behind the farthest it is */
  const rankOf = (code) =>
    parts.reduce((sum, part) => {
      const contrasts = contrastsOf(colourOf(part.code));
      const place = contrasts.indexOf(code);
      return sum + part.percent * (place < 0 ? contrasts.length : place);
    }, 0);
  const ranked = free.map(({ code }) => ({ code, rank: rankOf(code) }));
  return ranked.sort((a, b) => a.rank - b.rank)[0]?.code ?? "WHITE";
}

/**
 * The code that a mix has a colour by.
 * @param {Colour} colour
 */
export const codeOf = (colour) => (colour.source === "custom" ? colour.hex : colour.code);

/**
 * As it is shown to people, beside its number; captions of the trade and of makers say where they are from.
 * @param {Colour} colour
 */
export function nameOf(colour) {
  // A maker's own name that a recipe could not have is captioned by its code; it is shown all the same.
  const isCoded = colour.source === "custom" && colour.name === colour.code.toLowerCase();
  const name = language.value === "en" && !isCoded ? colour.name.replace(/^trade /, "") : colour.name_ru;
  const bare = colour.source === "maker" && plain(name).startsWith(plain(colour.code)) ? name.slice(colour.code.length).trim() : name;
  return bare.charAt(0).toUpperCase() + bare.slice(1);
}

/**
 * The language of that name where it is not the reader's: a maker's own name that has no common Russian one.
 * @param {Colour} colour
 */
export const langOf = (colour) => (language.value === "ru" && colour.source === "maker" && !CYRILLIC.test(colour.name_ru) ? "en" : undefined);

/**
 * What it is called by its seller: a RAL number, or a maker's code.
 * @param {Colour} colour
 */
export const numberOf = (colour) => colour.ral ?? (colour.source === "maker" || colour.source === "custom" ? colour.code : "");

/**
 * The name with the number, so that no two colours are called the same.
 * @param {Colour} colour
 */
export const fullNameOf = (colour) => [nameOf(colour), numberOf(colour)].filter(Boolean).join(" ");

/**
 * As every recipe names it.
 * @param {string} code
 */
export const recipeNameOf = (code) => byCode.value.get(code)?.name ?? code.toLowerCase();

/**
 * As a recipe names it in the reader's language: as `fullNameOf` shows it, or by its number alone where that is not read
 * back as the same colour.
 * @param {string} code
 */
export function wordOf(code) {
  const colour = byCode.value.get(code);
  if (!colour) return code.toLowerCase();
  if (colour.source === "maker" && language.value === "en") return colour.name;
  if (colour.source === "maker" && UNREAD.test(colour.name_ru)) return colour.code;
  return [nameOf(colour).toLowerCase(), numberOf(colour)].filter(Boolean).join(" ");
}

/**
 * The one code of a colour that has several: a RAL number is the colour of the trade that has it.
 * @param {string} code
 */
export const ownCodeOf = (code) => byCode.value.get(code)?.code ?? code;

/**
 * The colours that a search finds, by name in either language, code, RAL number or hex; all for an empty one. Where none
 * is found, those whose name has one slip.
 * @param {readonly Colour[]} among
 * @param {string} text
 * @returns {Colour[]}
 */
export function search(among, text) {
  const key = plain(text);
  const found = among.filter((colour) =>
    [colour.name, colour.name_ru, colour.code, colour.ral ?? "", colour.hex].some((name) => plain(name).includes(key)),
  );
  const hex = hexOf(text.trim());
  if (found.length) return found;
  return hex ? [colourOf(hex)] : among.filter((colour) => [colour.name, colour.name_ru].some((name) => beginsNearly(name, key)));
}

/**
 * Whether a name, or a word of it, begins with a text but for one slip.
 * @param {string} name
 * @param {string} key
 */
function beginsNearly(name, key) {
  if (key.length < SLIP_FROM) return false;
  const starts = name.split(/[\s-]+/).map((_, at, words) => plain(words.slice(at).join("")));
  return starts.some((start) => [-1, 0, 1].some((more) => isOneSlip(start.slice(0, key.length + more), key)));
}

/**
 * Whether two texts differ by one letter: another, one more, one fewer, or two neighbours exchanged.
 * @param {string} one
 * @param {string} other
 */
function isOneSlip(one, other) {
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  const at = [...long].findIndex((letter, place) => letter !== short[place]);
  if (at < 0 || long.length - short.length > 1) return false;
  if (long.length > short.length) return long.slice(at + 1) === short.slice(at);
  const isExchanged = long[at] === short[at + 1] && long[at + 1] === short[at] && long.slice(at + 2) === short.slice(at + 2);
  return isExchanged || long.slice(at + 1) === short.slice(at + 1);
}

/**
 * Colours as a rainbow, from reds on; those with hardly any colour first, the darkest before.
 * @param {readonly Colour[]} given
 * @returns {Colour[]}
 */
export const rainbow = (given) => [...given].sort((a, b) => placeOf(a.hex) - placeOf(b.hex));

/** @param {string} hex a number that grows along the rainbow: below 0 for greys, else the hue, 0..360 */
function placeOf(hex) {
  const channels = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255);
  const [red = 0, green = 0, blue = 0] = channels;
  const [low, high] = [Math.min(...channels), Math.max(...channels)];
  const chroma = high - low;
  if (chroma < GREY_BELOW) return high - 2;
  if (high === red) return (60 * ((green - blue) / chroma) + 360 + REDS_FROM) % 360;
  return REDS_FROM + (high === green ? 60 * ((blue - red) / chroma + 2) : 60 * ((red - green) / chroma + 4));
}

/**
 * A hex as all of them are written; null where a text is none.
 * @param {string} text
 */
function hexOf(text) {
  const digits = HEX.exec(text)?.[1];
  return digits ? `#${(digits.length === 3 ? digits.replace(/./g, "$&$&") : digits).toUpperCase()}` : null;
}

/** @param {string} text */
const plain = (text) => text.toLowerCase().replaceAll("ё", "е").replace(/[\s_-]/g, "");

/**
 * Have a maker's own colours, of a CSV file; they stay in this browser.
 * @param {File} file
 * @throws {import("./api.js").Refusal} it cannot be read
 */
export async function loadPalette(file) {
  const form = new FormData();
  form.set("palette", file);
  const read = await (await send("/v1/palettes", { method: "POST", body: form })).json();
  ownPalette.value = { name: file.name, colours: read.colours };
  keep("palette", ownPalette.value);
}

/** Have it no more; colours of it that are in a mix stay there. */
export function forgetPalette() {
  ownPalette.value = null;
  keep("palette", null);
}
