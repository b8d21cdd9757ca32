/** What the groups about etcd share. */
import type { Owner } from "../lib/alert.ts";
import { hostBoard } from "../lib/boards.ts";

export const job = "etcd";

/** Owner of one group about etcd. */
export const etcdOwner = (topic: string): Owner => ({
  name: `etcd-${topic}`,
  service: "etcd",
  team: "devops",
  scope: "database",
  layer: "service",
  board: hostBoard,
  target: { job, instance: "10.0.0.1:2381", host: "cp-1" },
});

/** Labels that tell the members of a cluster apart. */
export const member = ["cluster", "env", "host", "instance", "job"];
