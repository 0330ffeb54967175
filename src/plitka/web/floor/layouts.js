/** Which tile lies where on a floor: rectangles, each with the part of a tile that it shows. */

/** @typedef {"grid" | "brick" | "third" | "turned"} Layout */
/** @typedef {"plain" | "checker" | "stripes" | "border"} Pattern which of two designs a tile has */
/**
 * @typedef {object} Piece Of a tile, or a whole one; lengths in sides of a tile.
 * @property {number} x of its left side on the floor
 * @property {number} z of its far side
 * @property {number} width
 * @property {number} left where it begins in its tile, 0..1; others than 0 are cut
 * @property {number} turns quarters, to the left
 * @property {[number, number]} shift of its material, 0..1; pieces beside each other show other granules
 * @property {boolean} isSecond
 */

/** Of each row: by how much it lies to the right, as a part of a tile. */
const STEPS = /** @type {Record<Layout, number>} */ ({ grid: 0, brick: 1 / 2, third: 1 / 3, turned: 0 });
const EPSILON = 1e-6;

/**
 * The pieces of a square floor.
 * @param {{layout: Layout, pattern: Pattern, side: number}} options side: of the floor, in sides of a tile; whole
 * @returns {Piece[]}
 */
export function lay({ layout, pattern, side }) {
  /** @type {Piece[]} */
  const pieces = [];
  for (let row = 0; row < side; row += 1) {
    const start = (row * STEPS[layout]) % 1;
    for (let column = start > EPSILON ? -1 : 0; column < side; column += 1) {
      const left = Math.max(0, -(column + start));
      const width = Math.min(1, side - column - start) - left;
      if (width < EPSILON) continue;
      const random = randomOf(row, column);
      pieces.push({
        x: column + start + left,
        z: row,
        width,
        left,
        turns: layout === "turned" ? Math.floor(random() * 4) : 0,
        shift: [random(), random()],
        isSecond: isSecond(pattern, row, column, side),
      });
    }
  }
  return pieces;
}

/**
 * @param {Pattern} pattern
 * @param {number} row
 * @param {number} column
 * @param {number} side
 */
function isSecond(pattern, row, column, side) {
  if (pattern === "checker") return (row + column) % 2 !== 0;
  if (pattern === "stripes") return row % 2 !== 0;
  if (pattern === "border") return row === 0 || column <= 0 || row === side - 1 || column === side - 1;
  return false;
}

/**
 * Where a corner of a piece is in the picture of its tile, in sides of a tile from the upper left, turned with it.
 * @param {Piece} piece
 * @param {number} u 0 at the left of the piece, 1 at its right
 * @param {number} v 0 at its far side, 1 at the near one
 * @returns {[number, number]}
 */
export function cornerOf(piece, u, v) {
  let [across, down] = [piece.left + u * piece.width - 0.5, v - 0.5];
  for (let turn = 0; turn < piece.turns; turn += 1) [across, down] = [-down, across];
  return [across + 0.5, down + 0.5];
}

/**
 * Numbers of 0..1 that are the same each time for a place (T. Ettinger, mulberry32).
 * @param {number} row
 * @param {number} column
 */
function randomOf(row, column) {
  let state = (row * 73_856_093) ^ ((column + 7) * 19_349_663);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
