import { mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Estate } from "./estate.ts";
import { type Evidence, type Finding, heartbeat, silence } from "./judge.ts";
import { describeSchedule, type Schedule } from "./schedule.ts";
import type { Timeline } from "./timeline.ts";

export interface Run {
  readonly name: string;
  readonly schedule: Schedule;
  readonly timeline: Timeline;
  readonly evidence: Evidence;
  readonly findings: readonly Finding[];
  /** What the processor reports objects, by name. */
  readonly stories: ReadonlyMap<string, string>;
  readonly estate: Pick<Estate, "processes">;
}

/** How to see the same again. */
export const againWith = (name: string): string => `VIGIL_CHAIN=${name} ./vigil test test/chain`;

/** What each part knew of an object, by time. */
function knownOf(object: string, { evidence, timeline }: Run): string {
  const { handed, said, told, was } = evidence;
  const beginning = (time: number | null): string =>
    time === null ? "?" : (timeline.since(time) / 1_000).toFixed(3);
  const lines: { at: number; text: string }[] = [];
  for (const { from, to } of was[object] ?? []) {
    lines.push({ at: from, text: "exporter: trouble" });
    if (to !== null) lines.push({ at: to, text: "exporter: no trouble" });
  }
  let before = "";
  for (const { at, object: of, startsAt } of said) {
    // Prometheus says it again and again.
    if (of !== object || before === String(startsAt)) continue;
    before = String(startsAt);
    lines.push({ at, text: `Prometheus says: since ${beginning(startsAt)}` });
  }
  for (const { at, object: of, resolved, startsAt, taken } of handed) {
    if (of !== object) continue;
    const answer = taken ? "taken" : "not taken";
    const what = resolved ? "resolved" : "firing";
    lines.push({
      at,
      text: `Alertmanager says: ${what} since ${beginning(startsAt)} (${answer})`,
    });
  }
  for (const { at, channel, key, object: of, occasion, startsAt } of told) {
    if (of !== object) continue;
    const text = `${channel} is told: ${occasion} since ${beginning(startsAt)} (${key})`;
    lines.push({ at, text });
  }
  return lines
    .sort((a, b) => a.at - b.at)
    .map(({ at, text }) => `${(timeline.since(at) / 1_000).toFixed(1).padStart(6)}  ${text}`)
    .join("\n");
}

/** All that is known of a run, as text. */
export function reportOf(run: Run): string {
  const { estate, findings, name, schedule, stories, timeline } = run;
  const objects = findings.flatMap(({ object }) =>
    object === silence ? [object, heartbeat] : [object],
  );
  return [
    `# Run ${name}: ${findings.length} findings`,
    ...findings.map(({ object, why, wrong }) => `- ${wrong}: ${object}: ${why}`),
    `\nTo run it again: ${againWith(name)}`,
    ...[...new Set(objects)]
      .filter(Boolean)
      .flatMap((object) => [`\n## ${object}\n${knownOf(object, run)}`, stories.get(object) ?? ""]),
    `\n## What happened\n${timeline.render()}`,
    `\n## What was planned\n${describeSchedule(schedule)}`,
    ...[...estate.processes].map(([part, { said }]) => `\n## What ${part} said\n${said}`),
  ].join("\n");
}

/** Keeps a report. @returns The path of its file. */
export function keepReport(name: string, report: string): string {
  const folder = join(tmpdir(), "vigil-chain-reports");
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}.txt`);
  writeFileSync(path, report);
  return path;
}
