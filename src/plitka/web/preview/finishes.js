/** How granules of a colour take their light, and the camera of a tile: as `plitka/core/tile/finishes.py` has it. */

/**
 * @typedef {object} FinishTable
 * @property {string[]} matter names of the first figures of a row
 * @property {string[]} camera names of the others, and of those of `mix`
 * @property {[number, number, number][]} lit levels of each photographed colour
 * @property {number[][]} rows
 * @property {number[]} mean of them
 * @property {number[]} mix
 */

/**
 * @typedef {object} Camera
 * @property {Float32Array} lampLight in each primary, on a level chip in the open
 * @property {number} skyLight
 * @property {number} coatPart of each coat's light
 * @property {number} mixed how much of a mix the tile is, 0..1
 * @property {number} occlusion
 * @property {number} veil
 * @property {number} toe
 * @property {number} gamma
 * @property {number} lens_px
 * @property {number} sharpen
 * @property {number} noise
 * @property {number} hue_noise
 */

/** Places of the figures of matter in a row. */
export const COAT = 0;
export const COAT_SPREAD = 1;
export const TONE = 2;
export const MOTTLE = 3;
export const RED = 4;
export const RED_MIXED = 7;

/** Luminance of each primary, IEC 61966-2-1. */
const LUMINANCE = [0.2126729, 0.7151522, 0.072175];
/** Share of the other colours of a solid, so that nothing is divided by nothing. */
const LEAST_OTHERS = 1e-6;

/**
 * @param {ArrayLike<number>} linear
 * @param {number} from where its red lies
 * @returns {number} luminance, 0..1
 */
export const luminanceOf = (linear, from) =>
  LUMINANCE[0] * linear[from] + LUMINANCE[1] * linear[from + 1] + LUMINANCE[2] * linear[from + 2];

/** What finishes there are, and how colours share a camera. */
export class Finishes {
  /**
   * @param {FinishTable} table
   * @param {import("./geometry.js").LookFigures} look
   * @param {import("./geometry.js").LightFigures} light
   */
  constructor(table, look, light) {
    this._table = table;
    this._look = look;
    this._light = light;
    this.nFigures = table.matter.length + table.camera.length;
    this._blend = new Float64Array(table.camera.length);
    this._sameness = 0;
    this._luminance = 0;
    /** @type {Camera} */
    this.camera = {
      lampLight: new Float32Array(3),
      skyLight: 0,
      coatPart: 0,
      mixed: 0,
      occlusion: 1,
      veil: 0,
      toe: 0,
      gamma: 1,
      lens_px: 0,
      sharpen: 0,
      noise: 0,
      hue_noise: 0,
    };
  }

  /**
   * The finish of the nearest photographed colour, or as far off as it is, the mean of all.
   *
   * @param {number} srgb the lit colour, 0xRRGGBB
   * @param {Float64Array} row that is filled
   */
  fill(srgb, row) {
    let nearest = 0;
    let least = Infinity;
    this._table.lit.forEach((levels, at) => {
      const apart = Math.hypot(
        ((srgb >> 16) & 255) - levels[0],
        ((srgb >> 8) & 255) - levels[1],
        (srgb & 255) - levels[2],
      );
      if (apart < least) [nearest, least] = [at, apart];
    });
    const far = Math.min(least / this._look.far_levels, 1);
    for (let at = 0; at < this.nFigures; at++) {
      row[at] = this._table.rows[nearest][at] * (1 - far) + this._table.mean[at] * far;
    }
  }

  /** Begin a tile whose colours are given one by one to `add`. */
  begin() {
    this._blend.fill(0);
    this._sameness = 0;
    this._luminance = 0;
  }

  /**
   * @param {Float64Array} row finish of a colour
   * @param {number} share of the tile, 0..1
   * @param {number} luminance of its lit granules, 0..1
   */
  add(row, share, luminance) {
    const first = this._table.matter.length;
    for (let at = 0; at < this._blend.length; at++) this._blend[at] += share * row[first + at];
    this._sameness += share * share;
    this._luminance += share * luminance;
  }

  /**
   * How much a colour has of what it is in mixes: dark neighbours throw little light back. After `end`.
   *
   * @param {number} share of the tile, 0..1
   * @param {number} luminance of its lit granules, 0..1
   * @returns {number} 0..1
   */
  mixedOf(share, luminance) {
    const others = (this._luminance - share * luminance) / Math.max(1 - share, LEAST_OTHERS);
    return this.camera.mixed * (1 - Math.min(Math.max(others, 0), 1));
  }

  /** What takes the tile of all colours that were added. */
  end() {
    const { camera, _look: look, _light: light, _table: table } = this;
    const mixed = Math.min(1, look.mixed_gain * (1 - this._sameness));
    camera.mixed = mixed;
    /** @type {Record<string, number>} */
    const figures = /** @type {any} */ (camera);
    let lamp = 0;
    let gloss = 0;
    for (let at = 0; at < this._blend.length; at++) {
      const value = this._blend[at] + mixed * (table.mix[at] - this._blend[at]);
      const name = table.camera[at];
      if (name === "lamp") lamp = value;
      else if (name === "gloss") gloss = value;
      else figures[name] = value;
    }
    const odds = (light.odds * lamp) / (1 - lamp);
    for (let primary = 0; primary < 3; primary++) {
      camera.lampLight[primary] = (light.total * odds) / (1 + odds) + light.cast[primary];
    }
    camera.skyLight = light.total / (1 + odds);
    camera.coatPart = gloss * light.coat;
    return camera;
  }
}
