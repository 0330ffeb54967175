/** Photographs that were ordered in this window, in work when it was loaded anew, or opened again: sent as jobs, watched through their events, kept until it is closed. */
import { read, write } from "./address.js";
import { Refusal, answerOf, client, surely } from "./api.js";
import { orderOf } from "./orders.js";
import { openJobs, remember, settle } from "./own_jobs.js";
import { fill, texts } from "./texts.js";
import { computed, effect, signal } from "./vendor/preact-signals.js";

/** @typedef {import("./address.js").Design} Design */
/** @typedef {import("./api.js").Schemas["JobAnswer"]} Job */
/**
 * @typedef {object} Photograph
 * @property {string} id of this window
 * @property {Design} design as it was when it was ordered
 * @property {string} set of the variations that it was ordered with; empty where it was ordered alone
 * @property {"sending" | "queued" | "running" | "stopping" | "succeeded" | "failed" | "cancelled"} state
 * @property {number} position how many go before it
 * @property {number} step
 * @property {number} nSteps 0 while it is not known
 * @property {number} attempt from 1; guided pictures are corrected and painted again
 * @property {string} preview a data URL, empty while there is none
 * @property {Job | null} job
 * @property {Refusal | null} refusal
 */

const FINAL = ["succeeded", "failed", "cancelled"];
const LOOK_MS = 1000;
const MAX_JOBS = 100;
const N_VARIATIONS = 4;
/** So few that their numbers can be read out to somebody. */
const SEEDS = 100_000;

export const photographs = signal(/** @type {readonly Photograph[]} */ ([]));
const chosenId = signal("");
/** The one that is looked at: the newest, or one that was chosen. */
export const chosen = computed(
  () => photographs.value.find((one) => one.id === chosenId.value) ?? photographs.value.at(-1) ?? null,
);
export const isWorking = computed(() => photographs.value.some((one) => !isOver(one)));

/** Those of this window that may be looked at. */
export const kept = computed(() => photographs.value.filter((one) => one.state !== "cancelled"));
/** Those that were ordered together with the one that is looked at, itself among them. */
export const variations = computed(() => kept.value.filter((one) => one.set && one.set === chosen.value?.set));

/** @param {Photograph} one */
export const isOver = (one) => FINAL.includes(one.state);

/**
 * Where a photograph is, in a sentence.
 * @param {Photograph} one
 */
export function statusOf(one) {
  const { states } = texts.value.photograph;
  if (one.state === "queued") {
    const n = Math.max(one.position, waitingBefore(one));
    return n ? fill(states.queued, { n }) : states.next;
  }
  if (one.state !== "running") return states[one.state];
  const text = one.attempt > 1 ? states.correcting : states.running;
  if (one.nSteps) return fill(text, { step: one.step, n: one.nSteps, attempt: one.attempt });
  return one.id === chosen.value?.id ? states.beginning : states.unwatched; // steps are told of the one that is looked at
}

/** How many of this window go before one that waits: places are told one at a time, and an older one may be late. @param {Photograph} one */
const waitingBefore = (one) => photographs.value.slice(0, photographs.value.indexOf(one)).filter(({ state }) => state === "queued").length;

/** @param {string} id */
export const choose = (id) => {
  chosenId.value = id;
};

/**
 * Where the picture of a photograph is; empty while there is none.
 * @param {Photograph} one
 * @param {"png" | "jpeg" | "webp"} [format]
 */
export const imageUrl = (one, format = "png") =>
  one.job?.image_url ? one.job.image_url + (format === "png" ? "" : `?format=${format}`) : "";

/**
 * Length of tile in mm that a side of a photograph shows; null while there is none.
 * @param {Photograph | null} one
 * @returns {number | null}
 */
export const fieldMmOf = (one) => /** @type {any} */ (one?.job?.result)?.field_mm ?? null;

/**
 * Order one photograph of a design, and look at it.
 * @param {Design} design
 */
export async function order(design) {
  const one = add(design);
  choose(one.id);
  await sendOrder(one);
}

/**
 * Put a photograph among those of this window.
 * @param {Design} design
 * @param {string} [set] of which variations it is one
 */
function add(design, set = "") {
  const one = begun(design, set);
  photographs.value = [...photographs.value, one];
  return one;
}

/**
 * @param {Design} design
 * @param {string} set
 * @returns {Photograph}
 */
const begun = (design, set) => ({ id: randomWord(), design, set, state: "sending", position: 0, step: 0, nSteps: 0, attempt: 1, preview: "", job: null, refusal: null });

/** Go on with what was ordered in this browser and whose end it has not seen: the page was loaded anew meanwhile. */
export async function resume() {
  const open = openJobs();
  if (!open.length) return;
  const { jobs } = await surely(() => answerOf(client.GET("/v1/jobs", { params: { query: { limit: MAX_JOBS } } })));
  const found = open.flatMap(({ id, hash, set }) => {
    const [job, design] = [jobs.find((one) => one.id === id), read(hash)];
    if (!job || FINAL.includes(job.state)) settle(id);
    return job && design ? [{ ...begun(design, set), job, state: job.state, position: job.position ?? 0 }] : [];
  });
  const here = new Set(photographs.peek().map((one) => one.job?.id));
  photographs.value = [...found.filter(({ job }) => !here.has(job.id)), ...photographs.value];
}

/**
 * Look at a photograph that was made before; it is among those of this window from then on.
 * @param {Job} job with its picture
 * @param {Design} design
 */
