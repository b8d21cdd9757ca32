/**
 * Who is notified, and how soon: data. `routing/inhibitions.ts` says what silences what; the plan makes
 * alertmanager.yml of both in `lib/alertmanager.ts`.
 */
import type { Severity, Team } from "./lib/alert.ts";

/** Worst first. */
export const severities = ["emergency", "critical", "warning", "info", "none"] as const;
severities satisfies readonly Severity[];

export const teams = ["sre", "devops", "dba", "mlops", "security"] as const;
teams satisfies readonly Team[];

/** What a way to people does to them: it waits to be read, is seen by whoever looks, or wakes somebody. */
export const tempers = ["mail", "chat", "pager"] as const;
export type Temper = (typeof tempers)[number];

/** How soon, and how often again. */
export interface Pace {
  /** What comes together within this time is told together. */
  readonly wait: string;
  /** What joins a group that was told already waits at most this long. */
  readonly interval: string;
  /** What goes on is told again after this time. */
  readonly repeat: string;
}

/** How alerts of some severities are told. */
export interface Way {
  readonly severities: readonly Severity[];
  /** By preference: of the first set of tempers that the stack has any channel of, all channels are told. */
  readonly channels: readonly (readonly Temper[])[];
  readonly pace: Pace;
  /** Those on call are told beside the team; otherwise a team that has a receiver is told alone. */
  readonly urgent: boolean;
  /** Told only within the hours that the stack names. */
  readonly withinHours: boolean;
}

/** Nobody's sleep, unless there is no other way. */
const calm: Way["channels"] = [["mail"], ["chat"], ["pager"]];

/** Worst first. */
export const ways: readonly Way[] = [
  {
    severities: ["emergency"],
    channels: [tempers],
    pace: { wait: "0s", interval: "10s", repeat: "30m" },
    urgent: true,
    withinHours: false,
  },
  {
    severities: ["critical"],
    channels: [tempers],
    pace: { wait: "10s", interval: "30s", repeat: "1h" },
    urgent: true,
    withinHours: false,
  },
  {
    severities: ["warning", "info"],
    channels: calm,
    pace: { wait: "5m", interval: "5m", repeat: "12h" },
    urgent: false,
    withinHours: true,
  },
];

/** Owns what no other route takes: nothing is lost to a severity that nobody foresaw. */
export const catchAll: Pick<Way, "channels" | "pace" | "urgent"> = {
  channels: [tempers],
  urgent: false,
  pace: { wait: "30s", interval: "5m", repeat: "12h" },
};

/**
 * Other words for what is urgent, as rules of somebody else's have them: where the alert processor tells what is
 * urgent, it takes them for that.
 */
export const urgentWords = [
  ...["emerg", "disaster", "panic", "p0", "s0", "sev0", "sev-0"],
  ...["crit", "page", "pager", "paging", "fatal", "alert", "error", "err", "severe", "high"],
  ...["major", "urgent", "blocker", "p1", "s1", "sev1", "sev-1", "1"],
] as const;

/** Who tells. What is wrong with them Alertmanager tells by every channel: the processor may be what is broken. */
export const tellers = ["alertmanager", "processor"] as const;

/** The pace of teams that have one of their own; what is urgent keeps its shorter interval. */
export const teamPaces: Readonly<Partial<Record<Team, Pace>>> = {
  dba: { wait: "1m", interval: "5m", repeat: "3h" },
  mlops: { wait: "1m", interval: "5m", repeat: "3h" },
  security: { wait: "20s", interval: "5m", repeat: "2h" },
};

/**
 * The Watchdog, told every minute. Alertmanager repeats at the first interval after `repeat` has
 * passed since the last one *arrived*, so 1m of both would be every second minute.
 */
export const heartbeat: Pace = { wait: "0s", interval: "15s", repeat: "50s" };

/** The alert processor groups and delays on its own: it hears of everything as soon as possible. */
export const processorPace: Pace = { wait: "0s", interval: "10s", repeat: "1h" };

/** One notification for each of these together: an alert's name, and whose and where it is. */
export const groupBy = ["alertname", "env", "service", "cluster", "namespace"] as const;
