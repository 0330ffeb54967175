/** Who may use the service: keys are listed, made and revoked. */
import { html } from "../html.js";
import { keys, makeKey, operation, revokeKey } from "../operation.js";
import { fill, moment, number, texts } from "../texts.js";
import { useLayoutEffect, useRef } from "../vendor/preact-hooks.js";
import { useSignal } from "../vendor/preact-signals.js";
import { Choice } from "./choice.js";
import { CopyButton } from "./copy_button.js";
import { useHandOver } from "./hand_over.js";
import { NumberField } from "./number_field.js";
import { RefusalNote } from "./refusal.js";

/** @typedef {import("../api.js").Refusal} Refusal */
/** @typedef {import("../operation.js").Key} Key */
/** @typedef {import("../operation.js").NewKey} NewKey */
/** @typedef {import("../operation.js").NewKeyAnswer} NewKeyAnswer */

const ROLES = /** @type {const} */ (["viewer", "maker", "operator"]);
const MAX_RATE = 1_000_000;
const MAX_DAYS = 36_500;

export function Keys() {
  const words = texts.value.keys;
  const asked = useSignal("");
  const found = keys.value?.keys ?? [];
  const isInForce = (/** @type {Key} */ key) => key.state === "in force";
  return html`
    <section class="keys" aria-labelledby="operator-keys">
      <h3 id="operator-keys" tabindex="-1">${words.title}</h3>
      <${NewKeyForm} />
      ${keys.value && !found.some(isInForce) && html`<p class="hint">${words.none}</p>`}
      <ul class="key-list">
        ${found.filter(isInForce).map((key) => html`<${Row} key=${key.id} one=${key} isAsked=${asked.value === key.id} onAsk=${(/** @type {boolean} */ is) => (asked.value = is ? key.id : "")} />`)}
      </ul>
      <${Ended} keys=${found.filter((key) => !isInForce(key))} />
    </section>
  `;
}

/** @param {number | null} seconds since 1970 */
const dayOf = (seconds) => (seconds === null ? "" : moment(seconds, { dateStyle: "medium" }));

/** @param {Key} key what it may do, in one line */
function termsOf(key) {
  const words = texts.value.keys;
  return [
    words.roles[key.role],
    fill(words.minute, { n: number(key.per_minute ?? keys.value?.usual_per_minute ?? 0) }),
    key.daily && fill(words.day, { n: number(key.daily) }),
    fill(words.since, { day: dayOf(key.created_at) }),
    key.expires_at && fill(words.until, { day: dayOf(key.expires_at) }),
    key.n_sessions > 0 && fill(words.browsers, { n: number(key.n_sessions) }),
  ]
    .filter(Boolean)
    .join(" · ");
}

/** @param {{one: Key, isAsked: boolean, onAsk: (is: boolean) => void}} props */
function Row({ one, isAsked, onAsk }) {
  const words = texts.value.keys;
  const button = useRef(/** @type {HTMLButtonElement | null} */ (null));
  const own = useHandOver(() => document.getElementById("operator-keys"));
  const keep = () => {
    onAsk(false);
    button.current?.focus();
  };
  return html`
    <li class="key" ref=${own}>
      <div class="key-told"><strong>${one.name}</strong><span class="hint">${termsOf(one)} · ${one.id}</span></div>
      ${one.is_own
        ? html`<span class="hint">${words.own}</span>`
        : html`<button type="button" ref=${button} aria-expanded=${isAsked} aria-label=${fill(words.revokeOf, { name: one.name })} onClick=${() => onAsk(!isAsked)}>${words.revoke}</button>`}
      ${isAsked && html`<${Question} one=${one} onKeep=${keep} />`}
    </li>
  `;
}

