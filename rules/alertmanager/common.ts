/** What the groups about Alertmanager share. */
import type { Owner } from "../lib/alert.ts";
import { hostBoard } from "../lib/boards.ts";

export const job = "alertmanager";

/** Owner of one group about Alertmanager. */
export const alertmanagerOwner = (topic: string): Owner => ({
  name: `alertmanager-${topic}`,
  service: "alertmanager",
  team: "sre",
  scope: "target",
  layer: "service",
  board: hostBoard,
  target: { job, instance: "a:9093", host: "a" },
});

/** The members of one cluster: those of one environment. */
export const members = "by (cluster, env, job)";

/** Labels of what is about no single member. */
export const nowhere = { instance: "", host: "" };

/** A series of two members. */
export const pair = (first: string, second: string, metric = "up", labels = "") => ({
  [`${metric}{instance="a:9093"${labels}}`]: first,
  [`${metric}{instance="b:9093",host="b"${labels}}`]: second,
});
