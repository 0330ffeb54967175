/** What a floor of the design takes: what is asked of the service, kept in the browser, and what it answers. */
import { Refusal, answerOf, client, returns, send } from "./api.js";
import { write } from "./address.js";
import { recipeNameOf } from "./colours.js";
import { USUAL_TILE_MM, laying } from "./laying.js";
import { orderOf } from "./orders.js";
import { photographs } from "./photographs.js";
import { design, link } from "./state.js";
import { keep, recall } from "./storage.js";
import { language, texts } from "./texts.js";
import { computed, effect, signal } from "./vendor/preact-signals.js";

/** @typedef {import("./api.js").Schemas["SheetAnswer"]} Sheet */
/** @typedef {import("./api.js").Schemas["Edge"]} Edge */
/** @typedef {"pdf" | "csv" | "xlsx"} Format */
/**
 * @typedef {object} Floor What is known of a floor beside the design and how it is laid, which has its area and its tile.
 * @property {Edge} edge
 * @property {Record<string, number>} figures given in place of assumed ones, by the names of the contract
 * @property {Record<string, number>} seconds m² of the second mix by the pattern that it is laid in, in place of what that usually takes
 * @property {Record<string, number>} prices of a kilogram by code of a colour; SBR the base's crumb, BINDER the binder
 * @property {string | null} currency null: as is usual where the language is spoken
 * @property {string} maker
 * @property {string} project
 * @property {string} logo a data URL, or empty
 */

export const EDGES = /** @type {const} */ (["straight", "puzzle", "bevelled"]);
/** Codes of what is in every sheet and no colour. */
export const CRUMB = "SBR";
export const BINDER = "BINDER";
/** Of the figures, the side of the tile that the floor does not have. */
export const LENGTH = "tile_length_mm";
const PAUSE_MS = 250;
/** @type {[number, number]} Of a kilogram, as the contract takes it. */
export const PRICE_RANGE = [0, 1e9];
/** Longer addresses the contract does not take. */
const MAX_LINK_CH = 8000;
const LOGO_PX = 480;
/** Of who reads a language; English is read where money has many names. */
const USUAL_CURRENCY = { en: "", ru: "₽" };

/** @type {Floor} */
const USUAL = { edge: "straight", figures: {}, seconds: {}, prices: {}, currency: null, maker: "", project: "", logo: "" };

export const floor = signal({ ...USUAL, ...recall("floor") });
export const currency = computed(() => floor.value.currency ?? USUAL_CURRENCY[language.value]);
export const sheet = signal(/** @type {Sheet | null} */ (null));
export const refusal = signal(/** @type {Refusal | null} */ (null));
/** The address that a QR code leads to; empty where it is too long for one. */
export const sheetLink = computed(() => {
  const address = link.value.replaceAll("|", "%7C");
  return address.length > MAX_LINK_CH ? "" : address;
});

/** @param {Partial<Floor>} changes kept in this browser */
export function changeFloor(changes) {
  floor.value = { ...floor.value, ...changes };
  keep("floor", floor.value);
}

/**
 * Have a figure in place of the assumed one; null: the assumed one again.
 * @param {"figures" | "prices" | "seconds"} among
 * @param {string} name
 * @param {number | null} value
 */
export function changeFigure(among, name, value) {
  const { [name]: _, ...others } = floor.value[among];
  changeFloor({ [among]: value === null ? others : { ...others, [name]: value } });
}

/** The mix of the other tiles where the floor is laid with two, and in which pattern. */
export const second = computed(() => {
  const { pattern, second: design, tileMm } = laying.value;
  return pattern === "plain" || !design ? null : { pattern, design, tileMm };
});

/**
 * How much of a floor the second mix usually covers, in m²: half of it, or one row of tiles around a square.
 * @param {number} areaM2
 */
export function usualSecondM2(areaM2) {
  if (second.value?.pattern !== "border") return areaM2 / 2;
  const sideM = Math.sqrt(areaM2);
  const innerM = Math.max(0, sideM - (2 * second.value.tileMm) / 1000);
  return Math.round(100 * Math.min(areaM2 - innerM ** 2, 0.99 * areaM2)) / 100;
}

/** @param {number} areaM2 */
function secondOf(areaM2) {
  if (!second.value) return {};
  const { design: other, pattern } = second.value;
  const { recipe, zones } = orderOf(other);
  const name = texts.value.floor.seconds[pattern];
  return { second: { recipe, ...(zones ? { zones } : {}), name, area_m2: floor.value.seconds[pattern] ?? usualSecondM2(areaM2) } };
}

