import type { Owner } from "../lib/alert.ts";
import { hostBoard } from "../lib/boards.ts";

/** What every group of Redis and Valkey alerts has in common. */
export const redis = {
  service: "redis",
  team: "dba",
  scope: "database",
  layer: "service",
  board: hostBoard,
  target: { job: "redis", instance: "cache-1:9121", host: "cache-1" },
} satisfies Owner;
