import type { Owner } from "../lib/alert.ts";
import { hostBoard } from "../lib/boards.ts";

const owner = {
  service: "loki",
  team: "sre",
  scope: "target",
  layer: "service",
  board: hostBoard,
} as const;

/** What the groups about Loki have in common. */
export const loki = {
  ...owner,
  target: { job: "loki", instance: "a:3100", host: "a" },
} satisfies Owner;

/** What the groups about Alloy have in common: without a shipper Loki has nothing to say. */
export const alloy = {
  ...owner,
  target: { job: "alloy", instance: "a:12345", host: "a" },
} satisfies Owner;
