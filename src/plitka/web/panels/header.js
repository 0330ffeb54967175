/** The head of the page: its name, undo and redo, language, theme, and who is signed in. */
import { html } from "../html.js";
import { session, signOut } from "../session.js";
import { canRedo, canUndo, redo, undo } from "../state.js";
import { keep, recall } from "../storage.js";
import { choose, language, texts } from "../texts.js";
import { useEffect } from "../vendor/preact-hooks.js";
import { signal } from "../vendor/preact-signals.js";
import { Icon } from "../widgets/icons.js";

const dark = matchMedia("(prefers-color-scheme: dark)");
const isDark = signal(recall("theme") === "dark" || (recall("theme") === null && dark.matches));
dark.addEventListener("change", () => {
  if (recall("theme") === null) isDark.value = dark.matches; // as the system goes dark in the evening
});

function switchTheme() {
  isDark.value = !isDark.value;
  const theme = isDark.value ? "dark" : "light";
  document.documentElement.dataset.theme = theme;
  keep("theme", theme);
}

/** @param {KeyboardEvent} event undo and redo, as everywhere but in a field, which has its own */
function hear(event) {
  const isField = event.target instanceof HTMLElement && event.target.matches("textarea, input:not([type=range]):not([type=radio]):not([type=checkbox])");
  if (isField || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
  event.preventDefault();
  if (event.shiftKey) redo();
  else undo();
}

export function Header() {
  useEffect(() => {
    addEventListener("keydown", hear);
    return () => removeEventListener("keydown", hear);
  }, []);
  const words = texts.value.header;
  const other = language.value === "ru" ? "en" : "ru";
  const isSignedIn = session.value?.role && !session.value.is_open;
  return html`
    <header class="head">
      <a class="brand" href="/"><span class="brand-sign" aria-hidden="true"></span>plitka</a>
      <p class="claim">${words.claim}</p>
      <nav class="tools" aria-label=${words.tools}>
        ${session.value?.role && html`<${Steps} />`}
        <button type="button" class="quiet" lang=${other} onClick=${() => choose(other)}>${words.otherLanguage}</button>
        <button type="button" class="quiet square" onClick=${switchTheme} aria-pressed=${isDark.value} aria-label=${words.dark} title=${words.dark}><${Icon} name=${isDark.value ? "sun" : "moon"} /></button>
        ${isSignedIn && html`<button type="button" class="quiet" title=${words.signOut} onClick=${() => void signOut()}><${Icon} name="exit" /><span class="tool-name">${words.signOut}</span></button>`}
      </nav>
    </header>
  `;
}

/** Undo and redo. */
function Steps() {
  const words = texts.value.header;
  return html`
    <button type="button" class="quiet square" disabled=${!canUndo.value} onClick=${undo} aria-label=${words.undo} title=${words.undo}><${Icon} name="undo" /></button>
    <button type="button" class="quiet square" disabled=${!canRedo.value} onClick=${redo} aria-label=${words.redo} title=${words.redo}><${Icon} name="redo" /></button>
  `;
}
