/** One's own tiles: designs that were kept, and photographs, found again by colour, kept as favourites, made again, deleted. */
import { read } from "../address.js";
import { Refusal, returns } from "../api.js";
import { colourOf, fullNameOf } from "../colours.js";
import { begin, codesOf, favourites, hasMore, isLoading, load, recalled, refusal, remove, tiles, turnFavourite, zonesOf } from "../gallery.js";
import { html } from "../html.js";
import { forgetDesign, keptDesigns } from "../kept_designs.js";
import { titleOf } from "../masks.js";
import { changeWithWayBack, openWithWayBack } from "../notices.js";
import { wordsOf } from "../orders.js";
import { isOwn } from "../own_jobs.js";
import { lookAgain } from "../photographs.js";
import { mayMake, session } from "../session.js";
import { design, isLinkLocal } from "../state.js";
import { fill, language, moment, percent, texts } from "../texts.js";
import { useEffect, useLayoutEffect } from "../vendor/preact-hooks.js";
import { signal, useSignal } from "../vendor/preact-signals.js";
import { show } from "../view.js";
import { useHandOver } from "../widgets/hand_over.js";
import { Icon } from "../widgets/icons.js";
import { MixBar } from "../widgets/mix_editor.js";
import { RefusalNote } from "../widgets/refusal.js";

/** @typedef {import("../gallery.js").Job} Job */

const colour = signal("");
const isFavouritesOnly = signal(false);

/** @param {{onClose: () => void}} props */
export function Gallery({ onClose }) {
  const words = texts.value.gallery;
  useEffect(() => void begin(), []);
  useEffect(() => void (refusal.peek()?.status === 0 && load()), [returns.value]);
  const shown = tiles.value.filter(
    (job) =>
      (!colour.value || codesOf(job).includes(colour.value)) &&
      (!isFavouritesOnly.value || favourites.value.includes(job.id)),
  );
  return html`
    <${KeptDesigns} onClose=${onClose} />
    <h3>${session.value?.is_open ? words.ofService : words.photographs}</h3>
    <p class="hint">${session.value?.is_open ? words.everybodys : words.kept}</p>
    <${Filters} />
    ${refusal.value && html`<${RefusalNote} refusal=${refusal.value} />`}
    <p class="unseen" role="status">${isLoading.value ? texts.value.loading : fill(words.found, { n: shown.length })}</p>
    ${!isLoading.value && !shown.length && html`<p class="hint">${tiles.value.length ? words.noneFits : words.none}</p>`}
    <ul class="gallery">${shown.map((job) => html`<${Tile} key=${job.id} job=${job} onClose=${onClose} />`)}</ul>
    ${hasMore.value && html`<button type="button" disabled=${isLoading.value} onClick=${() => void load()}>${words.more}</button>`}
  `;
}

/** Designs that were kept, each with all its colours. @param {{onClose: () => void}} props */
function KeptDesigns({ onClose }) {
  const words = texts.value.gallery;
  const shown = keptDesigns.value.flatMap(({ hash }) => {
    const design = read(hash);
    return design ? [{ hash, design }] : [];
  });
  return html`
    <h3>${words.designs}</h3>
    ${!shown.length && html`<p class="hint">${words.noDesigns}</p>`}
    ${shown.length > 0 && html`<p class="hint">${words.onlyHere} ${!isLinkLocal && words.elsewhere}</p>`}
    <ul class="gallery">${shown.map(({ hash, design }) => html`<${KeptDesign} key=${hash} hash=${hash} design=${design} onClose=${onClose} />`)}</ul>
  `;
}

/** @param {{hash: string, design: import("../gallery.js").Design, onClose: () => void}} props */
function KeptDesign({ hash, design, onClose }) {
  const words = texts.value.gallery;
  const name = nameOf(design.zones);
  const own = useHandOver(() => heirOf(own.current));
  function open() {
    openWithWayBack(hash);
    onClose();
  }
  return html`
    <li class="gallery-tile kept-design" ref=${own}>
      ${design.zones.map((zone, index) => html`<${KeptMix} key=${index} zone=${zone} />`)}
      <div class="gallery-actions">
        <button type="button" onClick=${open} aria-label=${fill(words.repeatOf, { recipe: name })}>${words.repeat}</button>
        <button type="button" class="quiet" onClick=${() => forgetDesign(hash)} aria-label=${fill(words.forgetOf, { recipe: name })}>${words.forget}</button>
      </div>
    </li>
  `;
}

/** The mix of the ground, and what lies on it. @param {readonly import("../gallery.js").Zone[]} zones */
const nameOf = ([ground, ...zones]) => [wordsOf(ground?.parts ?? []), ...zones.map((zone) => titleOf(zone.mask))].join(" · ");

/** A zone of a kept design: what it is, its shares, and the name of each colour. @param {{zone: import("../gallery.js").Zone}} props */
function KeptMix({ zone }) {
  const parts = zone.parts.filter((part) => part.percent > 0);
  return html`
    <div class="kept-mix">
      ${zone.mask && html`<p class="gallery-recipe">${titleOf(zone.mask)}</p>`}
      <${MixBar} parts=${parts} />
      <ul class="kept-colours">
        ${parts.map((part) => html`<li key=${part.code}><span class="face" style=${{ background: colourOf(part.code).hex }}></span>${fullNameOf(colourOf(part.code))} ${percent(part.percent)}</li>`)}
      </ul>
    </div>
  `;
}

