import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { lacksAnywhere } from "../components/alert-lacks.ts";
import { allAlerts, groups } from "../rules/index.ts";
import { readDeployed, readInventory } from "../rules/lint/files.ts";
import { joinInventory } from "../rules/lint/inventory.ts";
import { sectionsOf } from "../rules/lint/runbook.ts";
import type { Evidence, Parity, Proof } from "../rules/lint/scorecard.ts";
import type { MutationResult } from "./mutation.ts";

/** Where the scorecard and what it rests on lie in a checkout. */
export const files = {
  parity: join("rules", "parity.json"),
  proof: join("rules", "proof.json"),
  scorecard: join("docs", "scorecard.md"),
} as const;

function readJson(path: string): unknown {
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {};
}

/** What the scorecard of a checkout is written from. */
export function readEvidence(root: string): Evidence {
  const runbooks = join(root, "runbooks");
  const documented = readdirSync(runbooks).flatMap((file) =>
    sectionsOf(readFileSync(join(runbooks, file), "utf8")).map(({ alert }) => alert),
  );
  const inventories = [...readInventory(root).values()];
  return {
    groups,
    inventory: joinInventory(inventories),
    captured: joinInventory(inventories.filter(({ how }) => how === "captured")),
    documented: new Set(documented),
    deployed: Object.keys(readDeployed(root)).sort(),
    lacks: lacksAnywhere(),
    proof: readJson(join(root, files.proof)) as Proof,
    parity: readJson(join(root, files.parity)) as Parity,
  };
}

/** Results of some alerts, with those of the others as they were kept; alerts that are gone are left out. */
export function withKept(results: readonly MutationResult[], kept: Proof): MutationResult[] {
  const names = new Set(allAlerts().map(({ name }) => name));
  const fresh = new Set(results.map(({ alert }) => alert));
  const rest = Object.entries(kept)
    .filter(([alert]) => names.has(alert) && !fresh.has(alert))
    .map(([alert, proof]) => ({ alert, ...proof }));
  return [...results, ...rest];
}

/** What the mutants showed, as it is kept: an alert a line. */
export function renderProof(results: readonly MutationResult[]): string {
  const lines = [...results]
    .sort((a, b) => (a.alert < b.alert ? -1 : 1))
    .map(
      ({ alert, mutants, survivors }) =>
        `  ${JSON.stringify(alert)}: ${JSON.stringify({ mutants, survivors })}`,
    );
  return `{\n${lines.join(",\n")}\n}\n`;
}
