/**
 * The picture of a design before it is photographed.
 *
 * It is painted here, from the geometry that the service lays: shares and colours are others in the next frame, and only
 * another geometry is asked for. A browser without WebGL 2, and a geometry that is refused, are drawn by the service's
 * quick renderer. Where that is not there either, `isAvailable` becomes false and the page does without.
 */
import { Refusal, patiently, returns, send } from "./api.js";
import { coloursOf, geometryOf, orderOf, paintOf } from "./orders.js";
import { showRender } from "./preview/fallback.js";
import { createPreview } from "./preview/preview.js";
import { mayMake } from "./session.js";
import { design } from "./state.js";
import { keep, recall } from "./storage.js";
import { computed, effect, signal } from "./vendor/preact-signals.js";

/** @typedef {import("./address.js").Design} Design */
/** @typedef {import("./preview/preview.js").Preview} Preview */

const GEOMETRIES = "/v1/geometries";
const RENDERS = "/v1/renders";
const PAUSE_MS = 150;
/** Of the finer preview, which a large screen has room for; the other one is as the service usually lays it. */
const FINE = { width_px: 1024, height_px: 1024 };
/** From so many pixels of the screen on the usual one would be seen to be enlarged; a phone, however dense, has it. */
const FINE_FROM = { screenPx: 700, cssPx: 480 };
/** How those that draw without a graphics card call themselves. */
const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render/i;
/** A design that has not changed for so long is painted in full, where what follows a slider is a draft. */
const REST_MS = 120;
const FIELD_HEADER = "X-Field-Mm";
const ABSENT = [404, 405];
/** Of what the service takes for no fault of the scene. */
const PASSING = [0, 401, 403, 429, 500, 502, 503, 504];

/** What shows the last picture, as many pixels wide as that; null before the first. */
export const canvas = signal(/** @type {HTMLCanvasElement | null} */ (null));
/** Length of tile in mm that a side of it shows; null where that is not told. */
export const fieldMm = signal(/** @type {number | null} */ (null));
/** How many parts the tile has that is shown, the ground among them. */
export const nZones = signal(1);
/** Whether another picture than the one that is shown is on its way. */
export const isDrawing = signal(false);
export const isAvailable = signal(true);
/** Why the design cannot be drawn; null where it can. */
export const refusal = signal(/** @type {Refusal | null} */ (null));

/** @type {{preview: Preview, canvas: HTMLCanvasElement} | null} what paints here, once there is need of it */
let painter = null;
/** The geometry that the painter has: what it was laid for, and its ETag. */
let held = { geometry: "", etag: "" };
/** What had to be drawn by the service. */
let refused = "";
let hasGeometries = true;
/** What the service was asked for last; empty where it shall be asked again. */
let asked = "";
/** Whether the page has room for a finer preview; null until it is laid out, before which nothing is asked for. */
const room = signal(/** @type {boolean | null} */ (null));
/** What the reader chose; null: nothing. */
const wish = signal(/** @type {boolean | null} */ (recall("finePreview")));
/** Whether there is a choice between a fine preview and the usual one. */
export const mayBeFine = computed(() => Boolean(room.value) && canvas.value !== null && canvas.value === painter?.canvas);
/** A processor alone paints the fine one too slowly for a slider, so there it is for those who ask for it. */
export const isFine = computed(() => Boolean(room.value && (wish.value ?? !isSlow())));
let frame = 0;
let rest = 0;
/** @type {boolean | null} whether WebGL is done by the processor; null before that was asked */
let isSoftware = null;

/** Tell how wide the picture is on the page. @param {number} cssPx */
export function tellRoom(cssPx) {
  room.value = cssPx >= FINE_FROM.cssPx && cssPx * devicePixelRatio >= FINE_FROM.screenPx;
}

/** Have a fine preview or the usual one, and keep that. @param {boolean} is */
export function wishFine(is) {
  wish.value = is;
  keep("finePreview", is);
}

/** All that what is laid depends on, as a key. @param {Design} one */
const layingOf = (one) => geometryOf(one) + isFine.peek();

/** Show every design that the reader stays at, from now on. */
export function followDesign() {
  let timer = 0;
  let running = new AbortController();
  effect(() => {
    const one = design.value;
    if (!mayMake.value || room.value === null || !isAvailable.peek()) return;
    void [isFine.value, returns.value];
    const isLive = isPainted(one);
    if (isLive) paintSoon();
    const wanted = isLive ? layingOf(one) + coloursOf(one) : JSON.stringify(orderOf(one));
    if (wanted === asked) return;
    asked = wanted;
    clearTimeout(timer);
    running.abort();
    running = new AbortController();
    const { signal: stop } = running;
    timer = setTimeout(() => void ask(stop), PAUSE_MS);
  });
}

