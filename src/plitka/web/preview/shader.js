/**
 * The renderer's look as shaders, in three passes, and the textures that they read: what is near, light and matter with
 * the tone curve, and the lens. What each pass does is told in `plitka/core/tile/painting.py`.
 */

/** @typedef {import("./geometry.js").Geometry} Geometry */
/** @typedef {import("./finishes.js").Camera} Camera */

/** Texels in a row of the texture of chips: two for each. */
const TEXELS_A_ROW = 2048;
/** Of what is near, one pixel in so many of each row and column is asked: a mean over squares tells no more of all. */
const NEAR_STEP = 2;
/** A draft is drawn on one pixel in so many of each row and column. */
const DRAFT_STEP = 2;
/** Units that the textures are bound to. */
const PIXELS = 0;
const LIGHT = 1;
const CHIPS = 2;
const NEAR = 3;
const SHONE = 4;
const MOTTLED = 5;
const SAMPLERS = { pixels: PIXELS, light: LIGHT, chips: CHIPS, near: NEAR, shone: SHONE, mottled: MOTTLED };

const VERTICES = `#version 300 es
void main() {  // one triangle over all
  gl_Position = vec4(gl_VertexID == 1 ? 3.0 : -1.0, gl_VertexID == 2 ? 3.0 : -1.0, 0.0, 1.0);
}`;

const HEAD = `#version 300 es
precision highp float;
precision highp int;
precision highp sampler2D;
precision highp usampler2D;
uniform usampler2D pixels;
uniform sampler2D chips;
uniform int side;
out vec4 colour;

ivec2 wrapped(ivec2 place) {  // onto the tile, which repeats; % takes most of a frame where WebGL is software
  return place + side * (ivec2(lessThan(place, ivec2(0))) - ivec2(greaterThanEqual(place, ivec2(side))));
}

vec4 ofChip(uint chip, int texel) {
  int at = 2 * int(chip) + texel;
  return texelFetch(chips, ivec2(at & ${TEXELS_A_ROW - 1}, at / ${TEXELS_A_ROW}), 0);
}

vec4 shown(uvec2 two, int texel) {  // mean over the chips of a pixel
  vec4 most = ofChip(two.x & 0xffffffu, texel);
  uint part = two.x >> 24;
  return part == 0u ? most : mix(most, ofChip(two.y, texel), float(part) / 255.0);
}`;

const NEAR_FRAGMENTS = `${HEAD}
uniform int nearPx;

void main() {
  ivec2 corner = nearPx * ivec2(gl_FragCoord.xy);
  vec3 sum = vec3(0.0);
  int seen = 0;
  for (int y = 0; y < nearPx; y += ${NEAR_STEP}) {
    for (int x = 0; x < nearPx; x += ${NEAR_STEP}) {
      sum += shown(texelFetch(pixels, wrapped(corner + ivec2(x, y)), 0).rg, 0).rgb;
      seen++;
    }
  }
  float mean = dot(sum, vec3(1.0 / 3.0)) / float(seen);
  colour = vec4(vec3(sqrt(mean)), 1.0);
}`;

const HASHED = `float hashed(ivec2 place, uint number) {
  uint word = uint(place.y) * 0x9e3779b1u ^ uint(place.x) * 0x85ebca77u ^ number * 0xc2b2ae3du;
  word = (word ^ (word >> 16)) * 0x7feb352du;
  word = (word ^ (word >> 15)) * 0x846ca68bu;
  word ^= word >> 16;
  uint sum = (word & 255u) + ((word >> 8) & 255u) + ((word >> 16) & 255u) + (word >> 24);
  return (float(sum) - 510.0) / 147.8;
}`;

// Of the place alone, so that it is drawn once a geometry; in sixteenths of its deviation.
const MOTTLE_FRAGMENTS = `${HEAD}
${HASHED}

float mottle(ivec2 place) {
  float sum = 0.0;
  for (int y = -1; y <= 1; y++) {
    for (int x = -1; x <= 1; x++) {
      sum += float((2 - abs(x)) * (2 - abs(y))) * hashed(wrapped(place + ivec2(x, y)), 0u);
    }
  }
  return sum / (16.0 * 0.375);
}

void main() {
  colour = vec4((mottle(ivec2(gl_FragCoord.xy)) * 16.0 + 128.0) / 255.0);
}`;

