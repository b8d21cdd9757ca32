/** The service's API, as this page uses it. */

/** @import { AlertEvent } from "../core/alert.ts" */
/** @import { SeenAlert as Alert } from "../core/severity.ts" */
/** @import { Action } from "../core/lifecycle.ts" */
/** @import { DeliveryState, Noise } from "../store/store.ts" */
/** @import { Ended } from "../store/desk.ts" */
/** @import { Me } from "./me.js" */

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

/** Whether the service itself answered: a proxy before it has pages of its own. @param {Response} response */
const isOurs = ({ headers }) =>
  headers.get("content-type")?.startsWith("application/json") ?? false;

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
      // Not followed: a proxy whose session is over leads to where it signs in, which no script may read.
      redirect: "manual",
      ...(body !== undefined && {
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      }),
    });
    if (response.status === 204) return undefined;
    if (response.type === "opaqueredirect") throw new ApiError(401, "sign in");
    if (!isOurs(response)) {
      // Some proxies answer 403 to whoever is not signed in.
      const status = response.status === 403 ? 401 : response.status;
      throw new ApiError(status, `a proxy answered ${response.status}`);
    }
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
 * One alert with what happened to it and who was notified.
 *
 * @typedef {{
 *   at: number,
 *   alert: Alert,
 *   events: readonly AlertEvent[],
 *   deliveries: readonly DeliveryState[],
 * }} Details
 */

/**
 * @typedef {{
 *   open: number,
 *   troubles: readonly { key: string, text: string, todo: string }[],
 * }} Summary
 */

/**
 * What is open, or what changed in it.
 *
 * @typedef {{
 *   at: number,
 *   position: number,
 *   whole: boolean,
 *   summary: Summary,
 *   alerts: readonly Alert[],
 * }} OpenAnswer
 */

/**
 * @typedef {{ channel: string, kind: string, pending: number, due: number, dueSince: number | null,
 *   dead: number, sentAt: number | null, problem: string }} ChannelHealth
 */

/**
 * @typedef {{
 *   at: number,
 *   since: number,
 *   summary: Summary,
 *   alertmanager: { url: string, answeredAt: number | null, problem: string } | null,
 *   heartbeats: readonly Alert[],
 *   channels: readonly ChannelHealth[],
 *   dead: readonly { key: string, channel: string, fingerprint: string, alertname: string,
 *     instance: string, occasion: DeliveryState["occasion"], settledAt: number, attempts: number,
 *     why: string }[],
 *   quarantine: readonly { at: number, why: string, raw: string }[],
 * }} Health
 */

/**
 * @typedef {{ id: string, state: "active" | "pending", createdBy: string, comment: string,
 *   startsAt: number, endsAt: number,
 *   matchers: readonly { name: string, value: string, isRegex: boolean, isEqual: boolean }[] }} Silence
 */

/**
 * @typedef {{
 *   silences: readonly Silence[],
 *   alerts: readonly { fingerprint: string, silencedBy: readonly string[],
 *     inhibitedBy: readonly string[] }[],
 *   missing: string,
 * }} Silences
 */

// Relative to the page, which may be under a path.
/** @param {string} fingerprint */
const pathOf = (fingerprint) => `v1/alerts/${encodeURIComponent(fingerprint)}`;

export const api = {
  session: async () => /** @type {Me} */ (await call("GET", "v1/session")),

  /**
   * @param {string} name
   * @param {string} password
   */
  signIn: (name, password) => call("POST", "v1/session", { name, password }),

  signOut: () => call("DELETE", "v1/session"),

  /** @param {number | undefined} since - Position of what is known; undefined where nothing is. */
  open: async (since) =>
    /** @type {OpenAnswer} */ (
      await call("GET", since === undefined ? "v1/open" : `v1/open?since=${since}`)
    ),

  summary: async () =>
    /** @type {{ at: number, summary: Summary }} */ (await call("GET", "v1/summary")),

  /** @param {string} words @param {number} [before] */
  ended: async (words, before) => {
    const query = new URLSearchParams({ q: words, limit: "100" });
    if (before !== undefined) query.set("before", String(before));
    return /** @type {{ at: number, episodes: readonly Ended[] }} */ (
      await call("GET", `v1/ended?${query}`)
    );
  },

  health: async () => /** @type {Health} */ (await call("GET", "v1/health")),

  /** @param {string} channel */
  test: async (channel) =>
    /** @type {{ sent: boolean, why: string }} */ (
      await call("POST", `v1/channels/${encodeURIComponent(channel)}/test`)
    ),

  /** @param {string} [channel] */
  redrive: async (channel) =>
    /** @type {{ deliveries: number, skipped: number }} */ (
      await call("POST", "v1/redrive", { channel })
    ),

  /** @param {string} [channel] */
  dismiss: (channel) => call("POST", "v1/dismiss", { channel }),

  clearQuarantine: () => call("DELETE", "v1/quarantine"),

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

  /**
   * @param {readonly Alert[]} alerts - As the person saw them.
   * @param {Action} action
   */
  actOnMany: async (alerts, action) =>
    /** @type {{ done: number, failed: readonly { fingerprint: string, error: string }[] }} */ (
      await call("POST", "v1/actions", {
        ...action,
        alerts: alerts.map(({ fingerprint, version }) => ({ fingerprint, version })),
      })
    ),

  silences: async () => /** @type {Silences} */ (await call("GET", "v1/silences")),

  /** @param {{ labels: Record<string, string>, endsAt: number, comment: string }} silence */
  silence: (silence) => call("POST", "v1/silences", silence),

  /** @param {string} id */
  endSilence: (id) => call("DELETE", `v1/silences/${encodeURIComponent(id)}`),

  /** @param {string} days */
  noise: async (days) =>
    /** @type {{ since: number, alerts: readonly Noise[] }} */ (
      await call("GET", `v1/noise?days=${days}`)
    ),
};
