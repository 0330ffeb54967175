/**
 * A tile that is painted in the browser from the geometry that the server sent once.
 *
 *     const preview = createPreview(canvas);
 *     if (preview.isSupported) {
 *       preview.setGeometry(await (await fetch("/v1/geometries", {method: "POST", ...})).arrayBuffer());
 *       preview.paint([{ colours: [{ litHex: "#b4242a", share: 0.6 }, { litHex: "#26282b", share: 0.4 }] }]);
 *     }
 *
 * Where it is not supported, `showRender` of fallback.js shows what `POST /v1/renders` answers.
 */

import { Hand } from "./dealing.js";
import { COAT, COAT_SPREAD, Finishes, luminanceOf, MOTTLE, RED, RED_MIXED, TONE } from "./finishes.js";
import { N_DRAWN, decodeGeometry } from "./geometry.js";
import { Painter } from "./shader.js";

/** @typedef {import("./geometry.js").Geometry} Geometry */

/**
 * @typedef {object} PreviewColour
 * @property {string} litHex `lit_hex` of `GET /v1/colours`, such as "#b4242a"
 * @property {number} share 0..1; those of a zone sum to 1
 * @property {"fine" | "usual" | "coarse"} [coarseness] of its granules; usual if left out
 */

/**
 * @typedef {object} PreviewZone
 * @property {readonly PreviewColour[]} colours in the order of the zone's recipe
 */

/**
 * @typedef {object} Preview
 * @property {boolean} isSupported whether this browser can paint it
 * @property {(geometry: ArrayBuffer) => void} setGeometry take the answer of `POST /v1/geometries`; the canvas becomes as
 *   large as the picture. Throws a TypeError where it is none.
 * @property {(zones: readonly PreviewZone[], isDraft?: boolean) => void} paint deal the colours and draw, within this
 *   call; the ground comes first. A draft has the same shares on half as many rows and columns. Throws a RangeError where
 *   zones or shares are not those of a tile.
 * @property {(zone: number, colour: number) => number} shareOf what the colour covers of the zone now, 0..1, exact
 * @property {() => void} dispose give all memory back; the canvas keeps what it shows no longer
 */

const KINDS = { fine: 0, usual: 1, coarse: 2 };
const MAX_COLOURS = 64;
const HEX = /^#[0-9a-f]{6}$/i;
/** By how much shares may miss 1 for their rounding. */
const SLACK = 1e-3;

/**
 * @param {HTMLCanvasElement} canvas that has no context yet
 * @returns {Preview}
 */
export function createPreview(canvas) {
  const gl = canvas.getContext("webgl2", { alpha: false, antialias: false, depth: false, stencil: false });
  return gl ? new WebGlPreview(canvas, gl) : new NoPreview();
}

/** @implements {Preview} */
class NoPreview {
  isSupported = false;
  setGeometry() {}
  paint() {}
  shareOf() {
    return 0;
  }
  dispose() {}
}

/** What one zone is painted with. */
class ZonePaint {
  /** @param {Finishes} finishes */
  constructor(finishes) {
    this._finishes = finishes;
    this.shares = new Float64Array(MAX_COLOURS);
    this.kinds = new Uint8Array(MAX_COLOURS);
    /** Lit colours, 0xRRGGBB. */
    this.lit = new Int32Array(MAX_COLOURS);
    /** Linear light, three numbers for each colour. */
    this.linear = new Float32Array(3 * MAX_COLOURS);
    /** Of lit granules, 0..1. */
    this.luminance = new Float64Array(MAX_COLOURS);
    /** How much each colour has of what it is in mixes, 0..1. */
    this.mixed = new Float64Array(MAX_COLOURS);
    /** Finish of each colour. */
    this.rows = Array.from({ length: MAX_COLOURS }, () => new Float64Array(finishes.nFigures));
    this.n = 0;
    /** @type {string[]} */
    this._hexes = [];
  }

