/**
 * What must be true in the end, from what was true and what each part knew. Pure.
 *
 * Telling is at least once: the same message may come to a channel again under the same key. Under
 * another key it would be told twice, which nobody could tell from news.
 */
import type { Listener, Watched } from "./shape.ts";

/** Milliseconds since 1970; null as long as it goes on. */
export interface Span {
  readonly from: number;
  readonly to: number | null;
}

/** What Prometheus told an Alertmanager, as that heard it. */
export interface Said {
  readonly at: number;
  readonly object: string;
  readonly startsAt: number;
}

/** What an Alertmanager told a processor, and what that answered. */
export interface Handed {
  readonly at: number;
  readonly object: string;
  readonly startsAt: number;
  readonly resolved: boolean;
  /** Whether the processor answered that it is kept. */
  readonly taken: boolean;
}

/** What the processor knows of an object in the end. */
export interface Kept {
  readonly object: string;
  readonly status: string;
  readonly startsAt: number;
}

/** What a channel was told. */
export interface Told {
  readonly at: number;
  readonly channel: string;
  readonly key: string;
  readonly object: string;
  readonly occasion: string;
  /** Null where the message does not say it. */
  readonly startsAt: number | null;
}

/** What is known of a run. */
export interface Evidence {
  readonly watched: readonly Watched[];
  readonly listeners: readonly Listener[];
  /** When each object was in trouble, as the exporter showed it. */
  readonly was: Readonly<Record<string, readonly Span[]>>;
  readonly said: readonly Said[];
  /** Objects of which Prometheus says in the end that their alert fires. */
  readonly fires: readonly string[];
  readonly handed: readonly Handed[];
  readonly kept: readonly Kept[];
  readonly told: readonly Told[];
  /** Processors that ended without anybody having ended them. */
  readonly ended: readonly string[];
  /** Deliveries that were given up. */
  readonly dead: number;
}

export type Wrong =
  /** Prometheus does not see what is. */
  | "not seen"
  | "not open"
  | "not told"
  | "not ended"
  | "end not told"
  | "told of nothing"
  | "told twice"
  | "ended on its own"
  | "given up";

export interface Finding {
  readonly wrong: Wrong;
  readonly object: string;
  readonly why: string;
}

/** The object of the processor's own alert that no heartbeat is heard. */
export const silence = "silence";
/** The object of the alert that always fires. */
export const heartbeat = "heartbeat";

/**
 * For how long Prometheus goes on with the last sample of a series whose end it missed, in milliseconds.
 * It says so then, and nobody after it can know better.
 */
const lookback = 300_000;

/** Milliseconds that clocks and loops may be late. */
const slack = 1_500;

const asks = ({ occasion }: Told): boolean => occasion === "firing" || occasion === "reminder";

function last<T extends { readonly at: number }>(list: readonly T[]): T | undefined {
  return list.reduce<T | undefined>(
    (found, one) => (found === undefined || one.at >= found.at ? one : found),
    undefined,
  );
}

const hears = ({ severities }: Listener, { severity }: Watched): boolean =>
  severities.includes(severity);

/** Whether it was in trouble at that time, or so shortly before that Prometheus may not know better. */
const wasInTrouble = (spans: readonly Span[], at: number): boolean =>
  spans.some(({ from, to }) => from <= at + slack && (to === null || at <= to + lookback));

/** What fires must be open, and everybody who wants it told; what does not, ended and told as over. */
function endOf(evidence: Evidence, watched: Watched): Finding[] {
  const { fires, handed, kept, listeners, told, was } = evidence;
  const { object } = watched;
  const findings: Finding[] = [];
  const find = (wrong: Wrong, why: string): void => {
    findings.push({ wrong, object, why });
  };
  const mine = kept.find((one) => one.object === object);
  const firing = fires.includes(object);
  // That it goes on for a while with what it saw last is its word, and the rest of the chain follows it.
  if (!firing && was[object]?.at(-1)?.to === null) {
    find("not seen", "the exporter shows trouble, Prometheus does not");
  }
  if (firing && (mine === undefined || mine.status === "resolved" || mine.status === "stale")) {
    find("not open", mine === undefined ? "the processor has never heard of it" : mine.status);
  }
  if (!firing && mine !== undefined && mine.status !== "resolved") {
    const said = handed.some(
      ({ object: of, resolved, startsAt, taken }) =>
        of === object && resolved && taken && startsAt >= mine.startsAt,
    );
    // What nobody ever said the end of can be known as lost only.
    if (mine.status !== "stale" || said) {
      find("not ended", `${mine.status}; its end was ${said ? "" : "never "}told by Alertmanager`);
    }
  }
  for (const listener of listeners) {
    const { channel } = listener;
    const word = last(told.filter((one) => one.channel === channel && one.object === object));
    const wanted = hears(listener, watched);
    if (firing && wanted && (word === undefined || !asks(word))) {
      find("not told", `the last word to ${channel}: ${word?.occasion ?? "none"}`);
    }
    if (!firing && word !== undefined && asks(word)) {
      find("end not told", `the last word to ${channel}: ${word.occasion}`);
    }
  }
  return findings;
}

