import { defineAlerts } from "../lib/alert.ts";
import { defineSignals, type Query } from "../lib/signal.ts";
import { by, object, same, state, stateOwner } from "./common.ts";

const sameNode = same("node");
const ofNode = (values: string): string => state(values, "node");
const conditionOf = (q: Query, name: string | RegExp): string =>
  q.gauge("kube_node_status_condition", { condition: name, status: "true" });
const condition = (q: Query, name: string): string => ofNode(conditionOf(q, name));
/** Taints of what removes a node on purpose. */
const leaving =
  /ToBeDeletedByClusterAutoscaler|karpenter\.sh\/disrupted|cloud\.google\.com\/impending-node-termination|aws-node-termination-handler\/spot-itn/;

const cordoned = (q: Query): string => ofNode(q.gauge("kube_node_spec_unschedulable"));
const beingRemoved = (q: Query): string =>
  ofNode(q.gauge("kube_node_spec_taint", { key: leaving }));
/** Nodes that somebody means to be in use. */
const inUse = (q: Query): string =>
  `(${condition(q, "Ready")} unless ${sameNode} ${cordoned(q)} > 0 unless ${sameNode} ${beingRemoved(q)} > 0)`;

export const signals = defineSignals({
  ready: {
    unit: "bool",
    about: "1 for each node that takes part, 0 for one that is known and does not.",
    query: (q) => condition(q, "Ready"),
  },
  readyShare: {
    unit: "ratio",
    about: "Share of the nodes in use that take part.",
    query: (q) => `avg ${by()} (${inUse(q)})`,
  },
  nodes: {
    unit: "count",
    about: "Nodes of each cluster that are in use.",
    query: (q) => `count ${by()} (${inUse(q)})`,
  },
  readyChanges: {
    unit: "count",
    about: "How often each node became ready or unready in half an hour.",
    query: (q) => ofNode(`changes(${conditionOf(q, "Ready")}[30m])`),
  },
  pressure: {
    unit: "bool",
    about: "1 for each node that is short of memory, disk or process ids.",
    query: (q) =>
      state(conditionOf(q, /MemoryPressure|DiskPressure|PIDPressure/), "node", "condition"),
  },
  networkMissing: {
    unit: "bool",
    about: "1 for each node whose network is not set up.",
    query: (q) => condition(q, "NetworkUnavailable"),
  },
  unreachable: {
    unit: "bool",
    about: "1 for each node that the control plane hears nothing of.",
    query: (q) =>
      ofNode(
        q.gauge("kube_node_spec_taint", {
          key: "node.kubernetes.io/unreachable",
          effect: "NoSchedule",
        }),
      ),
  },
  leaving: {
    unit: "bool",
    about: "1 for each node that is being removed on purpose.",
    query: beingRemoved,
  },
  cordoned: {
    unit: "bool",
    about: "1 for each node that takes no new pods because somebody said so.",
    query: cordoned,
  },
});

const node = (condition: string, name = "node-1", status = "true"): string =>
  `kube_node_status_condition{node="${name}",condition="${condition}",status="${status}"}`;
const cordon = (name = "node-1"): string => `kube_node_spec_unschedulable{node="${name}"}`;
const taint = (key: string, name = "node-1", effect = "NoSchedule"): string =>
  `kube_node_spec_taint{node="${name}",key="${key}",effect="${effect}"}`;
const gone = "node.kubernetes.io/unreachable";
const thatNode = object({ node: "node-1" });
const several = (condition: string, values: readonly string[]) =>
  Object.fromEntries(values.map((value, index) => [node(condition, `n-${index}`), value]));

const asleep = Object.fromEntries(
  ["a", "b", "c"].flatMap((name, index) => [
    [
      `kube_node_status_condition{cluster="asleep",node="${name}",condition="Ready",status="true"}`,
      index === 0 ? "1x20" : "0x20",
    ],
    [
      `kube_node_spec_unschedulable{cluster="asleep",node="${name}"}`,
      index === 0 ? "0x20" : "1x20",
    ],
  ]),
);