  /** @param {PreviewZone} zone */
  set({ colours }) {
    this.n = colours.length;
    let sum = 0;
    for (const { share } of colours) sum += share;
    if (!this.n || this.n > MAX_COLOURS || !(Math.abs(sum - 1) < SLACK)) {
      throw new RangeError(`the shares of a zone's 1 to ${MAX_COLOURS} colours sum to 1, not ${sum}`);
    }
    for (let k = 0; k < this.n; k++) {
      const { litHex, share, coarseness } = colours[k];
      if (!(share >= 0)) throw new RangeError(`a share is 0 or more, not ${share}`);
      // Shares whose sum misses 1 by a rounding alone stay as they are: the server deals those.
      this.shares[k] = Math.abs(sum - 1) < 1e-12 ? share : share / sum;
      this.kinds[k] = KINDS[coarseness ?? "usual"];
      if (this._hexes[k] !== litHex) this._setColour(k, litHex);
    }
  }

  /**
   * @param {number} k
   * @param {string} litHex
   */
  _setColour(k, litHex) {
    if (!HEX.test(litHex)) throw new RangeError(`a colour is written as #b4242a, not ${litHex}`);
    const srgb = Number.parseInt(litHex.slice(1), 16);
    this.lit[k] = srgb;
    this._finishes.fill(srgb, this.rows[k]);
    for (let primary = 0; primary < 3; primary++) {
      const level = (srgb >> (16 - 8 * primary)) & 255;
      this.linear[3 * k + primary] = toLinear(level / 255);
    }
    this.luminance[k] = luminanceOf(this.linear, 3 * k);
    for (let primary = 0; primary < 3; primary++) this.linear[3 * k + primary] *= this.rows[k][RED + primary];
    this._hexes[k] = litHex;
  }
}

/**
 * @param {number} encoded sRGB, 0..1
 * @returns {number} linear light, 0..1
 */
const toLinear = (encoded) => (encoded <= 0.04045 ? encoded / 12.92 : ((encoded + 0.055) / 1.055) ** 2.4);

/** @implements {Preview} */
class WebGlPreview {
  isSupported = true;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {WebGL2RenderingContext} gl
   */
  constructor(canvas, gl) {
    this._canvas = canvas;
    this._gl = gl;
    this._painter = new Painter(gl);
    /** @type {Geometry | null} */
    this._geometry = null;
    this._dealt = new Uint8Array(0);
    /** @type {Float32Array} what each chip is made of */
    this._chips = new Float32Array(0);
    /** @type {Finishes | null} */
    this._finishes = null;
    /** @type {Float64Array} parts of the tile that the zones cover */
    this._zoneAreas = new Float64Array(0);
    /** @type {Hand[]} */
    this._hands = [];
    /** @type {ZonePaint[]} */
    this._paints = [];
    this._isPainted = false;
    this._listening = new AbortController();
    const { signal } = this._listening;
    canvas.addEventListener("webglcontextlost", (event) => event.preventDefault(), { signal });
    canvas.addEventListener("webglcontextrestored", () => this._restore(), { signal });
  }

  /** @param {ArrayBuffer} buffer */
  setGeometry(buffer) {
    const geometry = decodeGeometry(buffer);
    const finishes = new Finishes(geometry.finishes, geometry.look, geometry.light);
    this._geometry = geometry;
    this._finishes = finishes;
    this._zoneAreas = partsOfZones(geometry);
    this._dealt = new Uint8Array(geometry.nChips);
    this._hands = Array.from({ length: geometry.nZones }, (_, zone) => new Hand(geometry, zone, this._dealt));
    this._paints = this._hands.map(() => new ZonePaint(finishes));
    this._isPainted = false;
    this._canvas.width = this._canvas.height = geometry.sidePx;
    this._chips = this._painter.setGeometry(geometry);
  }

  /**
   * @param {readonly PreviewZone[]} zones
   * @param {boolean} isDraft
   */
  paint(zones, isDraft = false) {
    const geometry = this._geometry;
    if (!geometry || zones.length !== geometry.nZones) {
      throw new RangeError(`the geometry has ${geometry?.nZones ?? 0} zones, not ${zones.length}; set another one first`);
    }
    for (let zone = 0; zone < zones.length; zone++) this._paints[zone].set(zones[zone]);
    for (let zone = 0; zone < zones.length; zone++) {
      const { shares, kinds, n } = this._paints[zone];
      this._hands[zone].deal(shares, kinds, n);
    }
    const camera = this._focus();
    this._colour(geometry);
    this._isPainted = true;
    this._painter.draw(this._chips, camera, isDraft);
  }

