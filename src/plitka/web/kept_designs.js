/** Designs that the reader keeps in this browser, and the one that was worked at last, for who comes back without a link. */
import { canUndo, hash, isOpenedByLink } from "./state.js";
import { keep, recall } from "./storage.js";
import { computed, effect, signal } from "./vendor/preact-signals.js";

/** @typedef {{hash: string, at: number}} KeptDesign `hash` is the address's part behind the design's page; `at` is when, in ms */

const DESIGNS = "designs";
const LAST = "lastDesign";
const MAX_DESIGNS = 200;

/** The newest first. */
export const keptDesigns = signal(read());
/** Whether the design that is shown is one of them. */
export const isKept = computed(() => keptDesigns.value.some((one) => one.hash === hash.value));

/** Keep the design that is shown, with its floor. */
export function keepDesign() {
  write([{ hash: hash.peek(), at: Date.now() }, ...read().filter((one) => one.hash !== hash.peek())]);
}

/** @param {string} one the part of the address */
export function forgetDesign(one) {
  write(read().filter((other) => other.hash !== one));
}

/** What was designed in this browser before, where the page was opened without a design of its own. */
export const lastDesign = () => (isOpenedByLink ? null : /** @type {string | null} */ (recall(LAST)));

/** Remember each design from now on, once the reader has changed anything. */
export function followLastDesign() {
  effect(() => {
    if (canUndo.value) keep(LAST, hash.value);
  });
}

/** What the browser has, which another window may have written. @returns {readonly KeptDesign[]} */
function read() {
  const found = recall(DESIGNS);
  return Array.isArray(found) ? found.filter((one) => typeof one?.hash === "string" && typeof one.at === "number") : [];
}

/** @param {readonly KeptDesign[]} designs */
function write(designs) {
  keptDesigns.value = designs.slice(0, MAX_DESIGNS);
  keep(DESIGNS, keptDesigns.value);
}
