/** A floor in perspective: what is on it, the light, and the camera that is turned around it. */
import { OrbitControls } from "../vendor/three-addons-controls-OrbitControls.js";
import * as three from "../vendor/three.js";
import { lay } from "./layouts.js";
import { metre, person, surroundingsOf } from "./surroundings.js";
import { bedOf, geometryOf, surfaceOf } from "./tiles.js";

/** @typedef {import("./material.js").Maps} Maps */
/** @typedef {"sun" | "low" | "cloudy"} Light */
/**
 * @typedef {object} Options
 * @property {import("./layouts.js").Layout} layout
 * @property {import("./layouts.js").Pattern} pattern
 * @property {import("./surroundings.js").Place} place
 * @property {Light} light
 * @property {boolean} isWet
 * @property {boolean} hasPerson
 * @property {number} tileMm
 * @property {number} jointMm
 * @property {number} sideM of the floor
 */
/** @typedef {"left" | "right" | "up" | "down" | "near" | "far"} Move */

/** Lamp and sky: how strong, how high, from where; together a level floor is about as bright as its colours. */
const LIGHTS = /** @type {Record<Light, {sun: number, sky: number, heightDeg: number, sideDeg: number, colour: number}>} */ ({
  sun: { sun: 2.1, sky: 0.85, heightDeg: 50, sideDeg: 125, colour: 0xfff6e8 },
  low: { sun: 3, sky: 0.75, heightDeg: 20, sideDeg: 100, colour: 0xffdcae },
  cloudy: { sun: 0.4, sky: 1, heightDeg: 70, sideDeg: 150, colour: 0xffffff },
});
/** In a room the window is on the far side. */
const THROUGH_WINDOW = { heightDeg: 38, sideDeg: 165, sky: 1 };
const SKIES = /** @type {Record<Light, number>} */ ({ sun: 0xc6dcf0, low: 0xecd9c4, cloudy: 0xd9dde1 });
const NOWHERE = 0xe6e4df;
const MIN_DISTANCE_M = 1;
const STEP = { turn: Math.PI / 12, zoom: 1.2 };
/** Of view, from above to below, in a picture so many times as wide as it is high; in a narrower one more. */
const FIELD_DEG = 38;
const WIDE = 1.6;
const MOST_FIELD = 1.35;
const SHADOW_PX = 2048;
const MAX_RATIO = 2;
const STILL_PX = /** @type {const} */ ([1920, 1200]);

export class FloorView {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    this.renderer = new three.WebGLRenderer({ canvas, antialias: true });
    this.renderer.toneMapping = three.NeutralToneMapping;
    this.renderer.shadowMap.enabled = true;
    this.renderer.shadowMap.autoUpdate = false;
    this.scene = new three.Scene();
    this.camera = new three.PerspectiveCamera(FIELD_DEG, WIDE, 0.1, 150);
    this.controls = new OrbitControls(this.camera, canvas);
    this.controls.enablePan = false;
    this.controls.enableZoom = false;
    this.controls.minDistance = MIN_DISTANCE_M;
    this.controls.maxPolarAngle = Math.PI / 2 - 0.06;
    this.controls.addEventListener("change", () => this.draw());
    this.sun = new three.DirectionalLight();
    this.sun.castShadow = true;
    this.sun.shadow.mapSize.setScalar(SHADOW_PX);
    this.sun.shadow.normalBias = 0.02;
    this.floor = new three.Group();
    this.around = new three.Group();
    this.scene.add(this.sun, this.sun.target, this.floor, this.around);
    this.frame = 0;
    this.sideM = 0;
    this.sky = "";
    this.#hearWheel();
    this.observer = new ResizeObserver(() => this.#fit());
    this.observer.observe(canvas);
  }

