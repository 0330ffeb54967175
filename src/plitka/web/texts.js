/** What the page says, in the reader's language; numbers and times as that language writes them. */
import { keep, recall } from "./storage.js";
import en from "./texts/en.js";
import ru from "./texts/ru.js";
import { computed, effect, signal } from "./vendor/preact-signals.js";

/** @typedef {"en" | "ru"} Language */
/** @typedef {Partial<Record<Intl.LDMLPluralRule, string>> & {other: string}} Forms A word beside numbers; in Russian `other` stands beside fractions. */

/** @type {Record<Language, typeof en>} */
const TEXTS = { en, ru };

/** @returns {Language} */
function usual() {
  const wished = recall("language") ?? navigator.languages.map((tag) => tag.slice(0, 2)).find((tag) => tag in TEXTS);
  return wished === "ru" ? "ru" : "en";
}

export const language = signal(usual());
/** All texts of the language; they read as `texts.value.recipe.title`. */
export const texts = computed(() => TEXTS[language.value]);

/**
 * A text with its places filled in.
 * @param {string} text with places such as {n}
 * @param {Record<string, string | number>} values
 */
export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (place, name) => String(values[name] ?? place));

/**
 * @param {number} value
 * @param {number} [digits] after the point, at most
 * @param {number} [least] digits there
 */
export const number = (value, digits = 2, least = 0) =>
  new Intl.NumberFormat(language.value, { maximumFractionDigits: digits, minimumFractionDigits: least }).format(value);

/**
 * As a reader types it: without marks between thousands, of which the English one is another's decimal point.
 * @param {number} value
 * @param {number} digits after the point, at most
 */
export const typedNumber = (value, digits) => new Intl.NumberFormat(language.value, { maximumFractionDigits: digits, useGrouping: false }).format(value);

/**
 * A number with its word: 1 point, 5 раз, 3,4 раза.
 * @param {number} value
 * @param {Forms} forms
 * @param {number} [digits] after the point, at most
 */
export function counted(value, forms, digits = 1) {
  const form = new Intl.PluralRules(language.value, { maximumFractionDigits: digits }).select(value);
  return `${number(value, digits)}\u00a0${forms[form] ?? forms.other}`;
}

/** Of days and hours: as they are written where the reader lives; what the page says in English is British. */
const places = computed(() => navigator.languages.find((tag) => tag.startsWith(`${language.value}-`)) ?? { en: "en-GB", ru: "ru" }[language.value]);

/**
 * A day, or a moment of one.
 * @param {number} seconds since 1970
 * @param {Intl.DateTimeFormatOptions} style
 */
export const moment = (seconds, style) => new Intl.DateTimeFormat(places.value, style).format(seconds * 1000);

/**
 * @param {number} value 0..100
 * @param {number} [digits] after the point, at most
 */
export const percent = (value, digits = 2) => `${number(value, digits)}\u00a0%`;

/**
 * Have another language, and keep it.
 * @param {Language} chosen
 */
export function choose(chosen) {
  language.value = chosen;
  keep("language", chosen);
}

/** Tell the browser and screen readers, from now on. */
export function followLanguage() {
  effect(() => {
    document.documentElement.lang = language.value;
    document.title = texts.value.title;
  });
}