/** What was told must have been. */
function truthOf({ said, told, was, watched }: Evidence): Finding[] {
  const known = new Set(watched.map(({ object }) => object));
  const beginnings = new Set(said.map(({ object, startsAt }) => `${object} ${startsAt}`));
  return told.filter(asks).flatMap(({ at, channel, object, startsAt }): Finding[] => {
    if (object === silence) return [];
    const about = (why: string): Finding[] => [
      { wrong: "told of nothing", object, why: `${channel} was told of it: ${why}` },
    ];
    if (!known.has(object)) return about("there is no such thing");
    if (!wasInTrouble(was[object] ?? [], at)) return about("it was not in trouble");
    if (startsAt !== null && !beginnings.has(`${object} ${startsAt}`)) {
      return about(`Prometheus never said that it began at ${new Date(startsAt).toISOString()}`);
    }
    return [];
  });
}

/** The same beginning under two keys. */
function onceOf({ told }: Evidence): Finding[] {
  const keys = new Map<string, Set<string>>();
  for (const { channel, key, object, occasion, startsAt } of told) {
    if (occasion !== "firing" || startsAt === null) continue;
    const name = `${channel} ${object} ${startsAt}`;
    keys.set(name, (keys.get(name) ?? new Set()).add(key));
  }
  return [...keys]
    .filter(([, { size }]) => size > 1)
    .map(([name, all]) => ({
      wrong: "told twice",
      object: name.split(" ")[1] ?? "",
      why: `${name} under the keys ${[...all].join(", ")}`,
    }));
}

/** The processor's own alert: told only where no heartbeat came for that long, and over in the end. */
function silenceOf({ handed, kept, told }: Evidence, patience: number, begun: number): Finding[] {
  const beats = handed.filter(({ object, taken }) => object === heartbeat && taken);
  const open = kept.filter(({ object, status }) => object === silence && status !== "resolved");
  const mine = told.filter(({ object }) => object === silence);
  const words = Map.groupBy(mine, ({ channel }) => channel);
  return [
    ...open.map(({ status }): Finding => ({
      wrong: "not ended",
      object: silence,
      why: `it is ${status}`,
    })),
    ...[...words].flatMap(([channel, all]): Finding[] => {
      const word = last(all);
      if (word === undefined || !asks(word)) return [];
      return [{ wrong: "end not told", object: silence, why: `the last word to ${channel}` }];
    }),
    ...mine.filter(asks).flatMap(({ at, channel }): Finding[] => {
      const times = [begun, ...beats.map((one) => one.at).filter((time) => time < at), at];
      const longest = Math.max(...times.map((time, index) => time - (times[index - 1] ?? time)));
      if (longest >= patience - slack) return [];
      const why = `${channel} was told that no heartbeat came; one did at least each ${longest} ms`;
      return [{ wrong: "told of nothing", object: silence, why }];
    }),
  ];
}

export interface Terms {
  /** Milliseconds without a heartbeat after which the processor says so. */
  readonly patience: number;
  /** When the processor began to listen: milliseconds since 1970. */
  readonly begun: number;
}

/** @returns What is wrong; nothing where all is as it must be. */
export function judge(evidence: Evidence, { begun, patience }: Terms): Finding[] {
  const { dead, ended, watched } = evidence;
  return [
    ...watched.flatMap((one) => endOf(evidence, one)),
    ...truthOf(evidence),
    ...onceOf(evidence),
    ...silenceOf(evidence, patience, begun),
    ...ended.map((why): Finding => ({ wrong: "ended on its own", object: "", why })),
    ...(dead > 0
      ? [{ wrong: "given up", object: "", why: `${dead} deliveries` } satisfies Finding]
      : []),
  ];
}
