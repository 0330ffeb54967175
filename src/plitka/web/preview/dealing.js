/**
 * Colours dealt to the chips of one zone as `plitka/core/tile/dealing.py` deals them: the same chips, bit for bit.
 *
 * What is needed is kept from one deal to the next, so that a deal makes no garbage.
 */

/** @typedef {import("./geometry.js").Geometry} Geometry */
/** @typedef {import("./random.js").Stream} Stream */

/** Chips are dealt in groups of falling size that end at these parts of their number; the last few one by one. */
const DEALT_BY = [0.5, 0.8, 0.97];
/** So few chips are all dealt one by one. */
const FEW = 80;
const MAX_COLOURS = 64;
const N_KINDS = 3;

/**
 * @param {number} n chips
 * @param {number} group
 * @returns {number} where the group ends
 */
const groupEnd = (n, group) => (n > FEW ? Math.floor(DEALT_BY[group] * n) : 0);

/**
 * @param {Float64Array} values
 * @param {number} n
 * @returns {number} place of the first largest
 */
function largest(values, n) {
  let best = 0;
  for (let k = 1; k < n; k++) if (values[k] > values[best]) best = k;
  return best;
}

/**
 * @param {Float64Array} values
 * @param {number} n
 * @returns {number} place of the first smallest
 */
function smallest(values, n) {
  let best = 0;
  for (let k = 1; k < n; k++) if (values[k] < values[best]) best = k;
  return best;
}

/** The chips of one zone, and what they are dealt. */
export class Hand {
  /**
   * @param {Geometry} geometry
   * @param {number} zone
   * @param {Uint8Array} dealt place of each chip's colour in its zone's recipe; chips of other zones are left alone
   */
  constructor(geometry, zone, dealt) {
    const { areas, radii } = geometry;
    this._areas = areas;
    this._coarseness = geometry.coarseness;
    this._stream = geometry.streams[zone];
    this._isAlone = geometry.nZones === 1;
    this._dealt = dealt;
    this._chips = Int32Array.from(geometry.zones.keys()).filter((chip) => geometry.zones[chip] === zone);
    this._fromLargest = this._chips.slice().sort((a, b) => areas[b] - areas[a] || a - b);
    this._fromSmallest = this._chips.slice().sort((a, b) => areas[a] - areas[b] || a - b);
    this._byRadius = radii.length ? this._chips.slice().sort((a, b) => radii[a] - radii[b] || b - a) : this._chips;
    this._fromWidest = radii.length ? this._chips.slice().sort((a, b) => radii[b] - radii[a] || b - a) : this._chips;
    this._shuffled = this._fromLargest.slice();
    shuffleGroups(this._shuffled, this._shuffled.length, this._stream);
    this._total = sumOf(areas, this._chips, this._chips.length);
    /** Of each colour, the part of the zone's area that it got. */
    this.shares = new Float64Array(MAX_COLOURS);
    this._scratch = new Scratch(this._chips.length);
    this._places = new Uint8Array(areas.length);
  }

  /**
   * Give each chip a colour.
   *
   * @param {Float64Array} shares of each colour, summing to 1
   * @param {Uint8Array} kinds coarseness of each colour
   * @param {number} n colours
   */
  deal(shares, kinds, n) {
    if (n === 1) for (const chip of this._chips) this._dealt[chip] = 0;
    else if (countKinds(kinds, n) < 2) this._dealPlain(shares, n);
    else this._dealByKind(shares, kinds, n);
    this._count(n);
  }

  /** @param {number} n */
  _count(n) {
    this.shares.fill(0);
    for (const chip of this._chips) this.shares[this._dealt[chip]] += this._areas[chip];
    for (let k = 0; k < n; k++) this.shares[k] /= this._total;
  }

  /**
   * @param {Float64Array} shares
   * @param {number} n
   */
  _dealPlain(shares, n) {
    const all = this._chips.length;
    dealInOrder(this._shuffled, all, this._areas, shares, n, this._dealt, this._scratch);
    // A tile of one zone is dealt as it was before there were zones.
    if (!this._isAlone) balance(this._chips, all, this._fromSmallest, this._areas, shares, n, this._dealt, this._scratch);
  }

