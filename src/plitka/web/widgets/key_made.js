/** A key, this once: it is shown, copied, and never seen again. */
import { html } from "../html.js";
import { fill, texts } from "../texts.js";
import { useLayoutEffect, useRef } from "../vendor/preact-hooks.js";
import { CopyButton } from "./copy_button.js";
import { useHandOver } from "./hand_over.js";

/** @typedef {import("../operation.js").NewKeyAnswer} NewKeyAnswer */

/** @param {{made: NewKeyAnswer, onDone: () => void, heir?: () => Element | null | undefined}} props `heir` has the focus afterwards */
export function KeyMade({ made, onDone, heir = () => document.querySelector(".new-key input") }) {
  const words = texts.value.keys;
  const field = useRef(/** @type {HTMLInputElement | null} */ (null));
  useLayoutEffect(() => field.current?.select(), []);
  const own = useHandOver(heir);
  return html`
    <div class="key-made" ref=${own} role="group" aria-label=${words.made}>
      <label class="field">
        <span>${fill(words.madeOf, { name: made.name })}</span>
        <input ref=${field} class="key-text" readonly value=${made.key} />
      </label>
      <p class="hint">${words.once}</p>
      <div class="key-actions"><${CopyButton} text=${made.key} label=${words.copy} /><button type="button" class="quiet" onClick=${onDone}>${words.done}</button></div>
    </div>
  `;
}
