import { z } from "zod";
import { about, name } from "../config/fields.ts";
import { dockerFields } from "./docker/fields.ts";

/** Name of the target that Prometheus, and what is not put elsewhere, stands on. */
export const core = "core";

/** Settings of a target other than the core, by kind. */
const kinds = { docker: z.strictObject(dockerFields).optional() };

/** The targets of a stack beside the core. */
export const targets = about(z.record(name, z.strictObject(kinds)).default({}), {
  description: "Targets for exporters, in addition to the core, by name.",
});

/** One target beside the core. */
export type Elsewhere = z.output<typeof targets>[string];

/** The kinds that such a target can be of. */
export const elsewhereKinds = Object.keys(kinds) as (keyof typeof kinds)[];

/** Where such a target is reached, and the path of the field that says so. */
export const reachedAt = ({ docker }: Elsewhere): readonly [field: string[], address: string][] =>
  docker === undefined ? [] : [[["docker", "address"], docker.address]];

/** The kinds that are set for a target: one, where nothing is wrong. */
export const kindsOf = (one: Elsewhere): (keyof typeof kinds)[] =>
  elsewhereKinds.filter((kind) => one[kind] !== undefined);