/**
 * Paint the design in the next frame, where what is shown is painted here and its geometry is there. A processor alone
 * would not keep up with a slider: there it is a draft, and the picture follows when the slider rests.
 */
export function paintSoon() {
  frame ||= requestAnimationFrame(() => {
    frame = 0;
    paint(isSlow());
  });
}

function paint(isDraft = false) {
  clearTimeout(rest);
  const one = design.peek();
  if (!painter || held.geometry !== layingOf(one)) return;
  painter.preview.paint(paintOf(one), isDraft);
  painter.canvas.dataset.drawn = isDraft ? "draft" : "full";
  if (isDraft) rest = window.setTimeout(paint, REST_MS);
}

/** @param {Design} one whether it is painted here */
const isPainted = (one) => hasGeometries && thePainter().isSupported && layingOf(one) !== refused;

function thePainter() {
  if (!painter) {
    const element = document.createElement("canvas");
    painter = { preview: createPreview(element), canvas: element };
  }
  return painter.preview;
}

/** Whether WebGL is done by the processor. */
function isSlow() {
  if (isSoftware === null) {
    thePainter();
    const gl = painter?.canvas.getContext("webgl2");
    const known = gl?.getExtension("WEBGL_debug_renderer_info");
    isSoftware = !gl || SOFTWARE.test(String(gl.getParameter(known ? known.UNMASKED_RENDERER_WEBGL : gl.RENDERER)));
  }
  return isSoftware;
}

/**
 * Have a geometry for the painter; one that it cannot read is of a newer service than this page.
 * @param {ArrayBuffer} laid
 */
function take(laid) {
  try {
    thePainter().setGeometry(laid);
    return true;
  } catch (reason) {
    if (!(reason instanceof TypeError)) throw reason;
    hasGeometries = false;
    return false;
  }
}

/** @param {AbortSignal} stop */
async function ask(stop) {
  const one = design.peek();
  const isLive = isPainted(one);
  isDrawing.value = !isLive || held.geometry !== layingOf(one) || canvas.peek() !== painter?.canvas;
  try {
    if (!isLive || !(await lay(one, stop))) await draw(one, stop);
    refusal.value = null;
  } catch (reason) {
    if (stop.aborted) return;
    asked = "";
    if (!(reason instanceof Refusal)) throw reason;
    if (ABSENT.includes(reason.status)) isAvailable.value = false;
    else if (reason.status !== 0) refusal.value = reason;
  } finally {
    if (!stop.aborted) isDrawing.value = false;
  }
}

/**
 * Have the geometry of a design, and paint it.
 * @param {Design} one
 * @param {AbortSignal} stop
 * @returns {Promise<boolean>} false: there is none
 */
async function lay(one, stop) {
  const geometry = layingOf(one);
  try {
    const known = held.etag ? { known: held.etag } : {};
    const response = await post(GEOMETRIES, { ...orderOf(one), ...(isFine.peek() ? FINE : {}), ...known }, stop);
    const laid = response.status === 204 ? null : await response.arrayBuffer();
    stop.throwIfAborted();
    if (laid && !take(laid)) return false;
    hearField(response, one);
    held = { geometry, etag: /[0-9a-f]{32}/.exec(response.headers.get("ETag") ?? "")?.[0] ?? "" };
  } catch (reason) {
    if (!(reason instanceof Refusal) || PASSING.includes(reason.status)) throw reason;
    hasGeometries = !ABSENT.includes(reason.status);
    refused = geometry;
    return false;
  }
  paint();
  canvas.value = painter?.canvas ?? null;
  return true;
}

/**
 * Have the service draw a design.
 * @param {Design} one
 * @param {AbortSignal} stop
 */
async function draw(one, stop) {
  const response = await post(RENDERS, orderOf(one), stop);
  const png = await response.blob();
  stop.throwIfAborted();
  hearField(response, one);
  const drawn = document.createElement("canvas");
  await showRender(drawn, png);
  stop.throwIfAborted();
  canvas.value = drawn;
}

/** @param {Response} response @param {Design} one that it is of */
function hearField(response, one) {
  nZones.value = one.zones.length;
  fieldMm.value = Number(response.headers.get(FIELD_HEADER)) || null;
}

/**
 * @param {string} path
 * @param {object} order
 * @param {AbortSignal} stop
 */
const post = (path, order, stop) =>
  patiently(() => send(path, { method: "POST", body: JSON.stringify(order), headers: { "Content-Type": "application/json" }, signal: stop }), stop);
