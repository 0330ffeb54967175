/**
 * The mix in words: what is typed is read as it is typed, and the tile follows; patterns among the words become zones of it.
 *
 * What was typed stands as long as the tile is what it was read as; any other change of the tile puts the tile's own words
 * in its place.
 */
import { GRANULES } from "./address.js";
import { Refusal, answerOf, client, returns } from "./api.js";
import { ownCodeOf, standingOutFrom } from "./colours.js";
import { areaIn, lay } from "./laying.js";
import { maskAs, placeOf, shapeOf } from "./masks.js";
import { change, design } from "./state.js";
import { computed, effect, signal } from "./vendor/preact-signals.js";

/** @typedef {import("./mix.js").Part} Part */
/** @typedef {import("./address.js").Zone} Zone */
/** @typedef {import("./api.js").Schemas["RecipeAnswer"]} Reading */
/** @typedef {import("./api.js").Schemas["PatternsAnswer"]} Patterned */
/** @typedef {Pick<Reading, "look" | "words" | "warnings">} Told */
/**
 * @typedef {object} Typed
 * @property {string} text
 * @property {Zone[] | null} zones of the tile, as the text was read; null while it is not
 * @property {Zone[]} others that lay on the ground before anything was typed
 * @property {Said} said what the words changed of the look
 */
/** @typedef {Partial<Record<LookName, {before: any, now: any}>>} Said */
/** @typedef {typeof LOOK[number]} LookName */

const PAUSE_MS = 300;
/** Of a design, what words may say beside its mix. */
const LOOK = /** @type {const} */ (["granules", "surface", "light", "wet"]);

const newest = signal(/** @type {Typed | null} */ (null));
/** What was typed, while the tile is what it was read as. */
export const typed = computed(() => (newest.value && (!newest.value.zones || areShown(newest.value.zones)) ? newest.value : null));
export const remarks = signal(/** @type {readonly string[]} */ ([]));
/** Words that are no colours and that no preview shows. */
export const unshown = signal(/** @type {readonly string[]} */ ([]));
export const refusal = signal(/** @type {Refusal | null} */ (null));
/** The area of the floor, as it was typed; empty where none was. */
export const area = signal("");
/** Zones that the words put on the tile. */
export const placed = signal(/** @type {readonly Zone[]} */ ([]));
let timer = 0;

// What was typed while the service was away is read when it is back.
effect(() => {
  if (returns.value && refusal.peek()?.status === 0 && newest.peek()) void read(newest.peek()?.text ?? "");
});

/**
 * Have a text that goes on being typed.
 * @param {string} text
 */
export function hear(text) {
  begin(text);
  clearTimeout(timer);
  timer = setTimeout(() => void read(text), PAUSE_MS);
}

/**
 * Have a text that is whole.
 * @param {string} text
 */
export function take(text) {
  begin(text);
  void read(text);
}

/** Have the mix that was typed without the zones that it put on the tile. */
export function takeOff() {
  const before = newest.value;
  newest.value = null;
  change({ zones: [...design.value.zones.slice(0, 1), ...(before?.others ?? [])] });
}

/** Have the tile's own words again, where nothing stands in the place of what was typed. */
export function leave() {
  if (newest.value && !newest.value.text.trim()) newest.value = null;
}

/** @param {string} text */
function begin(text) {
  newest.value = { text, zones: null, others: typed.value?.others ?? design.value.zones.slice(1), said: typed.value?.said ?? {} };
}

/**
 * Read what was typed, and have it, if nothing else was typed meanwhile.
 * @param {string} text
 */
async function read(text) {
  const isOld = () => newest.value?.text !== text;
  if (!text.trim()) {
    [refusal.value, placed.value] = [null, []];
    return;
  }
  try {
    const reading = await readingOf(text);
    const found = reading.words.length ? patternedOf(await patternsOf(text)) : null;
    if (!isOld()) have(partsOf(found ? found.ground : reading.requested), found, reading);
  } catch (reason) {
    if (!(reason instanceof Refusal)) throw reason;
    const answer = await patternsOf(text);
    const found = patternedOf(answer);
    // A pattern is nothing that the page refuses: where there is one, what lies under it is to blame.
    const blamed = answer?.unread ? await readingOf(answer.unread).then(() => reason, (other) => other) : reason;
    if (isOld()) return;
    if (found) have(partsOf(found.ground), found, null);
    else [refusal.value, placed.value] = [blamed, []];
  }
}

/** @param {string} text @throws {Refusal} it is no mix */
const readingOf = (text) => answerOf(client.POST("/v1/recipes/parse", { body: { recipe: text, strict: false } }));

/** What patterns a text asks for that is no plain mix; null where the service does not say. @param {string} text */
const patternsOf = (text) => answerOf(client.POST("/v1/recipes/patterns", { body: { recipe: text } })).catch(() => null);

/** An answer that has some patterns. @param {Patterned | null} answer */
const patternedOf = (answer) => (answer?.patterns.length ? answer : null);

/**
 * Have the tile that was typed.
 * @param {Part[]} named the mix of the ground; empty where it is not said
 * @param {Patterned | null} found
 * @param {Reading | null} reading of a text that is a mix
 */
