/** What a floor of the mix takes: kilograms, bags, binder, waste and cost, with every figure that it is calculated by. */
import { Refusal } from "../api.js";
import { colourOf, fullNameOf } from "../colours.js";
import { html } from "../html.js";
import { AREA_M2_RANGE, TILE_MM_RANGE, isAreaAssumed, lay, laying } from "../laying.js";
import { mayMake } from "../session.js";
import { BINDER, CRUMB, EDGES, LENGTH, PRICE_RANGE, changeFigure, changeFloor, currency, fileOf, floor, followFloor, logoOf, refusal, second, sheet, sheetLink, usualSecondM2 } from "../sheets.js";
import { isLinkLocal } from "../state.js";
import { fill, language, number, percent, texts } from "../texts.js";
import { useEffect } from "../vendor/preact-hooks.js";
import { useSignal } from "../vendor/preact-signals.js";
import { Choice } from "../widgets/choice.js";
import { Icon } from "../widgets/icons.js";
import { NumberField } from "../widgets/number_field.js";
import { RefusalNote, asSentence } from "../widgets/refusal.js";
import { save } from "../widgets/save.js";

/** @typedef {import("../sheets.js").Sheet} Found */
/** @typedef {import("../sheets.js").Edge} Edge */
/** @typedef {Found["materials"][number]} Material */
/** @typedef {Found["assumptions"][number]} Assumption */

const FORMATS = /** @type {const} */ (["pdf", "xlsx", "csv"]);
/** Of the assumptions, what is asked at the top. */
const FIRST = "thickness_mm";
const ASKED_FIRST = [FIRST, "tile_width_mm"];
/** A cost of so much is told without hundredths, as less than what it is calculated by can say. */
const WHOLE_FROM = 1000;

export function Sheet() {
  const words = texts.value.sheet;
  const found = sheet.value;
  useEffect(() => (mayMake.value ? followFloor() : undefined), []);
  if (!mayMake.value) return html`<p class="hint">${words.viewer}</p>`;
  return html`
    <div class="sheet">
      <${Questions} found=${found} />
      <div role="status">${refusal.value && html`<${RefusalNote} refusal=${refusal.value} />`}</div>
      ${found &&
      html`
        <${Totals} found=${found} />
        <${Materials} found=${found} />
        ${found.designs.length > 1 && html`<${ByMix} found=${found} />`}
        <${Files} />
        <${Assumptions} found=${found} />
        ${[...found.notices, ...found.warnings].map((notice) => html`<p key=${notice} class="hint">${notice}</p>`)}
      `}
    </div>
  `;
}

/** The tile, and how much floor; both are the floor's that is drawn. @param {{found: Found | null}} props */
function Questions({ found }) {
  const words = texts.value.sheet;
  return html`
    <div class="sheet-questions">
      <${NumberField} label=${words.tileSide} value=${laying.value.tileMm} unit=${words.units.mm} range=${TILE_MM_RANGE} onChange=${(/** @type {number | null} */ tileMm) => tileMm !== null && lay({ tileMm })} />
      <${NumberField} label=${words.thickness} value=${floor.value.figures[FIRST] ?? found?.thickness_mm ?? null} unit=${words.units.mm} range=${rangeOf(found?.assumptions.find(({ name }) => name === FIRST))} onChange=${(/** @type {number | null} */ value) => changeFigure("figures", FIRST, value)} />
      <div class="asked-area">
        <${NumberField} label=${words.area} value=${laying.value.areaM2} unit=${words.units.m2} range=${AREA_M2_RANGE} describedBy="area-told" onChange=${(/** @type {number | null} */ areaM2) => areaM2 !== null && lay({ areaM2 })} />
        <span class="hint" id="area-told">${isAreaAssumed.value && words.areaAssumed}</span>
      </div>
      <${Choice} legend=${words.edge} value=${floor.value.edge} options=${EDGES.map((value) => ({ value, label: words.edges[value] }))} onChoose=${(/** @type {Edge} */ edge) => changeFloor({ edge })} />
      <${SecondArea} />
    </div>
  `;
}

