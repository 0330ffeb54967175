/** The place of a recipe that is to blame, as the service marks it: a line, and under the place a row of `~` that ends in `^`. */

/** @typedef {{before: string, marked: string, after: string}} Marked the line, in three */

/**
 * @param {string | null} details as the service tells them
 * @returns {Marked | null} null where nothing is marked
 */
export function markedOf(details) {
  const [line = "", marks = ""] = (details ?? "").split("\n");
  const start = marks.search(/[~^]/);
  if (start < 0) return null;
  const end = marks.indexOf("^") + 1;
  return { before: line.slice(0, start), marked: line.slice(start, end), after: line.slice(end) };
}

/**
 * A text with other words in the marked place.
 * @param {string} text
 * @param {string | null} details as the service tells them
 * @param {string} words
 */
export function corrected(text, details, words) {
  const place = markedOf(details);
  if (!place) return text;
  const { before, marked, after } = place;
  return text.replace(before + marked + after, () => before + words + after);
}
