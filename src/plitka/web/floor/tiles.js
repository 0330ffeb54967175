/** The tiles of a floor as meshes: one for each of two designs. */
import * as three from "../vendor/three.js";
import { cornerOf } from "./layouts.js";

/** @typedef {import("./layouts.js").Piece} Piece */
/** @typedef {import("./material.js").Maps} Maps */

/** Of rubber, where no map tells it. */
const ROUGHNESS = { dry: 0.85, wet: 0.35 };
const JOINT_COLOUR = 0x1c1b1a;
const DEPTH_M = 0.006;
const MAX_ANISOTROPY = 8;

/**
 * @param {Piece[]} pieces
 * @param {{tileM: number, jointM: number, side: number}} size side: of the floor, in sides of a tile
 * @param {Maps} maps
 * @returns {three.BufferGeometry} in metres, around the origin
 */
export function geometryOf(pieces, { tileM, jointM, side }, { repeats, isWhole }) {
  const [positions, uvs, indices] = [/** @type {number[]} */ ([]), /** @type {number[]} */ ([]), /** @type {number[]} */ ([])];
  const gap = jointM / tileM / 2;
  for (const piece of pieces) {
    const first = positions.length / 3;
    const inset = gap / piece.width;
    for (const [u, v] of /** @type {const} */ ([[inset, gap], [1 - inset, gap], [inset, 1 - gap], [1 - inset, 1 - gap]])) {
      positions.push((piece.x + u * piece.width - side / 2) * tileM, 0, (piece.z + v - side / 2) * tileM);
      const [across, down] = cornerOf(piece, u, v);
      const [right, below] = isWhole ? [0, 0] : piece.shift;
      uvs.push(across * repeats + right, down * repeats + below);
    }
    indices.push(first, first + 2, first + 1, first + 1, first + 2, first + 3);
  }
  const geometry = new three.BufferGeometry();
  geometry.setAttribute("position", new three.Float32BufferAttribute(positions, 3));
  geometry.setAttribute("normal", new three.Float32BufferAttribute(positions.map((_, place) => (place % 3 === 1 ? 1 : 0)), 3));
  geometry.setAttribute("uv", new three.Float32BufferAttribute(uvs, 2));
  geometry.setIndex(indices);
  return geometry;
}

/**
 * @param {Maps} maps
 * @param {boolean} isWet
 * @param {number} anisotropy the most that the card has
 */
export function surfaceOf(maps, isWet, anisotropy) {
  const texture = (/** @type {ImageBitmap | null} */ picture, /** @type {string} */ space) => {
    if (!picture) return null;
    const made = new three.Texture(picture);
    // A photograph need not be seamless: mirrored, its sides meet all the same.
    made.wrapS = made.wrapT = maps.normal || maps.repeats === 1 ? three.RepeatWrapping : three.MirroredRepeatWrapping;
    made.flipY = false;
    made.colorSpace = space;
    made.anisotropy = Math.min(MAX_ANISOTROPY, anisotropy);
    made.needsUpdate = true;
    return made;
  };
  const surface = texture(maps.surface, three.NoColorSpace);
  return new three.MeshStandardMaterial({
    map: texture(maps.colour, three.SRGBColorSpace),
    normalMap: texture(maps.normal, three.NoColorSpace),
    normalScale: new three.Vector2(1, -1), // pictures begin above, as in glTF
    roughnessMap: surface,
    roughness: surface ? 1 : isWet ? ROUGHNESS.wet : ROUGHNESS.dry,
    aoMap: surface,
    metalness: 0,
  });
}

/**
 * What is seen between tiles, and the side of the floor.
 * @param {number} sideM
 */
export function bedOf(sideM) {
  const bed = new three.Mesh(
    new three.BoxGeometry(sideM, DEPTH_M, sideM),
    new three.MeshStandardMaterial({ color: JOINT_COLOUR, roughness: 1 }),
  );
  bed.position.y = -DEPTH_M;
  bed.receiveShadow = true;
  return bed;
}
