/** The page: its panels, and what goes on while it is open. */
import { Refusal, surely } from "./api.js";
import { loadColours } from "./colours.js";
import { html } from "./html.js";
import { followLastDesign, lastDesign } from "./kept_designs.js";
import { followBack } from "./layers.js";
import { tell as tellNotice } from "./notices.js";
import { Header } from "./panels/header.js";
import { Look } from "./panels/look.js";
import { Notice } from "./panels/notice.js";
import { Photograph } from "./panels/photograph.js";
import { Recipe } from "./panels/recipe.js";
import { SignIn } from "./panels/signin.js";
import { Stage } from "./panels/stage.js";
import { Zones } from "./panels/zones.js";
import { followPhotographs, resume } from "./photographs.js";
import { followDesign } from "./previews.js";
import { begin, session } from "./session.js";
import { annex, followAddress, hash, isLinkUnread, openDesign } from "./state.js";
import { followLanguage, texts } from "./texts.js";
import { computed, effect, signal } from "./vendor/preact-signals.js";
import { render } from "./vendor/preact.js";
import { showChanges, showResumed } from "./view.js";
import { Away, Unloaded } from "./widgets/away.js";
import { Dialog } from "./widgets/dialog.js";
import { Later } from "./widgets/later.js";
import { sentenceOf } from "./widgets/refusal.js";

const refusal = signal(/** @type {Refusal | null} */ (null));
const hasColours = signal(false);

/** @param {unknown} reason */
function tell(reason) {
  if (!(reason instanceof Refusal)) throw reason;
  if (reason.status !== 401) refusal.value = reason;
}

/** What is opened above the tile, and loaded when it first is; each is given a way to close itself. */
const ROOMS = {
  sheet: async () => (await import("./panels/sheet.js")).Sheet,
  gallery: async () => (await import("./panels/gallery.js")).Gallery,
  photographIn: async () => (await import("./panels/photograph_in.js")).PhotographIn,
  operator: async () => (await import("./panels/operator.js")).Operator,
};
/** @typedef {keyof typeof ROOMS} Room */

/** Those that are the reader's. */
const rooms = computed(() => /** @type {Room[]} */ (Object.keys(ROOMS)).filter((name) => name !== "operator" || session.value?.role === "operator"));
const opened = signal(/** @type {{name: Room, Panel: any} | null} */ (null));

/** @param {Room} name */
const open = async (name) => {
  opened.value = { name, Panel: await ROOMS[name]().catch(() => Unloaded) };
};

function Rooms() {
  const words = texts.value.rooms;
  const close = () => {
    opened.value = null;
  };
  return html`
    <nav class="rooms" aria-label=${words.title}>
      ${rooms.value.map((name) => html`<button key=${name} type="button" onClick=${() => void open(name)}>${words.names[name]}</button>`)}
    </nav>
    ${opened.value &&
    html`<${Dialog} title=${words.names[opened.value.name]} onClose=${close}><div class="room"><${opened.value.Panel} onClose=${close} /></div><//>`}
  `;
}

/** Whether the page was opened by a link to a floor. */
const hasFloor = annex.peek() !== "";
const loadFloor = async () => (await import("./panels/floor.js")).Floor;

function Mixer() {
  return html`
    <main>
      <h1 class="unseen">${texts.value.title}</h1>
      <${Rooms} />
      <${Notice} />
      ${isLinkUnread.value && html`<p class="refusal page-refusal" role="alert">${texts.value.unreadLink}</p>`}
      <div class="mixer">
        <div class="left"><${Stage} /><${Photograph} /></div>
        <div class="right"><${Recipe} /><${Zones} /><${Look} /></div>
      </div>
      <div class="below"><${Later} title=${texts.value.floor.title} told=${texts.value.floor.told} load=${loadFloor} isOpen=${hasFloor} /></div>
    </main>
  `;
}

function App() {
  const isSignedIn = Boolean(session.value?.role);
  const waiting = html`<main class="waiting" role="status"><p>${texts.value.loading}</p></main>`;
  return html`
    <${Header} />
    <${Away} />
    ${refusal.value && html`<div class="refusal page-refusal" role="alert"><p>${sentenceOf(refusal.value)}</p></div>`}
    ${session.value === null ? waiting : !isSignedIn ? html`<${SignIn} />` : hasColours.value ? html`<${Mixer} />` : waiting}
  `;
}

followLanguage();
await begin().catch(tell);
const last = lastDesign();
if (last && last !== hash.peek()) tellNotice("last", () => openDesign(last));
followBack();
followAddress();
followLastDesign();
followDesign();
showChanges();
followPhotographs();
effect(() => {
  if (!session.value?.role || hasColours.peek()) return;
  surely(loadColours)
    .then(() => (hasColours.value = true))
    .then(resume)
    .then(showResumed)
    .catch(tell);
});
const root = document.getElementById("page");
if (root) render(html`<${App} />`, root);
