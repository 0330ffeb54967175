/** The service as its operator sees it: how it is, who waits, what it has done, and who may use it. */
import { Refusal, answerOf, client } from "./api.js";
import { signal } from "./vendor/preact-signals.js";

/** @typedef {import("./api.js").Schemas["OperationAnswer"]} Operation */
/** @typedef {import("./api.js").Schemas["QueuedJob"]} QueuedJob */
/** @typedef {import("./api.js").Schemas["KeysAnswer"]} Keys */
/** @typedef {import("./api.js").Schemas["KeyAnswer"]} Key */
/** @typedef {import("./api.js").Schemas["NewKey"]} NewKey */
/** @typedef {import("./api.js").Schemas["NewKeyAnswer"]} NewKeyAnswer */
/** @typedef {import("./api.js").Schemas["KeyChange"]} KeyChange */
/** @typedef {import("./api.js").Schemas["Deed"]} Deed */

const EVERY_MS = 3000;
/** In which an old secret opens as well. */
export const OVERLAP_HOURS = 24;

export const operation = signal(/** @type {Operation | null} */ (null));
export const keys = signal(/** @type {Keys | null} */ (null));
/** What operators did last, the newest first; null while nobody has asked. */
export const deeds = signal(/** @type {Deed[] | null} */ (null));
/** Why the service does not say; null while it does. */
export const refusal = signal(/** @type {Refusal | null} */ (null));

/**
 * Look at the service, again and again.
 * @returns {() => void} what ends it
 */
export function watch() {
  let timer = 0;
  let isOver = false;
  const look = async () => {
    if (!document.hidden) await told(loadOperation());
    if (!isOver) timer = setTimeout(() => void look(), EVERY_MS);
  };
  void look();
  void told(loadKeys());
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}

/** @param {Promise<void>} asked */
async function told(asked) {
  try {
    await asked;
    refusal.value = null;
  } catch (reason) {
    if (!(reason instanceof Refusal)) throw reason;
    refusal.value = reason;
  }
}

async function loadOperation() {
  operation.value = await answerOf(client.GET("/v1/operation"));
}

async function loadKeys() {
  keys.value = await answerOf(client.GET("/v1/keys"));
}

/**
 * Cancel anybody's job.
 * @param {string} id
 * @throws {Refusal}
 */
export async function cancelQueued(id) {
  await answerOf(client.DELETE("/v1/operation/queue/{job_id}", { params: { path: { job_id: id } } }));
  await loadOperation();
}

/**
 * Take orders, or none for now.
 * @param {boolean} isPaused
 * @throws {Refusal}
 */
export async function setIntake(isPaused) {
  await answerOf(client.PUT("/v1/operation/intake", { body: { is_paused: isPaused } }));
  await loadOperation();
}

/** @throws {Refusal} */
export async function loadDeeds() {
  deeds.value = (await answerOf(client.GET("/v1/operation/audit"))).deeds;
}

/**
 * Make a key.
 * @param {NewKey} given
 * @returns {Promise<NewKeyAnswer>} with the key itself, which is told this once
 * @throws {Refusal}
 */
export async function makeKey(given) {
  const made = await answerOf(client.POST("/v1/keys", { body: given }));
  await loadKeys();
  return made;
}

/**
 * @param {string} id of a key
 * @param {KeyChange} change what of it is to be otherwise
 * @throws {Refusal}
 */
export async function changeKey(id, change) {
  await answerOf(client.PATCH("/v1/keys/{key_id}", { params: { path: { key_id: id } }, body: change }));
  await loadKeys();
}

/**
 * @param {string} id of a key that is to have a new secret; the old one opens as well for a day
 * @returns {Promise<NewKeyAnswer>} with the key itself, which is told this once
 * @throws {Refusal}
 */
export async function rotateKey(id) {
  const made = await answerOf(client.POST("/v1/keys/{key_id}/rotation", { params: { path: { key_id: id } }, body: { overlap_hours: OVERLAP_HOURS } }));
  await loadKeys();
  return made;
}

/**
 * @param {string} id of a key that shall open nothing any more
 * @throws {Refusal}
 */
export async function revokeKey(id) {
  await answerOf(client.DELETE("/v1/keys/{key_id}", { params: { path: { key_id: id } } }));
  await Promise.all([loadKeys(), loadOperation()]);
}