/** How much of the floor the second mix is. */
function SecondArea() {
  const words = texts.value.sheet;
  const { seconds } = floor.value;
  const { areaM2 } = laying.value;
  if (!second.value) return null;
  const { pattern } = second.value;
  return html`
    <div class="second-area">
      <${NumberField} label=${words.secondArea[pattern]} value=${seconds[pattern] ?? usualSecondM2(areaM2)} unit=${words.units.m2} range=${[AREA_M2_RANGE[0], areaM2]} describedBy="second-area-told" onChange=${(/** @type {number | null} */ value) => changeFigure("seconds", pattern, value)} />
      <span class="hint" id="second-area-told">${seconds[pattern] === undefined ? words.secondUsual[pattern] : words.own}</span>
    </div>
  `;
}

/** @param {Assumption | undefined} one */
const rangeOf = (one) => one && [one.low, one.high];

/** The figures that most people ask for. @param {{found: Found}} props */
function Totals({ found }) {
  const words = texts.value.sheet;
  const { totals, tiles } = found;
  const missing = withoutPrice(found);
  const facts = [
    [words.mass, `${number(totals.kg, 1)} ${words.units.kg}`],
    [words.tiles, number(tiles.n, 0)],
    [words.tileMass, `${number(tiles.kg, 1)} ${words.units.kg}`],
    [words.cost, ...(totals.cost === null ? ["", words.noPrice] : [money(totals.cost, found), missing])],
    ...(totals.cost === null || totals.without_price.length ? [] : [[words.costOfM2, money(totals.cost / found.area_m2, found)]]),
    ...(totals.cost_of_bags === null ? [] : [[words.costOfBags, money(totals.cost_of_bags, found), missing && words.withoutSame]]),
  ];
  return html`
    <dl class="facts">
      ${facts.map(([name, value, lacking]) => html`<div key=${name}><dt>${name}</dt>${value && html`<dd>${value}</dd>`}${lacking && html`<dd class=${value ? "lacking" : "hint"}>${lacking}</dd>`}</div>`)}
    </dl>
  `;
}

/** What a cost leaves out for want of a price, as it stands beside every sum; empty where it is whole. @param {Found} found */
function withoutPrice({ materials, totals }) {
  const names = materials.filter(({ code }) => totals.without_price.includes(code)).map(nameOf);
  return names.length ? fill(texts.value.sheet.without, { names: names.join(", ") }) : "";
}

/** As sums of a list are written: all to hundredths, or all without. @param {number | null} sum @param {Found} found */
function amount(sum, found) {
  if (sum === null) return "";
  const digits = (found.totals.cost ?? 0) < WHOLE_FROM ? 2 : 0;
  return number(sum, digits, digits);
}

/** @param {number | null} sum @param {Found} found */
function money(sum, found) {
  const currency = found.totals.currency ?? "";
  const isSignFirst = language.value === "en" && currency.length === 1; // €5, but 5 EUR
  return isSignFirst ? currency + amount(sum, found) : [amount(sum, found), currency].filter(Boolean).join("\u00a0");
}

/** @param {Material} material */
function nameOf({ code }) {
  const words = texts.value.sheet;
  return code === CRUMB ? words.crumb : code === BINDER ? words.binder : fullNameOf(colourOf(code));
}

/** Every material, and its price to fill in. @param {{found: Found}} props */
function Materials({ found }) {
  const words = texts.value.sheet;
  const { totals } = found;
  const lacking = totals.cost !== null && withoutPrice(found);
  return html`
    <div class="table-scroll" tabindex="0" role="region" aria-label=${words.materials}>
      <table class="materials">
        <caption>${words.materials}</caption>
        <thead>
          <tr>
            <th scope="col">${words.material}</th><th scope="col">${words.share}</th><th scope="col">${words.kg}</th>
            <th scope="col">${words.bags}</th><th scope="col">${words.price}</th><th scope="col">${[words.cost, totals.currency].filter(Boolean).join(", ")}</th>
          </tr>
        </thead>
        <tbody>${found.materials.map((one) => html`<${MaterialRow} key=${one.code} one=${one} found=${found} />`)}</tbody>
        <tfoot>
          <tr>
            <th scope="row">${words.total}</th><td></td><td>${number(totals.kg, 1)}</td><td>${number(totals.bags, 0)}</td>
            <td></td><td>${amount(totals.cost, found)}</td>
          </tr>
          ${lacking && html`<tr><td colspan="6" class="lacking">${lacking}</td></tr>`}
        </tfoot>
      </table>
    </div>
    ${totals.cost === null && html`<p class="hint">${words.priceHint}</p>`}
    <${SameForAll} found=${found} />
    <label class="field short">
      <span>${words.currency}</span>
      <input type="text" maxlength="8" value=${currency.value} placeholder=${words.currencyExample} onInput=${(/** @type {any} */ event) => changeFloor({ currency: event.target.value })} />
    </label>
  `;
}

