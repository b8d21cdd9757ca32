import type { Config } from "../../components/config/schema.ts";
import type { Content } from "../../components/content.ts";
import { type OwnTexts, type Plan, planEstate } from "../../components/plan.ts";
import { groundsOf, type Grounds } from "../../components/targets/grounds.ts";
import { renderBoards } from "../../dashboards/index.ts";
import { groups } from "../../rules/index.ts";
import { stackConfig } from "./harness.ts";
import { parseConfig } from "./parse.ts";

/** Every rule and board there is: of these a plan takes what it needs, as of those that are loaded for it. */
const everything: Content = { groups, renderBoards };

/** Plans an estate whose rules and boards can be asked for, without waiting. */
export const planWhole = (config: Config, grounds: Grounds, own?: OwnTexts): Plan =>
  planEstate(config, grounds, new Map(), own, everything);

/** The plan of the local stack with values of its own; see {@link planWhole}. */
export function planWith(values: Readonly<Record<string, unknown>>): Plan {
  const base = stackConfig("local");
  const more = Object.entries(values).map(([key, value]) => [key, JSON.stringify(value)] as const);
  const { config, problems } = parseConfig(
    { ...base, values: { ...base.values, ...Object.fromEntries(more) } },
    new Date(0),
  );
  if (config === undefined) throw new Error(JSON.stringify(problems));
  return planWhole(config, groundsOf(config, "local"));
}