/** @param {{one: Key, onKeep: () => void}} props what would end with a key, before it does */
function Question({ one, onKeep }) {
  const words = texts.value.keys;
  const refusal = useSignal(/** @type {Refusal | null} */ (null));
  const first = useRef(/** @type {HTMLButtonElement | null} */ (null));
  useLayoutEffect(() => first.current?.focus(), []);
  const jobs = (operation.value?.queue.jobs ?? []).filter((job) => job.key_id === one.id).length;
  async function end() {
    refusal.value = null;
    await revokeKey(one.id).catch((reason) => (refusal.value = reason));
  }
  return html`
    <div class="key-question" role="group" aria-label=${fill(words.revokeOf, { name: one.name })}>
      <p>${fill(words.ends, { name: one.name, browsers: number(one.n_sessions), jobs: number(jobs) })}</p>
      ${refusal.value && html`<${RefusalNote} refusal=${refusal.value} />`}
      <div class="key-actions">
        <button type="button" ref=${first} onClick=${onKeep}>${words.keep}</button>
        <button type="button" class="danger" onClick=${() => void end()}>${words.revokeNow}</button>
      </div>
    </div>
  `;
}

/** @param {{keys: Key[]}} props those that open nothing any more */
function Ended({ keys: ended }) {
  const words = texts.value.keys;
  if (!ended.length) return null;
  return html`
    <details>
      <summary>${fill(words.ended, { n: number(ended.length) })}</summary>
      <ul class="key-list">${ended.map((one) => html`<li key=${one.id} class="key"><div class="key-told"><strong>${one.name}</strong><span class="hint">${words.states[one.state]} · ${one.id}</span></div></li>`)}</ul>
    </details>
  `;
}

function NewKeyForm() {
  const words = texts.value.keys;
  const given = useSignal(/** @type {NewKey} */ ({ name: "", role: "maker" }));
  const made = useSignal(/** @type {NewKeyAnswer | null} */ (null));
  const refusal = useSignal(/** @type {Refusal | null} */ (null));
  const set = (/** @type {Partial<NewKey>} */ one) => (given.value = { ...given.value, ...one });
  /** @param {SubmitEvent} event */
  async function submit(event) {
    event.preventDefault();
    refusal.value = null;
    await makeKey({ ...given.value, name: given.value.name.trim() }).then(
      (answer) => {
        made.value = answer;
        given.value = { name: "", role: "maker" };
      },
      (reason) => (refusal.value = reason),
    );
  }
  /** @param {"per_minute" | "daily" | "days"} name @param {number} most @param {string} unit */
  const limit = (name, most, unit) =>
    html`<${NumberField} key=${name} label=${words.fields[name]} unit=${unit} range=${[1, most]} value=${given.value[name] ?? null} onChange=${(/** @type {number | null} */ value) => set({ [name]: value })} />`;
  return html`
    <details class="new-key">
      <summary>${words.make}</summary>
      <form onSubmit=${submit}>
        <label class="field">
          <span>${words.name}</span>
          <input required maxlength="200" autocomplete="off" pattern=".*\\S.*" value=${given.value.name} onInput=${(/** @type {any} */ event) => set({ name: event.target.value })} />
        </label>
        <${Choice} legend=${words.role} value=${given.value.role} options=${ROLES.map((value) => ({ value, label: words.roles[value], hint: words.roleHints[value] }))} onChoose=${(/** @type {any} */ role) => set({ role })} />
        <p class="hint">${words.roleHints[given.value.role ?? "maker"]}</p>
        <div class="key-limits">${limit("per_minute", MAX_RATE, "")}${limit("daily", MAX_RATE, "")}${limit("days", MAX_DAYS, "")}</div>
        <p class="hint">${fill(words.limitsHint, { n: number(keys.value?.usual_per_minute ?? 0) })}</p>
        ${refusal.value && html`<${RefusalNote} refusal=${refusal.value} />`}
        <div><button class="primary">${words.make}</button></div>
      </form>
      ${made.value && html`<${Made} key=${made.value.id} made=${made.value} onDone=${() => (made.value = null)} />`}
    </details>
  `;
}

/** @param {{made: NewKeyAnswer, onDone: () => void}} props a new key, this once */
function Made({ made, onDone }) {
  const words = texts.value.keys;
  const field = useRef(/** @type {HTMLInputElement | null} */ (null));
  useLayoutEffect(() => field.current?.select(), []);
  const own = useHandOver(() => document.querySelector(".new-key input"));
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
