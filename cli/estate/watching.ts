import { seconds } from "../../lib/duration.ts";
import type { Estate, TargetHealth } from "./client.ts";
import type { Outputs } from "./outputs.ts";

/** How far Prometheus is with what it was told to watch. */
export interface Pace {
  /** Since it last read its configuration, in seconds. */
  readonly age: number;
  /** The longest time between two scrapes of a target or two evaluations of its rules, in seconds. */
  readonly interval: number;
}

/** A target that is to be watched. */
export interface Watch {
  readonly job: string;
  readonly instance: string;
  /** `starting`: it was not asked yet, and it is not time to worry. */
  readonly state: "silent" | "starting" | "up";
  /** What more is to be said of it. */
  readonly why: string;
}

/** From the configuration to the list of targets Prometheus takes five seconds. */
const begins = 5;

/** How much later than expected an answer may come on a busy machine, in seconds. */
const patience = 20;

/** Seconds in words; rounded up, so that nobody asks again too early. */
const spelled = (time: number): string =>
  time > 90 ? `${Math.ceil(time / 60)} min` : `${Math.ceil(time)} s`;

/** What is said of a target that was not asked yet; undefined where it should have been. */
function firstScrape({ age, interval }: Pace): string | undefined {
  const left = begins + interval - age;
  if (left + patience < 0) return undefined;
  return left > 0 ? `first scrape expected within ${spelled(left)}` : "first scrape is due";
}

/** What the configuration of Prometheus says about its pace, read so many seconds ago. */
export const paceOf = (config: string, age: number): Pace => ({
  age,
  interval: Math.max(
    ...[...config.matchAll(/^\s*(?:scrape|evaluation)_interval: (\S+)$/gm)].map(([, one = ""]) =>
      seconds(one),
    ),
    0,
  ),
});

/** How long an alert may need that fires from the start, from the configuration on, in seconds. */
export const warmUp = ({ interval }: Pace): number => begins + 2 * interval + patience;

/** Every target that is known, and what is to be watched and Prometheus does not know of. Pure. */
export function watching(
  targets: readonly TargetHealth[],
  watched: Outputs["watched"],
  pace: Pace,
): Watch[] {
  const first = firstScrape(pace);
  const notYet = (silent: string): Pick<Watch, "state" | "why"> =>
    first === undefined ? { state: "silent", why: silent } : { state: "starting", why: first };
  const known = targets.map(({ health, labels, lastError }): Watch => {
    const target = { job: labels["job"] ?? "", instance: labels["instance"] ?? "" };
    if (health === "unknown") return { ...target, ...notYet("has never been scraped") };
    return { ...target, state: health === "up" ? "up" : "silent", why: lastError };
  });
  const names = new Set(known.map(({ instance, job }) => `${job} ${instance}`));
  const missing = Object.entries(watched).flatMap(([job, instances]) =>
    instances
      .filter((instance) => !names.has(`${job} ${instance}`))
      .map((instance) => ({
        job,
        instance,
        ...notYet("Prometheus does not know of it; make logs SERVICE=prometheus says why"),
      })),
  );
  return [...known, ...missing].sort((a, b) => (place(a) < place(b) ? -1 : 1));
}

/** What is in trouble comes first. */
const place = ({ instance, job, state }: Watch): string => [state, job, instance].join();

/** Asks a running estate. */
export const watchingNow = async (
  estate: Pick<Estate, "pace" | "targets">,
  watched: Outputs["watched"],
): Promise<Watch[]> => watching(await estate.targets(), watched, await estate.pace());
