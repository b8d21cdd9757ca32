import { againstPlan } from "./against-plan.ts";
import type { ConfigProblem } from "./config/mistakes.ts";
import type { Config } from "./config/schema.ts";
import type { Content } from "./content.ts";
import { readOwnFiles } from "./own-files.ts";
import { type Plan, planEstate } from "./plan.ts";
import type { Grounds } from "./targets/grounds.ts";

/** A plan, and everything that is wrong with it. */
export interface CheckedPlan {
  readonly plan: Plan;
  readonly problems: readonly ConfigProblem[];
}

/**
 * Plans an estate with the files that its stack brings itself.
 *
 * @param absent - Why programs and plugins that an estate can do without are not there, by name.
 * @param content - Loaded for the same configuration.
 * @param root - The project's folder. @default the working directory
 */
export function checkedPlan(
  config: Config,
  grounds: Grounds,
  absent: ReadonlyMap<string, string>,
  content: Content,
  root?: string,
): CheckedPlan {
  const own = readOwnFiles(config, root);
  const plan = planEstate(config, grounds, absent, own.texts, content);
  return { plan, problems: [...own.problems, ...againstPlan(config, plan)] };
}
