/**
 * The design that the page shows: one object, with undo and redo, and in the address all the while.
 *
 * Panels read `design.value` and call `change`. Nothing else of the page belongs to a design: language, theme and
 * pictures that were made are kept elsewhere.
 */
import * as address from "./address.js";
import { batch, computed, effect, signal } from "./vendor/preact-signals.js";

/** @typedef {import("./address.js").Design} Design */
/** @typedef {import("./address.js").Zone} Zone */
/** @typedef {import("./mix.js").Part} Part */

const MAX_UNDO = 200;
/** Changes of one kind within this time are one step back. */
const ONE_STEP_MS = 1000;
/** Between two changes of the address: each costs a frame of a drag, and Safari refuses more than 100 in 10 s. */
const ADDRESS_EVERY_MS = 300;
const START = "mix=RED:60,BLACK:30,WHITE:10";

/** @returns {Design} */
const first = () => address.read(location.hash) ?? address.read(START) ?? address.USUAL;

const shown = signal(first());
/** Whether the page was opened with a design in its address. */
export const isOpenedByLink = location.hash.length > 1 && !address.signInWord(location.hash);
/** Whether there was a link that names no design, until there is another design. */
export const isLinkUnread = signal(isOpenedByLink && address.read(location.hash) === null);
const past = signal(/** @type {Design[]} */ ([]));
const future = signal(/** @type {Design[]} */ ([]));
/** @type {{kind: string, at: number}} */
let last = { kind: "", at: 0 };

/** What is designed now; read it, and call `change` to have another. */
export const design = computed(() => shown.value);
export const canUndo = computed(() => past.value.length > 0);
export const canRedo = computed(() => future.value.length > 0);
/** What the address has behind the design: how a floor of it is laid (`laying.js`); empty where that is as usual. */
export const annex = signal(annexOf(location.hash));
/** The part of the address behind the page: the design and its floor. */
export const hash = computed(() => `#${address.write(shown.value)}${annex.value && "&"}${annex.value}`);
/** The address of the design, with all of it, and of its floor. */
export const link = computed(() => `${location.origin}${location.pathname}${hash.value}`);
/** Whether that address leads to the computer that it is opened on, and so on another one to nothing. */
export const isLinkLocal = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(location.hostname);

/**
 * Have another design.
 * @param {Partial<Design>} changes
 * @param {string} [kind] changes of one kind that follow quickly are undone together, such as those of a dragged slider
 */
export function change(changes, kind = "") {
  const next = { ...shown.value, ...changes };
  if (address.write(next) === address.write(shown.value)) return;
  const isSameStep = kind !== "" && kind === last.kind && Date.now() - last.at < ONE_STEP_MS;
  last = { kind, at: Date.now() };
  batch(() => {
    if (!isSameStep) past.value = [...past.value.slice(1 - MAX_UNDO), shown.value];
    future.value = [];
    isLinkUnread.value = false;
    shown.value = next;
  });
}

/**
 * Have another mix in a zone; 0 is the ground.
 * @param {number} zone
 * @param {Part[]} parts
 * @param {string} [kind] as in `change`
 */
export function changeMix(zone, parts, kind = "") {
  change(withMix(shown.value, zone, parts), kind && `${kind} ${zone}`);
}

/**
 * A design with another mix in a zone; colours that are no longer in it have no size of their own.
 * @param {Design} one
 * @param {number} zone
 * @param {Part[]} parts
 * @returns {Design}
 */
export function withMix(one, zone, parts) {
  const zones = one.zones.map((other, index) => (index === zone ? { ...other, parts } : other));
  const codes = new Set(zones.flatMap((other) => other.parts.map((part) => part.code)));
  const kept = (/** @type {string[]} */ list) => list.filter((code) => codes.has(code));
  return { ...one, zones, coarse: kept(one.coarse), fine: kept(one.fine) };
}

/** Back to what was there before the last change. */
export function undo() {
  step(past, future);
}

/** Forward again. */
export function redo() {
  step(future, past);
}

/**
 * @param {{value: Design[]}} from
 * @param {{value: Design[]}} to
 */
function step(from, to) {
  const next = from.value.at(-1);
  if (!next) return;
  last = { kind: "step", at: 0 };
  batch(() => {
    from.value = from.value.slice(0, -1);
    to.value = [...to.value, shown.value];
    shown.value = next;
  });
}

/** The address of an entry of the history that has been given another since; no design to open. */
let staleAddress = "";

/** Have the present design in the address of whichever entry of the history is the present one. */
export function keepAddress() {
  if (location.hash === hash.peek()) return;
  staleAddress = location.href;
  history.replaceState(history.state, "", hash.peek());
}

/** Keep the address and the design the same, from now on; that of changes of one kind, such as a drag's, follows in steps. */
export function followAddress() {
  let pause = 0;
  function write() {
    clearTimeout(pause);
    pause = 0;
    if (location.hash === hash.peek()) return;
    history.replaceState(history.state, "", hash.peek());
    pause = setTimeout(write, ADDRESS_EVERY_MS);
  }
  effect(() => {
    void [shown.value, annex.value];
    if (!pause || !last.kind) write();
  });
  addEventListener("hashchange", ({ newURL }) => {
    const isStale = newURL === staleAddress;
    staleAddress = "";
    if (!isStale) openDesign(new URL(newURL).hash); // a step of before may have written the address since
  });
}

/**
 * Have the design of an address, and its floor; one that cannot be read changes nothing.
 * @param {string} text the part behind the page
 */
export function openDesign(text) {
  const given = address.read(text);
  if (!given) return;
  annex.value = annexOf(text);
  change(given);
}

/** @param {string} hash */
function annexOf(hash) {
  return hash.replace(/^#/, "").split("&").filter((pair) => /^(floor|second)=/.test(pair)).join("&");
}