export const group = defineAlerts(stateOwner("nodes", "node"), signals, {
  KubeNodesMostlyDown: {
    severity: "emergency",
    scope: "cluster",
    threshold: { value: 0.5, unit: "share of nodes that are ready" },
    when: ({ nodes, readyShare }, threshold) =>
      `${readyShare} < ${threshold} and (${nodes} >= 3 or ${readyShare} == 0)`,
    for: "5m",
    summary: "Most nodes of the cluster are gone",
    description:
      "Only {{ $value | humanizePercentage }} of the nodes in use are ready: the rest cannot carry what ran on the others.",
    fires: {
      series: {
        ...several("Ready", ["0x20", "0x20", "1x20", "0x20", "1x20"]),
        ...several("DiskPressure", ["1x20", "1x20", "1x20", "1x20", "1x20"]),
        'kube_node_status_condition{node="n-0",condition="Ready",status="false"}': "1x20",
        'kube_node_status_condition{node="n-1",condition="Ready",status="false"}': "1x20",
        'kube_node_status_condition{node="n-3",condition="Ready",status="false"}': "1x20",
      },
      from: "5m",
      labels: object(),
      value: "40%",
    },
    quiet: {
      series: {
        ...several("Ready", ["0x20", "1x20", "1x20", "0x20", "1x20"]),
        // A cluster of two, and the other is being replaced.
        'kube_node_status_condition{cluster="two",node="a",condition="Ready",status="true"}':
          "1x20",
        'kube_node_status_condition{cluster="two",node="b",condition="Ready",status="true"}':
          "0x20",
        // Put to sleep for the night, all but one.
        ...asleep,
      },
      at: "8m",
    },
  },
  KubeNodeNotReady: {
    severity: "warning",
    family: "KubeNodeReady",
    when: ({ cordoned, leaving, ready }) =>
      `${ready} == 0 and ${sameNode} ${cordoned} == 0 unless ${sameNode} ${leaving} > 0`,
    for: "10m",
    summary: "Node {{ $labels.node }} is not ready",
    description:
      "The node has not been ready for ten minutes, and nobody took it out of use. Its pods are moved away where they can be; alerts about them are held back.",
    fires: {
      series: {
        [node("Ready")]: "1x2 0x30",
        [node("Ready", "node-1", "unknown")]: "0x2 1x30",
        [node("DiskPressure")]: "1x40",
        [cordon()]: "0x40",
      },
      from: "13m",
      labels: thatNode,
    },
    quiet: {
      series: {
        [node("Ready")]: "0x8 1x30",
        [cordon()]: "0x40",
        [node("Ready", "b")]: "0x40",
        [cordon("b")]: "1x40",
        [node("DiskPressure")]: "0x40",
        [node("Ready", "node-1", "unknown")]: "0x40",
        // Taken back by the cloud: what removes it has marked it.
        [node("Ready", "spot")]: "0x40",
        [cordon("spot")]: "0x40",
        [taint("aws-node-termination-handler/spot-itn", "spot")]: "1x40",
      },
      at: "25m",
    },
  },
  KubeNodeUnreachable: {
    severity: "warning",
    family: "KubeNodeReady",
    when: ({ leaving, unreachable }) => `${unreachable} > 0 unless ${sameNode} ${leaving} > 0`,
    for: "15m",
    summary: "Node {{ $labels.node }} is out of reach",
    description:
      "The control plane has heard nothing of the node for 15 minutes and nothing is removing it. Pods on it may still run, twice now if they were moved.",
    fires: {
      series: { [taint(gone)]: "1x30", [taint("team")]: "1x30" },
      from: "15m",
      labels: thatNode,
    },
    quiet: {
      series: {
        [taint(gone)]: "1x12 _x30",
        [taint(gone, "leaves")]: "1x40",
        [taint("ToBeDeletedByClusterAutoscaler", "leaves")]: "1x40",
        [taint("dedicated", "b")]: "1x40",
        [taint(gone, "c", "NoExecute")]: "1x40",
      },
      at: "25m",
    },
  },
  KubeNodeReadinessFlapping: {
    severity: "warning",
    threshold: { value: 4, unit: "changes of readiness in half an hour" },
    when: ({ cordoned, readyChanges }, threshold) =>
      `${readyChanges} > ${threshold} and ${sameNode} ${cordoned} == 0`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "Node {{ $labels.node }} comes and goes",
    description:
      'The node became ready or unready {{ $value | printf "%.0f" }} times in half an hour; each time its pods lose and regain their Services.',
    fires: {
      series: { [node("Ready")]: "1 0 1 0 1 0x60", [cordon()]: "0x70" },
      from: "5m",
      labels: thatNode,
      value: "5",
    },
    quiet: {
      series: {
        [node("Ready")]: "1 0 1 0 1x60",
        [cordon()]: "0x70",
        [node("Ready", "b")]: "0 1 0 1 0 1 0 1x60",
        [cordon("b")]: "1x70",
        [node("DiskPressure")]: "0 1 0 1 0 1 0 1x60",
        [node("Ready", "node-1", "unknown")]: "0 1 0 1 0 1 0 1x60",
      },
      at: "20m",
    },
    resolves: { series: { [node("Ready")]: "1x70", [cordon()]: "0x70" }, at: "45m" },
  },
  KubeNodePressure: {
    severity: "warning",
    when: ({ cordoned, pressure }) => `${pressure} > 0 and ${sameNode} ${cordoned} == 0`,
    for: "10m",
    summary: "Node {{ $labels.node }} has {{ $labels.condition }}",
    description:
      "The node has been short of memory, disk or process ids for ten minutes; the kubelet evicts pods to get some back and takes no new ones.",
    fires: {
      series: { [node("DiskPressure")]: "1x30", [cordon()]: "0x30" },
      from: "10m",
      labels: { ...thatNode, condition: "DiskPressure" },
    },
    quiet: {
      series: {
        [node("MemoryPressure")]: "1x8 0x30",
        [cordon()]: "0x40",
        [node("PIDPressure", "b")]: "1x40",
        [cordon("b")]: "1x40",
        [node("Ready")]: "1x40",
        [node("DiskPressure", "node-1", "false")]: "1x40",
      },
      at: "25m",
    },
  },
  KubeNodeNetworkUnavailable: {
    severity: "warning",
    when: ({ networkMissing }) => `${networkMissing} > 0`,
    for: "5m",
    summary: "Node {{ $labels.node }} has no pod network",
    description:
      "The network of the node has not been set up for five minutes: its pods reach nothing and nothing reaches them.",
    fires: {
      series: { [node("NetworkUnavailable")]: "1x20" },
      from: "5m",
      labels: thatNode,
    },
    quiet: {
      series: {
        [node("NetworkUnavailable")]: "1x3 0x20",
        [node("Ready")]: "1x20",
        [node("NetworkUnavailable", "node-1", "false")]: "1x20",
      },
      at: "12m",
    },
  },
  KubeNodeCordoned: {
    severity: "info",
    when: ({ cordoned }) => `${cordoned} > 0`,
    for: "1d",
    summary: "Node {{ $labels.node }} has been out of use for a day",
    description:
      "Somebody cordoned the node and did not put it back. It costs what it did before and carries less and less.",
    step: "1h",
    fires: { series: { [cordon()]: "1x30" }, from: "24h", labels: thatNode },
    quiet: { series: { [cordon()]: "1x20 0x20" }, at: "36h" },
  },
});
