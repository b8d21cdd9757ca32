import type { Owner } from "../lib/alert.ts";
import { estateBoard, hostBoard } from "../lib/boards.ts";

/** What every group of Ray alerts has in common; every node exports its own metrics. */
export const ray = {
  service: "ray",
  team: "mlops",
  scope: "node",
  layer: "service",
  board: hostBoard,
  target: { job: "ray", instance: "ray-1:8080", host: "ray-1" },
} satisfies Owner;

/** For what all nodes of a Ray cluster report together. */
export const rayCluster = { ...ray, scope: "workload", board: estateBoard } satisfies Owner;

/** One node. */
export const node = "cluster, env, host, instance, job";

/** One Ray cluster from its start to its end. */
export const session = "cluster, env, job, SessionName";
