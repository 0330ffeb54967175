/** What operators did, here, over HTTP and on the command line. */
import { html } from "../html.js";
import { deeds, keys, loadDeeds } from "../operation.js";
import { moment, texts } from "../texts.js";
import { useSignal } from "../vendor/preact-signals.js";
import { RefusalNote } from "./refusal.js";

/** @typedef {import("../api.js").Refusal} Refusal */

export function Deeds() {
  const words = texts.value.operator.deeds;
  const refusal = useSignal(/** @type {Refusal | null} */ (null));
  /** @param {any} event */
  async function open(event) {
    if (!event.target.open) return;
    refusal.value = null;
    await loadDeeds().catch((reason) => (refusal.value = reason));
  }
  return html`
    <details class="deeds" onToggle=${open}>
      <summary>${words.title}</summary>
      ${refusal.value && html`<${RefusalNote} refusal=${refusal.value} />`}
      ${deeds.value && (deeds.value.length ? html`<${Table} />` : html`<p class="hint">${words.none}</p>`)}
    </details>
  `;
}

function Table() {
  const words = texts.value.operator.deeds;
  /** @type {Record<string, string>} */
  const acts = words.acts;
  return html`
    <div class="table-scroll" tabindex="0" role="group" aria-label=${words.title}>
      <table class="list">
        <thead><tr><th scope="col">${words.when}</th><th scope="col">${words.what}</th><th scope="col">${words.toWhom}</th><th scope="col">${words.who}</th></tr></thead>
        <tbody>
          ${(deeds.value ?? []).map(
            (deed) => html`<tr key=${deed.number}><td>${moment(deed.at, { dateStyle: "short", timeStyle: "short" })}</td><th scope="row">${acts[deed.action] ?? deed.action}</th><td>${nameOf(deed.subject)}</td><td>${nameOf(deed.actor)}</td></tr>`,
          )}
        </tbody>
      </table>
    </div>
  `;
}

/** @param {string} id of a key or a job, or what else a deed was done by or to */
function nameOf(id) {
  /** @type {Record<string, string>} */
  const others = texts.value.operator.deeds.others;
  return others[id] ?? keys.value?.keys.find((key) => key.id === id)?.name ?? id;
}
