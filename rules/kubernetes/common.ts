/** What the groups about Kubernetes share. */
import type { Labels, Owner, Scope } from "../lib/alert.ts";
import { estateBoard } from "../lib/boards.ts";
import type { Query } from "../lib/signal.ts";

const kubernetes = {
  service: "kubernetes",
  team: "devops",
  layer: "service",
  board: estateBoard,
} as const;

/** Owner of a group about objects of a cluster, as kube-state-metrics tells of them. */
export const stateOwner = (topic: string, scope: Scope): Owner => ({
  ...kubernetes,
  name: `kubernetes-${topic}`,
  scope,
  target: { job: "kube-state-metrics", instance: "10.0.0.9:8080", host: "node-9" },
});

/** Owner of a group about what a program of the cluster tells of itself. */
export const componentOwner = (topic: string, scope: Scope, job: string): Owner => ({
  ...kubernetes,
  name: `kubernetes-${topic}`,
  scope,
  target: { job, instance: "10.0.0.1:10250", host: "node-1" },
});

/** Labels of an alert about something that is not the target which told of it. */
export const object = (labels: Labels = {}): Labels => ({ instance: "", host: "", ...labels });

/**
 * What kube-state-metrics says of an object, whichever replica says it: it moves from node to node,
 * and an alert must not start anew each time.
 */
export const state = (metric: string): string => `max without (instance, host, uid) (${metric})`;

/** Pods with the node they run on: a node that is down silences its pods by this label. */
export const onNode = (q: Query, pods: string): string =>
  `${pods} * on (cluster, env, namespace, pod) group_left (node) max by (cluster, env, namespace, pod, node) (${q.gauge("kube_pod_info")})`;

const nodeNames = (metric: string): string => `max by (cluster, env, instance, node) (${metric})`;

/** What a kubelet tells, with the name of its node. */
export const ofNode = (q: Query, values: string): string =>
  `${values} * on (cluster, env, instance) group_left (node) ${nodeNames(q.gauge("kubelet_node_name"))}`;

/** The same for a kubelet that does not answer now: its name is remembered for an hour. */
export function ofNodeThatWas(q: Query, values: string): string {
  const names = nodeNames(`max_over_time(${q.gauge("kubelet_node_name")}[1h])`);
  return `(${values} * on (cluster, env, instance) group_left (node) ${names} or ignoring (node) ${values})`;
}

/** Clusters in which a job had targets in the last day. */
export const wasThere = (q: Query, job: string): string =>
  `group by (cluster, env, job) (present_over_time(${q.gauge("up", { job })}[1d]))`;

/** How many targets of a job answer in each cluster; nothing where none does. */
export const answering = (q: Query, job: string): string =>
  `count by (cluster, env) (${q.gauge("up", { job })} == 1)`;

/** A pod of the fixtures, and where it runs. */
export const pod = 'namespace="shop",pod="web-1"';
export const placed = { [`kube_pod_info{${pod},node="node-1",uid="u"}`]: "1x200" };
/** What an alert about that pod is labelled with. */
export const thatPod = (labels: Labels = {}): Labels =>
  object({ namespace: "shop", pod: "web-1", node: "node-1", ...labels });

/** Name of the node whose kubelet the fixtures ask. */
export const kubeletName = { 'kubelet_node_name{node="node-1"}': "1x700" };
