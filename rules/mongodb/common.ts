import type { Owner } from "../lib/alert.ts";
import { hostBoard } from "../lib/boards.ts";

/** What every group of MongoDB alerts has in common. */
export const mongodb = {
  service: "mongodb",
  team: "dba",
  scope: "database",
  layer: "service",
  board: hostBoard,
  target: { job: "mongodb", instance: "db-1:9216", host: "db-1", rs_nm: "rs0" },
} satisfies Owner;
