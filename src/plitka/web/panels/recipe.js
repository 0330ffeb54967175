/** The mix of the tile: typed in words, which the tile follows as they are typed, or moved on sliders; and mixes of the trade. */
import { BLENDS } from "../blends.js";
import { colourOf, nameOf } from "../colours.js";
import { html } from "../html.js";
import { corrected } from "../marks.js";
import { titleOf } from "../masks.js";
import { wordsOf } from "../orders.js";
import { changeMix, design } from "../state.js";
import { fill, texts } from "../texts.js";
import { area, hear, leave, placed, refusal, remarks, take, takeOff, typed, unshown } from "../typed.js";
import { MixBar, MixEditor } from "../widgets/mix_editor.js";
import { RefusalNote, asSentence } from "../widgets/refusal.js";

/** @typedef {import("../mix.js").Part} Part */

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
  const text = typed.value?.text ?? wordsOf(parts);
  const told = typed.value && !typed.value.zones ? refusal.value : null;
  return html`
    <label class="field">
      <span>${words.words}</span>
      <textarea
        rows="2" spellcheck="false" maxlength="1000" value=${text} onInput=${(/** @type {any} */ event) => hear(event.target.value)} onBlur=${leave}
        placeholder=${words.example} aria-invalid=${Boolean(told)} aria-describedby="recipe-told"
      ></textarea>
    </label>
    <div id="recipe-told" aria-live="polite">
      ${told && html`<${Unread} text=${text} told=${told} shown=${wordsOf(parts)} />`}
      ${typed.value?.zones && html`<${ReadAs} />`}
    </div>
  `;
}

/**
 * Why a text is not on the tile, and what could stand in its place.
 * @param {{text: string, told: import("../api.js").Refusal, shown: string}} props `shown` is the tile's mix
 */
function Unread({ text, told, shown }) {
  const words = texts.value.recipe;
  const repairs = told.suggestions.map((name) => {
    const whole = corrected(text, told.details, name);
    return { whole, label: /\d/.test(name) ? fill(words.scaled, { whole }) : fill(words.instead, { name }) };
  });
  // A text with a pattern is more than the mix that the example stands for.
  if (told.rewritten && told.details?.split("\n")[0] === text.trim()) repairs.push({ whole: told.rewritten, label: fill(words.instead, { name: told.rewritten }) });
  return html`
    <${RefusalNote} refusal=${told} />
    ${repairs.length > 0 &&
    html`
      <p class="choice-row">
        ${repairs.map(({ whole, label }) => html`<button key=${label} type="button" onClick=${() => take(whole)}>${label}</button>`)}
      </p>
    `}
    <p class="hint">${fill(words.notYet, { shown })}</p>
  `;
}

/** What the words put on the tile beside the mix, and what was settled or set aside. */
function ReadAs() {
  const words = texts.value.recipe;
  const quoted = (/** @type {string} */ text) => fill(texts.value.zones.quote, { text });
  const coloursIn = (/** @type {readonly Part[]} */ parts) => parts.map((part) => nameOf(colourOf(part.code))).join(", ");
  const titles = placed.value.map(({ mask, parts }) => fill(words.placedOne, { title: titleOf(mask), colours: coloursIn(parts) }));
  return html`
    ${titles.length > 0 &&
    html`
      <div class="note">
        <p>${fill(words.placed, { titles: titles.join("; ") })}</p>
        <button type="button" class="quiet" onClick=${takeOff}>${words.takeOff}</button>
      </div>
    `}
    ${area.value && html`<p class="remark">${fill(words.area, { area: area.value })}</p>`}
    ${remarks.value.map((remark) => html`<p key=${remark} class="remark">${asSentence(remark)}</p>`)}
    ${unshown.value.length > 0 && html`<p class="remark">${fill(words.unshown, { words: unshown.value.map(quoted).join(", ") })}</p>`}
  `;
}

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
