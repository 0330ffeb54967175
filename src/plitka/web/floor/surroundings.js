/** What stands around a floor, made of simple bodies: a playground, a room, a person and a metre for scale. */
import * as three from "../vendor/three.js";

/** @typedef {"playground" | "room" | "none"} Place */

const PERSON_M = 1.75;
const WALL_M = 2.8;
const COLOURS = { person: 0x62666b, steel: 0x9aa0a6, wood: 0xb08a5b, seat: 0x34383c, leaf: 0x6f8f5a, trunk: 0x7a6650, lawn: 0x87a06a, kerb: 0xb9b7b1, wall: 0xe9e6e0, skirting: 0xf7f6f3 };

/** @param {number} colour */
const paint = (colour) => new three.MeshStandardMaterial({ color: colour, roughness: 0.9 });

/**
 * @param {three.BufferGeometry} shape
 * @param {number} colour
 * @param {[number, number, number]} at
 */
function body(shape, colour, at) {
  const mesh = new three.Mesh(shape, paint(colour));
  mesh.position.set(...at);
  mesh.castShadow = mesh.receiveShadow = true;
  return mesh;
}

/**
 * @param {Place} place
 * @param {number} sideM of the floor
 */
export function surroundingsOf(place, sideM) {
  const group = new three.Group();
  if (place === "playground") group.add(...playground(sideM));
  if (place === "room") group.add(...room(sideM));
  return group;
}

/** @param {number} sideM */
function playground(sideM) {
  const half = sideM / 2;
  const lawn = new three.Mesh(new three.CircleGeometry(60, 64).rotateX(-Math.PI / 2), paint(COLOURS.lawn));
  lawn.position.y = -0.02;
  lawn.receiveShadow = true;
  const kerbs = [0, 1, 2, 3].map((quarter) => {
    const kerb = body(new three.BoxGeometry(sideM + 0.2, 0.1, 0.1), COLOURS.kerb, [0, 0, 0]);
    kerb.rotation.y = (quarter * Math.PI) / 2;
    kerb.position.set(Math.sin(kerb.rotation.y) * (half + 0.05), -0.035, Math.cos(kerb.rotation.y) * (half + 0.05));
    return kerb;
  });
  const trees = [[-1.1, -1.5], [0.3, -1.9], [1.3, -1.4], [-2, -0.6]].map(([x = 0, z = 0], index) =>
    tree(x * sideM, z * sideM, 0.85 + 0.12 * ((index * 2) % 5)),
  );
  return [lawn, ...kerbs, ...trees, swing(-half * 0.35, -half * 0.45), bench(half * 0.55, -half - 0.7)];
}

/** @param {number} x @param {number} z */
function swing(x, z) {
  const group = new three.Group();
  const post = (/** @type {number} */ side, /** @type {number} */ lean) => {
    const mesh = body(new three.CylinderGeometry(0.04, 0.04, 2.35, 12), COLOURS.steel, [side * 1.25, 1.12, lean * 0.42]);
    mesh.rotation.x = -lean * 0.37;
    return mesh;
  };
  group.add(post(-1, -1), post(-1, 1), post(1, -1), post(1, 1));
  const beam = body(new three.CylinderGeometry(0.05, 0.05, 2.7, 12), COLOURS.steel, [0, 2.2, 0]);
  beam.rotation.z = Math.PI / 2;
  group.add(beam);
  for (const side of [-0.55, 0.55]) {
    group.add(body(new three.BoxGeometry(0.44, 0.03, 0.18), COLOURS.seat, [side, 0.45, 0]));
    for (const rope of [-0.2, 0.2]) group.add(body(new three.CylinderGeometry(0.008, 0.008, 1.75, 6), COLOURS.steel, [side + rope, 1.32, 0]));
  }
  group.position.set(x, 0, z);
  return group;
}

/** @param {number} x @param {number} z */
function bench(x, z) {
  const group = new three.Group();
  for (const depth of [-0.16, 0, 0.16]) group.add(body(new three.BoxGeometry(1.5, 0.04, 0.13), COLOURS.wood, [0, 0.45, depth]));
  for (const height of [0.62, 0.78]) group.add(body(new three.BoxGeometry(1.5, 0.12, 0.03), COLOURS.wood, [0, height, -0.25]));
  for (const side of [-0.6, 0.6]) group.add(body(new three.BoxGeometry(0.05, 0.44, 0.4), COLOURS.seat, [side, 0.22, 0]), body(new three.BoxGeometry(0.05, 0.45, 0.04), COLOURS.seat, [side, 0.62, -0.22]));
  group.position.set(x, 0, z);
  return group;
}

/** @param {number} x @param {number} z @param {number} scale */
function tree(x, z, scale) {
  const group = new three.Group();
  group.add(
    body(new three.CylinderGeometry(0.1, 0.16, 2.2, 10), COLOURS.trunk, [0, 1.1, 0]),
    body(new three.IcosahedronGeometry(1.35, 2), COLOURS.leaf, [0, 3, 0]),
    body(new three.IcosahedronGeometry(0.95, 2), COLOURS.leaf, [0.7, 2.6, 0.3]),
  );
  group.scale.setScalar(scale);
  group.position.set(x, 0, z);
  return group;
}

