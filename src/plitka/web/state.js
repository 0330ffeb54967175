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
const START = "mix=RED:60,BLACK:30,WHITE:10";

/** @returns {Design} */
const first = () => address.read(location.hash) ?? address.read(START) ?? address.USUAL;

const shown = signal(first());
const past = signal(/** @type {Design[]} */ ([]));
const future = signal(/** @type {Design[]} */ ([]));
/** @type {{kind: string, at: number}} */
let last = { kind: "", at: 0 };

/** What is designed now; read it, and call `change` to have another. */
export const design = computed(() => shown.value);
export const canUndo = computed(() => past.value.length > 0);
export const canRedo = computed(() => future.value.length > 0);
/** The address of the design, with all of it. */
export const link = computed(() => `${location.origin}${location.pathname}#${address.write(shown.value)}`);

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
  const zones = shown.value.zones.map((one, index) => (index === zone ? { ...one, parts } : one));
  const codes = new Set(zones.flatMap((one) => one.parts.map((part) => part.code)));
  const kept = (/** @type {string[]} */ list) => list.filter((code) => codes.has(code));
  change({ zones, coarse: kept(shown.value.coarse), fine: kept(shown.value.fine) }, kind && `${kind} ${zone}`);
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
  last = { kind: "", at: 0 };
  batch(() => {
    from.value = from.value.slice(0, -1);
    to.value = [...to.value, shown.value];
    shown.value = next;
  });
}

/** Keep the address and the design the same, from now on. */
export function followAddress() {
  effect(() => {
    const hash = `#${address.write(shown.value)}`;
    if (location.hash !== hash) history.replaceState(null, "", hash);
  });
  addEventListener("hashchange", () => {
    const given = address.read(location.hash);
    if (given) change(given);
  });
}
