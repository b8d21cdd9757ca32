import { randomInt } from "node:crypto";
import { pathWith } from "../lib/path.ts";
import { keepReport } from "../test/chain/report.ts";
import { type Outcome, runChain } from "../test/chain/run.ts";
import { ensureTools } from "../tools/ensure.ts";
import { silent } from "../lib/progress.ts";
import { guarded, interrupted } from "./lib/interrupt.ts";
import { checkout } from "./lib/place.ts";
import type { Report } from "./lib/report.ts";
import { median, quantile, quartiles } from "./lib/statistics.ts";

/** How long fresh seeds are tried; no run begins after it. */
const minutes = Number(process.env["MINUTES"] ?? 60);

/** Seconds after the last fault within which all must be right, most of the time. */
const goal = 60;

const summary = ({ faults, findings, name, settled, told }: Outcome): string =>
  `${findings.length === 0 ? "✓" : "✗"} ${name}: ${faults} faults, ${told} messages, ` +
  (findings.length === 0
    ? `right ${(settled / 1000).toFixed(0)} s after the last`
    : `${findings.length} findings`);

/** One run after the other with seeds that nobody has tried, with a file for memory and with PostgreSQL. */
export function run(): Promise<Report> {
  return guarded(async () => {
    const { binFolder } = await ensureTools(["alertmanager", "prometheus"], {
      root: checkout,
      progress: silent,
    });
    process.env["PATH"] = pathWith([binFolder]);
    const end = performance.now() + minutes * 60_000;
    const outcomes: Outcome[] = [];
    while (performance.now() < end) {
      const memory = outcomes.length % 2 === 0 ? "sqlite" : "postgres";
      const name = `${memory}-${randomInt(1_000_000)}`;
      const outcome = await runChain(name, { signal: interrupted.signal });
      // A run that was broken off proves nothing.
      interrupted.signal.throwIfAborted();
      outcomes.push(outcome);
      process.stderr.write(`  ${summary(outcome)}\n`);
      if (outcome.findings.length > 0) {
        process.stderr.write(`    kept in ${keepReport(name, outcome.report)}\n`);
      }
    }
    if (outcomes.length === 0) throw new Error("no run came to its end");
    return report(outcomes);
  });
}

function report(outcomes: readonly Outcome[]): Report {
  const wrong = outcomes.filter(({ findings }) => findings.length > 0);
  const settled = outcomes.map((one) => one.settled / 1_000);
  const faults = outcomes.reduce((sum, one) => sum + one.faults, 0);
  const told = outcomes.reduce((sum, one) => sum + one.told, 0);
  return {
    name: "chain",
    figures: [
      {
        what: "runs that lost something or told of nothing",
        unit: "times",
        value: wrong.length,
        goal: 0,
      },
      {
        what: "from the last fault until all is right",
        unit: "s",
        value: median(settled),
        spread: quartiles(settled),
      },
      { what: "the same, slowest run", unit: "s", value: quantile(settled, 1), goal },
    ],
    notes: [
      `${outcomes.length} runs of two minutes with seeds of their own: ${faults} faults, ${told} messages.`,
      ...wrong.map(({ name }) => `Again: VIGIL_CHAIN=${name} ./vigil test test/chain`),
      "MINUTES=… runs it for another time than an hour.",
    ],
  };
}
