/** A panel that is loaded when it is first opened: what is in it may be heavy. */
import { html } from "../html.js";
import { texts } from "../texts.js";
import { useSignal } from "../vendor/preact-signals.js";
import { Unloaded } from "./away.js";

/** @typedef {() => unknown} Component */

/**
 * @param {{title: string, told: string, load: () => Promise<Component>, isOpen?: boolean, className?: string}} props
 * `told`: beside the title; `isOpen`: from the first on
 */
export function Later({ title, told, load, isOpen: isOpened = false, className = "" }) {
  const loaded = useSignal(/** @type {{component: Component} | null} */ (null));
  const isOpen = useSignal(isOpened);
  const isAway = useSignal(false);
  async function open(/** @type {any} */ event) {
    isOpen.value = event.currentTarget.open;
    if (!isOpen.value || loaded.value) return;
    isAway.value = false;
    try {
      loaded.value = { component: await load() };
    } catch {
      isAway.value = true;
    }
  }
  return html`
    <details class=${`panel ${className}`} open=${isOpen.value} onToggle=${open}>
      <summary>
        <h2>${title}</h2>
        <span class="summary-told">${told}</span>
      </summary>
      ${isAway.value ? html`<${Unloaded} />` : !isOpen.value ? null : loaded.value ? html`<${loaded.value.component} />` : html`<p class="hint" role="status">${texts.value.loading}</p>`}
    </details>
  `;
}
