/** What has become of the design, above it, with a way back. */
import { html } from "../html.js";
import { dismissNotice, notice } from "../notices.js";
import { texts } from "../texts.js";
import { useHandOver } from "../widgets/hand_over.js";
import { Icon } from "../widgets/icons.js";

export function Notice() {
  return html`<div aria-live="polite" class="page-notice">${notice.value && html`<${Told} one=${notice.value} />`}</div>`;
}

/** @param {{one: NonNullable<typeof notice.value>}} props */
function Told({ one }) {
  const words = texts.value.notices[one.kind];
  const own = useHandOver(() => document.querySelector(".rooms button"));
  function act() {
    dismissNotice();
    one.act();
  }
  return html`
    <div class="note" ref=${own}>
      <p>${words.told}</p>
      <button type="button" onClick=${act}>${words.act}</button>
      <button type="button" class="quiet square" aria-label=${texts.value.close} onClick=${dismissNotice}><${Icon} name="remove" /></button>
    </div>
  `;
}