  /**
   * Share out the chips of each coarseness among its colours.
   *
   * @param {Float64Array} shares
   * @param {Uint8Array} kinds
   * @param {number} n
   */
  _dealByKind(shares, kinds, n) {
    const { own, some, order, upwards, wanted } = this._scratch;
    let nWanted = 0;
    for (let kind = 0; kind < N_KINDS; kind++) {
      let share = 0;
      let isThere = false;
      for (let k = 0; k < n; k++) {
        if (kinds[k] !== kind) continue;
        share += shares[k];
        isThere = true;
      }
      if (!isThere) continue;
      wanted.kinds[nWanted] = kind;
      wanted.shares[nWanted++] = share;
    }
    this._settle(wanted.kinds, wanted.shares, nWanted);
    this._stream.restart();
    for (let place = 0; place < nWanted; place++) {
      const nSome = this._take(this._chips, place, some);
      if (!nSome) continue;
      this._take(this._fromLargest, place, order);
      this._take(this._fromSmallest, place, upwards);
      let nOwn = 0;
      let sum = 0;
      for (let k = 0; k < n; k++) {
        if (kinds[k] !== wanted.kinds[place]) continue;
        own.colours[nOwn] = k;
        sum += own.shares[nOwn++] = shares[k];
      }
      for (let k = 0; k < nOwn; k++) own.shares[k] = sum ? own.shares[k] / sum : 1 / nOwn;
      shuffleGroups(order, nSome, this._stream);
      dealInOrder(order, nSome, this._areas, own.shares, nOwn, this._dealt, this._scratch);
      balance(some, nSome, upwards, this._areas, own.shares, nOwn, this._dealt, this._scratch);
      for (let k = 0; k < nSome; k++) this._dealt[some[k]] = own.colours[this._dealt[some[k]]];
    }
  }

  /**
   * Put the chips that serve a coarseness, in the order of a list, into another one.
   *
   * @param {Int32Array} from
   * @param {number} place
   * @param {Int32Array} to
   * @returns {number} how many
   */
  _take(from, place, to) {
    let n = 0;
    for (const chip of from) if (this._places[chip] === place) to[n++] = chip;
    return n;
  }

  /**
   * Which coarseness each chip serves, after as few as possible went over to the next in size.
   *
   * @param {Uint8Array} kinds
   * @param {Float64Array} shares
   * @param {number} n
   */
  _settle(kinds, shares, n) {
    for (const chip of this._chips) {
      let best = 0;
      for (let place = 1; place < n; place++) {
        if (Math.abs(this._coarseness[chip] - kinds[place]) < Math.abs(this._coarseness[chip] - kinds[best])) best = place;
      }
      this._places[chip] = best;
    }
    for (let step = 0; step < 2 * (n - 1); step++) this._even(step % (n - 1), shares);
    balance(this._chips, this._chips.length, this._fromSmallest, this._areas, shares, n, this._places, this._scratch);
  }

  /**
   * Let one coarseness and the next coarser one show, together with all finer ones, what they are owed.
   *
   * @param {number} finer
   * @param {Float64Array} shares
   */
  _even(finer, shares) {
    const { shown } = this._scratch;
    shown.fill(0);
    for (const chip of this._chips) shown[this._places[chip]] += this._areas[chip];
    let excess = 0;
    for (let place = 0; place <= finer; place++) excess += shown[place] - shares[place] * this._total;
    const giver = excess > 0 ? finer : finer + 1;
    const taker = excess > 0 ? finer + 1 : finer;
    let owed = Math.abs(excess);
    for (const chip of taker > giver ? this._fromWidest : this._byRadius) {
      const area = this._areas[chip];
      if (this._places[chip] !== giver || area > owed) continue;
      this._places[chip] = taker;
      owed -= area;
    }
  }
}

