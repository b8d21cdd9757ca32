import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { benches } from "./index.ts";
import { interrupted } from "./lib/interrupt.ts";
import type { Report } from "./lib/report.ts";
import { renderTable } from "./lib/table.ts";

const help = `./vigil bench [--json] [NAME…]

Measures what the README claims, each figure against a reference in the same run; no name: all
but those that take an hour.

${benches.map(({ name, summary }) => `  ${name.padEnd(19)}${summary}`).join("\n")}

  --json         for programs
`;

/** The machine while it was measured: figures of a busy one say little. */
function machine(): { cpus: number; load: string; node: string } {
  const load = loadavg().map((value) => value.toFixed(2));
  return { cpus: cpus().length, load: load.join(" "), node: process.version };
}

/**
 * Runs benches and prints what they found.
 *
 * @param prepare - Gets what benches need, once the command line is known to be right.
 * @returns 0 also where a goal is missed, 1 where something could not be measured, 2 for a name there is not.
 */
export async function main(
  args: readonly string[],
  prepare: () => Promise<void> = () => Promise.resolve(),
): Promise<number> {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { help: { type: "boolean", short: "h" }, json: { type: "boolean" } },
  });
  if (values.help === true) {
    process.stdout.write(help);
    return 0;
  }
  const unknown = positionals.filter((name) => !benches.some((one) => one.name === name));
  if (unknown.length > 0) {
    process.stderr.write(`There is no bench ${unknown.join(", ")}\n\n${help}`);
    return 2;
  }
  await prepare();
  const chosen = benches.filter(({ long, name }) =>
    positionals.length === 0 ? long !== true : positionals.includes(name),
  );
  const before = machine();
  const reports: Report[] = [];
  const failed: { name: string; reason: string }[] = [];
  for (const { load, name } of chosen) {
    process.stderr.write(`→ ${name}\n`);
    try {
      reports.push(await (await load()).run());
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      failed.push({ name, reason });
      process.stderr.write(`✗ ${name} could not be measured: ${reason}\n`);
      if (interrupted.signal.aborted) break;
    }
  }
  const after = machine();
  process.stdout.write(
    values.json === true
      ? `${JSON.stringify({ machine: { before, after }, reports, failed }, undefined, 2)}\n`
      : `${before.cpus} CPUs, Node ${before.node}, load ${before.load} before, ${after.load} after\n${renderTable(reports)}`,
  );
  return failed.length === 0 ? 0 : 1;
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
