import { seconds } from "../../lib/duration.ts";

/** How far Prometheus is with what it was told to watch. */
export interface Pace {
  /** Since it last read its configuration, in seconds. */
  readonly age: number;
  /** The longest time between two scrapes of a target or two evaluations of its rules, in seconds. */
  readonly interval: number;
}

/** From the configuration to the list of targets Prometheus takes five seconds. */
export const begins = 5;

/** How much later than expected an answer may come on a busy machine, in seconds. */
export const patience = 20;

/** The pace that the configuration of Prometheus sets; it was read so many seconds ago. */
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
