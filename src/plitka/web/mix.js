/**
 * The percents of a mix, which always sum to 100. Functions take parts and give new ones; nothing is changed in place.
 *
 * Reckoned in hundredths of a percent, as recipes are kept, so that nothing is lost by rounding.
 */

/** @typedef {{code: string, percent: number, isLocked: boolean}} Part A colour and its percent, 0..100. */

export const MAX_COLOURS = 8;
const WHOLE = 10_000;
/** What shares are rounded to, in hundredths, the coarsest first: whole percents stay whole. */
const STEPS = [100, 10, 1];

/** @param {number} percent */
const toUnits = (percent) => Math.round(percent * 100);

/**
 * Whole numbers of units that sum to a total, by the method of largest remainders.
 * @param {number[]} weights none below 0
 * @param {number} total
 * @param {number} step divides the total
 * @returns {number[]}
 */
function deal(weights, total, step) {
  const sum = weights.reduce((a, b) => a + b, 0);
  const fair = weights.map((weight) => (sum ? weight / sum : 1 / weights.length) * (total / step));
  const dealt = fair.map(Math.floor);
  const left = Math.round(total / step) - dealt.reduce((a, b) => a + b, 0);
  const order = fair.map((_, index) => index).sort((a, b) => (fair[b] ?? 0) % 1 - (fair[a] ?? 0) % 1 || a - b);
  for (const index of order.slice(0, left)) dealt[index] = (dealt[index] ?? 0) + 1;
  return dealt.map((n) => n * step);
}

/**
 * @param {readonly Part[]} parts
 * @param {readonly number[]} units of each part
 * @returns {Part[]}
 */
const withUnits = (parts, units) => parts.map((part, index) => ({ ...part, percent: (units[index] ?? 0) / 100 }));

/**
 * The largest percent that a part can have beside those that are locked.
 * @param {readonly Part[]} parts
 * @param {number} index
 */
export function roomOf(parts, index) {
  return (WHOLE - parts.reduce((sum, part, at) => sum + (at !== index && part.isLocked ? toUnits(part.percent) : 0), 0)) / 100;
}

/**
 * The mix with one percent set; the others that are not locked share what is left, in the proportions they have.
 * Where all others are locked, the percent cannot be another.
 * @param {readonly Part[]} parts
 * @param {number} index
 * @param {number} percent
 * @returns {Part[]}
 */
export function setPercent(parts, index, percent) {
  const free = parts.map((_, at) => at).filter((at) => at !== index && !parts[at]?.isLocked);
  const room = toUnits(roomOf(parts, index));
  const mine = free.length ? Math.max(0, Math.min(room, toUnits(percent))) : room;
  const rest = room - mine;
  const locked = parts.filter((part, at) => at !== index && part.isLocked).map((part) => toUnits(part.percent));
  const step = STEPS.find((one) => [mine, rest, ...locked].every((units) => units % one === 0)) ?? 1;
  const dealt = deal(free.map((at) => toUnits(parts[at]?.percent ?? 0)), rest, step);
  const units = parts.map((part) => toUnits(part.percent));
  units[index] = mine;
  free.forEach((at, place) => (units[at] = dealt[place] ?? 0));
  return withUnits(parts, units);
}

/**
 * The mix with one more colour, which takes its fair part from those that are not locked.
 * @param {readonly Part[]} parts
 * @param {string} code
 * @returns {Part[]}
 */
export function addColour(parts, code) {
  if (parts.length >= MAX_COLOURS || parts.some((part) => part.code === code)) return [...parts];
  const more = [...parts, { code, percent: 0, isLocked: false }];
  const at = more.length - 1;
  return setPercent(more, at, Math.min(roomOf(more, at), Math.floor(100 / more.length)));
}

/**
 * The mix without a colour; what it had goes to those that are not locked, or to all where each is.
 * @param {readonly Part[]} parts
 * @param {number} index
 * @returns {Part[]}
 */
export function removeColour(parts, index) {
  if (parts.length < 2) return [...parts];
  const emptied = setPercent(parts.map((part, at) => (at === index ? { ...part, isLocked: false } : part)), index, 0);
  return normalise(emptied.filter((_, at) => at !== index));
}

/**
 * The same proportions, summing to exactly 100.
 * @param {readonly Part[]} parts
 * @returns {Part[]}
 */
export function normalise(parts) {
  const units = parts.map((part) => Math.max(0, toUnits(part.percent)));
  const sum = units.reduce((a, b) => a + b, 0);
  return sum === WHOLE ? [...parts] : withUnits(parts, deal(units, WHOLE, 10));
}

/**
 * The colours that are not locked in equal parts of what those that are leave; all of them where fewer than two are free.
 * @param {readonly Part[]} parts
 * @returns {Part[]}
 */
export function equalise(parts) {
  const isOpen = parts.filter((part) => !part.isLocked).length < 2;
  const shared = isOpen ? parts.map((part) => ({ ...part, isLocked: false })) : parts;
  const free = shared.map((_, at) => at).filter((at) => !shared[at]?.isLocked);
  const units = shared.map((part) => toUnits(part.percent));
  const room = WHOLE - units.reduce((sum, one, at) => sum + (free.includes(at) ? 0 : one), 0);
  const step = STEPS.find((one) => room % one === 0 && (one < 100 || room % (one * free.length) === 0)) ?? 1;
  const dealt = deal(free.map(() => 1), room, step);
  free.forEach((at, place) => (units[at] = dealt[place] ?? 0));
  return withUnits(shared, units);
}