const SHINE_FRAGMENTS = `${HEAD}
uniform sampler2D light;
uniform sampler2D near;
uniform sampler2D mottled;
uniform vec3 lightScales;
uniform vec3 lamp;
uniform float sky;
uniform float coat;
uniform float water;
uniform float bounce;
uniform float bounceAgain;
uniform float bounceOfLost;
uniform float nearSpan;
uniform float darkest;
uniform float occlusion;
uniform float veil;
uniform float toe;
uniform float gamma;
uniform float middle;
uniform float shoulder;
uniform float noise;
uniform float hueNoise;
uniform int stride;

${HASHED}

void main() {
  ivec2 place = stride * ivec2(gl_FragCoord.xy);
  uvec2 two = texelFetch(pixels, place, 0).rg;
  vec3 root = texelFetch(light, place, 0).rgb;
  vec3 maps = lightScales * root * root;  // of lamp, sky and sheen
  vec2 matter = shown(two, 1).rg;  // coat and mottle
  vec3 surface = shown(two, 0).rgb;
  float around = texture(near, (vec2(place) + 0.5) / nearSpan).r;
  around *= around / max(dot(surface, vec3(1.0 / 3.0)), darkest);
  float open = pow(maps.y, occlusion);
  vec3 hidden = bounce * (1.0 - open) * min(around * surface, 1.0);
  vec3 given = (lamp * maps.x + sky * open) / (1.0 - bounceAgain * hidden) + bounceOfLost * sqrt(open) * hidden;
  given *= surface * (1.0 + matter.y * (texelFetch(mottled, place, 0).r * 255.0 - 128.0) / 16.0);
  given += (coat * matter.x + water) * maps.z + veil * maps.y;
  given = max(given - toe, 0.0) / (1.0 - toe);
  given = middle * pow(given / middle, vec3(gamma));
  float room = 1.0 - shoulder;
  vec3 over = max(given - shoulder, 0.0) / room;
  vec3 fall = exp(-2.0 * over);
  given = min(given, shoulder) + room * (1.0 - fall) / (1.0 + fall);
  vec3 curve = 1.055 * pow(given, vec3(1.0 / 2.4)) - 0.055;
  given = mix(12.92 * given, curve, step(0.0031308, given));
  given += noise * hashed(place, 1u);
  given += hueNoise * vec3(hashed(place, 2u), hashed(place, 3u), hashed(place, 4u));
  colour = vec4(given, 1.0);
}`;

// Written out: loops and arrays of weights take three times as long where WebGL is software.
const FOCUS_FRAGMENTS = `${HEAD}
uniform sampler2D shone;
uniform float lensSide;
uniform float sharpen;
uniform float brightest;

vec3 there(int x, int y) {
  return texelFetch(shone, ivec2(x, y), 0).rgb;
}

void along(ivec4 aside, int middle, int y, out vec3 lens, out vec3 soft) {
  vec3 centre = there(middle, y);
  vec3 next = there(aside.y, y) + there(aside.z, y);
  lens = (1.0 - 2.0 * lensSide) * centre + lensSide * next;
  soft = (6.0 * centre + 4.0 * next + there(aside.x, y) + there(aside.w, y)) / 16.0;
}

void main() {
  ivec2 place = ivec2(int(gl_FragCoord.x), side - 1 - int(gl_FragCoord.y));
  ivec2 first = wrapped(place - 2);
  ivec2 second = wrapped(place - 1);
  ivec2 fourth = wrapped(place + 1);
  ivec2 fifth = wrapped(place + 2);
  ivec4 aside = ivec4(first.x, second.x, fourth.x, fifth.x);
  vec3 lens, lensAbove, lensBelow, unused, soft, softAbove, softBelow, softFirst, softLast;
  along(aside, place.x, first.y, unused, softFirst);
  along(aside, place.x, second.y, lensAbove, softAbove);
  along(aside, place.x, place.y, lens, soft);
  along(aside, place.x, fourth.y, lensBelow, softBelow);
  along(aside, place.x, fifth.y, unused, softLast);
  lens = (1.0 - 2.0 * lensSide) * lens + lensSide * (lensAbove + lensBelow);
  soft = (6.0 * soft + 4.0 * (softAbove + softBelow) + softFirst + softLast) / 16.0;
  colour = vec4(clamp((1.0 + sharpen) * lens - sharpen * soft, 0.0, brightest), 1.0);
}`;

