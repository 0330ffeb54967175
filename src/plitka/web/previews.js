/**
 * The picture of a design before it is photographed, as the service's quick renderer draws it.
 *
 * Where the service has no such path, `isAvailable` becomes false and the page does without.
 */
import { Refusal, send } from "./api.js";
import { orderOf } from "./orders.js";
import { mayMake } from "./session.js";
import { design } from "./state.js";
import { effect, signal } from "./vendor/preact-signals.js";

const PATH = "/v1/renders";
const PAUSE_MS = 150;

/** Of the last picture, as an object URL; empty before the first. */
export const previewUrl = signal("");
export const isDrawing = signal(false);
export const isAvailable = signal(true);
/** Why the design cannot be drawn; null where it can. */
export const refusal = signal(/** @type {Refusal | null} */ (null));

/** Draw every design that the reader stays at, from now on. */
export function followDesign() {
  let timer = 0;
  let running = new AbortController();
  effect(() => {
    const body = JSON.stringify(orderOf(design.value));
    if (!mayMake.value || !isAvailable.peek()) return;
    clearTimeout(timer);
    running.abort();
    running = new AbortController();
    const { signal: stop } = running;
    timer = setTimeout(() => void draw(body, stop), PAUSE_MS);
  });
}

/**
 * @param {string} body
 * @param {AbortSignal} stop
 */
async function draw(body, stop) {
  isDrawing.value = true;
  try {
    const headers = { "Content-Type": "application/json" };
    const response = await send(PATH, { method: "POST", body, headers, signal: stop });
    const before = previewUrl.value;
    previewUrl.value = URL.createObjectURL(await response.blob());
    refusal.value = null;
    if (before) setTimeout(() => URL.revokeObjectURL(before), 1000);
  } catch (reason) {
    if (!(reason instanceof Refusal)) return;
    if (reason.status === 404 || reason.status === 405) isAvailable.value = false;
    else if (reason.status !== 0) refusal.value = reason;
  } finally {
    if (!stop.aborted) isDrawing.value = false;
  }
}
