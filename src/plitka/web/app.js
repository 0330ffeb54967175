/** The page: its panels, and what goes on while it is open. */
import { Refusal } from "./api.js";
import { loadColours } from "./colours.js";
import { html } from "./html.js";
import { Header } from "./panels/header.js";
import { Look } from "./panels/look.js";
import { Photograph } from "./panels/photograph.js";
import { Recipe } from "./panels/recipe.js";
import { SignIn } from "./panels/signin.js";
import { Stage } from "./panels/stage.js";
import { Zones } from "./panels/zones.js";
import { followPhotographs } from "./photographs.js";
import { followDesign } from "./previews.js";
import { begin, session } from "./session.js";
import { followAddress } from "./state.js";
import { followLanguage, texts } from "./texts.js";
import { effect, signal } from "./vendor/preact-signals.js";
import { render } from "./vendor/preact.js";
import { Later } from "./widgets/later.js";
import { sentenceOf } from "./widgets/refusal.js";

const refusal = signal(/** @type {Refusal | null} */ (null));
const hasColours = signal(false);

/** @param {unknown} reason */
function tell(reason) {
  if (!(reason instanceof Refusal)) throw reason;
  if (reason.status !== 401) refusal.value = reason;
}

const loadFloor = async () => (await import("./panels/floor.js")).Floor;

function Mixer() {
  return html`
    <main>
      <h1 class="unseen">${texts.value.title}</h1>
      <div class="mixer">
        <div class="left"><${Stage} /><${Photograph} /></div>
        <div class="right"><${Recipe} /><${Zones} /><${Look} /></div>
      </div>
      <div class="below"><${Later} title=${texts.value.floor.title} told=${texts.value.floor.told} load=${loadFloor} /></div>
    </main>
  `;
}

function App() {
  const isSignedIn = Boolean(session.value?.role);
  const waiting = html`<main class="waiting" role="status"><p>${texts.value.loading}</p></main>`;
  return html`
    <${Header} />
    ${refusal.value && html`<div class="refusal page-refusal" role="alert"><p>${sentenceOf(refusal.value)}</p></div>`}
    ${session.value === null ? waiting : !isSignedIn ? html`<${SignIn} />` : hasColours.value ? html`<${Mixer} />` : waiting}
  `;
}

followLanguage();
await begin().catch(tell);
followAddress();
followDesign();
followPhotographs();
effect(() => {
  if (!session.value?.role || hasColours.peek()) return;
  loadColours()
    .then(() => (hasColours.value = true))
    .catch(tell);
});
const root = document.getElementById("page");
if (root) render(html`<${App} />`, root);
