/** What has just become of the design without being asked for in so many words, with a way back. */
import { change, design, openDesign } from "./state.js";
import { signal } from "./vendor/preact-signals.js";

/** @typedef {"cleared" | "opened" | "last"} Kind what is told; `texts.notices` has the words */

/** What is told now; the newest alone. */
export const notice = signal(/** @type {{kind: Kind, act: () => void} | null} */ (null));

/**
 * Have another design, and offer the one that was there.
 * @param {Kind} kind
 * @param {Partial<import("./state.js").Design>} changes
 */
export function changeWithWayBack(kind, changes) {
  const before = design.peek();
  change(changes);
  if (design.peek() !== before) tell(kind, () => change(before));
}

/**
 * Have a design of an address with its floor, and offer the one that was there.
 * @param {string} hash
 */
export function openWithWayBack(hash) {
  const before = design.peek();
  openDesign(hash);
  if (design.peek() !== before) tell("opened", () => change(before));
}

/**
 * @param {Kind} kind
 * @param {() => void} act
 */
export function tell(kind, act) {
  notice.value = { kind, act };
}

export function dismissNotice() {
  notice.value = null;
}
