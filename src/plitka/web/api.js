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
   */
  constructor(status, problem) {
    super(problem.error ?? "");
    this.status = status;
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
  if (!response.ok || data === undefined) throw refusal(response.status, error);
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
  if (!response.ok) throw refusal(response.status, await response.json().catch(() => ({})));
  return response;
}

/**
 * @param {number} status
 * @param {unknown} problem
 */
function refusal(status, problem) {
  if (status === 401) isSignedOut.value = true;
  return new Refusal(status, typeof problem === "object" && problem ? problem : {});
}