/** What each of two mixes takes, for whoever mixes them one after the other. @param {{found: Found}} props */
function ByMix({ found }) {
  const words = texts.value.sheet;
  const kinds = new Map(found.materials.map((one) => [one.code, one]));
  return html`
    <table class="by-mix">
      <caption>${words.byMix}</caption>
      <thead><tr><th scope="col">${words.mix}</th><th scope="col">${words.units.m2}</th><th scope="col">${words.kg}</th></tr></thead>
      ${found.designs.map(
        (design, index) => html`
          <tbody key=${index}>
            <tr class="by-mix-sum">
              <th scope="rowgroup">${design.name ?? words.firstMix}</th>
              <td>${number(design.area_m2, 1)}</td>
              <td>${number(design.kg, 1)}</td>
            </tr>
            ${design.materials.map((one) => {
              const kind = kinds.get(one.code);
              return html`<tr key=${one.code}><th scope="row">${kind && nameOf(kind)}</th><td></td><td>${number(one.kg, 1)}</td></tr>`;
            })}
          </tbody>
        `,
      )}
      <tfoot><tr><th scope="row">${words.total}</th><td>${number(found.area_m2, 1)}</td><td>${number(found.totals.kg, 1)}</td></tr></tfoot>
    </table>
  `;
}

/** Where one colour has a price and others have none: that price for them too. @param {{found: Found}} props */
function SameForAll({ found }) {
  const codes = found.materials.map(({ code }) => code).filter((code) => code !== CRUMB && code !== BINDER);
  const { prices } = floor.value;
  const given = codes.find((code) => prices[code] !== undefined);
  if (given === undefined || codes.every((code) => prices[code] !== undefined)) return null;
  const price = prices[given];
  const give = () => changeFloor({ prices: { ...Object.fromEntries(codes.map((code) => [code, price])), ...prices } });
  return html`<p><button type="button" onClick=${give}>${fill(texts.value.sheet.sameForAll, { price: number(price ?? 0) })}</button></p>`;
}

/** @param {{one: Material, found: Found}} props */
function MaterialRow({ one, found }) {
  const words = texts.value.sheet;
  const name = nameOf(one);
  const isBase = one.code === CRUMB || one.code === BINDER;
  return html`
    <tr>
      <th scope="row">${!isBase && html`<span class="face" style=${{ background: one.hex }}></span>`}${name}</th>
      <td>${one.area_percent === null || isBase ? "" : percent(one.area_percent, 1)}</td>
      <td>${number(one.kg, 1)}</td>
      <td>${one.bags === null ? "" : number(one.bags, 0)}</td>
      <td>
        <${NumberField} label=${fill(words.priceOf, { name })} isLabelSeen=${false} isNeeded=${false} range=${PRICE_RANGE} value=${floor.value.prices[one.code] ?? null} onChange=${(/** @type {number | null} */ value) => changeFigure("prices", one.code, value)} />
      </td>
      <td>${amount(one.cost, found)}</td>
    </tr>
  `;
}

/** Every figure that the sheet is calculated by, to be changed. @param {{found: Found}} props */
function Assumptions({ found }) {
  const words = texts.value.sheet;
  return html`
    <section class="assumptions" aria-labelledby="assumptions-title">
      <h3 id="assumptions-title">${words.assumptions}</h3>
      <p class="hint">${words.assumptionsHint}</p>
      <ul>
        ${found.assumptions.filter(({ name }) => !ASKED_FIRST.includes(name)).map((one) => html`<${AssumptionRow} key=${one.name} one=${one} />`)}
      </ul>
    </section>
  `;
}

