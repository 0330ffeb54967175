/** A window above the page: the browser's own, which keeps the focus inside, ends with Escape and Back, and gives the focus back. */
import { html } from "../html.js";
import { layer } from "../layers.js";
import { texts } from "../texts.js";
import { useId, useLayoutEffect, useRef } from "../vendor/preact-hooks.js";
import { Away } from "./away.js";
import { Icon } from "./icons.js";

/** @param {{title: string, onClose: () => void, children?: any}} props */
export function Dialog({ title, onClose, children }) {
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  const id = useId();
  useLayoutEffect(() => {
    const opener = document.activeElement;
    dialog.current?.showModal();
    const leave = layer(() => dialog.current?.close());
    return () => {
      leave();
      // The browser gives the focus back where a dialog is closed, and not where it is taken away.
      queueMicrotask(() => document.activeElement === document.body && opener instanceof HTMLElement && opener.focus());
    };
  }, []);
  /** @param {MouseEvent} event */
  const closeOutside = (event) => {
    if (event.target === dialog.current) dialog.current?.close();
  };
  return html`
    <dialog class="dialog" ref=${dialog} aria-labelledby=${id} onClose=${onClose} onClick=${closeOutside}>
      <div class="dialog-inside">
        <header class="dialog-head">
          <h2 id=${id}>${title}</h2>
          <button type="button" class="quiet square" aria-label=${texts.value.close} onClick=${() => dialog.current?.close()}>
            <${Icon} name="remove" />
          </button>
        </header>
        <${Away} />
        ${children}
      </div>
    </dialog>
  `;
}
