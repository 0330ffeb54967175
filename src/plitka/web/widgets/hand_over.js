/** Where the keyboard is, once what it was on goes away: else it would begin anew at the top of the page. */
import { useLayoutEffect, useRef } from "../vendor/preact-hooks.js";

/**
 * A ref for an element that hands the focus over when it goes.
 * @param {() => Element | null | undefined} heir what has the focus then; asked while the element is still there
 */
export function useHandOver(heir) {
  const own = useRef(/** @type {any} */ (null));
  const newest = useRef(heir);
  newest.current = heir;
  useLayoutEffect(
    () => () => {
      if (!own.current?.contains(document.activeElement)) return;
      const next = newest.current();
      if (next instanceof HTMLElement) queueMicrotask(() => next.focus()); // once all is as it will be, before any key is heard
    },
    [],
  );
  return own;
}
