import type { Config } from "../components/config/schema.ts";
import type { Plan } from "../components/plan.ts";
import type { Engine } from "./engine.ts";
import { UserError } from "../lib/errors.ts";
import { readStackConfig } from "./stack-config.ts";

/** The plan of a stack, made without an engine. */
export interface Planned {
  readonly config: Config;
  readonly plan: Plan;
}

/**
 * Plans a stack's estate from its files alone. Parts that cannot be obtained on this machine are left out.
 *
 * @param without - Why parts that are done without are not there, by name: `grafana`.
 * @throws UserError with every mistake in the configuration.
 */
export async function planStack(
  root: string,
  stack: string,
  {
    quiet = false,
    without = new Map(),
  }: { quiet?: boolean; without?: ReadonlyMap<string, string> } = {},
): Promise<Planned> {
  const config = await readStackConfig(root, stack, quiet);
  // The program's modules need packages, which are there only now.
  const { checkedPlan } = await import("../components/checked-plan.ts");
  const { loadContent } = await import("../components/content.ts");
  const { planEstate } = await import("../components/plan.ts");
  const { groundsOf } = await import("../components/targets/grounds.ts");
  const { describeProblems } = await import("../components/config/problem-text.ts");
  const grounds = groundsOf(config, stack);
  const content = await loadContent(planEstate(config, grounds, without));
  // Places of the local target lie below the working directory, as the engine would have it.
  const before = process.cwd();
  process.chdir(root);
  const { plan, problems } = checkedPlan(config, grounds, without, content, root);
  process.chdir(before);
  if (problems.length > 0) throw new UserError(describeProblems(problems, stack));
  return { config, plan };
}

/** The same for an engine, without a word; undefined where it cannot be planned, which the engine says. */
export function planFor({
  home: { root, stack },
  without,
}: Pick<Engine, "home" | "without">): Promise<Planned | undefined> {
  return planStack(root, stack, { quiet: true, without }).catch(() => undefined);
}