/** Draws one tile into the canvas of its context. */
export class Painter {
  /**
   * @param {WebGL2RenderingContext} gl
   * @throws {Error} the browser cannot compile the shaders
   */
  constructor(gl) {
    this._gl = gl;
    this._mottle = new Pass(gl, MOTTLE_FRAGMENTS);
    this._near = new Pass(gl, NEAR_FRAGMENTS);
    this._shine = new Pass(gl, SHINE_FRAGMENTS);
    this._focus = new Pass(gl, FOCUS_FRAGMENTS);
    this._passes = [this._mottle, this._near, this._shine, this._focus];
    this._textures = [PIXELS, LIGHT, CHIPS, NEAR, SHONE, MOTTLED].map((unit) => makeTexture(gl, unit));
    this._targets = [NEAR, SHONE, MOTTLED].map((unit) => makeTarget(gl, this._textures[unit]));
    this._rows = 0;
    this._side = 0;
    this._nearSide = 0;
    /** Whether what is near was drawn of this geometry; a draft takes that of the picture before. */
    this._hasNear = false;
    gl.bindVertexArray(gl.createVertexArray());
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 4);
  }

  /**
   * @param {Geometry} geometry
   * @returns {Float32Array} room for what each chip is made of, eight numbers for each: red, green, blue, nothing, coat,
   *   mottle, nothing, nothing
   */
  setGeometry(geometry) {
    const gl = this._gl;
    const side = geometry.sidePx;
    const { look } = geometry;
    this._hasNear = false;
    this._side = side;
    this._nearSide = Math.ceil(side / look.near_px);
    this._rows = Math.ceil((2 * geometry.nChips) / TEXELS_A_ROW);
    gl.activeTexture(gl.TEXTURE0 + PIXELS);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RG32UI, side, side, 0, gl.RG_INTEGER, gl.UNSIGNED_INT, geometry.pixels);
    gl.activeTexture(gl.TEXTURE0 + LIGHT);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, side, side, 0, gl.RGBA, gl.UNSIGNED_BYTE, geometry.lightBytes);
    gl.activeTexture(gl.TEXTURE0 + CHIPS);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA32F, TEXELS_A_ROW, this._rows, 0, gl.RGBA, gl.FLOAT, null);
    for (const [unit, length] of [[NEAR, this._nearSide], [SHONE, side], [MOTTLED, side]]) {
      gl.activeTexture(gl.TEXTURE0 + unit);
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, length, length, 0, gl.RGBA, gl.UNSIGNED_BYTE, null);
    }
    for (const pass of this._passes) pass.use().whole("side", side);
    this._mottle.use();
    this._fill(this._targets[2], side);
    this._near.use().whole("nearPx", look.near_px);
    this._shine.use().vector("lightScales", geometry.lightScales);
    this._shine.number("nearSpan", look.near_px * this._nearSide);
    this._shine.number("bounce", look.bounce);
    this._shine.number("bounceAgain", look.bounce_again);
    this._shine.number("bounceOfLost", look.bounce_of_lost);
    this._shine.number("darkest", look.darkest);
    this._shine.number("middle", look.middle);
    this._shine.number("shoulder", look.shoulder);
    this._shine.number("water", geometry.light.water);
    this._focus.use().number("brightest", look.brightest);
    return new Float32Array(4 * TEXELS_A_ROW * this._rows);
  }

  /**
   * @param {Float32Array} chips as `setGeometry` gave it
   * @param {Camera} camera
   * @param {boolean} isDraft coarser and without the lens, in a fraction of the time
   */
  draw(chips, camera, isDraft = false) {
    const gl = this._gl;
    gl.activeTexture(gl.TEXTURE0 + CHIPS);
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, TEXELS_A_ROW, this._rows, gl.RGBA, gl.FLOAT, chips);
    if (!isDraft || !this._hasNear) {
      this._near.use();
      this._fill(this._targets[0], this._nearSide);
      this._hasNear = true;
    }
    this._shine.use().vector("lamp", camera.lampLight);
    this._shine.number("sky", camera.skyLight);
    this._shine.number("coat", camera.coatPart);
    for (const name of /** @type {const} */ (["occlusion", "veil", "toe", "gamma", "noise"])) {
      this._shine.number(name, camera[name]);
    }
    this._shine.number("hueNoise", camera.hue_noise);
    const stride = isDraft ? DRAFT_STEP : 1;
    this._shine.whole("stride", stride);
    const drawn = Math.ceil(this._side / stride);
    this._fill(this._targets[1], drawn);
    if (isDraft) {
      this._enlarge(drawn, stride * drawn);
      return;
    }
    this._focus.use().number("lensSide", camera.lens_px ** 2 / 2);
    this._focus.number("sharpen", camera.sharpen);
    this._fill(null, this._side);
  }

  /**
   * @param {WebGLFramebuffer | null} target null: the canvas
   * @param {number} side
   */
  _fill(target, side) {
    const gl = this._gl;
    gl.bindFramebuffer(gl.FRAMEBUFFER, target);
    gl.viewport(0, 0, side, side);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }

  /**
   * Show what is in the corner of the target of light and matter all over the canvas; its first row is the lowest there.
   *
   * @param {number} from
   * @param {number} to
   */
  _enlarge(from, to) {
    const gl = this._gl;
    gl.bindFramebuffer(gl.READ_FRAMEBUFFER, this._targets[1]);
    gl.bindFramebuffer(gl.DRAW_FRAMEBUFFER, null);
    gl.blitFramebuffer(0, 0, from, from, 0, this._side, to, this._side - to, gl.COLOR_BUFFER_BIT, gl.LINEAR);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
  }

  /** Give all of it back to the graphics card. */
  dispose() {
    for (const target of this._targets) this._gl.deleteFramebuffer(target);
    for (const texture of this._textures) this._gl.deleteTexture(texture);
    for (const pass of this._passes) pass.dispose();
  }
}

