/** What was ordered in this browser: a reload goes on with what is not done, and one's own is told from others' on an open service. */
import { keep, recall } from "./storage.js";
import { computed, signal } from "./vendor/preact-signals.js";

/** @typedef {{id: string, hash: string, set: string, isOver: boolean}} OwnJob `hash` is the design's, `set` as of a photograph. */

const NAME = "ownJobs";
const MAX_JOBS = 500;

const known = signal(read());
const ids = computed(() => new Set(known.value.map(({ id }) => id)));

/** @param {string} id */
export const isOwn = (id) => ids.value.has(id);

/** Those whose end this browser has not seen yet. */
export const openJobs = () => known.peek().filter((one) => !one.isOver);

/** @param {Omit<OwnJob, "isOver">} job */
export function remember(job) {
  write([...read().filter(({ id }) => id !== job.id), { ...job, isOver: false }]);
}

/** The end of one was seen. @param {string} id */
export function settle(id) {
  if (openJobs().some((one) => one.id === id)) write(read().map((one) => (one.id === id ? { ...one, hash: "", isOver: true } : one)));
}

/** What the browser has, which another window may have written. @returns {readonly OwnJob[]} */
function read() {
  const found = recall(NAME);
  return Array.isArray(found) ? found.filter((one) => typeof one?.id === "string" && typeof one.hash === "string") : [];
}

/** @param {readonly OwnJob[]} jobs */
function write(jobs) {
  known.value = jobs.slice(-MAX_JOBS);
  keep(NAME, known.value);
}
