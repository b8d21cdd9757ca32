import type { Selection } from "../rules/selection.ts";
import { readStackConfig } from "./stack-config.ts";

/**
 * The settings that decide which rules a stack gets, from its files.
 *
 * @param quiet - Whether what is odd in them goes unsaid.
 * @throws UserError with every mistake in the configuration.
 */
export async function selectionOf(root: string, stack: string, quiet = false): Promise<Selection> {
  // The program's modules need packages, which are there only now.
  const { planEstate } = await import("../components/plan.ts");
  const { groundsOf } = await import("../components/targets/grounds.ts");
  const config = await readStackConfig(root, stack, quiet);
  return planEstate(config, groundsOf(config, stack)).selection;
}
