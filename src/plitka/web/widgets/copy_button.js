/** A button that puts a text into the clipboard, and says so. */
import { html } from "../html.js";
import { texts } from "../texts.js";
import { useSignal } from "../vendor/preact-signals.js";
import { Icon } from "./icons.js";

const SHOWN_MS = 2000;

/** @param {{text: string, label: string, icon?: import("./icons.js").IconName}} props */
export function CopyButton({ text, label, icon }) {
  const isCopied = useSignal(false);
  async function copy() {
    await copyText(text);
    isCopied.value = true;
    setTimeout(() => (isCopied.value = false), SHOWN_MS);
  }
  return html`
    <button type="button" class="quiet" onClick=${copy}>
      ${icon && html`<${Icon} name=${icon} />`}<span aria-live="polite">${isCopied.value ? texts.value.copied : label}</span>
    </button>
  `;
}

/**
 * Put a text into the clipboard; without https the browser has only the older way, which needs a field that can be selected:
 * while a dialog is open, one inside it.
 * @param {string} text
 */
async function copyText(text) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const before = document.activeElement;
  const field = document.createElement("textarea");
  field.value = text;
  (document.querySelector("dialog[open]") ?? document.body).append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
  if (before instanceof HTMLElement) before.focus();
}
