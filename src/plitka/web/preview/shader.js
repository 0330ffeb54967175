/** The renderer's light as a shader, and the textures that it reads. */

/** @typedef {import("./geometry.js").Geometry} Geometry */

/** Chips in a row of the texture of their colours. */
const CHIPS_A_ROW = 1024;
/** Units that the textures are bound to. */
const PIXELS = 0;
const LIGHT = 1;
const ALBEDO = 2;

const VERTICES = `#version 300 es
void main() {  // one triangle over all
  gl_Position = vec4(gl_VertexID == 1 ? 3.0 : -1.0, gl_VertexID == 2 ? 3.0 : -1.0, 0.0, 1.0);
}`;

const FRAGMENTS = `#version 300 es
precision highp float;
precision highp int;
precision highp sampler2D;
precision highp usampler2D;
uniform usampler2D pixels;
uniform sampler2D light;
uniform sampler2D albedo;
uniform int side;
uniform vec3 lightScales;
uniform vec3 lamp;
uniform float sky;
uniform float bounce;
uniform float highlight;
uniform float shoulder;
out vec4 colour;

vec3 albedoOf(uint chip) {
  int n = int(chip);
  return texelFetch(albedo, ivec2(n & ${CHIPS_A_ROW - 1}, n / ${CHIPS_A_ROW}), 0).rgb;
}

void main() {
  ivec2 place = ivec2(int(gl_FragCoord.x), side - 1 - int(gl_FragCoord.y));
  uvec2 chips = texelFetch(pixels, place, 0).rg;
  vec3 root = texelFetch(light, place, 0).rgb;
  vec3 maps = lightScales * root * root;  // of lamp, sky and sheen
  vec3 direct = lamp * maps.x + sky * maps.y;
  float gap = bounce * (1.0 - maps.y);
  vec3 surface = albedoOf(chips.x & 0xffffffu);
  vec3 given = (direct + gap * surface) * surface;
  uint part = chips.x >> 24;
  if (part != 0u) {
    surface = albedoOf(chips.y);
    given = mix(given, (direct + gap * surface) * surface, float(part) / 255.0);
  }
  given += highlight * maps.z;
  float room = 1.0 - shoulder;
  vec3 over = max(given - shoulder, 0.0) / room;
  if (over.r + over.g + over.b > 0.0) {
    vec3 fall = exp(-2.0 * over);
    given = min(given, shoulder) + room * (1.0 - fall) / (1.0 + fall);
  }
  vec3 curve = 1.055 * pow(given, vec3(1.0 / 2.4)) - 0.055;
  colour = vec4(mix(12.92 * given, curve, step(0.0031308, given)), 1.0);
}`;

/** Draws one tile into the canvas of its context. */
export class Painter {
  /**
   * @param {WebGL2RenderingContext} gl
   * @throws {Error} the browser cannot compile the shader
   */
  constructor(gl) {
    this._gl = gl;
    this._program = link(gl);
    this._textures = [PIXELS, LIGHT, ALBEDO].map((unit) => makeTexture(gl, unit));
    this._rows = 0;
    gl.useProgram(this._program);
    gl.bindVertexArray(gl.createVertexArray());
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 4);
    for (const [name, unit] of /** @type {const} */ ([["pixels", PIXELS], ["light", LIGHT], ["albedo", ALBEDO]])) {
      gl.uniform1i(this._place(name), unit);
    }
  }

  /** @param {string} name */
  _place(name) {
    return this._gl.getUniformLocation(this._program, name);
  }

  /**
   * @param {Geometry} geometry
   * @returns {Float32Array} room for the albedo of each chip, four numbers for each
   */
  setGeometry(geometry) {
    const gl = this._gl;
    const side = geometry.sidePx;
    const figures = geometry.light;
    this._rows = Math.ceil(geometry.nChips / CHIPS_A_ROW);
    gl.activeTexture(gl.TEXTURE0 + PIXELS);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RG32UI, side, side, 0, gl.RG_INTEGER, gl.UNSIGNED_INT, geometry.pixels);
    gl.activeTexture(gl.TEXTURE0 + LIGHT);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, side, side, 0, gl.RGBA, gl.UNSIGNED_BYTE, geometry.lightBytes);
    gl.activeTexture(gl.TEXTURE0 + ALBEDO);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA32F, CHIPS_A_ROW, this._rows, 0, gl.RGBA, gl.FLOAT, null);
    gl.uniform1i(this._place("side"), side);
    gl.uniform3fv(this._place("lightScales"), geometry.lightScales);
    gl.uniform3fv(this._place("lamp"), figures.lamp);
    for (const name of /** @type {const} */ (["sky", "bounce", "highlight", "shoulder"])) {
      gl.uniform1f(this._place(name), figures[name]);
    }
    gl.viewport(0, 0, side, side);
    return new Float32Array(4 * CHIPS_A_ROW * this._rows);
  }

  /** @param {Float32Array} albedo as `setGeometry` gave it */
  draw(albedo) {
    const gl = this._gl;
    gl.activeTexture(gl.TEXTURE0 + ALBEDO);
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, CHIPS_A_ROW, this._rows, gl.RGBA, gl.FLOAT, albedo);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }

  /** Give all of it back to the graphics card. */
  dispose() {
    for (const texture of this._textures) this._gl.deleteTexture(texture);
    this._gl.deleteProgram(this._program);
  }
}

/**
 * @param {WebGL2RenderingContext} gl
 * @returns {WebGLProgram}
 */
function link(gl) {
  const program = gl.createProgram();
  for (const [kind, text] of /** @type {const} */ ([[gl.VERTEX_SHADER, VERTICES], [gl.FRAGMENT_SHADER, FRAGMENTS]])) {
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
  gl.activeTexture(gl.TEXTURE0 + unit);
  gl.bindTexture(gl.TEXTURE_2D, texture);
  for (const name of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, name, gl.NEAREST);
  return texture;
}
