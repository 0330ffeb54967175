/**
 * The binary of `POST /v1/geometries`, read: what a tile is before its colours.
 *
 * Its format is told in `plitka/core/tile/blanks.py` and in docs/http-api.md.
 */

import { Stream } from "./random.js";

const MAGIC = "PLITKAG2";
const OVERSAMPLE = 2;
/** Of the cells that are not of the chip that has most, as the upper 8 bits have it. */
const PARTS = [0, 1, 2, 3].map((n) => Math.round((255 * n) / OVERSAMPLE ** 2) * 2 ** 24);
/** By how many figures a chip differs from others of its colour. */
export const N_DRAWN = 5;
const LEFT = 0;
const ABOVE = 1;

/**
 * @typedef {object} LightFigures a light beside the usual one, and what water does to chips
 * @property {number} odds of the lamp against the sky, over the usual ones
 * @property {number} total light of both, of 1
 * @property {[number, number, number]} cast what the lamp's tint adds to it in each primary
 * @property {number} coat by what the light of coats is multiplied
 * @property {number} water light that a film of water adds to it
 * @property {number} exponent of the albedo
 * @property {number} gain of the albedo
 */

/**
 * @typedef {object} LookFigures the fixed figures of the renderer's look
 * @property {number} bounce
 * @property {number} bounce_again
 * @property {number} bounce_of_lost
 * @property {number} near_px
 * @property {number} darkest
 * @property {number} tint
 * @property {number} most_tone
 * @property {number} shoulder
 * @property {number} middle
 * @property {number} brightest
 * @property {number} far_levels
 * @property {number} mixed_gain
 */

/**
 * @typedef {object} Header
 * @property {number} side_px
 * @property {number} oversample
 * @property {number} n_chips
 * @property {[number[], number[]][]} streams
 * @property {LightFigures} light
 * @property {[number, number, number]} light_scales
 * @property {number} light_levels
 * @property {LookFigures} look
 * @property {import("./finishes.js").FinishTable} finishes
 * @property {number} drawn_range
 * @property {Record<string, [number, number]>} sections
 */

/**
 * @typedef {object} Geometry
 * @property {number} sidePx
 * @property {number} nChips
 * @property {number} nZones
 * @property {Int32Array} areas of each chip, in cells
 * @property {Uint8Array} zones of each chip
 * @property {Uint8Array} coarseness of each chip: 0 fine, 1 usual, 2 coarse
 * @property {Float32Array} radii of each chip in mm; empty where all are usual
 * @property {Stream[]} streams of each zone
 * @property {Float32Array} drawn five for each chip: by how many deviations it differs in tone, red, green, blue, shine
 * @property {LightFigures} light
 * @property {LookFigures} look
 * @property {import("./finishes.js").FinishTable} finishes
 * @property {[number, number, number]} lightScales of lamp, sky and sheen: light = scale * (byte / 255)**2
 * @property {Uint32Array} pixels two for each: the chip that has most of it, with the part of the other one, 0..255, in
 *   the upper 8 bits; and the other one
 * @property {Uint8Array} lightBytes of each pixel: lamp, sky, sheen, and one that means nothing
 */

/**
 * @param {ArrayBuffer} buffer the whole answer
 * @returns {Geometry}
 * @throws {TypeError} it is none
 */
export function decodeGeometry(buffer) {
  const { header, section } = open(buffer);
  const side = header.side_px;
  const ids = decodeIds(section("codes"), new Uint32Array(section("named").slice().buffer), OVERSAMPLE * side);
  return {
    sidePx: side,
    nChips: header.n_chips,
    nZones: header.streams.length,
    areas: countCells(ids, header.n_chips),
    zones: section("zones"),
    coarseness: section("coarseness"),
    radii: new Float32Array(section("radii").slice().buffer),
    streams: header.streams.map(([state, increment]) => new Stream(state, increment)),
    drawn: decodeDrawn(section("drawn"), header.drawn_range, header.n_chips),
    light: header.light,
    look: header.look,
    finishes: header.finishes,
    lightScales: /** @type {[number, number, number]} */ (
      header.light_scales.map((scale) => scale * (255 / header.light_levels) ** 2)
    ),
    pixels: joinCells(ids, side),
    lightBytes: decodeLight(section("light"), side),
  };
}