/** Room for what a deal works with. */
class Scratch {
  /** @param {number} n chips */
  constructor(n) {
    this.owed = new Float64Array(MAX_COLOURS);
    this.edges = new Float64Array(MAX_COLOURS);
    this.given = new Float64Array(MAX_COLOURS);
    this.counts = new Float64Array(MAX_COLOURS);
    this.excess = new Float64Array(MAX_COLOURS);
    this.shown = new Float64Array(N_KINDS);
    this.back = new Int32Array(n);
    this.some = new Int32Array(n);
    this.order = new Int32Array(n);
    this.upwards = new Int32Array(n);
    this.own = { colours: new Uint8Array(MAX_COLOURS), shares: new Float64Array(MAX_COLOURS) };
    this.wanted = { kinds: new Uint8Array(N_KINDS), shares: new Float64Array(N_KINDS) };
    this.swap = { given: -1, back: -1 };
  }
}

/**
 * @param {Uint8Array} kinds
 * @param {number} n
 * @returns {number} how many different ones
 */
function countKinds(kinds, n) {
  let seen = 0;
  for (let k = 0; k < n; k++) seen |= 1 << kinds[k];
  return (seen & 1) + ((seen >> 1) & 1) + ((seen >> 2) & 1);
}

/**
 * @param {Int32Array} areas
 * @param {Int32Array} chips
 * @param {number} n
 */
function sumOf(areas, chips, n) {
  let sum = 0;
  for (let k = 0; k < n; k++) sum += areas[chips[k]];
  return sum;
}

/**
 * Shuffle each group of chips of about one size.
 *
 * @param {Int32Array} order from the largest
 * @param {number} n
 * @param {Stream} stream
 */
function shuffleGroups(order, n, stream) {
  for (let group = 0, begin = 0; group < DEALT_BY.length; group++) {
    const end = groupEnd(n, group);
    stream.shuffle(order, begin, end);
    begin = end;
  }
}

/**
 * Cut each group into one run for each colour, as long as what it is owed; then give what is still owed.
 *
 * @param {Int32Array} order of the chips
 * @param {number} all of them
 * @param {Int32Array} areas
 * @param {Float64Array} shares
 * @param {number} n colours
 * @param {Uint8Array} dealt
 * @param {Scratch} scratch
 */
function dealInOrder(order, all, areas, shares, n, dealt, scratch) {
  const { owed, given } = scratch;
  const total = sumOf(areas, order, all);
  for (let k = 0; k < n; k++) owed[k] = shares[k] * total;
  let begin = 0;
  for (let group = 0; group < DEALT_BY.length; group++) {
    const end = groupEnd(all, group);
    dealRuns(order, begin, end, areas, n, dealt, scratch);
    for (let k = 0; k < n; k++) owed[k] -= given[k];
    begin = end;
  }
  for (let place = begin; place < all; place++) {
    const colour = largest(owed, n);
    dealt[order[place]] = colour;
    owed[colour] -= areas[order[place]];
  }
}

/**
 * @param {Int32Array} order
 * @param {number} begin
 * @param {number} end
 * @param {Int32Array} areas
 * @param {number} n
 * @param {Uint8Array} dealt
 * @param {Scratch} scratch
 */
function dealRuns(order, begin, end, areas, n, dealt, scratch) {
  const { owed, edges, given } = scratch;
  given.fill(0);
  let sum = 0;
  for (let k = 0; k < n; k++) edges[k] = sum += Math.max(owed[k], 0);
  for (let k = 0; k < n; k++) edges[k] /= sum || 1;
  let total = 0;
  for (let place = begin; place < end; place++) total += areas[order[place]];
  for (let place = begin, passed = 0, colour = 0; place < end; place++) {
    const area = areas[order[place]];
    passed += area;
    const middle = (passed - area / 2) / Math.max(total, 1);
    while (sum && colour < n - 1 && edges[colour] < middle) colour++;
    dealt[order[place]] = colour;
    given[colour] += area;
  }
}

