/** For whoever operates the service: how it is, who waits, and what it has done. */
import { html } from "../html.js";
import { cancelQueued, operation, refusal, setIntake, watch } from "../operation.js";
import { fill, moment, number, texts } from "../texts.js";
import { useEffect } from "../vendor/preact-hooks.js";
import { useSignal } from "../vendor/preact-signals.js";
import { Deeds } from "../widgets/deeds.js";
import { useHandOver } from "../widgets/hand_over.js";
import { Keys } from "../widgets/keys.js";
import { RefusalNote } from "../widgets/refusal.js";

/** @typedef {import("../api.js").Refusal} Refusal */
/** @typedef {import("../operation.js").Operation} Operation */
/** @typedef {import("../operation.js").QueuedJob} Job */

const GB = 1e9;
const MB = 1e6;

export function Operator() {
  useEffect(watch, []);
  const told = operation.value;
  return html`
    <div class="operator">
      ${refusal.value && html`<${RefusalNote} refusal=${refusal.value} />`}
      ${told
        ? html`
            <${Health} told=${told} />
            <${Queue} queue=${told.queue} />
            <${Figures} figures=${told.figures} />
            <${Storage} told=${told} />
          `
        : html`<p class="hint" role="status">${texts.value.loading}</p>`}
      <${Keys} />
      <${Deeds} />
    </div>
  `;
}

/** @param {[string, unknown][]} rows names and values @param {string} [className] */
const facts = (rows, className = "") => html`
  <dl class=${`facts ${className}`}>${rows.map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
`;

/** @param {{told: Operation}} props */
function Health({ told: { health, version } }) {
  const words = texts.value.operator;
  const parts = /** @type {const} */ (["database", "pictures", "disk"]);
  return html`
    <section aria-labelledby="operator-health">
      <h3 id="operator-health">${words.health}</h3>
      <p class=${health.is_ready ? "state-good" : "refusal"} role="status">${health.is_ready ? words.ready : fill(words.notReady, { problem: health.problem ?? words.lives[health.life] })}</p>
      <ul class="marks">
        ${parts.map((part) => {
          const isUsable = health.usable[part];
          return html`<li key=${part} class=${isUsable ? "" : "mark-bad"}><span aria-hidden="true">${isUsable ? "✓" : "✗"}</span> ${words.parts[part]}<span class="unseen">: ${isUsable ? words.usable : words.away}</span></li>`;
        })}
      </ul>
      <p class="hint">
        ${[
          fill(words.model, { name: health.model ?? words.noModel }),
          fill(words.memory, { size: number(health.memory_bytes / MB, 0) }),
          fill(words.restarts, { n: health.restarts }),
          `plitka ${version}`,
        ].join(" · ")}
      </p>
    </section>
  `;
}

/** @param {{queue: Operation["queue"]}} props */
function Queue({ queue }) {
  const words = texts.value.operator;
  const told = useSignal(/** @type {Refusal | null} */ (null));
  /** @param {string} id */
  async function end(id) {
    told.value = null;
    await cancelQueued(id).catch((reason) => (told.value = reason));
  }
  async function turn() {
    told.value = null;
    await setIntake(!queue.is_paused).catch((reason) => (told.value = reason));
  }
  return html`
    <section aria-labelledby="operator-queue">
      <h3 id="operator-queue" tabindex="-1">${words.queue}</h3>
      <p>${fill(words.counts, { running: queue.n_running, waiting: queue.n_waiting, limit: queue.limit })}</p>
      <div class="intake"><button type="button" onClick=${() => void turn()}>${queue.is_paused ? words.resume : words.pause}</button><span role="status">${queue.is_paused && words.paused}</span></div>
      ${told.value && html`<${RefusalNote} refusal=${told.value} />`}
      ${queue.jobs.length > 0 &&
      html`
        <div class="table-scroll" tabindex="0" role="group" aria-labelledby="operator-queue">
          <table class="list">
            <thead><tr><th scope="col">${words.owner}</th><th scope="col">${words.ordered}</th><th scope="col">${words.place}</th><th><span class="unseen">${words.actions}</span></th></tr></thead>
            <tbody>
              ${queue.jobs.map((job) => html`<${QueueRow} key=${job.id} job=${job} onCancel=${() => void end(job.id)} />`)}
            </tbody>
          </table>
        </div>
      `}
      ${queue.jobs.length < queue.n_running + queue.n_waiting && html`<p class="hint">${fill(words.others, { n: queue.n_running + queue.n_waiting - queue.jobs.length })}</p>`}
    </section>
  `;
}