/** What has the keyboard when a tile goes: the next one, or what stands above. @param {Element | null} tile */
const heirOf = (tile) => (tile?.nextElementSibling ?? tile?.previousElementSibling ?? document.querySelector(".filters"))?.querySelector(".gallery-actions button, select");

function Filters() {
  const words = texts.value.gallery;
  const codes = [...new Set(tiles.value.flatMap(codesOf))];
  const named = codes.map((code) => ({ code, name: fullNameOf(colourOf(code)) })).sort((a, b) => a.name.localeCompare(b.name, language.value));
  /** @param {{value: boolean}} choice @param {string} label */
  const check = (choice, label) => html`
    <label class="check">
      <input type="checkbox" checked=${choice.value} onChange=${(/** @type {any} */ event) => (choice.value = event.target.checked)} />
      <span>${label}</span>
    </label>
  `;
  return html`
    <div class="filters">
      <label class="field">
        <span>${words.colour}</span>
        <select value=${colour.value} onChange=${(/** @type {any} */ event) => (colour.value = event.target.value)}>
          <option value="">${words.anyColour}</option>
          ${named.map(({ code, name }) => html`<option key=${code} value=${code}>${name}</option>`)}
        </select>
      </label>
      ${check(isFavouritesOnly, words.favouritesOnly)}
    </div>
  `;
}

/** @param {{job: Job, onClose: () => void}} props */
function Tile({ job, onClose }) {
  const words = texts.value.gallery;
  const told = useSignal(/** @type {Refusal | null} */ (null));
  const isOpen = session.value?.is_open;
  const isFavourite = favourites.value.includes(job.id);
  const isAsked = useSignal(false);
  const own = useHandOver(() => heirOf(own.current));
  const mix = nameOf(zonesOf(job));
  const seed = Number(job.result?.seed ?? job.request.seed);
  const recipe = `${mix}, ${fill(texts.value.stage.seed, { seed })}`; // variations differ by nothing else
  const day = moment(job.created_at, { dateStyle: "medium", timeStyle: "short" });
  const repeat = () =>
    recalled(job.id)
      .then((found) => {
        changeWithWayBack("opened", found.design);
        if (found.job.image_url) {
          lookAgain(found.job, design.peek());
          show("photograph");
        }
        onClose();
      })
      .catch((reason) => (told.value = reason));
  return html`
    <li class="gallery-tile" ref=${own}>
      <img src=${`${job.image_url}?format=webp`} alt=${fill(words.alt, { recipe })} loading="lazy" />
      <button
        type="button" class="star quiet square" aria-pressed=${isFavourite} aria-label=${fill(words.favouriteOf, { recipe })} title=${words.favourite}
        onClick=${() => void turnFavourite(job.id)}
      ><span aria-hidden="true">${isFavourite ? "★" : "☆"}</span></button>
      <p class="gallery-recipe">${mix}</p>
      <p class="hint">${fill(texts.value.stage.seed, { seed })}</p>
      <p class="hint">${isOpen && isOwn(job.id) ? fill(words.madeHere, { day }) : day}</p>
      <div class="gallery-actions">
        <button type="button" onClick=${() => void repeat()} aria-label=${fill(words.repeatOf, { recipe })}>${words.repeat}</button>
        <a class="button" href=${job.image_url} download=${`plitka-${seed}.png`} aria-label=${fill(words.pngOf, { recipe })}><${Icon} name="download" />PNG</a>
        ${mayMake.value && html`<button type="button" class="quiet delete" aria-expanded=${isAsked.value} onClick=${() => (isAsked.value = !isAsked.value)} aria-label=${fill(words.removeOf, { recipe })}>${words.remove}</button>`}
      </div>
      ${isAsked.value && html`<${Question} recipe=${recipe} isOthers=${isOpen && !isOwn(job.id)} onKeep=${() => (isAsked.value = false)} onRemove=${() => remove(job.id).catch((reason) => (told.value = reason))} />`}
      ${told.value && html`<${RefusalNote} refusal=${told.value} />`}
    </li>
  `;
}

/**
 * Whether a photograph is to be deleted: it cannot be brought back.
 * @param {{recipe: string, isOthers: boolean, onKeep: () => void, onRemove: () => Promise<unknown>}} props `isOthers`: it may be
 */
function Question({ recipe, isOthers, onKeep, onRemove }) {
  const words = texts.value.gallery;
  const isBusy = useSignal(false);
  const own = useHandOver(() => own.current?.closest("li")?.querySelector(".delete"));
  useLayoutEffect(() => own.current?.querySelector("button").focus(), []);
  async function go() {
    isBusy.value = true;
    await onRemove();
    isBusy.value = false;
  }
  return html`
    <div class="gallery-question" ref=${own} role="group" aria-label=${fill(words.removeOf, { recipe })}>
      <p>${isOthers ? `${words.others} ${words.sure}` : words.sure}</p>
      <div class="gallery-actions">
        <button type="button" class="quiet" onClick=${onKeep}>${words.keep}</button>
        <button type="button" class="danger" aria-disabled=${isBusy.value} onClick=${() => void (isBusy.value || go())}>${words.removeNow}</button>
      </div>
    </div>
  `;
}