/**
 * Have chips swap colours until the areas match, where a large one fell to a small share.
 *
 * @param {Int32Array} chips from the lowest number
 * @param {number} all of them
 * @param {Int32Array} fromSmallest the same
 * @param {Int32Array} areas
 * @param {Float64Array} shares
 * @param {number} n colours
 * @param {Uint8Array} dealt
 * @param {Scratch} scratch
 */
function balance(chips, all, fromSmallest, areas, shares, n, dealt, scratch) {
  const { counts, excess, swap } = scratch;
  counts.fill(0);
  for (let k = 0; k < all; k++) counts[dealt[chips[k]]] += areas[chips[k]];
  const total = sumOf(areas, chips, all);
  for (;;) {
    for (let k = 0; k < n; k++) excess[k] = counts[k] - shares[k] * total;
    const giver = largest(excess, n);
    const taker = smallest(excess, n);
    const owed = Math.min(excess[giver], -excess[taker]);
    findSwap(chips, all, fromSmallest, areas, dealt, giver, taker, owed, scratch);
    if (swap.given < 0) return;
    move(swap.given, giver, taker);
    if (swap.back >= 0) move(swap.back, taker, giver);
  }

  /**
   * @param {number} chip
   * @param {number} from
   * @param {number} to
   */
  function move(chip, from, to) {
    dealt[chip] = to;
    counts[from] -= areas[chip];
    counts[to] += areas[chip];
  }
}

/**
 * Which chip is given and which, if any, comes back: the most that is not too much, if that is a cell or more; else the
 * least that is too much, where it leaves less than what is owed now.
 *
 * @param {Int32Array} chips
 * @param {number} all
 * @param {Int32Array} fromSmallest
 * @param {Int32Array} areas
 * @param {Uint8Array} dealt
 * @param {number} giver
 * @param {number} taker
 * @param {number} owed
 * @param {Scratch} scratch
 */
function findSwap(chips, all, fromSmallest, areas, dealt, giver, taker, owed, { back, swap }) {
  let nBack = 0;
  for (let k = 0; k < all; k++) if (dealt[fromSmallest[k]] === taker) back[nBack++] = fromSmallest[k];
  swap.given = swap.back = -1;
  let best = 0;
  for (let k = 0; k < all; k++) {
    const chip = chips[k];
    if (dealt[chip] !== giver) continue;
    const match = lowest(back, nBack, areas, areas[chip] - owed);
    if (match > nBack) continue;
    const moved = areas[chip] - returned(back, match, areas);
    if (moved > best) {
      best = moved;
      note(chip, match);
    }
  }
  if (best >= 1) return;
  swap.given = swap.back = -1;
  if (owed < 1) return;
  best = Infinity;
  for (let k = 0; k < all; k++) {
    const chip = chips[k];
    if (dealt[chip] !== giver) continue;
    // A smaller one comes back, and more than what is owed moves.
    const match = lowest(back, nBack, areas, areas[chip] - owed) - 1;
    if (match < 0) continue;
    const moved = areas[chip] - returned(back, match, areas);
    if (moved < best) {
      best = moved;
      note(chip, match);
    }
  }
  if (best >= 2 * owed) swap.given = swap.back = -1;

  /**
   * @param {number} chip
   * @param {number} match
   */
  function note(chip, match) {
    swap.given = chip;
    swap.back = match ? back[match - 1] : -1;
  }
}

/**
 * @param {Int32Array} back
 * @param {number} place 0 stands for nothing that comes back
 * @param {Int32Array} areas
 */
const returned = (back, place, areas) => (place ? areas[back[place - 1]] : 0);

/**
 * @param {Int32Array} back from the smallest
 * @param {number} n
 * @param {Int32Array} areas
 * @param {number} area
 * @returns {number} the first place of those of `returned` that has this area or more; n + 1: none has
 */
function lowest(back, n, areas, area) {
  let low = 0;
  let high = n + 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (returned(back, middle, areas) < area) low = middle + 1;
    else high = middle;
  }
  return low;
}
