/**
 * Our HTTP contract, with its types: `await answerOf(client.GET("/v1/colours"))`.
 *
 * The types are written from the service's own OpenAPI document by recipes/web/schema.py.
 */
import { language } from "./texts.js";
import createClient from "./vendor/openapi-fetch.js";
import { signal } from "./vendor/preact-signals.js";

/** @typedef {import("./schema.js").components["schemas"]} Schemas */

/** The service refuses what changes something and comes from a browser without it. */
export const PAGE_HEADERS = { "X-Plitka-Page": "1" };

/** Statuses of a service that is busy, and for how long at most that is nothing to tell a reader of. */
const BUSY = [429, 503];
const SOON_S = 5;
const MOST_TRIES = 12;

/** How often a service that does not answer is asked whether it does. */
const AWAY_MS = 2000;

/** Whether the service cannot be reached; it is asked until it can. */
export const isAway = signal(false);
/** How often it was there again. */
export const returns = signal(0);

/** Whether the service has just said that nobody is signed in. */
export const isSignedOut = signal(false);

/** @type {ReturnType<typeof createClient<import("./schema.js").paths>>} */
export const client = createClient({ baseUrl: location.origin, headers: PAGE_HEADERS });
client.use({
  onRequest({ request }) {
    request.headers.set("Accept-Language", language.value);
    return request;
  },
});

/** Why the service did not do what it was asked, in the reader's language. */
export class Refusal extends Error {
  /**
   * @param {number} status of HTTP; 0: the service cannot be reached
   * @param {Partial<Schemas["Problem"]>} problem
   * @param {number} [retryAfterS] after which it may be asked again; 0 where it did not say
   */
  constructor(status, problem, retryAfterS = 0) {
    super(problem.error ?? "");
    this.status = status;
    this.retryAfterS = retryAfterS;
    this.code = problem.code ?? "";
    this.details = problem.details ?? null;
    this.suggestions = problem.suggestions ?? [];
    this.rewritten = problem.rewritten ?? "";
  }
}

/**
 * A service that did not answer: why, while it is asked whether it is there again.
 * @param {unknown} reason
 * @returns {never}
 * @throws {Refusal} or the reason, where the request was given up
 */
function missed(reason) {
  if (reason instanceof Error && reason.name === "AbortError") throw reason;
  if (!isAway.peek()) void waitForService();
  throw new Refusal(0, { code: "away" });
}

async function waitForService() {
  isAway.value = true;
  while (isAway.peek()) {
    await new Promise((done) => setTimeout(done, AWAY_MS));
    await fetch("/v1/session", { headers: PAGE_HEADERS }).then(
      () => (isAway.value = false),
      () => undefined,
    );
  }
  returns.value += 1;
}

/** @returns {Promise<void>} done when the service is there again */
const untilBack = () =>
  new Promise((done) => {
    const stop = isAway.subscribe((is) => {
      if (is) return;
      done();
      queueMicrotask(() => stop());
    });
  });

/**
 * What a reader asked for once: asked again when the service is back, for as long as it does not answer.
 * @template Answer
 * @param {() => Promise<Answer>} ask may be asked twice without harm
 * @returns {Promise<Answer>}
 * @throws {Refusal} it answers, and refuses
 */
export async function surely(ask) {
  for (;;) {
    try {
      return await ask();
    } catch (reason) {
      if (!(reason instanceof Refusal) || reason.status !== 0) throw reason;
      await untilBack();
    }
  }
}

/**
 * What was answered.
 * @template Data
 * @param {Promise<{data?: Data, error?: unknown, response: Response}>} asked
 * @returns {Promise<NonNullable<Data>>}
 * @throws {Refusal}
 */
export async function answerOf(asked) {
  const { data, error, response } = await asked.catch(missed);
  if (!response.ok || data === undefined) throw refusal(response, error);
  return /** @type {NonNullable<Data>} */ (data);
}

/**
 * A request that has no types, such as a form with a file.
 * @param {string} path
 * @param {RequestInit} options
 * @returns {Promise<Response>} that went well
 * @throws {Refusal}
 */
export async function send(path, options) {
  const headers = { ...PAGE_HEADERS, "Accept-Language": language.value, ...options.headers };
  const response = await fetch(path, { ...options, headers }).catch(missed);
  if (!response.ok) throw refusal(response, await response.json().catch(() => ({})));
  return response;
}

/**
 * What is asked for, and asked for again, without a word to the reader, while the service has its hands full with what
 * it was asked before.
 * @template Answer
 * @param {() => Promise<Answer>} ask
 * @param {AbortSignal} [stop]
 * @returns {Promise<Answer>}
 * @throws {Refusal} it was busy each time, or refuses for another reason
 */
export async function patiently(ask, stop) {
  for (let tries = 1; ; tries += 1) {
    try {
      return await ask();
    } catch (reason) {
      if (!(reason instanceof Refusal) || !isSoonOver(reason) || tries === MOST_TRIES) throw reason;
      await new Promise((done) => setTimeout(done, reason.retryAfterS * 1000));
      stop?.throwIfAborted();
    }
  }
}

/** @param {Refusal} reason */
const isSoonOver = ({ status, retryAfterS }) => BUSY.includes(status) && retryAfterS > 0 && retryAfterS <= SOON_S;

/**
 * @param {Response} response
 * @param {unknown} problem
 */
function refusal({ status, headers }, problem) {
  if (status === 401) isSignedOut.value = true;
  const retryAfterS = Number(headers.get("Retry-After")) || 0;
  return new Refusal(status, typeof problem === "object" && problem ? problem : {}, retryAfterS);
}
