/** Ordering photographs of the design, what becomes of them, and what was measured on the one that is looked at. */
import { write } from "../address.js";
import { colourOf, fullNameOf } from "../colours.js";
import { html } from "../html.js";
import { isKept, keepDesign } from "../kept_designs.js";
import { titleOf } from "../masks.js";
import { callOf, commandOf } from "../orders.js";
import { cancel, cancelRest, choose, chosen, dismiss, imageUrl, isOver, isWorking, kept, order, orderVariations, statusOf, variations } from "../photographs.js";
import { mayMake } from "../session.js";
import { change, design, isLinkLocal, link } from "../state.js";
import { counted, fill, number, percent, texts } from "../texts.js";
import { useEffect } from "../vendor/preact-hooks.js";
import { show, view } from "../view.js";
import { CopyButton } from "../widgets/copy_button.js";
import { useHandOver } from "../widgets/hand_over.js";
import { Icon } from "../widgets/icons.js";
import { RefusalNote, asSentence } from "../widgets/refusal.js";

/** @typedef {import("../photographs.js").Photograph} Photo */

/** How the files are called. */
const FORMATS = { png: "PNG", jpeg: "JPEG", webp: "WebP" };

export function Photograph() {
  const words = texts.value.photograph;
  const one = chosen.value;
  const isLost = one !== null && isOver(one) && !imageUrl(one) && view.value !== "variations";
  useEffect(() => void (isLost && show("preview")), [isLost && one.id]); // there is nothing else to look at
  return html`
    <section class="photograph" aria-labelledby="photograph-title">
      <h2 id="photograph-title" class="unseen">${words.title}</h2>
      <div class="order">
        <div class="order-pair">
          <button type="button" class="primary" disabled=${!mayMake.value} onClick=${() => {
            show("photograph");
            void order(design.value);
          }}><${Icon} name="picture" />${words.order}</button>
          <button type="button" disabled=${!mayMake.value} onClick=${() => {
            void orderVariations(design.value);
            show("variations");
          }}><${Icon} name="variations" />${words.variations}</button>
        </div>
        <div class="order-pair">
          <button type="button" class="quiet" aria-disabled=${isKept.value} onClick=${keepDesign}>
            <${Icon} name=${isKept.value ? "kept" : "keep"} /><span aria-live="polite">${isKept.value ? words.kept : words.keep}</span>
          </button>
          <${CopyButton} text=${link.value} label=${words.copyLink} icon="link" told=${isLinkLocal ? `${words.linkHint} ${words.localLink}` : words.linkHint} />
        </div>
      </div>
      ${isKept.value && html`<p class="hint">${words.keptHint} ${!isLinkLocal && words.elsewhere}</p>`}
      ${!mayMake.value && html`<p class="hint">${words.viewer}</p>`}
      <p class="unseen" role="status">${one ? statusOf(one) : ""}</p>
      <${Strip} />
      ${one && !isOver(one) && html`<${Progress} photograph=${one} />`}
      <${Rest} />
      ${one && isOver(one) && html`<${Ended} photograph=${one} />`}
    </section>
  `;
}

/** @param {{photograph: Photo}} props */
function Progress({ photograph }) {
  const words = texts.value.photograph;
  const { state, step, nSteps } = photograph;
  const isFixed = state === "stopping" || state === "sending";
  const own = useHandOver(() => document.querySelector(".order button"));
  return html`
    <div class="progress" ref=${own}>
      <span>${statusOf(photograph)}</span>
      <button type="button" aria-disabled=${isFixed} onClick=${() => void (isFixed || cancel(photograph))}><${Icon} name="stop" />${words.cancel}</button>
      <progress aria-label=${words.progress} max=${nSteps || 1} value=${nSteps && state === "running" ? step : undefined}></progress>
      <p class="hint">${words.goesOn}</p>
    </div>
  `;
}

/** Of four variations, those that are not done, where it is another one that is looked at; and the way to do without them. */
function Rest() {
  const words = texts.value.photograph;
  const left = variations.value.filter((one) => !isOver(one));
  const own = useHandOver(() => document.querySelector(".order button"));
  if (!left.length || (left.length === 1 && left[0] === chosen.value)) return null;
  const isFixed = left.every(({ state }) => state === "stopping" || state === "sending");
  return html`
    <div class="note" ref=${own}>
      <span>${fill(words.left, { n: left.length, of: variations.value.length })}</span>
      <button type="button" aria-disabled=${isFixed} onClick=${() => void (isFixed || cancelRest())}><${Icon} name="stop" />${words.cancelRest}</button>
    </div>
  `;
}

