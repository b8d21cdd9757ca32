import { keepReport } from "./report.ts";
import { type Outcome, runChain } from "./run.ts";

/** With a file for memory and with two replicas on PostgreSQL; or only the one that is asked for. */
const asked = process.env["VIGIL_CHAIN"];
const names = asked === undefined ? ["sqlite-1", "postgres-2", "sqlite-4"] : [asked];

describe("a chain that breaks at random for two minutes", () => {
  const outcomes = new Map<string, Promise<Outcome>>();

  // Beside each other: most of the time each of them waits.
  beforeAll(() => {
    for (const name of names) {
      const running = runChain(name);
      running.catch(() => undefined);
      outcomes.set(name, running);
    }
  });

  it.each(names)(
    "loses nothing and reports nothing that was not: %s",
    async (name) => {
      const outcome = await outcomes.get(name);
      if (outcome === undefined) throw new Error(`${name} did not run`);
      const { faults, findings, report, settled, told } = outcome;
      process.stdout.write(
        `${name}: ${faults} faults, ${told} messages, right ${(settled / 1000).toFixed(0)} s after the last\n`,
      );
      if (findings.length > 0)
        throw new Error(`${report}\n\n(kept in ${keepReport(name, report)})`);
      expect(faults).toBeGreaterThan(20);
      expect(told).toBeGreaterThan(20);
    },
    600_000,
  );
});
