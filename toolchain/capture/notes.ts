import type { Metric, Metrics } from "../../rules/metrics/format.ts";

/** Adds a note to each metric for which there is one. */
export const noted = (metrics: Metrics, noteOf: (name: string) => string | undefined): Metrics =>
  Object.fromEntries(
    Object.entries(metrics).map(([name, metric]): [string, Metric] => {
      const note = noteOf(name);
      return [name, note === undefined ? metric : { ...metric, note }];
    }),
  );

/** Marks what is seen only with a flag: a rule about it is silent where the flag is not set. */
export const onlyWith =
  (flag: string, usual: Metrics) =>
  (metrics: Metrics): Metrics =>
    noted(metrics, (name) => (name in usual ? undefined : `off by default: ${flag}`));
