/** Why something could not be done: the service's own sentence, and the place in a recipe that is to blame. */
import { html } from "../html.js";
import { markedOf } from "../marks.js";
import { fill, texts } from "../texts.js";

/** @typedef {import("../api.js").Refusal} Refusal */

/** What the service says, as it stands alone. @param {string} text */
export const asSentence = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/**
 * The sentence of a refusal; for a service that is away, ours, and where the service's names what the page does not have.
 * @param {Refusal} refusal
 */
export function sentenceOf({ code, message, status }) {
  if (code === "too_fine") return texts.value.tooFine;
  if (message) return asSentence(message);
  return status ? fill(texts.value.refused, { status }) : texts.value.away;
}

/** @param {{refusal: Refusal, id?: string}} props */
export function RefusalNote({ refusal, id }) {
  const place = markedOf(refusal.details);
  return html`
    <div class="refusal" id=${id} role="alert">
      <p>${sentenceOf(refusal)}</p>
      ${place && html`<p class="line">${place.before}<mark>${place.marked || "\u00a0"}</mark>${place.after}</p>`}
    </div>
  `;
}
