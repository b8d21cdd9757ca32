/** What the groups about Prometheus share. */
import type { Owner } from "../lib/alert.ts";
import { hostBoard } from "../lib/boards.ts";

export const job = "prometheus";

/** Owner of one group about Prometheus. */
export const prometheusOwner = (topic: string): Owner => ({
  name: `prometheus-${topic}`,
  service: "prometheus",
  team: "sre",
  scope: "target",
  layer: "service",
  board: hostBoard,
  target: { job, instance: "a:9090", host: "a" },
});

/** Labels of one server. */
export const server = "cluster, env, host, instance, job";

/** Servers that do the same work, so that one may fail: those of one environment. */
export const replicas = "by (cluster, env, job)";

/** Labels of what is about no single server. */
export const nowhere = { instance: "", host: "" };
