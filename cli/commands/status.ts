import { forStack } from "../../lib/command.ts";
import { connect, type HeldAlert } from "../estate/client.ts";
import { openEngine } from "../engine.ts";
import { reasonOf } from "../../lib/errors.ts";
import { stackOptions } from "../options.ts";
import { readOutputs } from "../estate/outputs.ts";
import { groundProblems } from "../reality.ts";
import { formatTable } from "../../lib/table.ts";
import { tell } from "../tell.ts";
import { type Watch, watchingNow } from "../estate/watching.ts";

const help = `./vigil status [--stack NAME]

What is watched, whether it answers, and what is firing. Exit code 1 when something does not answer,
0 while new targets are only waiting for their first scrape.
`;

const marks = { silent: "✗", starting: "…", up: "✓" } as const;

/** The line for when nothing fires: before the first scrapes that means little. */
export const nothingFires = (watched: readonly Watch[]): string =>
  watched.some(({ state }) => state === "starting")
    ? "Nothing is firing yet; make verify waits until everything has answered."
    : "Nothing is firing.";

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

/** `vigil status`. */
export async function run(args: string[]): Promise<number> {
  const options = stackOptions(args, help);
  if (options === undefined) return 0;
  const { root, stack } = options;
  const outputs = await readOutputs(await openEngine(options));
  const problems = await groundProblems(root, stack, outputs.target);
  for (const problem of problems) tell(`✗ ${problem}\n`);
  const estate = connect(outputs);
  try {
    const watched = await watchingNow(estate, outputs.watched);
    const alerts = (await estate.alerts()).filter(({ labels }) => labels["severity"] !== "none");
    const rows = watched.map(({ instance, job, state, why }) => [marks[state], job, instance, why]);
    tell(`Watched in ${outputs.environment}\n${forStack(formatTable(rows), stack)}`);
    tell(
      alerts.length === 0
        ? `\n${forStack(nothingFires(watched), stack)}\n`
        : `\nFiring\n${formatTable(inOrder(alerts).map(alertRow))}`,
    );
    const silent = watched.some(({ state }) => state === "silent");
    return problems.length === 0 && !silent ? 0 : 1;
  } catch (error) {
    tell(
      forStack(
        `✗ ${reasonOf(error)}\n  → make up restarts what stopped; make logs shows why\n`,
        stack,
      ),
    );
    return 1;
  }
}