function have(named, found, reading) {
  const typing = newest.value;
  if (!typing) return;
  const ground = named.length ? named : (design.value.zones[0]?.parts ?? []);
  const asked = (found?.patterns ?? []).map(({ mask, requested }) => ({ mask: maskAs(mask), parts: partsOf(requested) }));
  const shapes = asked.map(({ mask }) => shapeOf(mask));
  const kept = typing.others.filter(({ mask }) => !shapes.includes(shapeOf(mask)));
  const patterns = coloured(asked, ground, kept);
  const zones = [{ mask: "", parts: ground }, ...kept, ...patterns];
  [refusal.value, placed.value] = [null, patterns];
  haveArea(reading?.sizes ?? []);
  const told = !found ? reading : found.ground ? { ...found, words: [] } : null;
  [remarks.value, unshown.value] = told ? [toldOf(told), told.words] : [[], []];
  const before = unsaid(typing.said);
  const look = { ...before, ...(told ? lookOf(told, ground) : {}) };
  const said = Object.fromEntries(LOOK.filter((name) => look[name] !== before[name]).map((name) => [name, { before: before[name], now: look[name] }]));
  newest.value = { ...typing, zones, said };
  change({ zones, ...look }, "words");
}

/** Have the area that words say, once, so that one given elsewhere since stays. @param {readonly string[]} sizes */
function haveArea(sizes) {
  const [said, ...more] = sizes.filter((size) => areaIn(size) !== null);
  const before = area.peek();
  area.value = said && !more.length ? said : "";
  const areaM2 = areaIn(area.value);
  if (areaM2 !== null && area.value !== before) lay({ areaM2 });
}

/**
 * The look without what words said of it before, where nobody has changed that since.
 * @param {Said} said
 * @returns {Pick<import("./address.js").Design, LookName>}
 */
function unsaid(said) {
  const { granules, surface, light, wet } = design.value;
  const now = { granules, surface, light, wet };
  const taken = LOOK.filter((name) => said[name]?.now === now[name] && said[name]);
  return { ...now, ...Object.fromEntries(taken.map((name) => [name, said[name]?.before])) };
}

/**
 * Zones, of which those that no mix is said for have a colour that stands out from the ground, and is none of the others'.
 * @param {readonly Zone[]} zones
 * @param {Part[]} ground
 * @param {readonly Zone[]} kept that lie there already
 */
function coloured(zones, ground, kept) {
  const taken = [...kept, ...zones].flatMap((zone) => zone.parts);
  const laid = [{ mask: "", parts: ground }, ...kept];
  for (const zone of zones) {
    const { under, beside } = placeOf(zone.mask, laid);
    const code = standingOutFrom(under, under === ground ? taken : beside);
    const parts = zone.parts.length ? zone.parts : [{ code, percent: 100, isLocked: false }];
    if (!zone.parts.length) taken.push(...parts);
    laid.push({ ...zone, parts });
  }
  return laid.slice(1 + kept.length);
}

/**
 * What was settled for the writer, but for words that are not shown and an area, of which the page tells in its own.
 * @param {Told} told
 */
const toldOf = ({ warnings, words }) =>
  warnings.filter((warning) => !(words.length && warning.endsWith(`: ${words.join(", ")}`)) && !(area.peek() && warning.includes(area.peek())));

/**
 * What the words say of the look; the rest stays as it is.
 * @param {Told} told
 * @param {Part[]} parts
 */
function lookOf({ look: said, words }, parts) {
  const look = /** @type {any} */ (said);
  const codes = new Set(parts.map((part) => part.code));
  const named = (/** @type {string[] | undefined} */ list) => (list ?? []).filter((code) => codes.has(code));
  return {
    ...(look.granule_mm ? { granules: fractionOf(look.granule_mm) } : {}),
    ...(look.surface ? { surface: look.surface } : {}),
    ...(look.light ? { light: look.light } : {}),
    ...(look.wet === null || look.wet === undefined ? {} : { wet: look.wet }),
    coarse: named(look.coarse),
    fine: named(look.fine),
    words: [...words],
  };
}

/** @param {number[]} sizes in mm */
const fractionOf = ([least, most]) => GRANULES.find((name) => name === `${least}-${most}`) ?? `${least}-${most}`;

/**
 * Percents as the service tells them, as parts of a mix.
 * @param {Record<string, number> | null} requested
 * @returns {Part[]}
 */
function partsOf(requested) {
  /** @type {Map<string, number>} */
  const percents = new Map();
  for (const [code, percent] of Object.entries(requested ?? {})) percents.set(ownCodeOf(code), (percents.get(ownCodeOf(code)) ?? 0) + percent);
  return [...percents].map(([code, percent]) => ({ code, percent, isLocked: false }));
}

/** @param {readonly Zone[]} zones whether they are those of the tile, whatever is locked */
const areShown = (zones) => signOf(zones) === signOf(design.value.zones);

/** @param {readonly Zone[]} zones */
const signOf = (zones) => JSON.stringify(zones.map(({ mask, parts }) => [mask, parts.map(({ code, percent }) => [code, percent])]));