/**
 * @param {ArrayBuffer} buffer
 * @returns {{header: Header, section: (name: string) => Uint8Array}}
 */
function open(buffer) {
  const magic = String.fromCharCode(...new Uint8Array(buffer, 0, Math.min(MAGIC.length, buffer.byteLength)));
  if (magic !== MAGIC || buffer.byteLength < 12) {
    throw new TypeError("these bytes are no geometry, or one of another version; ask POST /v1/geometries again");
  }
  const length = new DataView(buffer).getUint32(MAGIC.length, true);
  const begin = MAGIC.length + 4;
  /** @type {Header} */
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, begin, length)));
  if (header.oversample !== OVERSAMPLE) throw new TypeError(`a pixel has ${OVERSAMPLE}x${OVERSAMPLE} cells here`);
  return {
    header,
    section(name) {
      const [offset, size] = header.sections[name];
      return new Uint8Array(buffer, begin + length + offset, size);
    },
  };
}

/**
 * @param {Uint8Array} codes of each cell
 * @param {Uint32Array} named
 * @param {number} nCells of a row
 * @returns {Uint32Array} chip of each cell
 */
function decodeIds(codes, named, nCells) {
  const ids = new Uint32Array(codes.length);
  for (let cell = 0, next = 0; cell < codes.length; cell++) {
    const code = codes[cell];
    ids[cell] = code === LEFT ? ids[cell - 1] : code === ABOVE ? ids[cell - nCells] : named[next++];
  }
  return ids;
}

/**
 * @param {Uint32Array} ids
 * @param {number} nChips
 */
function countCells(ids, nChips) {
  const areas = new Int32Array(nChips);
  for (let cell = 0; cell < ids.length; cell++) areas[ids[cell]]++;
  return areas;
}

/**
 * @param {Uint8Array} bytes five planes of signed levels
 * @param {number} range
 * @param {number} nChips
 */
function decodeDrawn(bytes, range, nChips) {
  const drawn = new Float32Array(N_DRAWN * nChips);
  for (let kind = 0; kind < N_DRAWN; kind++) {
    for (let chip = 0; chip < nChips; chip++) {
      const level = bytes[kind * nChips + chip];
      drawn[N_DRAWN * chip + kind] = (range * (level - (level > 127 ? 256 : 0))) / 127;
    }
  }
  return drawn;
}

/**
 * @param {Uint8Array} coded three planes
 * @param {number} side
 * @returns {Uint8Array} the levels, four for each pixel
 */
function decodeLight(coded, side) {
  const levels = new Uint8Array(4 * side * side);
  const row = 4 * side;
  for (let map = 0; map < 3; map++) {
    let from = map * side * side;
    for (let y = 0, to = map; y < side; y++) {
      for (let x = 0, left = 0; x < side; x++, to += 4) {
        left = coded[from++] + ((left + (y ? levels[to - row] : 0)) >> 1);
        levels[to] = left;
        left &= 255;
      }
    }
  }
  return levels;
}

/**
 * The two chips of each pixel of four cells; of three or four chips the first two stand for all.
 *
 * @param {Uint32Array} ids
 * @param {number} side
 */
function joinCells(ids, side) {
  const pixels = new Uint32Array(2 * side * side);
  const row = 2 * side;
  for (let y = 0, to = 0, cell = 0; y < side; y++, cell += row) {
    for (let x = 0; x < side; x++, to += 2, cell += 2) {
      const a = ids[cell];
      const b = ids[cell + 1];
      const c = ids[cell + row];
      const d = ids[cell + row + 1];
      if (a === b && a === c && a === d) {
        pixels[to] = pixels[to + 1] = a;
        continue;
      }
      const ofA = 1 + Number(a === b) + Number(a === c) + Number(a === d);
      const isLastPair = c === d && c !== a;
      const other = isLastPair ? c : b !== a ? b : c !== a ? c : d;
      const ofOther = Number(b === other) + Number(c === other) + Number(d === other);
      const isMost = ofA >= ofOther;
      pixels[to] = (isMost ? a : other) + PARTS[4 - (isMost ? ofA : ofOther)];
      pixels[to + 1] = isMost ? other : a;
    }
  }
  return pixels;
}