/** All of this window, to choose one; not where they are seen large. */
function Strip() {
  const words = texts.value.photograph;
  const isSeen = view.value === "variations" && variations.value.length === kept.value.length;
  if (kept.value.length < 2 || isSeen) return null;
  return html`
    <ul class="strip" aria-label=${words.all}>
      ${kept.value.map((one, index) => {
        const url = imageUrl(one, "webp") || one.preview;
        const name = fill(words.numbered, { n: index + 1, seed: one.design.seed });
        return html`
          <li key=${one.id}>
            <button
              type="button" class="thumb" aria-pressed=${one === chosen.value} aria-label=${`${name}. ${statusOf(one)}`} title=${statusOf(one)}
              onClick=${() => {
                choose(one.id);
                show("photograph");
              }}
            >
              ${url ? html`<img src=${url} alt="" />` : html`<span class=${isOver(one) ? "thumb-empty" : "thumb-empty working"}></span>`}
            </button>
          </li>
        `;
      })}
    </ul>
  `;
}

/** @param {{photograph: Photo}} props */
function Ended({ photograph }) {
  const words = texts.value.photograph;
  const { job, refusal, state } = photograph;
  const isOther = write(photograph.design) !== write(design.value);
  if (state === "cancelled") return html`<p class="hint">${words.states.cancelled}</p>`;
  if (refusal) return isOther ? null : html`<${RefusalNote} refusal=${refusal} />`;
  if (state === "failed" || !job?.result) {
    return html`
      <div class="refusal" role="alert"><p>${job?.error?.error ?? words.states.failed}</p></div>
      <button type="button" onClick=${() => dismiss(photograph.id)}>${words.dismiss}</button>
    `;
  }
  return html`<${Result} photograph=${photograph} result=${job.result} isOther=${isOther} />`;
}

/** @param {{photograph: Photo, result: any, isOther: boolean}} props `result` is as docs/http-api.md has it; the design is another now */
function Result({ photograph, result, isOther }) {
  const words = texts.value.photograph;
  const zones = result.zones ?? [{ requested: result.requested, measured: result.measured, max_error: result.max_error }];
  return html`
    ${isOther &&
    html`
      <p class="note">
        <span>${words.earlier}</span>
        <button type="button" class="quiet" onClick=${() => change(photograph.design)}>${words.goBack}</button>
      </p>
    `}
    ${zones.map((/** @type {any} */ zone, /** @type {number} */ index) => {
      const title = zones.length > 1 ? (index ? fill(words.zone, { title: titleOf(zone.mask), percent: percent(zone.area_percent, 0) }) : words.ground) : words.measured;
      return html`<${Shares} key=${index} title=${title} zone=${zone} />`;
    })}
    ${(result.warnings ?? []).map((/** @type {string} */ warning) => html`<p key=${warning} class="hint">${asSentence(warning)}</p>`)}
    <p class="hint">
      ${[fill(words.facts, { seed: result.seed, seconds: number(result.seconds, 1) }), ...(result.attempts > 1 ? [fill(words.passes, { n: result.attempts })] : [])].join(" · ")}
    </p>
    <${Downloads} photograph=${photograph} result=${result} />
  `;
}

/** @param {{title: string, zone: any}} props asked and measured percents of one zone */
function Shares({ title, zone }) {
  const words = texts.value.photograph;
  return html`
    <table class="shares">
      <caption>
        <strong>${title}</strong>
        <span>${fill(words.error, { points: counted(zone.max_error, texts.value.counted.points) })}</span>
      </caption>
      <thead>
        <tr><th scope="col">${words.colour}</th><th scope="col">${words.asked}</th><th scope="col">${words.found}</th></tr>
      </thead>
      <tbody>
        ${Object.entries(zone.requested).map(([code, asked]) => {
          const found = zone.measured[code] ?? 0;
          const { hex } = colourOf(code);
          return html`
            <tr key=${code}>
              <th scope="row"><span class="face" style=${{ background: hex }}></span>${fullNameOf(colourOf(code))}</th>
              <td>${percent(Number(asked), 1)}</td>
              <td>
                <span class="bar" aria-hidden="true">
                  <span class="bar-found" style=${{ width: `${found}%`, background: hex }}></span>
                  <span class="bar-asked" style=${{ left: `${Number(asked)}%` }}></span>
                </span>
                <span>${percent(found, 1)}</span>
              </td>
            </tr>
          `;
        })}
      </tbody>
    </table>
  `;
}

/** @param {{photograph: Photo, result: any}} props `result` is as docs/http-api.md has it */
function Downloads({ photograph, result }) {
  const words = texts.value.photograph;
  const name = `plitka-${photograph.design.seed}`;
  return html`
    <div class="downloads">
      ${/** @type {(keyof typeof FORMATS)[]} */ (Object.keys(FORMATS)).map(
        (format) => html`
          <a key=${format} class="button" href=${imageUrl(photograph, format)} download=${`${name}.${format}`}>
            <${Icon} name="download" />${FORMATS[format]}
          </a>
        `,
      )}
    </div>
    ${isWorking.value ? null : html`<p class="hint">${fill(words.pngHint, { width: result.width_px, height: result.height_px })}</p>`}
    <details class="fold">
      <summary>${words.forPrograms}</summary>
      <div class="downloads">
        <${CopyButton} text=${callOf(photograph.design)} label=${words.copyCall} />
        <${CopyButton} text=${commandOf(photograph.design)} label=${words.copyCommand} />
      </div>
    </details>
  `;
}
