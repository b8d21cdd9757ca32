import { forStack } from "../../rules/lib/command.ts";
import { connect, type Estate, type HeldAlert, type TargetHealth } from "../client.ts";
import { openEngine } from "../engine.ts";
import { reasonOf } from "../errors.ts";
import { type StackOptions, stackOptions } from "../options.ts";
import { type Outputs, readOutputs } from "../outputs.ts";
import { groundProblems } from "../reality.ts";
import { selectionOf } from "../selection.ts";
import { formatTable } from "../table.ts";

const help = `./vigil status [--stack NAME]

What is watched, whether it answers, and what is firing. Exit code 1 when something does not answer.
`;

const targetRow = ({ health, labels, lastError }: TargetHealth): string[] => [
  health === "up" ? "✓" : health === "down" ? "✗" : "…",
  labels["job"] ?? "",
  labels["instance"] ?? "",
  lastError,
];

/** Every target that is known, and what is to be watched and Prometheus does not know of yet. */
export function targetRows(
  targets: readonly TargetHealth[],
  watched: Outputs["watched"],
): string[][] {
  const known = new Set(targets.map(({ labels }) => `${labels["job"]} ${labels["instance"]}`));
  const missing = Object.entries(watched).flatMap(([job, instances]) =>
    instances
      .filter((instance) => !known.has(`${job} ${instance}`))
      .map((instance) => ["…", job, instance, "Prometheus does not know of it yet"]),
  );
  return [...targets.map(targetRow), ...missing].sort((a, b) => (a.join() < b.join() ? -1 : 1));
}

const worst = ["emergency", "critical", "warning", "info"];

/** Place of an alert among others: the worst first, a severity that nobody foresaw before the known. */
const rank = ({ labels }: HeldAlert): number => worst.indexOf(labels["severity"] ?? "");

/** Alerts as people want to read them: the worst first, of those the oldest. */
export const inOrder = (alerts: readonly HeldAlert[]): HeldAlert[] =>
  [...alerts].sort((a, b) => rank(a) - rank(b) || (a.startsAt < b.startsAt ? -1 : 1));

/** A time to the second: `2026-11-28 01:02:03 UTC`. */
export const spelledTime = (time: string): string =>
  new Date(time)
    .toISOString()
    .replace("T", " ")
    .replace(/\.\d+Z$/, " UTC");

const alertRow = ({ annotations, labels, startsAt }: HeldAlert): string[] => [
  labels["severity"] ?? "",
  labels["alertname"] ?? "",
  annotations["summary"] ?? "",
  `since ${spelledTime(startsAt)}`,
];

/** How many alerts are loaded, and how many of them lack their series. */
async function reachLine(
  estate: Estate,
  { watched }: Outputs,
  { root, stack }: StackOptions,
): Promise<string> {
  const { loadedBy, unseenLine } = await import("../reach.ts");
  const { unseenAlerts } = await import("../unseen.ts");
  const selection = await selectionOf(root, stack);
  const loaded = loadedBy({ ...selection, jobs: Object.keys(watched) });
  return forStack(unseenLine(loaded.length, await unseenAlerts(estate, loaded, root)), stack);
}

/** `vigil status`. */
export async function run(args: string[]): Promise<number> {
  const options = stackOptions(args, help);
  if (options === undefined) return 0;
  const { root, stack } = options;
  const outputs = await readOutputs(await openEngine(options));
  const problems = await groundProblems(root, stack, outputs.target);
  for (const problem of problems) process.stdout.write(`✗ ${problem}\n`);
  const estate = connect(outputs);
  try {
    const targets = await estate.targets();
    const alerts = (await estate.alerts()).filter(({ labels }) => labels["severity"] !== "none");
    const rows = targetRows(targets, outputs.watched);
    process.stdout.write(`Watched in ${outputs.environment}\n${formatTable(rows)}`);
    process.stdout.write(
      alerts.length === 0
        ? "\nNothing is firing.\n"
        : `\nFiring\n${formatTable(inOrder(alerts).map(alertRow))}`,
    );
    process.stdout.write(`\n${await reachLine(estate, outputs, options)}\n`);
    return problems.length === 0 && rows.every(([mark]) => mark === "✓") ? 0 : 1;
  } catch (error) {
    process.stdout.write(
      forStack(`✗ ${reasonOf(error)}\n  → make up mends what stopped; make logs says why\n`, stack),
    );
    return 1;
  }
}
