import type { Config } from "../../components/config/schema.ts";
import type { Content } from "../../components/content.ts";
import { type OwnTexts, type Plan, planEstate } from "../../components/plan.ts";
import type { Grounds } from "../../components/targets/grounds.ts";
import { renderBoards } from "../../dashboards/index.ts";
import { groups } from "../../rules/index.ts";

/** Every rule and board there is: of these a plan takes what it needs, as of those that are loaded for it. */
const everything: Content = { groups, renderBoards };

/** Plans an estate whose rules and boards can be asked for, without waiting. */
export const planWhole = (config: Config, grounds: Grounds, own?: OwnTexts): Plan =>
  planEstate(config, grounds, new Map(), own, everything);
