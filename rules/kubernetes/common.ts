/** What the groups about Kubernetes share. */
import type { Labels, Owner, Scope } from "../lib/alert.ts";
import { estateBoard } from "../lib/boards.ts";
import { type Query, withLabel } from "../lib/signal.ts";

const kubernetes = {
  service: "kubernetes",
  team: "devops",
  layer: "service",
  board: estateBoard,
} as const;

/** Owner of a group about objects of a cluster, as kube-state-metrics reports them. */
export const stateOwner = (topic: string, scope: Scope): Owner => ({
  ...kubernetes,
  name: `kubernetes-${topic}`,
  scope,
  copies: "same",
  target: { job: "kube-state-metrics", instance: "10.0.0.9:8080", host: "node-9" },
});

/** Owner of a group about what a program of the cluster reports about itself. */
export const componentOwner = (topic: string, scope: Scope, job: string): Owner => ({
  ...kubernetes,
  name: `kubernetes-${topic}`,
  scope,
  target: { job, instance: "10.0.0.1:10250", host: "node-1" },
});

/** Labels of an alert about something that is not the target which told of it. */
export const object = (labels: Labels = {}): Labels => ({ instance: "", host: "", ...labels });

/** Labels that tell where an object is, whoever reports it. */
const place = ["cluster", "env", "job"];

/** Joins what one exporter reports the same object. */
export const same = (...labels: readonly string[]): string =>
  `on (${[...place, ...labels].join(", ")})`;

/** Aggregates by objects that these labels tell apart. */
export const by = (...labels: readonly string[]): string =>
  `by (${[...place, ...labels].join(", ")})`;

/**
 * What kube-state-metrics says of an object that these labels tell apart, whichever replica says it
 * and wherever that runs: its own labels are not part of the object, and an alert must not start again
 * when they change.
 */
export const state = (values: string, ...labels: readonly string[]): string =>
  `max ${by(...labels)} (${values})`;

/** Values of objects of a cluster, added up without counting one twice. */
export const total = (values: string, ...labels: readonly string[]): string =>
  `sum ${by()} (${state(values, ...labels)})`;

const ownName = { metric: "kubelet_node_name", by: [...place, "instance"], label: "node" };

/** What a kubelet tells, with the name of its node. */
export const ofNode = (q: Query, values: string): string => withLabel(q, values, ownName);

/** The same for a kubelet that does not answer now: its name is remembered for an hour. */
export function ofNodeThatWas(q: Query, values: string): string {
  const key = ownName.by.join(", ");
  const names = `topk by (${key}) (1, max by (${key}, node) (max_over_time(${q.gauge(ownName.metric)}[1h])))`;
  return `(${values} + on (${key}) group_left (node) 0 * ${names} or ignoring (node) ${values})`;
}

/**
 * Clusters that should have a job: its targets are there, or were within the hour while something
 * else of the cluster still is. A cluster that was taken away has nothing left and is not missed.
 */
export const shouldBe = (q: Query, job: string): string => {
  const targets = q.gauge("up", { job });
  return `group ${by()} (${targets} or present_over_time(${targets}[1h]) and on (cluster, env) group by (cluster, env) (${q.gauge("up")}))`;
};

/** How many targets of a job answer in each cluster; nothing where none does. */
export const answering = (q: Query, job: string): string =>
  `count by (cluster, env) (${q.gauge("up", { job })} == 1)`;

/** Targets that lead, where all of them can be asked: the leader may be the one that does not answer. */
export const leading = (q: Query, job: string): string =>
  `(sum ${by()} (${q.gauge("leader_election_master_status", { name: job })}) unless ${same()} ${q.gauge("up", { job })} == 0)`;

/** Labels of the kinds of workload that make pods: alerts about one of them carry it, too. */
export const workloads = {
  Deployment: "deployment",
  StatefulSet: "statefulset",
  DaemonSet: "daemonset",
  Job: "job_name",
} as const;
const ofPod = ["namespace", "pod"] as const;
/** Recorded: each pod with its node and its workload. */
export const placement = "pod:kube_pod_info:placed";

/** The pods with an owner of a kind, under the label of that kind. */
function ownedBy(q: Query, kind: keyof typeof workloads): string {
  const owner = (of: string): string =>
    state(
      q.gauge("kube_pod_owner", { owner_kind: of, owner_is_controller: "true" }),
      ...ofPod,
      "owner_name",
    );
  const owned =
    kind === "Deployment"
      ? withLabel(
          q,
          `label_replace(${owner("ReplicaSet")}, "replicaset", "$1", "owner_name", "(.+)")`,
          {
            metric: "kube_replicaset_owner",
            matchers: { owner_kind: kind },
            by: [...place, "namespace", "replicaset"],
            label: "owner_name",
          },
        )
      : owner(kind);
  return `label_replace(${owned}, "${workloads[kind]}", "$1", "owner_name", "(.+)")`;
}

/** Each pod once, with its node and its workload where it has them. */
export function placedPods(q: Query): string {
  const kinds = Object.keys(workloads) as (keyof typeof workloads)[];
  const labels = Object.values(workloads);
  const owned = kinds.map((kind) => ownedBy(q, kind)).join(" or ");
  const each = state(`2 * (${owned}) or ${q.gauge("kube_pod_info")}`, ...ofPod, ...labels);
  const node = withLabel(q, `topk ${by(...ofPod)} (1, ${each})`, {
    metric: "kube_pod_info",
    by: [...place, ...ofPod],
    label: "node",
  });
  return `group ${by(...ofPod, "node", ...labels)} (${node})`;
}

/**
 * Pods with the node they run on and the workload that made them: by these labels a node that is down
 * silences its pods, and a pod that fails what its workload lacks.
 */
export const onNode = (q: Query, pods: string): string =>
  `${pods} * ${same(...ofPod)} group_left (node, ${Object.values(workloads).join(", ")}) topk ${by(...ofPod)} (1, ${q.gauge(placement)})`;

/** A pod of the fixtures, where it runs and what made it. */
export const pod = 'namespace="shop",pod="web-1"';
export const made = {
  [`kube_pod_owner{${pod},owner_kind="ReplicaSet",owner_name="web-5d8",owner_is_controller="true",uid="u"}`]:
    "1x200",
  'kube_replicaset_owner{namespace="shop",replicaset="web-5d8",owner_kind="Deployment",owner_name="web",owner_is_controller="true"}':
    "1x200",
};
export const placed = { [`kube_pod_info{${pod},node="node-1",uid="u"}`]: "1x200", ...made };
/** What an alert about that pod is labelled with. */
export const thatPod = (labels: Labels = {}): Labels =>
  object({ namespace: "shop", pod: "web-1", node: "node-1", deployment: "web", ...labels });

/** Name of the node whose kubelet the fixtures ask. */
export const kubeletName = { 'kubelet_node_name{node="node-1"}': "1x700" };
