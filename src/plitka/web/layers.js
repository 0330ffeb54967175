/**
 * What lies above the page and is closed by the browser's Back: each layer has an entry of the history of its own, and
 * whichever way it is closed, that entry is left.
 *
 * An entry's state tells how many layers lie over the page there; one without a state is an address that somebody gave.
 */
import { keepAddress } from "./state.js";

/** What closes each of those that are open, the lowest first. @type {(() => void)[]} */
const open = [];
/** How many the present entry of the history has. */
let n = 0;
/** Whether the history is on its way back from an entry whose layer is closed. */
let isLeaving = false;

/** @param {number} layers */
const stateOf = (layers) => ({ ...history.state, layers });

/** Hear of Back and Forward, from now on. */
export function followBack() {
  n = history.state?.layers ?? 0;
  if (!n) history.replaceState(stateOf(0), "");
  addEventListener("popstate", ({ state }) => {
    const before = n;
    n = state?.layers ?? 0;
    if (!state) history.replaceState(stateOf(0), "");
    if (state && n !== before) keepAddress(); // the entry has the address of before the layer was there
    while (!isLeaving && open.length > n) open.pop()?.();
    isLeaving = false;
    settle();
  });
}

/**
 * Put a layer over the page.
 * @param {() => void} close called where Back was pressed
 * @returns {() => void} to be called once it is closed, by whatever
 */
export function layer(close) {
  open.push(close);
  settle();
  return () => {
    const at = open.indexOf(close);
    if (at < 0) return;
    open.splice(at, 1);
    settle();
  };
}

/** Have as many entries as there are layers; going back takes a while, in which another layer may be opened. */
function settle() {
  if (isLeaving) return;
  if (open.length < n) {
    isLeaving = true;
    history.go(open.length - n);
  }
  while (open.length > n) history.pushState(stateOf(++n), "");
}
