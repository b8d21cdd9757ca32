import type { Lacks } from "../rules/lib/needs.ts";
import { services } from "./catalog/index.ts";
import type { Service } from "./catalog/service.ts";
import type { Config } from "./config/schema.ts";
import type { Traits } from "./targets/kinds.ts";

const contract = "nothing that the estate scrapes reports that";

/** As every estate is made today, whichever services it has. */
const everywhere: Lacks = {
  "application metrics": contract,
  "business metrics": contract,
  "inference metrics": contract,
  "journey metrics": contract,
};

const all: readonly Service[] = services;

/** Needs that no estate meets, however it is configured. */
export const lacksAnywhere = (): Lacks =>
  Object.assign({}, everywhere, ...all.map(({ lacks }) => lacks)) as Lacks;

/**
 * Needs of alerts that an estate does not meet, each with the reason: those alerts could never fire and are not loaded.
 * Pure.
 *
 * @param hosts - How many machines it watches.
 */
export const lacksOf = (
  config: Config,
  { platform }: Pick<Traits, "platform">,
  hosts = 1,
): Lacks => ({
  ...lacksAnywhere(),
  ...(hosts < 2 && { "several hosts": "the estate has one" }),
  ...(platform !== "darwin" && { macos: "the estate's host runs Linux" }),
  ...(Object.assign(
    {},
    ...all.map((one) => one.lacksHere?.(config[one.key as never], config)),
  ) as Lacks),
});
