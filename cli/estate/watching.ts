import type { Estate, TargetHealth } from "./client.ts";
import type { Outputs } from "./outputs.ts";
import { begins, type Pace, patience } from "./pace.ts";

/** A target that is to be watched. */
export interface Watch {
  readonly job: string;
  readonly instance: string;
  /** `starting`: it was not asked yet, and it is not time to worry. */
  readonly state: "silent" | "starting" | "up";
  /** A remark about it. */
  readonly why: string;
}

/** Seconds in words; rounded up, so that nobody asks again too early. */
const spelled = (time: number): string =>
  time > 90 ? `${Math.ceil(time / 60)} min` : `${Math.ceil(time)} s`;

/** The remark on a target that has not been scraped yet; undefined where it should have been. */
function firstScrape({ age, interval }: Pace): string | undefined {
  const left = begins + interval - age;
  if (left + patience < 0) return undefined;
  return left > 0 ? `first scrape expected within ${spelled(left)}` : "first scrape is due";
}

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
        ...notYet("Prometheus does not know about it; make logs SERVICE=prometheus says why"),
      })),
  );
  return [...known, ...missing].sort((a, b) => (place(a) < place(b) ? -1 : 1));
}

/** Targets in trouble come first. */
const place = ({ instance, job, state }: Watch): string => [state, job, instance].join();

/** Asks a running estate. */
export const watchingNow = async (
  estate: Pick<Estate, "pace" | "targets">,
  watched: Outputs["watched"],
): Promise<Watch[]> => watching(await estate.targets(), watched, await estate.pace());
