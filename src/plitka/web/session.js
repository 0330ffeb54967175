/** Who is signed in, and how one is. */
import { signInWord } from "./address.js";
import { answerOf, client, isSignedOut } from "./api.js";
import { computed, effect, signal } from "./vendor/preact-signals.js";

/** @typedef {import("./api.js").Schemas["SessionAnswer"]} Session */

const known = signal(/** @type {Session | null} */ (null));

/** What is known of the reader; null until the service has said it. */
export const session = computed(() => known.value);
export const mayMake = computed(() => known.value?.role === "maker" || known.value?.role === "operator");

/**
 * Find out who is signed in; the word of a one-time link in the address signs in first.
 * @throws {import("./api.js").Refusal}
 */
export async function begin() {
  effect(() => {
    if (isSignedOut.value && known.peek()?.role) known.value = { role: null, is_open: false };
  });
  const link = signInWord(location.hash);
  if (link) {
    history.replaceState(null, "", location.pathname);
    await signIn({ link }).catch(() => undefined);
  }
  if (!known.value) known.value = await answerOf(client.GET("/v1/session"));
}

/**
 * @param {{key: string} | {link: string}} given
 * @throws {import("./api.js").Refusal} it is none that is in force
 */
export async function signIn(given) {
  known.value = await answerOf(client.POST("/v1/session", { body: given }));
  isSignedOut.value = false;
}

/**
 * End the session; the page begins anew, so that nothing of one reader stays in the window for the next.
 * @throws {import("./api.js").Refusal}
 */
export async function signOut() {
  await answerOf(client.DELETE("/v1/session"));
  location.reload();
}