/**
 * Walls are seen from within alone, so none hides the floor.
 * @param {number} sideM
 */
function room(sideM) {
  const half = sideM / 2;
  const walls = new three.Mesh(
    new three.BoxGeometry(sideM, WALL_M, sideM),
    new three.MeshStandardMaterial({ color: COLOURS.wall, roughness: 1, side: three.BackSide }),
  );
  walls.geometry.clearGroups();
  for (const [start, isThere] of [[0, 1], [6, 1], [12, 0], [18, 0], [24, 1], [30, 1]]) if (isThere) walls.geometry.addGroup(start ?? 0, 6, 0);
  const shown = new three.Mesh(walls.geometry, [walls.material]);
  shown.position.y = WALL_M / 2 - 0.003;
  const glass = new three.MeshBasicMaterial({ color: 0xf4f8ff });
  const window = new three.Mesh(new three.PlaneGeometry(sideM * 0.42, 1.5), glass);
  window.position.set(0, 1.65, -half + 0.02);
  const frame = new three.Mesh(new three.PlaneGeometry(sideM * 0.42 + 0.16, 1.66), paint(COLOURS.skirting));
  frame.position.set(0, 1.65, -half + 0.01);
  const bar = new three.Mesh(new three.PlaneGeometry(0.05, 1.5), paint(COLOURS.skirting));
  bar.position.set(0, 1.65, -half + 0.03);
  return [shown, frame, window, bar, rack(-half + 0.25, -half * 0.3), mat(half * 0.45, -half + 0.35)];
}

/**
 * Dumb-bells on a rack: rooms of rubber tiles are gyms.
 * @param {number} x
 * @param {number} z
 */
function rack(x, z) {
  const group = new three.Group();
  for (const height of [0.35, 0.75]) {
    group.add(body(new three.BoxGeometry(0.36, 0.04, 1.6), COLOURS.seat, [0, height, 0]));
    for (let place = -3; place <= 3; place += 1) {
      const bell = body(new three.CylinderGeometry(0.07, 0.07, 0.3, 6), COLOURS.steel, [0, height + 0.09, place * 0.22]);
      bell.rotation.z = Math.PI / 2;
      group.add(bell);
    }
  }
  for (const side of [-0.75, 0.75]) group.add(body(new three.BoxGeometry(0.36, 0.8, 0.05), COLOURS.seat, [0, 0.4, side]));
  group.position.set(x, 0, z);
  return group;
}

/**
 * A box to jump on.
 * @param {number} x
 * @param {number} z
 */
function mat(x, z) {
  return body(new three.BoxGeometry(0.6, 0.5, 0.5), COLOURS.wood, [x, 0.25, z]);
}

/** A standing person, as a figure without a face. */
export function person() {
  const group = new three.Group();
  const limb = (/** @type {number} */ radius, /** @type {number} */ length, /** @type {[number, number, number]} */ at) => body(new three.CapsuleGeometry(radius, length, 6, 14), COLOURS.person, at);
  const torso = limb(0.165, 0.34, [0, 1.19, 0]);
  torso.scale.z = 0.62;
  group.add(limb(0.075, 0.72, [-0.09, 0.44, 0]), limb(0.075, 0.72, [0.09, 0.44, 0]), torso);
  for (const side of [-1, 1]) {
    const arm = limb(0.045, 0.52, [side * 0.225, 1.08, 0]);
    arm.rotation.z = side * 0.09;
    group.add(arm);
  }
  const head = body(new three.SphereGeometry(0.108, 20, 16), COLOURS.person, [0, 1.64, 0]);
  head.scale.y = 1.16;
  group.add(head, limb(0.05, 0.06, [0, 1.49, 0]));
  group.scale.setScalar(PERSON_M / 1.765);
  return group;
}

/**
 * A rod of one metre, half dark and half light, with its length.
 * @param {string} label
 */
export function metre(label) {
  const group = new three.Group();
  for (const [at, colour] of [[0.25, 0x202020], [0.75, 0xf4f4f4]]) group.add(body(new three.BoxGeometry(0.5, 0.03, 0.05), colour ?? 0, [at ?? 0, 0.015, 0]));
  const sprite = new three.Sprite(new three.SpriteMaterial({ map: written(label), depthTest: false, toneMapped: false }));
  sprite.scale.set(0.48, 0.24, 1);
  sprite.position.set(0.5, 0.2, 0);
  group.add(sprite);
  return group;
}

/** @param {string} text */
function written(text) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [256, 128];
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.fillStyle = "rgb(255 255 255 / 88%)";
  context.beginPath();
  context.roundRect(28, 18, 200, 92, 20);
  context.fill();
  context.fillStyle = "#1d1d1b";
  context.font = "600 66px system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(text, 128, 67);
  const texture = new three.CanvasTexture(canvas);
  texture.colorSpace = three.SRGBColorSpace;
  return texture;
}