/** The sides of the tile, where they are not the usual ones; a tile is square where its length is no figure of one's own. */
function sidesOf() {
  const { tileMm } = laying.value;
  const lengthMm = floor.value.figures[LENGTH];
  return tileMm === USUAL_TILE_MM && lengthMm === undefined ? {} : { tile_width_mm: tileMm, [LENGTH]: lengthMm ?? tileMm };
}

/** The body of a request for a sheet. */
const body = computed(() => {
  const { edge, figures, prices } = floor.value;
  const { areaM2 } = laying.value;
  const { seed: _, ...shown } = orderOf(design.value);
  const zones = [design.value, ...(second.value ? [second.value.design] : [])].flatMap((one) => one.zones);
  const used = new Set(zones.flatMap((zone) => zone.parts.filter((part) => part.percent > 0)).map((part) => part.code));
  const named = Object.entries(prices).filter(([code, price]) => used.has(code) && price <= PRICE_RANGE[1]).map(([code, price]) => [recipeNameOf(code), price]);
  const { bevel_mm: bevel, ...flat } = figures;
  return {
    ...shown,
    ...secondOf(areaM2),
    ...(edge === "bevelled" && bevel !== undefined ? figures : flat),
    ...sidesOf(),
    area_m2: areaM2,
    edge,
    currency: currency.value.trim(),
    ...(named.length ? { prices: Object.fromEntries(named) } : {}),
    ...(prices[CRUMB] === undefined ? {} : { base_price: prices[CRUMB] }),
    ...(prices[BINDER] === undefined ? {} : { binder_price: prices[BINDER] }),
  };
});

/**
 * Calculate the sheet, and again after each change.
 * @returns {() => void} no longer
 */
export function followFloor() {
  let timer = 0;
  let asked = 0;
  const stop = effect(() => {
    const wished = body.value;
    void [language.value, returns.value]; // the answer is in the one, and may have been missed until the other
    clearTimeout(timer);
    const number = ++asked;
    timer = setTimeout(() => void calculate(wished, () => number === asked), sheet.peek() ? PAUSE_MS : 0);
  });
  return () => {
    clearTimeout(timer);
    stop();
  };
}

/**
 * @param {object} wished
 * @param {() => boolean} isLast whether nothing else was wished meanwhile
 */
async function calculate(wished, isLast) {
  try {
    const found = await answerOf(client.POST("/v1/sheets", { body: /** @type {any} */ (wished) }));
    if (!isLast()) return;
    sheet.value = /** @type {Sheet} */ (found); // no file was asked for
    refusal.value = null;
  } catch (reason) {
    if (!(reason instanceof Refusal)) throw reason;
    if (isLast()) refusal.value = reason;
  }
}

/** The job whose picture shows the design as it is, whatever its seed; none where there is no such photograph. */
function pictured() {
  const sameAs = write({ ...design.value, seed: 0 });
  const shown = photographs.value.filter((one) => one.job?.image_url && write({ ...one.design, seed: 0 }) === sameAs);
  return shown.at(-1)?.job?.id;
}

/**
 * The sheet as a file, and what it is called.
 * @param {Format} format
 * @returns {Promise<{blob: Blob, name: string}>}
 * @throws {Refusal}
 */
export async function fileOf(format) {
  const { maker, project, logo } = floor.value;
  const job = pictured();
  const onPaper = format === "pdf" ? { ...(logo ? { logo } : {}), ...(job ? { job_id: job } : {}) } : {};
  const asked = { ...body.value, format, language: language.value, maker: maker.trim(), project: project.trim(), link: sheetLink.value, ...onPaper };
  const headers = { "Content-Type": "application/json" };
  const answer = await send("/v1/sheets", { method: "POST", body: JSON.stringify(asked), headers });
  const named = /filename\*=UTF-8''([^;]+)/.exec(answer.headers.get("Content-Disposition") ?? "")?.[1];
  return { blob: await answer.blob(), name: named ? decodeURIComponent(named) : `sheet.${format}` };
}

/**
 * A picture as a logo of few bytes.
 * @param {File} file
 * @returns {Promise<string>} a PNG as a data URL
 * @throws {DOMException} it is no picture that the browser reads
 */
export async function logoOf(file) {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, LOGO_PX / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/png");
}
