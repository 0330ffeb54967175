/** A key in force: its limits are changed, and it is given a new secret. */
import { html } from "../html.js";
import { OVERLAP_HOURS, changeKey, keys, rotateKey } from "../operation.js";
import { fill, number, texts } from "../texts.js";
import { useLayoutEffect, useRef } from "../vendor/preact-hooks.js";
import { useSignal } from "../vendor/preact-signals.js";
import { KeyMade } from "./key_made.js";
import { NumberField } from "./number_field.js";
import { RefusalNote } from "./refusal.js";

/** @typedef {import("../api.js").Refusal} Refusal */
/** @typedef {import("../operation.js").Key} Key */
/** @typedef {import("../operation.js").NewKeyAnswer} NewKeyAnswer */

const LIMITS = /** @type {const} */ ([
  { name: "per_minute", most: 1_000_000 },
  { name: "daily", most: 1_000_000 },
  { name: "concurrency", most: 10_000 },
]);

/** @param {{one: Key, onClose: () => void}} props its name and its limits, each of which may be left empty */
export function ChangeForm({ one, onClose }) {
  const words = texts.value.keys;
  const given = useSignal({ name: one.name, per_minute: one.per_minute, daily: one.daily, concurrency: one.concurrency });
  const refusal = useSignal(/** @type {Refusal | null} */ (null));
  const first = useRef(/** @type {HTMLInputElement | null} */ (null));
  useLayoutEffect(() => first.current?.focus(), []);
  /** @param {SubmitEvent} event */
  async function submit(event) {
    event.preventDefault();
    refusal.value = null;
    await changeKey(one.id, { ...given.value, name: given.value.name.trim() }).then(onClose, (reason) => (refusal.value = reason));
  }
  return html`
    <form class="key-question" aria-label=${fill(words.acts.change.of, { name: one.name })} onSubmit=${submit}>
      <label class="field">
        <span>${words.name}</span>
        <input ref=${first} required maxlength="200" autocomplete="off" pattern=".*\\S.*" value=${given.value.name} onInput=${(/** @type {any} */ event) => (given.value = { ...given.value, name: event.target.value })} />
      </label>
      <div class="key-limits">
        ${LIMITS.map(({ name, most }) => html`<${NumberField} key=${name} label=${words.fields[name]} range=${[1, most]} value=${given.value[name]} onChange=${(/** @type {number | null} */ value) => (given.value = { ...given.value, [name]: value })} />`)}
      </div>
      <p class="hint">${fill(words.changeHint, { n: number(keys.value?.usual_per_minute ?? 0) })}</p>
      ${refusal.value && html`<${RefusalNote} refusal=${refusal.value} />`}
      <div class="key-actions"><button type="button" onClick=${onClose}>${words.leave}</button><button class="primary">${words.changeNow}</button></div>
    </form>
  `;
}

/** @param {{one: Key, onClose: () => void}} props what a new secret means, before there is one; then the key with it */
export function NewSecret({ one, onClose }) {
  const words = texts.value.keys;
  const made = useSignal(/** @type {NewKeyAnswer | null} */ (null));
  const refusal = useSignal(/** @type {Refusal | null} */ (null));
  const first = useRef(/** @type {HTMLButtonElement | null} */ (null));
  useLayoutEffect(() => first.current?.focus(), []);
  async function rotate() {
    refusal.value = null;
    await rotateKey(one.id).then(
      (answer) => (made.value = answer),
      (reason) => (refusal.value = reason),
    );
  }
  if (made.value) return html`<${KeyMade} made=${made.value} onDone=${onClose} heir=${() => null} />`;
  return html`
    <div class="key-question" role="group" aria-label=${fill(words.acts.rotate.of, { name: one.name })}>
      <p>${fill(words.rotates, { name: one.name, hours: number(OVERLAP_HOURS) })}</p>
      ${refusal.value && html`<${RefusalNote} refusal=${refusal.value} />`}
      <div class="key-actions">
        <button type="button" ref=${first} onClick=${onClose}>${words.leave}</button>
        <button type="button" class="primary" onClick=${() => void rotate()}>${words.rotateNow}</button>
      </div>
    </div>
  `;
}
