/** Who may use the service: keys are listed, made, changed and revoked. */
import { html } from "../html.js";
import { keys, makeKey, operation, revokeKey } from "../operation.js";
import { fill, moment, number, texts } from "../texts.js";
import { useLayoutEffect, useRef } from "../vendor/preact-hooks.js";
import { useSignal } from "../vendor/preact-signals.js";
import { Choice } from "./choice.js";
import { useHandOver } from "./hand_over.js";
import { ChangeForm, NewSecret } from "./key_changes.js";
import { KeyMade } from "./key_made.js";
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
  const asked = useSignal({ id: "", act: "" });
  const found = keys.value?.keys ?? [];
  const isInForce = (/** @type {Key} */ key) => key.state === "in force";
  return html`
    <section class="keys" aria-labelledby="operator-keys">
      <h3 id="operator-keys" tabindex="-1">${words.title}</h3>
      <${NewKeyForm} />
      ${keys.value && !found.some(isInForce) && html`<p class="hint">${words.none}</p>`}
      <ul class="key-list">
        ${found.filter(isInForce).map((key) => html`<${Row} key=${key.id} one=${key} asked=${asked.value.id === key.id ? asked.value.act : ""} onAsk=${(/** @type {string} */ act) => (asked.value = { id: key.id, act })} />`)}
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
    key.concurrency && fill(words.together, { n: number(key.concurrency) }),
    fill(words.since, { day: dayOf(key.created_at) }),
    key.expires_at && fill(words.until, { day: dayOf(key.expires_at) }),
    key.n_sessions > 0 && fill(words.browsers, { n: number(key.n_sessions) }),
  ]
    .filter(Boolean)
    .join(" · ");
}

/** What can be done with a key, and what is asked before. */
const ACTS = /** @type {const} */ ([
  { act: "change", Panel: ChangeForm },
  { act: "rotate", Panel: NewSecret },
  { act: "revoke", Panel: Question },
]);

/** @param {{one: Key, asked: string, onAsk: (act: string) => void}} props `asked` is what is asked about it, empty: nothing */
function Row({ one, asked, onAsk }) {
  const words = texts.value.keys;
  const buttons = useRef(/** @type {Record<string, HTMLButtonElement | null>} */ ({}));
  const own = useHandOver(() => document.getElementById("operator-keys"));
  const close = () => {
    onAsk("");
    buttons.current[asked]?.focus();
  };
  return html`
    <li class="key" ref=${own}>
      <div class="key-told"><strong>${one.name}</strong><span class="hint">${termsOf(one)} · ${one.id}</span></div>
      ${one.is_own
        ? html`<span class="hint">${words.own}</span>`
        : html`<div class="key-actions">
            ${ACTS.map(({ act }) => html`<button key=${act} type="button" ref=${(/** @type {any} */ button) => (buttons.current[act] = button)} aria-expanded=${asked === act} aria-label=${fill(words.acts[act].of, { name: one.name })} onClick=${() => onAsk(asked === act ? "" : act)}>${words.acts[act].name}</button>`)}
          </div>`}
      ${ACTS.filter(({ act }) => act === asked).map(({ act, Panel }) => html`<${Panel} key=${act} one=${one} onClose=${close} />`)}
    </li>
  `;
}

/** @param {{one: Key, onClose: () => void}} props what would end with a key, before it does */
function Question({ one, onClose }) {
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
    <div class="key-question" role="group" aria-label=${fill(words.acts.revoke.of, { name: one.name })}>
      <p>${fill(words.ends, { name: one.name, browsers: number(one.n_sessions), jobs: number(jobs) })}</p>
      ${refusal.value && html`<${RefusalNote} refusal=${refusal.value} />`}
      <div class="key-actions">
        <button type="button" ref=${first} onClick=${onClose}>${words.keep}</button>
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
      ${made.value && html`<${KeyMade} key=${made.value.id} made=${made.value} onDone=${() => (made.value = null)} />`}
    </details>
  `;
}
