/** The service's API, as this page uses it. */

/** @import { Alert, AlertEvent } from "../core/alert.ts" */
/** @import { Action } from "../core/lifecycle.ts" */
/** @import { DeliveryState, Noise } from "../store/store.ts" */

/** The service did not do what was asked. `status` is 0 where it could not be reached. */
export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {string} message
   */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

const longest = 15_000;

/**
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 * @returns {Promise<unknown>}
 */
async function call(method, path, body) {
  /** @type {Response} */
  let response;
  try {
    response = await fetch(path, {
      method,
      signal: AbortSignal.timeout(longest),
      cache: "no-store",
      ...(body !== undefined && {
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      }),
    });
    if (response.status === 204) return undefined;
    const answer = /** @type {unknown} */ (await response.json());
    if (response.ok) return answer;
    const { error } = /** @type {{ error?: string }} */ (answer);
    throw new ApiError(response.status, error ?? `the service answered ${response.status}`);
  } catch (error) {
    if (error instanceof ApiError) throw error;
    throw new ApiError(0, "the service cannot be reached");
  }
}

/**
 * One alert with what happened to it and who was told.
 *
 * @typedef {{
 *   at: number,
 *   alert: Alert,
 *   events: readonly AlertEvent[],
 *   deliveries: readonly DeliveryState[],
 * }} Details
 */

/** @param {string} fingerprint */
const pathOf = (fingerprint) => `/v1/alerts/${encodeURIComponent(fingerprint)}`;

export const api = {
  /** @returns {Promise<{ name: string }>} */
  session: async () => /** @type {{ name: string }} */ (await call("GET", "/v1/session")),

  /**
   * @param {string} name
   * @param {string} password
   */
  signIn: (name, password) => call("POST", "/v1/session", { name, password }),

  signOut: () => call("DELETE", "/v1/session"),

  /**
   * @param {"open" | "resolved"} state
   * @returns {Promise<{ at: number, alerts: readonly Alert[] }>}
   */
  list: async (state) =>
    /** @type {{ at: number, alerts: readonly Alert[] }} */ (
      await call("GET", `/v1/alerts?state=${state}&limit=${state === "open" ? 5000 : 200}`)
    ),

  /** @param {string} fingerprint */
  details: async (fingerprint) => /** @type {Details} */ (await call("GET", pathOf(fingerprint))),

  /**
   * @param {Alert} alert - As the person saw it: who acts on what changed since gets a 409.
   * @param {Action} action
   */
  act: async ({ fingerprint, version }, action) =>
    /** @type {Alert} */ (
      await call("POST", `${pathOf(fingerprint)}/actions`, { ...action, version })
    ),

  /** @param {string} days */
  noise: async (days) =>
    /** @type {{ since: number, alerts: readonly Noise[] }} */ (
      await call("GET", `/v1/noise?days=${days}`)
    ),
};