/** One program, and the places of its figures. */
class Pass {
  /**
   * @param {WebGL2RenderingContext} gl
   * @param {string} fragments
   */
  constructor(gl, fragments) {
    this._gl = gl;
    this._program = link(gl, fragments);
    /** @type {Map<string, WebGLUniformLocation | null>} */
    this._places = new Map();
    this.use();
    for (const [name, unit] of Object.entries(SAMPLERS)) {
      gl.uniform1i(this._place(name), unit);
    }
  }

  use() {
    this._gl.useProgram(this._program);
    return this;
  }

  /** @param {string} name */
  _place(name) {
    let place = this._places.get(name);
    if (place === undefined) {
      place = this._gl.getUniformLocation(this._program, name);
      this._places.set(name, place);
    }
    return place;
  }

  /**
   * @param {string} name
   * @param {number} value
   */
  whole(name, value) {
    this._gl.uniform1i(this._place(name), value);
  }

  /**
   * @param {string} name
   * @param {number} value
   */
  number(name, value) {
    this._gl.uniform1f(this._place(name), value);
  }

  /**
   * @param {string} name
   * @param {Float32List} values three
   */
  vector(name, values) {
    this._gl.uniform3fv(this._place(name), values);
  }

  dispose() {
    this._gl.deleteProgram(this._program);
  }
}

/**
 * @param {WebGL2RenderingContext} gl
 * @param {string} fragments
 * @returns {WebGLProgram}
 */
function link(gl, fragments) {
  const program = gl.createProgram();
  for (const [kind, text] of /** @type {const} */ ([[gl.VERTEX_SHADER, VERTICES], [gl.FRAGMENT_SHADER, fragments]])) {
    const shader = gl.createShader(kind);
    if (!shader) throw new Error("the context of WebGL is lost");
    gl.shaderSource(shader, text);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
    gl.deleteShader(shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
    throw new Error(`the shader cannot be used here: ${gl.getProgramInfoLog(program)}`);
  }
  return program;
}

/**
 * @param {WebGL2RenderingContext} gl
 * @param {number} unit
 */
function makeTexture(gl, unit) {
  const texture = gl.createTexture();
  const between = unit === NEAR ? gl.LINEAR : gl.NEAREST;
  gl.activeTexture(gl.TEXTURE0 + unit);
  gl.bindTexture(gl.TEXTURE_2D, texture);
  for (const name of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, name, between);
  return texture;
}

/**
 * @param {WebGL2RenderingContext} gl
 * @param {WebGLTexture} texture that is drawn into
 */
function makeTarget(gl, texture) {
  const target = gl.createFramebuffer();
  gl.bindFramebuffer(gl.FRAMEBUFFER, target);
  gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
  return target;
}
