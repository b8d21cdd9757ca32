import type { Owner } from "../lib/alert.ts";
import { hostBoard } from "../lib/boards.ts";

import type { Query } from "../lib/signal.ts";

/** A server that may drop any key: a cache, which is full by design and is not kept. */
export const isCache = (q: Query): string =>
  q.gauge("redis_instance_info", { maxmemory_policy: /allkeys-.*/ });

/** What one server tells. */
export const ofTarget = "cluster, env, job, instance";

/** What every group of Redis and Valkey alerts has in common. */
export const redis = {
  service: "redis",
  team: "dba",
  scope: "database",
  layer: "service",
  board: hostBoard,
  target: { job: "redis", instance: "cache-1:9121", host: "cache-1" },
} satisfies Owner;
