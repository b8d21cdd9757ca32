/** How bad an alert is, whatever word its rule has for it. */
import type { Alert } from "./alert.ts";

export type SeverityClass = "emergency" | "critical" | "warning" | "info";

/** Words that rules have, by what they mean; those of syslog, PagerDuty, Zabbix and of priorities among them. */
const words: Readonly<Record<SeverityClass, readonly string[]>> = {
  emergency: ["emergency", "emerg", "disaster", "panic", "p0", "s0", "sev0", "sev-0"],
  critical: [
    ...[
      "critical",
      "crit",
      "page",
      "pager",
      "paging",
      "fatal",
      "alert",
      "error",
      "err",
      "severe",
      "high",
      "major",
    ],
    ...["urgent", "blocker", "p1", "s1", "sev1", "sev-1", "1"],
  ],
  warning: [
    ...["warning", "warn", "average", "medium", "minor", "ticket", "moderate"],
    ...["p2", "s2", "sev2", "sev-2", "2", "p3", "s3", "sev3", "sev-3", "3"],
  ],
  info: [
    ...[
      "info",
      "information",
      "informational",
      "notice",
      "none",
      "debug",
      "low",
      "trivial",
      "ok",
      "",
    ],
    ...["p4", "s4", "sev4", "sev-4", "4", "p5", "s5", "sev5", "sev-5", "5"],
  ],
};

const classes = new Map(
  Object.entries(words).flatMap(([name, all]) => all.map((word) => [word, name as SeverityClass])),
);

const wordOf = (severity: string): string => severity.trim().toLowerCase();

/** Whether it is a word that is known. */
export const isKnownSeverity = (severity: string): boolean => classes.has(wordOf(severity));

/** The meaning of a word; an unknown one counts as a warning. */
export const classOf = (severity: string): SeverityClass =>
  classes.get(wordOf(severity)) ?? "warning";

const ranks: readonly SeverityClass[] = ["emergency", "critical", "warning", "info"];

/** Which comes first: 0 is the worst. */
export const rankOf = (severity: string): number => ranks.indexOf(classOf(severity));

/** Each rank with the words that have it, trimmed and in small letters. */
export const wordsByRank: readonly (readonly [rank: number, words: readonly string[]])[] =
  ranks.map((name, rank) => [rank, words[name]]);

/** That of a word that is not among them. */
export const oddRank = ranks.indexOf("warning");

/** An alert as people see it. */
export interface SeenAlert extends Alert {
  /** The meaning of its severity. */
  readonly level: SeverityClass;
  /** Its rule's word for that where it differs; else empty. */
  readonly word: string;
}

export function seenAlert(alert: Alert): SeenAlert {
  const { severity } = alert;
  const level = classOf(severity);
  return { ...alert, level, word: wordOf(severity) === level ? "" : severity || "no severity" };
}

/** Every rank, the most urgent first. */
export const allRanks: readonly number[] = ranks.map((_, rank) => rank);
