import type { Metric, Metrics } from "../../rules/metrics/format.ts";

/** Adds a note to each metric for which there is one. */
export const noted = (metrics: Metrics, noteOf: (name: string) => string | undefined): Metrics =>
  Object.fromEntries(
    Object.entries(metrics).map(([name, metric]): [string, Metric] => {
      const note = noteOf(name);
      return [name, note === undefined ? metric : { ...metric, note }];
    }),
  );

/** The metrics whose names are wanted: not what comes by chance, or is another program's. */
export const only =
  (wanted: (name: string) => boolean) =>
  (metrics: Metrics): Metrics =>
    Object.fromEntries(Object.entries(metrics).filter(([name]) => wanted(name)));

/** Marks what is seen only with a flag, or at an address: a rule about it is silent without. */
export const onlyWith =
  (flag: string, usual: Metrics) =>
  (metrics: Metrics): Metrics =>
    noted(metrics, (name) => {
      const known = usual[name];
      if (known === undefined) return `off by default: ${flag}`;
      const more = metrics[name]?.labels.some((label) => !known.labels.includes(label));
      return more === true ? `some labels only with ${flag}` : undefined;
    });
