import type { Owner } from "../lib/alert.ts";
import { hostBoard } from "../lib/boards.ts";

/** What every group of MySQL and MariaDB alerts has in common. */
export const mysql = {
  service: "mysql",
  team: "dba",
  scope: "database",
  layer: "service",
  board: hostBoard,
  target: { job: "mysql", instance: "db-1:9104", host: "db-1" },
} satisfies Owner;
