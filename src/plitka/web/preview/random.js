/**
 * numpy's PCG64 and its shuffle, draw for draw: with the stream of the server the same granules come first.
 *
 * A number of 128 bits is eight limbs of 16 bits, the lowest first: their products and sums are exact as doubles.
 */

const N_LIMBS = 8;
const MULTIPLIER = toLimbs([0x9fccf645, 0x4385df64, 0x1fc65da4, 0x2360ed05]);

/**
 * @param {ArrayLike<number>} words four of 32 bits, the lowest first
 * @returns {Uint32Array} limbs
 */
function toLimbs(words) {
  const limbs = new Uint32Array(N_LIMBS);
  for (let place = 0; place < 4; place++) {
    limbs[2 * place] = words[place] & 0xffff;
    limbs[2 * place + 1] = words[place] >>> 16;
  }
  return limbs;
}

/** A stream of random numbers that can begin anew. */
export class Stream {
  /**
   * @param {ArrayLike<number>} state four words of 32 bits, the lowest first
   * @param {ArrayLike<number>} increment the same
   */
  constructor(state, increment) {
    this._first = toLimbs(state);
    this._increment = toLimbs(increment);
    this._state = new Uint32Array(N_LIMBS);
    this._kept = 0;
    this._hasKept = false;
    this.restart();
  }

  /** Draw from the beginning again. */
  restart() {
    this._state.set(this._first);
    this._hasKept = false;
  }

  /** @returns {number} 0..2**32-1; each 64 bits that are drawn give two, the lower half first */
  next32() {
    if (this._hasKept) {
      this._hasKept = false;
      return this._kept;
    }
    this._step();
    const s = this._state;
    const low = ((s[0] ^ s[4]) | ((s[1] ^ s[5]) << 16)) >>> 0;
    const high = ((s[2] ^ s[6]) | ((s[3] ^ s[7]) << 16)) >>> 0;
    const turn = s[7] >>> 10;
    const from = turn & 32 ? high : low;
    const to = turn & 32 ? low : high;
    const bits = turn & 31;
    this._kept = bits ? ((to >>> bits) | (from << (32 - bits))) >>> 0 : to;
    this._hasKept = true;
    return bits ? ((from >>> bits) | (to << (32 - bits))) >>> 0 : from;
  }

  /** Multiply and add, as PCG does between two draws. */
  _step() {
    const s = this._state;
    for (let place = 0; place < N_LIMBS; place++) {
      let sum = this._increment[place];
      for (let k = 0; k <= place; k++) sum += s[k] * MULTIPLIER[place - k];
      SUMS[place] = sum;
    }
    for (let place = 0, carry = 0; place < N_LIMBS; place++) {
      const sum = SUMS[place] + carry;
      s[place] = sum % 65536;
      carry = Math.floor(sum / 65536);
    }
  }

  /**
   * @param {number} limit 1..2**31-1
   * @returns {number} 0..limit, each as likely: what lies above is drawn again
   */
  upTo(limit) {
    const mask = 2 ** (32 - Math.clz32(limit)) - 1;
    for (;;) {
      const drawn = this.next32() & mask;
      if (drawn <= limit) return drawn;
    }
  }

  /**
   * Shuffle a part of an array in place.
   *
   * @param {Int32Array} values
   * @param {number} begin
   * @param {number} end first place beyond the part
   */
  shuffle(values, begin, end) {
    for (let place = end - begin - 1; place > 0; place--) {
      const other = begin + this.upTo(place);
      const value = values[begin + place];
      values[begin + place] = values[other];
      values[other] = value;
    }
  }
}

const SUMS = new Float64Array(N_LIMBS);
