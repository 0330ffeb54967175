/** The mix of the tile: typed in words that are read as they are typed, or moved on sliders; and mixes of the trade. */
import { GRANULES } from "../address.js";
import { Refusal, answerOf, client } from "../api.js";
import { BLENDS } from "../blends.js";
import { colourOf, nameOf, standingOutFrom } from "../colours.js";
import { html } from "../html.js";
import { maskAs, titleOf } from "../masks.js";
import { wordsOf } from "../orders.js";
import { change, changeMix, design } from "../state.js";
import { fill, texts } from "../texts.js";
import { useEffect, useRef } from "../vendor/preact-hooks.js";
import { signal } from "../vendor/preact-signals.js";
import { MixBar, MixEditor } from "../widgets/mix_editor.js";
import { RefusalNote } from "../widgets/refusal.js";

/** @typedef {import("../mix.js").Part} Part */
/** @typedef {import("../api.js").Schemas["RecipeAnswer"]} Reading */
/** @typedef {import("../api.js").Schemas["PatternsAnswer"]} Patterned */

const PAUSE_MS = 300;

/** What was typed, while the mix is still the one that it was read as. */
const typed = signal(/** @type {{text: string, parts: Part[] | null} | null} */ (null));
const remarks = signal(/** @type {readonly string[]} */ ([]));
const refusal = signal(/** @type {Refusal | null} */ (null));
/** Patterns that the words ask for, which are no part of a mix. */
const patterns = signal(/** @type {Patterned | null} */ (null));

export function Recipe() {
  const words = texts.value.recipe;
  const parts = design.value.zones[0]?.parts ?? [];
  return html`
    <section class="panel" aria-labelledby="recipe-title">
      <h2 id="recipe-title">${words.title}</h2>
      <${Words} parts=${parts} />
      <${MixEditor} parts=${parts} label=${words.sliders} onChange=${(/** @type {Part[]} */ mix, /** @type {string} */ kind) => changeMix(0, mix, kind)} />
      <${Blends} />
    </section>
  `;
}

/** @param {{parts: Part[]}} props */
function Words({ parts }) {
  const words = texts.value.recipe;
  const timer = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);
  const isTyped = typed.value !== null && (typed.value.parts === null || sameMix(typed.value.parts, parts));
  const text = isTyped && typed.value ? typed.value.text : wordsOf(parts);
  /** @param {any} event */
  function hear(event) {
    typed.value = { text: event.target.value, parts: null };
    clearTimeout(timer.current);
    timer.current = setTimeout(() => void read(event.target.value), PAUSE_MS);
  }
  const found = isTyped ? patterns.value : null;
  const told = isTyped && !found ? refusal.value : null;
  /** @param {string} name in place of what cannot be read */
  function take(name) {
    const mended = told?.details ? corrected(text, told.details, name) : text;
    typed.value = { text: mended, parts: null };
    void read(mended);
  }
  return html`
    <label class="field">
      <span>${words.words}</span>
      <textarea
        rows="2" spellcheck="false" maxlength="1000" value=${text} onInput=${hear} placeholder=${words.example}
        aria-invalid=${Boolean(told)} aria-describedby="recipe-told"
      ></textarea>
    </label>
    <div id="recipe-told" aria-live="polite">
      ${told && html`<${RefusalNote} refusal=${told} />`}
      ${told &&
      told.suggestions.length > 0 &&
      html`
        <p class="choice-row">
          ${told.suggestions.map((name) => html`<button key=${name} type="button" onClick=${() => take(name)}>${fill(words.instead, { name })}</button>`)}
        </p>
      `}
      ${found && html`<${PatternsFound} found=${found} />`}
      ${isTyped && !told && !found && remarks.value.map((remark) => html`<p key=${remark} class="remark">${remark}</p>`)}
    </div>
  `;
}

/**
 * What a recipe cannot say and the tile can have.
 * @param {{found: Patterned}} props
 */
function PatternsFound({ found }) {
  const words = texts.value.recipe;
  const ground = partsOf(found.ground);
  const zones = found.patterns.map(({ mask, requested }) => ({ mask: maskAs(mask), parts: partsOf(requested) }));
  const named = (/** @type {Part[]} */ parts) => parts.map((part) => nameOf(colourOf(part.code))).join(", ");
  const titles = zones.map(({ mask, parts }) => [titleOf(mask), named(parts)].filter(Boolean).join(": "));
  function take() {
    const under = ground.length ? ground : (design.value.zones[0]?.parts ?? []);
    const plain = (/** @type {Part[]} */ parts) => (parts.length ? parts : [{ code: standingOutFrom(under), percent: 100, isLocked: false }]);
    [typed.value, patterns.value, refusal.value] = [null, null, null];
    change({ zones: [{ mask: "", parts: under }, ...zones.map(({ mask, parts }) => ({ mask, parts: plain(parts) }))] });
  }
  return html`
    <div class="note">
      <p>${fill(words.pattern, { words: found.patterns.map((one) => fill(texts.value.zones.quote, { text: one.words })).join(", ") })}</p>
      <button type="button" onClick=${take}>${fill(words.takePattern, { titles: titles.join("; ") })}</button>
    </div>
  `;
}

