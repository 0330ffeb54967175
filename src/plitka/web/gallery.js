/** One's own tiles: what the key had photographed, page by page; the service lets favourites stay. */
import { Refusal, answerOf, client, send } from "./api.js";
import { GRANULES, USUAL } from "./address.js";
import { dismissJob } from "./photographs.js";
import { keep, recall } from "./storage.js";
import { computed, signal } from "./vendor/preact-signals.js";

/** @typedef {import("./api.js").Schemas["JobAnswer"]} Job */
/** @typedef {import("./address.js").Design} Design */
/** @typedef {import("./address.js").Zone} Zone */

const PAGE = 24;

const found = signal(/** @type {readonly Job[]} */ ([]));
const next = signal(/** @type {string | null} */ (null));
export const hasMore = computed(() => next.value !== null);
export const isLoading = signal(false);
export const refusal = signal(/** @type {Refusal | null} */ (null));
export const favourites = computed(() => found.value.filter((job) => job.is_favourite).map((job) => job.id));

/** Codes of the colours of a photograph. @param {Job} job */
export const codesOf = (job) => Object.keys(job.result?.requested ?? {});

/** All that were loaded, the newest first. */
export const tiles = computed(() => found.value);

/** Load the newest, and forget what was loaded before. */
export function begin() {
  found.value = [];
  next.value = null;
  return load();
}

/** Load one more page. */
export async function load() {
  isLoading.value = true;
  refusal.value = null;
  const cursor = next.value;
  const query = { state: /** @type {const} */ ("succeeded"), limit: PAGE, ...(cursor ? { cursor } : {}) };
  try {
    const page = await answerOf(client.GET("/v1/jobs", { params: { query } }));
    const known = new Set(found.value.map((job) => job.id));
    found.value = [...found.value, ...page.jobs.filter((job) => !known.has(job.id))];
    next.value = page.next_cursor;
    await handOver();
  } catch (reason) {
    if (!(reason instanceof Refusal)) throw reason;
    refusal.value = reason;
  } finally {
    isLoading.value = false;
  }
}

/** A favourite, or none any more. @param {string} id */
export async function turnFavourite(id) {
  try {
    await mark(id, !favourites.value.includes(id));
  } catch (reason) {
    if (!(reason instanceof Refusal)) throw reason;
    refusal.value = reason;
  }
}

/**
 * @param {string} id
 * @param {boolean} isFavourite
 */
async function mark(id, isFavourite) {
  const params = { path: { job_id: id } };
  await answerOf(client.PATCH("/v1/jobs/{job_id}", { params, body: { is_favourite: isFavourite } }));
  found.value = found.value.map((job) => (job.id === id ? { ...job, is_favourite: isFavourite } : job));
}

/** Tell the service of favourites that this browser alone has known. */
async function handOver() {
  const known = /** @type {readonly string[]} */ (recall("favourites") ?? []);
  const told = found.value.map((job) => job.id).filter((id) => known.includes(id));
  for (const id of told) await mark(id, true);
  if (told.length) keep("favourites", known.filter((id) => !told.includes(id)));
}

/**
 * Delete a photograph for good, in the service and here.
 * @param {string} id
 * @throws {Refusal}
 */
export async function remove(id) {
  await send(`/v1/jobs/${id}`, { method: "DELETE" });
  found.value = found.value.filter((job) => job.id !== id);
  dismissJob(id);
}

/**
 * A photograph and its design, asked of the service, since lists name masks without their pictures.
 * @param {string} id
 * @returns {Promise<{job: Job, design: Design}>}
 * @throws {Refusal}
 */
export async function recalled(id) {
  const job = await answerOf(client.GET("/v1/jobs/{job_id}", { params: { path: { job_id: id } } }));
  return { job, design: await designOf(job) };
}

/**
 * @param {Job} job with its masks
 * @returns {Promise<Design>}
 * @throws {Refusal}
 */
async function designOf(job) {
  const { request } = job;
  const read = { recipe: request.recipe, strict: false };
  const words = request.words ?? (await answerOf(client.POST("/v1/recipes/parse", { body: read }))).words;
  /** @type {any} */
  const result = job.result ?? {};
  /** @type {any} */
  const scene = result.scene ?? {};
  const [least, most] = scene.granule_mm ?? [];
  const size = scene.granule_mm ? `${least}-${most}` : USUAL.granules;
  return {
    zones: zonesOf(job),
    granules: GRANULES.find((name) => name === size) ?? size,
    surface: scene.surface ?? USUAL.surface,
    light: scene.light ?? USUAL.light,
    wet: scene.wet ?? USUAL.wet,
    coarse: scene.coarse ?? [],
    fine: scene.fine ?? [],
    words: [...words],
    seed: result.seed ?? request.seed ?? USUAL.seed,
  };
}

/**
 * Mixes and masks: the masks as they were ordered, the percents as they were read.
 * @param {Job} job
 * @returns {Zone[]}
 */
export function zonesOf({ request, result }) {
  const read = /** @type {any[]} */ (result?.zones ?? [{ requested: result?.requested ?? {} }]);
  return read.map(({ requested, mask }, index) => ({
    mask: index ? (request.zones?.[index - 1]?.mask ?? mask) : "",
    parts: Object.entries(requested).map(([code, percent]) => ({ code, percent: Number(percent), isLocked: false })),
  }));
}
