/** One's own tiles: found again by colour, kept as favourites, and made again. */
import { Refusal } from "../api.js";
import { colourOf, fullNameOf } from "../colours.js";
import { begin, codesOf, designOf, favourites, groundOf, hasMore, hidden, isLoading, load, refusal, tiles, turnFavourite, turnHidden } from "../gallery.js";
import { html } from "../html.js";
import { wordsOf } from "../orders.js";
import { change } from "../state.js";
import { fill, language, texts } from "../texts.js";
import { useEffect } from "../vendor/preact-hooks.js";
import { computed, signal, useSignal } from "../vendor/preact-signals.js";
import { useHandOver } from "../widgets/hand_over.js";
import { RefusalNote } from "../widgets/refusal.js";

/** @typedef {import("../gallery.js").Job} Job */

const colour = signal("");
const isFavouritesOnly = signal(false);
const wantsHidden = signal(false);
const isHiddenShown = computed(() => wantsHidden.value && hidden.value.length > 0);

/** @param {{onClose: () => void}} props */
export function Gallery({ onClose }) {
  const words = texts.value.gallery;
  useEffect(() => void begin(), []);
  const shown = tiles.value.filter(
    (job) =>
      (!colour.value || codesOf(job).includes(colour.value)) &&
      (!isFavouritesOnly.value || favourites.value.includes(job.id)) &&
      hidden.value.includes(job.id) === isHiddenShown.value,
  );
  return html`
    <${Filters} />
    ${refusal.value && html`<${RefusalNote} refusal=${refusal.value} />`}
    <p class="unseen" role="status">${isLoading.value ? texts.value.loading : fill(words.found, { n: shown.length })}</p>
    ${!isLoading.value && !shown.length && html`<p class="hint">${tiles.value.length ? words.noneFits : words.none}</p>`}
    <ul class="gallery">${shown.map((job) => html`<${Tile} key=${job.id} job=${job} onClose=${onClose} />`)}</ul>
    ${hasMore.value && html`<button type="button" disabled=${isLoading.value} onClick=${() => void load()}>${words.more}</button>`}
    <p class="hint">${words.kept}</p>
  `;
}

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
      ${hidden.value.length > 0 && check(wantsHidden, words.hiddenOnly)}
    </div>
  `;
}

/** @param {{job: Job, onClose: () => void}} props */
function Tile({ job, onClose }) {
  const words = texts.value.gallery;
  const told = useSignal(/** @type {Refusal | null} */ (null));
  const isFavourite = favourites.value.includes(job.id);
  const own = useHandOver(() => (own.current?.nextElementSibling ?? own.current?.previousElementSibling ?? document.querySelector(".filters"))?.querySelector(".gallery-actions button, select"));
  const recipe = wordsOf(groundOf(job));
  const day = new Intl.DateTimeFormat(language.value, { dateStyle: "medium", timeStyle: "short" }).format(job.created_at * 1000);
  const repeat = () =>
    designOf(job.id)
      .then((design) => {
        change(design);
        onClose();
      })
      .catch((reason) => (told.value = reason));
  return html`
    <li class="gallery-tile" ref=${own}>
      <img src=${`${job.image_url}?format=webp`} alt=${fill(words.alt, { recipe })} loading="lazy" />
      <button
        type="button" class="star quiet square" aria-pressed=${isFavourite} aria-label=${fill(words.favouriteOf, { recipe })} title=${words.favourite}
        onClick=${() => turnFavourite(job.id)}
      ><span aria-hidden="true">${isFavourite ? "★" : "☆"}</span></button>
      <p class="gallery-recipe">${recipe}</p>
      <p class="hint">${day}</p>
      <div class="gallery-actions">
        <button type="button" onClick=${() => void repeat()} aria-label=${fill(words.repeatOf, { recipe })}>${words.repeat}</button>
        <button type="button" class="quiet" onClick=${() => turnHidden(job.id)} aria-label=${fill(isHiddenShown.value ? words.unhideOf : words.hideOf, { recipe })}>
          ${isHiddenShown.value ? words.unhide : words.hide}
        </button>
      </div>
      ${told.value && html`<${RefusalNote} refusal=${told.value} />`}
    </li>
  `;
}