  /** The wheel scrolls the page until somebody takes hold of the floor. */
  #hearWheel() {
    this.canvas.addEventListener("pointerdown", () => (this.controls.enableZoom = true));
    this.canvas.addEventListener("pointerleave", () => (this.controls.enableZoom = false));
  }

  /**
   * Have another floor.
   * @param {Options} options
   * @param {[Maps, Maps]} maps of the first and the second design
   * @param {string} label of the metre
   */
  show(options, maps, label) {
    const tileM = options.tileMm / 1000;
    const side = Math.max(1, Math.round(options.sideM / tileM));
    const sideM = side * tileM;
    empty(this.floor);
    empty(this.around);
    const pieces = lay({ layout: options.layout, pattern: options.pattern, side });
    for (const [index, one] of maps.entries()) {
      const own = pieces.filter((piece) => Number(piece.isSecond) === index);
      if (!own.length) continue;
      const size = { tileM, jointM: options.jointMm / 1000, side };
      const mesh = new three.Mesh(geometryOf(own, size, one), surfaceOf(one, options.isWet, this.renderer.capabilities.getMaxAnisotropy()));
      mesh.receiveShadow = true;
      this.floor.add(mesh);
    }
    this.floor.add(bedOf(sideM));
    this.#surround(options, sideM, label);
    this.#light(options, sideM);
    if (sideM !== this.sideM) this.#aim(sideM);
    this.renderer.shadowMap.needsUpdate = true;
    this.draw();
  }

  /**
   * @param {Options} options
   * @param {number} sideM
   * @param {string} label
   */
  #surround({ place, hasPerson }, sideM, label) {
    this.around.add(surroundingsOf(place, sideM));
    const rod = metre(label);
    rod.position.set(-sideM * 0.3, 0, sideM / 2 - 0.25);
    this.around.add(rod);
    if (!hasPerson) return;
    const figure = person();
    figure.position.set(sideM * 0.2, 0, -sideM * 0.12);
    figure.rotation.y = -0.4;
    this.around.add(figure);
  }

  /**
   * @param {Options} options
   * @param {number} sideM
   */
  #light({ light, place }, sideM) {
    const isRoom = place === "room";
    const { sun, sky, heightDeg, sideDeg, colour } = { ...LIGHTS[light], ...(isRoom ? THROUGH_WINDOW : {}) };
    const reach = sideM * 1.1 + 2;
    const from = new three.Vector3().setFromSphericalCoords(reach * 2, ((90 - heightDeg) * Math.PI) / 180, (sideDeg * Math.PI) / 180);
    this.sun.position.copy(from);
    this.sun.color.set(colour);
    this.sun.intensity = sun;
    const { camera } = this.sun.shadow;
    Object.assign(camera, { left: -reach, right: reach, top: reach, bottom: -reach, near: 0.1, far: reach * 4 });
    camera.updateProjectionMatrix();
    this.#mirror(light, isRoom);
    this.scene.environmentIntensity = sky;
    this.scene.background = new three.Color(place === "playground" ? SKIES[light] : NOWHERE);
  }

  /**
   * Have a sky all around, made once for as long as it stays the same: without a graphics card that takes a second.
   * @param {Light} light
   * @param {boolean} isRoom
   */
  #mirror(light, isRoom) {
    const sky = `${light} ${isRoom}`;
    if (sky === this.sky) return;
    this.sky = sky;
    this.scene.environment?.dispose();
    const maker = new three.PMREMGenerator(this.renderer);
    this.scene.environment = maker.fromScene(skyOf(light, isRoom), 0, 0.1, 200).texture;
    maker.dispose();
  }

  /**
   * Look at a floor of another size from where all of it is seen.
   * @param {number} sideM
   */
  #aim(sideM) {
    this.sideM = sideM;
    this.controls.target.set(0, 0.45, -0.05 * sideM);
    this.controls.maxDistance = sideM * 3;
    this.camera.position.set(sideM * 0.5, sideM * 0.36 + 0.8, sideM * 1.2);
    this.controls.update();
  }

  /**
   * Turn the camera, or go nearer or farther, by a step.
   * @param {Move} move
   */
  move(move) {
    const place = new three.Spherical().setFromVector3(this.camera.position.clone().sub(this.controls.target));
    if (move === "left" || move === "right") place.theta += move === "left" ? -STEP.turn : STEP.turn;
    if (move === "up" || move === "down") place.phi += (move === "up" ? -STEP.turn : STEP.turn) / 2;
    if (move === "near" || move === "far") place.radius *= move === "far" ? STEP.zoom : 1 / STEP.zoom;
    place.phi = Math.min(Math.max(place.phi, 0.02), this.controls.maxPolarAngle);
    place.radius = Math.min(Math.max(place.radius, MIN_DISTANCE_M), this.controls.maxDistance);
    this.camera.position.setFromSpherical(place).add(this.controls.target);
    this.controls.update();
    this.draw();
  }

  /** Draw once, with the next picture of the screen. */
  draw() {
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.renderer.render(this.scene, this.camera);
    });
  }

  /** As large as its place on the page. */
  #fit() {
    const { clientWidth, clientHeight } = this.canvas;
    if (!clientWidth || !clientHeight) return;
    this.renderer.setPixelRatio(Math.min(devicePixelRatio, MAX_RATIO));
    this.#resize(clientWidth, clientHeight);
    this.draw();
  }

  /** @param {number} width @param {number} height */
  #resize(width, height) {
    this.renderer.setSize(width, height, false);
    this.camera.aspect = width / height;
    this.camera.fov = FIELD_DEG * Math.min(Math.max(WIDE / this.camera.aspect, 1), MOST_FIELD);
    this.camera.updateProjectionMatrix();
  }

  /**
   * The picture that is seen, as a PNG of its own size.
   * @returns {Promise<Blob>}
   */
  still() {
    this.renderer.setPixelRatio(1);
    this.#resize(...STILL_PX);
    this.renderer.render(this.scene, this.camera);
    const file = new Promise((resolve, reject) => {
      this.canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the canvas gave no picture"))), "image/png");
    });
    this.#fit();
    return /** @type {Promise<Blob>} */ (file);
  }

  /** Give everything back. */
  close() {
    cancelAnimationFrame(this.frame);
    this.observer.disconnect();
    this.controls.dispose();
    empty(this.floor);
    empty(this.around);
    this.scene.environment?.dispose();
    this.renderer.dispose();
    this.renderer.forceContextLoss();
  }
}

