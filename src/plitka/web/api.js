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
  const { data, error, response } = await asked.catch((reason) => {
    if (reason instanceof Error && reason.name === "AbortError") throw reason;
    throw new Refusal(0, { code: "away" });
  });
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
  const response = await fetch(path, { ...options, headers }).catch((reason) => {
    if (reason instanceof Error && reason.name === "AbortError") throw reason;
    throw new Refusal(0, { code: "away" });
  });
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
