/** Where nobody is signed in: a key opens the page. */
import { Refusal } from "../api.js";
import { html } from "../html.js";
import { session, signIn } from "../session.js";
import { texts } from "../texts.js";
import { useSignal } from "../vendor/preact-signals.js";
import { RefusalNote } from "../widgets/refusal.js";

export function SignIn() {
  const words = texts.value.signIn;
  const command = session.value?.key_command;
  const refusal = useSignal(/** @type {Refusal | null} */ (null));
  /** @param {SubmitEvent} event */
  async function submit(event) {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.currentTarget);
    refusal.value = null;
    const key = String(new FormData(form).get("key") ?? "").trim();
    await signIn({ key }).catch((reason) => (refusal.value = reason));
  }
  return html`
    <main class="sign-in">
      <form class="card" onSubmit=${submit}>
        <h1>${words.title}</h1>
        <p>${words.why}</p>
        <label class="field">
          <span>${words.key}</span>
          <input name="key" type="password" required autofocus autocomplete="current-password" spellcheck="false" maxlength="200" placeholder="plitka_…" aria-invalid=${Boolean(refusal.value)} />
        </label>
        ${refusal.value && html`<${RefusalNote} refusal=${refusal.value} />`}
        <button class="primary">${words.enter}</button>
        <p class="hint">${command ? words.how : words.ask}</p>
        ${command && html`<pre class="command">${command}</pre>`}
      </form>
    </main>
  `;
}