/**
 * Percents as the service tells them, as parts of a mix.
 * @param {Record<string, number> | null} requested
 * @returns {Part[]}
 */
const partsOf = (requested) => Object.entries(requested ?? {}).map(([code, percent]) => ({ code, percent, isLocked: false }));

/**
 * A text with another word where the service has put its mark.
 * @param {string} text
 * @param {string} details the line that is to blame, and under the place a row of `~` that ends in `^`
 * @param {string} word
 */
function corrected(text, details, word) {
  const [line = "", marks = ""] = details.split("\n");
  const start = marks.search(/[~^]/);
  const end = marks.indexOf("^") + 1;
  return text.replace(line, () => line.slice(0, start) + word + line.slice(end));
}

/**
 * Have what was typed, if it can be read and nothing else was typed meanwhile.
 * @param {string} text
 */
async function read(text) {
  if (!text.trim()) {
    typed.value = null;
    refusal.value = null;
    patterns.value = null;
    return;
  }
  try {
    const reading = await answerOf(client.POST("/v1/recipes/parse", { body: { recipe: text, strict: false } }));
    if (typed.value?.text !== text) return;
    const parts = partsOf(reading.requested);
    const found = reading.words.length ? await patternsOf(text) : null;
    if (typed.value?.text !== text) return;
    [refusal.value, patterns.value, remarks.value] = [null, found, reading.warnings];
    typed.value = { text, parts: found ? null : parts };
    if (!found) have(parts, reading);
  } catch (reason) {
    if (!(reason instanceof Refusal)) throw reason;
    const found = await patternsOf(text);
    if (typed.value?.text === text) [refusal.value, patterns.value] = [reason, found];
  }
}

/**
 * The patterns of a text that is no plain mix; null where there are none, or the service does not say.
 * @param {string} text
 */
async function patternsOf(text) {
  const found = await answerOf(client.POST("/v1/recipes/patterns", { body: { recipe: text } })).catch(() => null);
  return found?.patterns.length ? found : null;
}

/**
 * @param {Part[]} parts
 * @param {Reading} reading
 */
function have(parts, reading) {
  const look = /** @type {any} */ (reading.look);
  const now = design.value;
  const codes = new Set(parts.map((part) => part.code));
  const named = (/** @type {string[] | undefined} */ list) => (list ?? []).filter((code) => codes.has(code));
  const granules = look.granule_mm ? fractionOf(look.granule_mm) : now.granules;
  change(
    {
      zones: [{ mask: "", parts }, ...now.zones.slice(1)],
      granules,
      surface: look.surface ?? now.surface,
      light: look.light ?? now.light,
      wet: look.wet ?? now.wet,
      coarse: named(look.coarse),
      fine: named(look.fine),
      words: [...reading.words],
    },
    "words",
  );
}

/** @param {[number, number]} sizes in mm */
const fractionOf = ([least, most]) => GRANULES.find((name) => name === `${least}-${most}`) ?? `${least}-${most}`;

/**
 * @param {readonly Part[]} one
 * @param {readonly Part[]} other
 */
const sameMix = (one, other) =>
  one.length === other.length && one.every((part, at) => part.code === other[at]?.code && part.percent === other[at]?.percent);

function Blends() {
  const words = texts.value.blends;
  return html`
    <details class="blends">
      <summary>${words.title}</summary>
      <ul>
        ${BLENDS.map(({ name, mix }) => {
          const parts = mix.map(([code, percent]) => ({ code, percent, isLocked: false }));
          return html`
            <li key=${name}>
              <button type="button" class="blend" onClick=${() => changeMix(0, parts)}>
                <${MixBar} parts=${parts} />
                <span class="blend-name">${words.names[name]}</span>
                <span class="hint">${mix.map(([code, share]) => `${nameOf(colourOf(code))} ${share}`).join(" · ")}</span>
              </button>
            </li>
          `;
        })}
      </ul>
    </details>
  `;
}