/** @param {{one: Assumption}} props */
function AssumptionRow({ one }) {
  const words = texts.value.sheet;
  const label = one.name === LENGTH ? words.otherSide : asSentence(one.label);
  const own = floor.value.figures[one.name];
  const isAssumed = own === undefined && one.origin === "usual";
  const told = isAssumed ? fill(words.assumed, { source: one.source }) : own === undefined && one.name === LENGTH ? words.square : words.own;
  const units = /** @type {Record<string, string>} */ ({ mm: words.units.mm, kg: words.units.kg, "g/cm3": words.units.density });
  return html`
    <li>
      <${NumberField}
        label=${label} value=${own ?? one.value} unit=${units[one.unit] ?? one.unit} range=${rangeOf(one)} describedBy=${`source-${one.name}`}
        onChange=${(/** @type {number | null} */ value) => changeFigure("figures", one.name, value)}
      />
      <span class="hint" id=${`source-${one.name}`}>${told}</span>
      ${own !== undefined &&
      html`<button type="button" class="quiet" onClick=${() => changeFigure("figures", one.name, null)} aria-label=${fill(words.resetOf, { name: label })}>${words.reset}</button>`}
    </li>
  `;
}

/** The sheet to take home, and what stands on it. */
function Files() {
  const words = texts.value.sheet;
  const told = useSignal(/** @type {Refusal | null} */ (null));
  const working = useSignal("");
  /** @param {typeof FORMATS[number]} format */
  async function take(format) {
    working.value = format;
    told.value = null;
    await fileOf(format)
      .then(({ blob, name }) => save(blob, name))
      .catch((reason) => (told.value = reason))
      .finally(() => (working.value = ""));
  }
  return html`
    <section class="files" aria-labelledby="files-title">
      <h3 id="files-title">${words.files}</h3>
      <div class="sheet-names">
        <${NameField} name="project" label=${words.project} />
        <${NameField} name="maker" label=${words.maker} />
        <${Logo} />
      </div>
      <div class="downloads">
        ${FORMATS.map((format) => html`
          <button key=${format} type="button" disabled=${working.value !== "" || refusal.value !== null} onClick=${() => void take(format)}>
            <${Icon} name="download" />${format.toUpperCase()}
          </button>
        `)}
        <span role="status">${working.value && words.making}</span>
      </div>
      ${told.value && html`<${RefusalNote} refusal=${told.value} />`}
      <p class="hint">${words.filesHint} ${sheetLink.value ? (isLinkLocal ? words.localLink : words.qrHint) : words.longLink}</p>
    </section>
  `;
}

/** @param {{name: "project" | "maker", label: string}} props */
const NameField = ({ name, label }) => html`
  <label class="field">
    <span>${label}</span>
    <input type="text" maxlength="100" value=${floor.value[name]} onInput=${(/** @type {any} */ event) => changeFloor({ [name]: event.target.value })} />
  </label>
`;

/** The maker's logo: its file, or the way to give one. */
function Logo() {
  const words = texts.value.sheet;
  const isUnread = useSignal(false);
  const { logo } = floor.value;
  /** @param {any} event */
  async function load(event) {
    const file = event.target.files?.[0];
    event.target.value = "";
    if (!file) return;
    isUnread.value = false;
    await logoOf(file)
      .then((read) => changeFloor({ logo: read }))
      .catch(() => (isUnread.value = true));
  }
  return html`
    <div class="logo">
      <label class="button">
        <input type="file" class="unseen" accept="image/png,image/jpeg,image/webp" onChange=${load} />
        <span>${words.logo}</span>
      </label>
      ${logo && html`<img src=${logo} alt=${words.logoAlt} /><button type="button" class="quiet" onClick=${() => changeFloor({ logo: "" })}>${words.removeLogo}</button>`}
      ${isUnread.value && html`<p class="refusal" role="alert">${words.logoUnread}</p>`}
    </div>
  `;
}
