import type { ServerResponse } from "node:http";
import { constants, createGzip, type Gzip } from "node:zlib";
import type { Changed, Desk } from "../store/desk.ts";
import type { Clock } from "./clock.ts";
import { every } from "./schedule.ts";
import type { Summary } from "./summary.ts";

/** The changes that a client wants. */
export interface Wish {
  /** Position up to which changes are known; undefined: only what happens from now on. */
  readonly since: number | undefined;
  /** Fingerprint of the only alert of interest, or no fingerprint; undefined where all are. */
  readonly alert: string | undefined;
  /** Whether the other side unpacks gzip. */
  readonly gzip: boolean;
}

/** Tells open pages what changed, once a second at most. */
export interface Changes {
  /** Something changed. */
  note(): void;
  /** Keeps a connection and writes to it from now on. @returns False where there are too many. */
  follow(response: ServerResponse, wish: Wish): boolean;
  close(): Promise<void>;
}

export interface ChangesOptions {
  readonly store: Pick<Desk, "changedSince" | "position">;
  readonly summary: () => Promise<Summary>;
  readonly clock: Clock;
  readonly onTrouble: (error: unknown) => void;
}

const most = 200;
/** Between two rounds: soon after the first change, and not more often in a storm. */
const soon = 100;
const gap = 1_000;
/** Rounds without a note: what other replicas write is seen in the store only. */
const look = 2_000;
const beat = 15_000;
/** A connection ends now and then, so that whoever may see nothing any more sees nothing. */
const life = 15 * 60_000;
/** Things that happened, in one round. */
const together = 2_000;
/** Bytes that may wait for a slow reader, who gets the rest later: as it is by then. */
const room = 64 * 1024;

interface Follower {
  readonly wish: Wish;
  position: number | undefined;
  told: string;
  readonly write: (text: string) => void;
  readonly isFull: () => boolean;
  readonly end: () => void;
}

/** A small window: each reader has one, and the texts repeat themselves within it. */
const packing = { level: 6, windowBits: 13, memLevel: 6 };

function followerOf(response: ServerResponse, wish: Wish): Follower {
  let packer: Gzip | undefined;
  if (wish.gzip) {
    packer = createGzip(packing);
    packer.pipe(response);
  }
  return {
    wish,
    position: wish.since,
    told: "",
    write: (text) => {
      if (packer === undefined) response.write(text);
      else {
        packer.write(text);
        packer.flush(constants.Z_SYNC_FLUSH);
      }
    },
    isFull: () => response.writableLength + (packer?.writableLength ?? 0) > room,
    end: () => {
      (packer ?? response).end();
    },
  };
}

const eventOf = (name: string, data: unknown, id?: number): string =>
  `${id === undefined ? "" : `id: ${id}\n`}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;

export function changesHub({ clock, onTrouble, store, summary }: ChangesOptions): Changes {
  const open = new Set<Follower>();
  let closed = false;
  let planned: NodeJS.Timeout | undefined;
  let running = false;
  let last = -Infinity;

  /** Tells those who know the same what they do not know. @returns Whether there is more. */
  async function tell(from: number, followers: readonly Follower[]): Promise<boolean> {
    const changed: Changed = await store.changedSince(from, together);
    const { alerts, more, position } = changed;
    if (position === from) return false;
    const all = eventOf("changes", { at: clock(), position, alerts }, position);
    const names = new Set(alerts.map(({ fingerprint }) => fingerprint));
    for (const one of followers) {
      one.position = position;
      if (one.wish.alert === undefined) one.write(all);
      else if (names.has(one.wish.alert)) one.write(eventOf("alert", { position }, position));
    }
    return more;
  }

  async function round(): Promise<void> {
    const ready = [...open].filter((one) => !one.isFull());
    if (ready.length === 0) return;
    if (ready.some(({ position }) => position === undefined)) {
      const position = await store.position();
      for (const one of ready) one.position ??= position;
    }
    const now = JSON.stringify(await summary());
    for (const one of ready) {
      if (one.told !== now) one.write(`event: summary\ndata: ${now}\n\n`);
      one.told = now;
    }
    let more = false;
    for (const [from, some] of Map.groupBy(ready, ({ position = 0 }) => position)) {
      more = (await tell(from, some)) || more;
    }
    if (more) plan();
  }

  function plan(): void {
    if (closed || open.size === 0) return;
    const wait = Math.max(soon, last + gap - performance.now());
    planned ??= setTimeout(() => void run(), wait).unref();
  }

  async function run(): Promise<void> {
    planned = undefined;
    if (running) {
      plan();
      return;
    }
    running = true;
    last = performance.now();
    await round().catch(onTrouble);
    running = false;
  }

  const stopLooking = every(look, onTrouble, () => {
    plan();
    return Promise.resolve();
  });
  // Says that the connection stands, to proxies as well.
  const beats = setInterval(() => {
    for (const one of open) if (!one.isFull()) one.write(": still here\n\n");
  }, beat).unref();

  return {
    note: plan,
    follow: (response, wish) => {
      if (closed || open.size >= most) return false;
      response.writeHead(200, {
        "cache-control": "no-store",
        "content-type": "text/event-stream",
        "x-accel-buffering": "no",
        ...(wish.gzip && { "content-encoding": "gzip", vary: "accept-encoding" }),
      });
      const one = followerOf(response, wish);
      one.write("retry: 2000\n\n");
      open.add(one);
      const over = setTimeout(one.end, life).unref();
      response.on("close", () => {
        clearTimeout(over);
        open.delete(one);
      });
      plan();
      return true;
    },
    close: async () => {
      closed = true;
      clearInterval(beats);
      clearTimeout(planned);
      await stopLooking();
      for (const one of open) one.end();
    },
  };
}
