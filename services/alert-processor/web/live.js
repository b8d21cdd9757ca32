/** Keeps what is shown up to date: by changes where they arrive, by asking now and then in any case. */
import { ApiError } from "./api.js";

/**
 * The state of the connection to the service.
 *
 * @typedef {{ live: boolean, updatedAt: number | undefined, problem: ApiError | undefined }} Freshness
 */

const often = 3_000;
const seldom = 30_000;
/** Between two loads while events arrive one after the other. */
const gap = 500;

/**
 * @param {{
 *   load: () => Promise<void>,
 *   topic: () => string,
 *   address: () => string,
 *   onEvent: (name: string, data: unknown) => void,
 *   onFreshness: (freshness: Freshness) => void,
 * }} options `load` fetches and shows, and throws {@link ApiError}. `address` is where changes come from:
 *   it goes on from what is known, so it is asked for again only where `topic` is another.
 */
export function keepFresh({ address, load, onEvent, onFreshness, topic }) {
  /** @type {EventSource | undefined} */
  let source;
  let followed = "";
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
      follow();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      tell({ problem: error });
    }
  };

  const leave = () => {
    source?.close();
    source = undefined;
  };

  /** @param {string} name @param {Event} event */
  const hear = (name, event) => {
    if (!active || !(event instanceof MessageEvent)) return;
    onEvent(name, JSON.parse(String(event.data)));
    tell({ updatedAt: Date.now(), problem: undefined });
  };

  const follow = () => {
    // A browser keeps six connections to a host: pages in the background must not use them up.
    if (!active || document.hidden) {
      leave();
      return;
    }
    if (followed !== topic()) leave();
    if (source !== undefined && source.readyState !== EventSource.CLOSED) return;
    followed = topic();
    const opened = new EventSource(address());
    source = opened;
    opened.onopen = () => {
      tell({});
    };
    // Whether it is the connection or only the events, the answer to a question tells.
    opened.onerror = () => {
      tell({});
      soon();
    };
    for (const name of ["changes", "summary"]) {
      opened.addEventListener(name, (event) => {
        hear(name, event);
      });
    }
    opened.addEventListener("alert", soon);
  };

  const plan = () => {
    clearTimeout(timer);
    if (!active) return;
    timer = setTimeout(() => void refresh(), freshness.problem === undefined ? seldom : often);
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
    if (document.hidden) leave();
    else if (active) void refresh();
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
      return refresh();
    },
    stop: () => {
      active = false;
      clearTimeout(timer);
      leave();
    },
  };
}