/** @param {{job: Job, onCancel: () => void}} props */
function QueueRow({ job, onCancel }) {
  const words = texts.value.operator;
  const own = useHandOver(() => document.getElementById("operator-queue"));
  const place = placeOf(job);
  return html`
    <tr ref=${own}>
      <th scope="row">${job.key_name}</th>
      <td>${moment(job.created_at, { timeStyle: "medium" })}</td>
      <td>${place}</td>
      <td><button type="button" aria-disabled=${job.is_stopping} aria-label=${fill(words.cancelOf, { name: job.key_name, place })} onClick=${() => job.is_stopping || onCancel()}>${words.cancel}</button></td>
    </tr>
  `;
}

/** @param {Job} job */
function placeOf(job) {
  const words = texts.value.operator;
  if (job.is_stopping) return words.stopping;
  if (job.position !== null) return job.position ? fill(words.waits, { n: job.position }) : words.next;
  return job.n_steps ? fill(words.runs, { step: job.step, n: job.n_steps }) : words.begins;
}

/** @param {{figures: Operation["figures"]}} props */
function Figures({ figures }) {
  const words = texts.value.operator;
  const seconds = (/** @type {number | null} */ value) => (value === null ? "–" : fill(words.seconds, { n: number(value, value < 10 ? 1 : 0) }));
  return html`
    <section aria-labelledby="operator-figures">
      <h3 id="operator-figures">${words.figures}</h3>
      ${facts([
        [words.succeeded, number(figures.succeeded)],
        [words.failed, number(figures.failed)],
        [words.cancelled, number(figures.cancelled)],
        [words.jobTime, seconds(figures.job_s)],
        [words.waitTime, seconds(figures.wait_s)],
        [words.error, figures.error_points === null ? "–" : number(figures.error_points, 2)],
        [words.requests, number(figures.requests)],
        [words.refused, number(figures.refused)],
      ])}
      ${figures.durations.length > 0 && html`<${Durations} bars=${figures.durations} />`}
    </section>
  `;
}

/** @param {{bars: Operation["figures"]["durations"]}} props how many jobs took how long */
function Durations({ bars }) {
  const words = texts.value.operator;
  const most = Math.max(...bars.map((bar) => bar.n));
  const nameOf = (/** @type {number | null} */ end) => (end === null ? words.longer : number(end, 3));
  return html`
    <figure class="durations">
      <figcaption class="hint">${words.durations}</figcaption>
      <ul>
        ${bars.map(
          ({ n, up_to_s: end }) => html`
            <li key=${end}>
              <span class="duration-n">${number(n)}</span>
              <svg viewBox="0 0 10 40" preserveAspectRatio="none" aria-hidden="true"><rect x="0" width="10" y=${40 - (40 * n) / most} height=${(40 * n) / most} /></svg>
              <span>${nameOf(end)}</span>
            </li>
          `,
        )}
      </ul>
    </figure>
  `;
}

/** @param {{told: Operation}} props */
function Storage({ told: { storage } }) {
  const words = texts.value.operator;
  const free = /** @type {[ "database" | "pictures", number ][]} */ (Object.entries(storage.free_bytes));
  return html`
    <section aria-labelledby="operator-storage">
      <h3 id="operator-storage">${words.storage}</h3>
      ${facts([
        [words.pictures, number(storage.n_pictures)],
        ...free.map(([part, bytes]) => /** @type {[string, string]} */ ([words.free[part], fill(words.gb, { n: number(bytes / GB, 1) })])),
      ])}
      <p class="hint">${fill(words.least, { n: number(storage.min_free_bytes / GB, 1) })}</p>
    </section>
  `;
}