export function lookAgain(job, design) {
  const here = photographs.peek().find((one) => one.job?.id === job.id);
  const one = here ?? { ...begun(design, ""), job, state: job.state };
  if (!here) photographs.value = [...photographs.peek(), one];
  choose(one.id);
}

/** @param {Photograph} one */
async function sendOrder(one) {
  try {
    const body = /** @type {any} */ (orderOf(one.design));
    const job = await surely(() => answerOf(client.POST("/v1/jobs", { body, params: { header: { "idempotency-key": one.id } } })));
    remember({ id: job.id, hash: write(one.design), set: one.set });
    update(one.id, { job, state: job.state, position: job.position ?? 0 });
  } catch (reason) {
    if (!(reason instanceof Refusal)) throw reason;
    update(one.id, { state: "failed", refusal: reason });
  }
}

/**
 * Order several photographs of a design that differ by their seeds, one after another, so that they are made in this order.
 * @param {Design} design the first has its seed, and is looked at; where there is a photograph of it, that one is the first
 */
export async function orderVariations(design) {
  const drawn = Array.from({ length: N_VARIATIONS - 1 }, () => Math.floor(Math.random() * SEEDS));
  const set = randomWord();
  const made = kept.peek().find((one) => one.state !== "failed" && !one.set && write(one.design) === write(design));
  if (made) update(made.id, { set });
  const seeds = made ? drawn : [design.seed, ...drawn];
  const ordered = seeds.map((seed) => add({ ...design, seed }, set));
  choose((made ?? ordered[0]).id);
  for (const one of ordered) await sendOrder(one);
}

/** @param {Photograph} one */
export async function cancel(one) {
  if (!one.job || isOver(one)) return;
  update(one.id, { state: "stopping" });
  const path = { params: { path: { job_id: one.job.id } } };
  await surely(() => answerOf(client.POST("/v1/jobs/{job_id}/cancel", path))).catch(() => undefined);
}

/** Cancel those of the set of variations that are not done; the others stay. */
export const cancelRest = () => Promise.all(variations.peek().filter((one) => !isOver(one)).map(cancel));

/** @param {string} id */
export function dismiss(id) {
  photographs.value = photographs.value.filter((one) => one.id !== id);
}

/** Forget what there is of a job that was deleted. @param {string} jobId */
export function dismissJob(jobId) {
  photographs.value = photographs.value.filter((one) => one.job?.id !== jobId);
}

/**
 * @param {string} id
 * @param {Partial<Photograph>} changes
 */
function update(id, changes) {
  photographs.value = photographs.value.map((one) => (one.id === id ? { ...one, ...changes } : one));
  const job = changes.state && FINAL.includes(changes.state) && photographs.value.find((one) => one.id === id)?.job;
  if (job) settle(job.id);
}

/**
 * Follow all that have not ended, from now on. Steps and previews come as a stream, for the one that is looked at alone:
 * a browser opens few connections to one server, and each stream holds one. The others are asked for together.
 */
export function followPhotographs() {
  const open = computed(() => photographs.value.some((one) => one.job !== null && !isOver(one)));
  const watched = computed(() => (chosen.value?.job && !isOver(chosen.value) ? chosen.value.job.id : ""));
  effect(() => {
    if (!open.value) return undefined;
    const timer = setInterval(() => void look(), LOOK_MS);
    return () => clearInterval(timer);
  });
  effect(() => (watched.value ? listen(watched.value) : undefined));
}

/**
 * Hear of a job as it goes on.
 * @param {string} jobId
 * @returns {() => void} hears no more
 */
function listen(jobId) {
  const source = new EventSource(`/v1/jobs/${jobId}/events`);
  const id = photographs.peek().find((one) => one.job?.id === jobId)?.id ?? "";
  /** @param {string} name @param {(data: any) => Partial<Photograph>} changes */
  const on = (name, changes) =>
    source.addEventListener(name, (event) => update(id, changes(JSON.parse(/** @type {MessageEvent} */ (event).data))));
  on("queued", (data) => ({ state: "queued", position: data.position ?? 0 }));
  on("step", (data) => ({ state: "running", step: data.step, nSteps: data.n_steps, attempt: data.attempt }));
  on("preview", (data) => ({ preview: `data:image/jpeg;base64,${data.jpeg_base64}` }));
  on("stopping", () => ({ state: "stopping" }));
  source.addEventListener("done", () => {
    source.close(); // else the browser would ask again
    void look();
  });
  return () => source.close();
}

/** Ask for all that have not ended; in the reader's language, which a stream cannot be asked for. */
async function look() {
  const asked = { params: { query: { limit: MAX_JOBS } } };
  const { jobs } = await answerOf(client.GET("/v1/jobs", asked)).catch(() => ({ jobs: [] }));
  for (const one of photographs.peek().filter((photograph) => !isOver(photograph))) {
    const job = jobs.find((job) => job.id === one.job?.id);
    if (!job) continue;
    const isHeard = one.id === chosen.peek()?.id || one.state === "stopping";
    const isBegun = one.state === "queued" && job.state === "running"; // its stream may be late
    const isNews = !isHeard || isBegun || FINAL.includes(job.state);
    update(one.id, isNews ? { job, state: job.state, position: job.position ?? 0 } : { job });
  }
}

/** 128 random bits in hex; `crypto.randomUUID` is not there without https. */
const randomWord = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