/**
 * What is mirrored and gives light from all around: a sky over a pale ground; in a room walls with a window.
 * @param {Light} light
 * @param {boolean} isRoom
 */
function skyOf(light, isRoom) {
  const scene = new three.Scene();
  const [above, level, below] = isRoom ? [0xf2f0ec, 0xdedbd5, 0xa8a49c] : light === "cloudy" ? [0xf6f8fa, 0xe6e9ec, 0x9a9a92] : [0xcfdff0, 0xfafaf6, 0xa3a296];
  const ball = new three.SphereGeometry(50, 32, 24);
  const colours = [];
  const heights = /** @type {three.BufferAttribute} */ (ball.getAttribute("position"));
  for (let index = 0; index < heights.count; index += 1) {
    const height = heights.getY(index) / 50;
    const colour = new three.Color(level).lerp(new three.Color(height > 0 ? above : below), Math.min(1, Math.abs(height) * 2.5));
    colours.push(colour.r, colour.g, colour.b);
  }
  ball.setAttribute("color", new three.Float32BufferAttribute(colours, 3));
  scene.add(new three.Mesh(ball, new three.MeshBasicMaterial({ vertexColors: true, side: three.BackSide, toneMapped: false })));
  if (isRoom) {
    const window = new three.Mesh(new three.PlaneGeometry(24, 16), new three.MeshBasicMaterial({ color: new three.Color(5, 5.2, 5.6), toneMapped: false }));
    window.position.set(0, 14, -40);
    scene.add(window);
  }
  return scene;
}

/**
 * Take everything out of a group, and give back what it held on the card.
 * @param {three.Group} group
 */
function empty(group) {
  group.traverse((one) => {
    const { geometry, material } = /** @type {three.Mesh<three.BufferGeometry, any>} */ (one);
    geometry?.dispose();
    for (const each of [material ?? []].flat()) {
      for (const value of Object.values(each)) if (value instanceof three.Texture) value.dispose();
      each.dispose();
    }
  });
  group.clear();
}
