import type { Owner } from "../lib/alert.ts";
import { hostBoard } from "../lib/boards.ts";

/** What every group of PostgreSQL alerts has in common. */
export const postgres = {
  service: "postgres",
  team: "dba",
  scope: "database",
  layer: "service",
  board: hostBoard,
  target: { job: "postgres", instance: "db-1:9187", host: "db-1" },
} satisfies Owner;

/**
 * One number for a server from a metric that has no labels of its own. Up to 0.19 the exporter puts
 * `server` on settings and activity and not on the rest: without it both sides match in all versions.
 */
export const ofServer = (metric: string): string => `max without (server) (${metric})`;

/** What one server tells. */
export const ofTarget = "cluster, env, job, instance";

/** Labels of a session beside its database, user and application: they change while it runs. */
export const passing = "server, state, backend_type, wait_event_type, wait_event";

/** Everything that tells sessions of one server apart. */
export const session = `${passing}, datname, usename, application_name`;
