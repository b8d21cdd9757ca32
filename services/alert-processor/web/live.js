/** Keeps what is shown up to date: by events where they arrive, by asking now and then in any case. */
import { ApiError } from "./api.js";

/**
 * How it stands with the service.
 *
 * @typedef {{ live: boolean, updatedAt: number | undefined, problem: ApiError | undefined }} Freshness
 */

const often = 3_000;
const seldom = 30_000;
/** Between two loads while events arrive one after the other. */
const gap = 500;

/**
 * @param {() => Promise<void>} load - Fetches and shows; throws {@link ApiError}.
 * @param {(freshness: Freshness) => void} onFreshness
 */
export function keepFresh(load, onFreshness) {
  /** @type {EventSource | undefined} */
  let source;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;
  /** @type {Promise<void> | undefined} */
  let running;
  /** @type {Promise<void> | undefined} */
  let next;
  let last = -gap;
  let active = false;
  /** @type {Freshness} */
  let freshness = { live: false, updatedAt: undefined, problem: undefined };

  /** @param {Partial<Freshness>} fields */
  const tell = (fields) => {
    freshness = { ...freshness, ...fields, live: source?.readyState === EventSource.OPEN };
    if (active) onFreshness(freshness);
  };

  const loadOnce = async () => {
    try {
      await load();
      tell({ updatedAt: Date.now(), problem: undefined });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      tell({ problem: error });
    }
  };

  const follow = () => {
    // A browser keeps six connections to a host: pages in the background must not use them up.
    if (!active || document.hidden) {
      source?.close();
      source = undefined;
    } else if (source === undefined || source.readyState === EventSource.CLOSED) {
      source = new EventSource("/v1/changes");
      source.onopen = () => void refresh();
      // Whether it is the connection or only the events, the answer to a question tells.
      source.onerror = () => {
        tell({});
        soon();
      };
      source.addEventListener("change", soon);
    }
  };

  const plan = () => {
    clearTimeout(timer);
    if (!active) return;
    const pause = freshness.problem === undefined ? seldom : often;
    timer = setTimeout(() => {
      follow();
      void refresh();
    }, pause);
  };

  const begin = () => {
    running = loadOnce().finally(() => {
      running = undefined;
      last = performance.now();
      plan();
    });
    return running;
  };

  /** Loads now, or as soon as what loads now has ended: what is shown then is no older than the call. */
  const refresh = () => {
    if (running === undefined) return begin();
    next ??= running.then(() => {
      next = undefined;
      return begin();
    });
    return next;
  };

  /** Loads soon, once for many events. */
  const soon = () => {
    waiting ??= setTimeout(
      () => {
        waiting = undefined;
        if (active) void refresh();
      },
      Math.max(0, last + gap - performance.now()),
    );
  };

  document.addEventListener("visibilitychange", () => {
    follow();
    if (active && !document.hidden) void refresh();
  });
  for (const name of ["online", "offline"]) {
    addEventListener(name, () => {
      if (active) void refresh();
    });
  }

  return {
    refresh,
    start: () => {
      active = true;
      follow();
      return refresh();
    },
    stop: () => {
      active = false;
      clearTimeout(timer);
      follow();
    },
  };
}
