/**
 * Who is told, how soon, and what silences what. Pure: the plan becomes alertmanager.yml in
 * `lib/alertmanager.ts`.
 */
import type { Severity } from "./lib/alert.ts";

/** Ways to reach people. */
export type Channel = "webhook" | "email" | "slack";

/** How alerts of one severity are told. */
export interface Route {
  readonly severity: Severity;
  readonly channels: readonly Channel[];
  readonly groupWait: string;
  readonly repeat: string;
}

/** Worst first. A severity that is not named here takes the way of a warning. */
export const routes: readonly Route[] = [
  {
    severity: "emergency",
    channels: ["webhook", "email", "slack"],
    groupWait: "0s",
    repeat: "30m",
  },
  { severity: "critical", channels: ["webhook", "email", "slack"], groupWait: "10s", repeat: "1h" },
  { severity: "warning", channels: ["email"], groupWait: "5m", repeat: "12h" },
];

/** The way of everything that no other route takes: nothing is lost to an unknown severity. */
export const catchAll: Route = {
  severity: "warning",
  channels: ["webhook", "email", "slack"],
  groupWait: "30s",
  repeat: "12h",
};

/** New alerts of a group that was already told wait at most this long. */
export const groupInterval = "30s";

/** What one alert silences. */
export interface Inhibition {
  readonly source: readonly string[];
  readonly target: readonly string[];
  /** Labels both must share. Each is asked for on both sides, since a missing label equals a missing one. */
  readonly equal: readonly string[];
}

export const inhibitions: readonly Inhibition[] = [
  {
    source: ['severity="critical"'],
    target: ['severity=~"warning|info"'],
    equal: ["alertname", "instance"],
  },
  { source: ['severity="warning"'], target: ['severity="info"'], equal: ["alertname", "instance"] },
  { source: ['alertname="HostDown"'], target: ['alertname!="HostDown"'], equal: ["host"] },
];