  /**
   * @param {number} zone
   * @param {number} colour
   */
  shareOf(zone, colour) {
    return this._hands[zone].shares[colour];
  }

  dispose() {
    this._listening.abort();
    this._painter.dispose();
    this._gl.getExtension("WEBGL_lose_context")?.loseContext();
    this._geometry = null;
    this._hands = [];
  }

  /** @param {Geometry} geometry */
  _colour({ zones, nChips, drawn, look, light }) {
    const chips = this._chips;
    for (let chip = 0; chip < nChips; chip++) {
      const { linear, rows, mixed } = this._paints[zones[chip]];
      const colour = this._dealt[chip];
      const row = rows[colour];
      const from = N_DRAWN * chip;
      const tone = Math.min(Math.max(row[TONE] * drawn[from], -look.most_tone), look.most_tone);
      for (let primary = 0; primary < 3; primary++) {
        const gain = 1 + mixed[colour] * (row[RED_MIXED + primary] - 1);
        const lit = gain * linear[3 * colour + primary] * Math.exp(tone + look.tint * drawn[from + 1 + primary]);
        chips[8 * chip + primary] = light.gain * (light.exponent === 1 ? lit : lit ** light.exponent);
      }
      chips[8 * chip + 4] = row[COAT] * Math.exp(row[COAT_SPREAD] * drawn[from + 4]);
      chips[8 * chip + 5] = row[MOTTLE];
    }
  }

  /** The camera of the tile, by how much of it each colour covers, in whatever zones. */
  _focus() {
    const finishes = /** @type {Finishes} */ (this._finishes);
    finishes.begin();
    for (let zone = 0; zone < this._paints.length; zone++) {
      const { n, rows, luminance } = this._paints[zone];
      for (let k = 0; k < n; k++) {
        if (this._isFirst(zone, k)) finishes.add(rows[k], this._shareOnTile(zone, k), luminance[k]);
      }
    }
    const camera = finishes.end();
    for (let zone = 0; zone < this._paints.length; zone++) {
      const { n, mixed, luminance } = this._paints[zone];
      for (let k = 0; k < n; k++) mixed[k] = finishes.mixedOf(this._shareOnTile(zone, k), luminance[k]);
    }
    return camera;
  }

  /**
   * @param {number} zone
   * @param {number} k
   * @returns {boolean} no earlier place has this colour
   */
  _isFirst(zone, k) {
    const lit = this._paints[zone].lit[k];
    for (let other = 0; other <= zone; other++) {
      const { n, lit: of } = this._paints[other];
      for (let j = 0; j < (other < zone ? n : k); j++) {
        if (of[j] === lit) return false;
      }
    }
    return true;
  }

  /**
   * @param {number} zone
   * @param {number} k
   * @returns {number} of the tile, 0..1, what is of this colour here and in other places
   */
  _shareOnTile(zone, k) {
    const lit = this._paints[zone].lit[k];
    let share = 0;
    for (let other = 0; other < this._paints.length; other++) {
      const paint = this._paints[other];
      for (let j = 0; j < paint.n; j++) {
        if (paint.lit[j] !== lit) continue;
        share += this._zoneAreas[other] * paint.shares[j];
      }
    }
    return share;
  }

  /** The browser took the context and gave another: a phone that slept, a driver that was exchanged. */
  _restore() {
    this._painter = new Painter(this._gl);
    if (!this._geometry) return;
    const chips = this._painter.setGeometry(this._geometry);
    chips.set(this._chips);
    this._chips = chips;
    if (this._isPainted) this._painter.draw(chips, this._focus());
  }
}

/**
 * @param {Geometry} geometry
 * @returns {Float64Array} of the tile, 0..1, what each zone covers
 */
function partsOfZones({ areas, zones, nZones }) {
  const parts = new Float64Array(nZones);
  let sum = 0;
  for (let chip = 0; chip < areas.length; chip++) {
    parts[zones[chip]] += areas[chip];
    sum += areas[chip];
  }
  return parts.map((cells) => cells / sum);
}
