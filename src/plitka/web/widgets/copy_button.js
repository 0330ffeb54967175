/** A button that puts a text into the clipboard, and says so; where the browser forbids it, the text to copy by hand. */
import { html } from "../html.js";
import { texts } from "../texts.js";
import { useLayoutEffect, useRef } from "../vendor/preact-hooks.js";
import { useSignal } from "../vendor/preact-signals.js";
import { Icon } from "./icons.js";

/** @param {{text: string, label: string, icon?: import("./icons.js").IconName, told?: string}} props `told` is of what was copied */
export function CopyButton({ text, label, icon, told: hint = "" }) {
  const tried = useSignal(/** @type {{text: string, isCopied: boolean} | null} */ (null));
  const told = tried.value?.text === text ? tried.value : null;
  async function copy() {
    tried.value = { text, isCopied: await copyText(text) };
  }
  /** What was said is read by then: a time would be too short for some and for a busy machine. */
  const forget = () => told?.isCopied && (tried.value = null);
  return html`
    <button type="button" class="quiet" onClick=${() => void copy()} onBlur=${forget}>
      ${icon && html`<${Icon} name=${icon} />`}<span aria-live="polite">${told?.isCopied ? texts.value.copied : label}</span>
    </button>
    ${told && hint && html`<p class="hint copy-told" role="status">${hint}</p>`}
    ${told?.isCopied === false && html`<${ByHand} text=${text} />`}
  `;
}

/** @param {{text: string}} props marked already, so that one key copies it */
function ByHand({ text }) {
  const field = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  useLayoutEffect(() => field.current?.select(), [text]);
  return html`
    <label class="field by-hand">
      <span role="alert">${texts.value.notCopied}</span>
      <textarea ref=${field} class="key-text" readonly rows="2" value=${text}></textarea>
    </label>
  `;
}

/**
 * Put a text into the clipboard. The newer way is there with https alone, and refused where the browser's window is not
 * the one in front or forbids it; then the older one is tried.
 * @param {string} text
 * @returns {Promise<boolean>} false: the browser does not let it be copied
 */
async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copySelected(text);
  }
}

/**
 * The older way needs a field that can be selected: while a dialog is open, one inside it.
 * @param {string} text
 */
function copySelected(text) {
  const before = document.activeElement;
  const field = document.createElement("textarea");
  field.value = text;
  (document.querySelector("dialog[open]") ?? document.body).append(field);
  field.select();
  const isCopied = document.execCommand("copy");
  field.remove();
  if (before instanceof HTMLElement) before.focus();
  return isCopied;
}
