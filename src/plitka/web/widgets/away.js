/** What is told while the service, or a part of the page, cannot be had. */
import { isAway } from "../api.js";
import { html } from "../html.js";
import { texts } from "../texts.js";

/** That the service does not answer; what was asked for goes on by itself. */
export const Away = () => (isAway.value ? html`<div class="refusal page-refusal away" role="alert"><p>${texts.value.goesOn}</p></div>` : null);

/** That a module did not come: browsers do not ask for it again, but for the whole page. */
export function Unloaded() {
  const words = texts.value.unloaded;
  return html`
    <div class="refusal unloaded" role="alert">
      <p>${words.told}</p>
      <button type="button" disabled=${isAway.value} onClick=${() => location.reload()}>${words.act}</button>
    </div>
  `;
}
