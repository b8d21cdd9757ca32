import type { Unit } from "../../rules/lib/signal.ts";

/** Fixed uids of the data sources, so that boards and links can name them. */
export const datasourceUid = {
  alertmanager: "vigil-alertmanager",
  prometheus: "vigil-prometheus",
} as const;

/** Grafana's name of each unit. */
export const grafanaUnit: Readonly<Record<Unit, string>> = {
  bool: "bool_yes_no",
  bytes: "bytes",
  bytesPerSecond: "binBps",
  celsius: "celsius",
  count: "short",
  milliseconds: "ms",
  opsPerSecond: "ops",
  ratio: "percentunit",
  seconds: "s",
};

/** Colours of Grafana's own palette that stay apart for colour-blind eyes, too. */
export const colour = { bad: "red", good: "green", neutral: "blue" } as const;
