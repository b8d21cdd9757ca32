import { z } from "zod";
import {
  type AlertmanagerTarget,
  AlertmanagerError,
  ask,
  askEach,
  askAll,
  ofReceiver,
  wordsOf,
} from "./alertmanager-api.ts";
import type { Clock } from "./clock.ts";

/** A matcher: alerts whose label `name` is `value`. */
export interface Matcher {
  readonly name: string;
  readonly value: string;
  readonly isRegex: boolean;
  readonly isEqual: boolean;
}

/** A silence that Alertmanager has, and that is not over. */
export interface Silence {
  readonly id: string;
  readonly state: "active" | "pending";
  readonly createdBy: string;
  readonly comment: string;
  readonly startsAt: number;
  readonly endsAt: number;
  readonly matchers: readonly Matcher[];
}

/** Why nobody is notified of an alert that fires. */
export interface Quiet {
  readonly fingerprint: string;
  /** Ids of silences. */
  readonly silencedBy: readonly string[];
  /** Fingerprints of alerts. */
  readonly inhibitedBy: readonly string[];
}

/** Alerts that Alertmanager mutes. */
export interface Quieted {
  readonly silences: readonly Silence[];
  readonly alerts: readonly Quiet[];
  /** Members that did not answer, and why; empty if all did. */
  readonly missing: string;
}

/** A silence to be made. */
export interface NewSilence {
  /** Labels and their values. */
  readonly labels: Readonly<Record<string, string>>;
  readonly endsAt: number;
  readonly comment: string;
}

export interface Silences {
  /** Degrades where Alertmanager is away: then it says so. */
  read(): Promise<Quieted>;
  /** @returns Its id. @throws {@link SilenceError} */
  make(silence: NewSilence, by: string): Promise<string>;
  /** @throws {@link SilenceError} */
  end(id: string): Promise<void>;
}

/** A silence was not made or ended. */
export class SilenceError extends Error {
  /** Whether Alertmanager said no, rather than nothing. */
  readonly refused: boolean;
  constructor(message: string, refused: boolean) {
    super(message);
    this.refused = refused;
  }
}

const time = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));

const silencesSchema = z.array(
  z.object({
    id: z.string(),
    status: z.object({ state: z.string() }),
    createdBy: z.string(),
    comment: z.string(),
    startsAt: time,
    endsAt: time,
    matchers: z.array(
      z.object({
        name: z.string(),
        value: z.string(),
        isRegex: z.boolean(),
        isEqual: z.boolean().default(true),
      }),
    ),
  }),
);

const quietAlert = z
  .object({
    fingerprint: z.string(),
    status: z.object({ silencedBy: z.array(z.string()), inhibitedBy: z.array(z.string()) }),
  })
  .transform(({ fingerprint, status }) => ({ fingerprint, ...status }));

const made = z.object({ silenceID: z.string() });

/** How long an answer is good for: many pages ask, and Alertmanager is asked once. */
const fresh = 5_000;

/** What a clock may be ahead of Alertmanager's. */
const early = 3_600_000;

async function readOne(target: AlertmanagerTarget): Promise<Omit<Quieted, "missing">> {
  const silences = silencesSchema.parse(await ask(target, "silences"));
  // Only muted alerts: the list of all may be long.
  const path = `alerts?active=false&unprocessed=false&${ofReceiver(target)}`;
  const alerts: z.infer<typeof quietAlert>[] = [];
  await askEach(target, path, { "$.*": (one) => alerts.push(quietAlert.parse(one)) });
  return {
    silences: silences.flatMap(({ status: { state }, ...rest }) =>
      state === "active" || state === "pending" ? [{ ...rest, state }] : [],
    ),
    alerts,
  };
}

const byKey = <T>(all: readonly T[], keyOf: (one: T) => string): T[] => [
  ...new Map(all.map((one) => [keyOf(one), one])).values(),
];

/**
 * Silences in Alertmanager. Of the members of a cluster any will do: they tell each other.
 *
 * @param targets - Read each time, so that a new password counts.
 */
export function silencesAt(targets: () => readonly AlertmanagerTarget[], clock: Clock): Silences {
  let last: { readonly at: number; readonly answer: Promise<Quieted> } | undefined;

  async function readAll(): Promise<Quieted> {
    const { found, missing } = await askAll(targets(), readOne);
    return {
      silences: byKey(
        found.flatMap(({ silences }) => silences),
        ({ id }) => id,
      ).sort((a, b) => a.endsAt - b.endsAt || (a.id < b.id ? -1 : 1)),
      alerts: byKey(
        found.flatMap(({ alerts }) => alerts),
        ({ fingerprint }) => fingerprint,
      ),
      missing,
    };
  }

  /** The first that does it; one that says no is believed only where none says yes. */
  async function first<T>(work: (target: AlertmanagerTarget) => Promise<T>): Promise<T> {
    const problems: string[] = [];
    let refused = false;
    for (const target of targets()) {
      try {
        const done = await work(target);
        last = undefined;
        return done;
      } catch (error) {
        const said = error instanceof AlertmanagerError && error.status < 500;
        refused ||= said;
        const text = said ? error.text.slice(0, 500) : "";
        problems.push(text === "" ? `${target.url}: ${wordsOf(error)}` : text);
      }
    }
    throw new SilenceError(problems.join("; "), refused);
  }

  return {
    read: () => {
      const at = clock();
      if (last === undefined || Math.abs(at - last.at) > fresh) last = { at, answer: readAll() };
      return last.answer;
    },
    make: ({ comment, endsAt, labels }, by) => {
      const body = {
        matchers: Object.entries(labels).map(([name, value]) => ({
          ...{ name, value },
          isRegex: false,
          isEqual: true,
        })),
        // Alertmanager makes it its own now: by a clock that is ahead it would begin later, and nothing be silent.
        startsAt: new Date(clock() - early).toISOString(),
        endsAt: new Date(endsAt).toISOString(),
        createdBy: by,
        comment,
      };
      return first(async (target) => {
        const asked = { method: "POST", body } as const;
        return made.parse(await ask(target, "silences", undefined, asked)).silenceID;
      });
    },
    end: (id) =>
      first(async (target) => {
        const path = `silence/${encodeURIComponent(id)}`;
        await ask(target, path, undefined, { method: "DELETE" });
      }),
  };
}
