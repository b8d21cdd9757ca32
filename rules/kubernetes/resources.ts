import { defineAlerts } from "../lib/alert.ts";
import { defineSignals, type Query } from "../lib/signal.ts";
import { by, object, same, state, stateOwner, total } from "./common.ts";

/** What the pods that are not done have asked for: only it decides where the next one fits. */
function requested(q: Query, resource: string): string {
  const asked = q.gauge("kube_pod_container_resource_requests", { resource });
  const phase = q.gauge("kube_pod_status_phase", { phase: /Pending|Running/ });
  return `sum ${by()} (${state(asked, "namespace", "pod", "container")} * ${same("namespace", "pod")} group_left () ${state(phase, "namespace", "pod")})`;
}

const allocatable = (q: Query, resource: string): string =>
  q.gauge("kube_node_status_allocatable", { resource });

/** What is left to give to pods when the largest node is gone. */
const withoutLargest = (q: Query, resource: string): string =>
  `(${total(allocatable(q, resource), "node")} - max ${by()} (${allocatable(q, resource)}))`;

/** What quotas grant, the tightest of each namespace, against what the nodes have. */
const granted = (q: Query, quotas: RegExp, resource: string): string =>
  `sum ${by()} (min ${by("namespace")} (${q.gauge("kube_resourcequota", { type: "hard", resource: quotas })})) / (${total(allocatable(q, resource), "node")} > 0)`;

const quota = (q: Query, type: string): string =>
  state(q.gauge("kube_resourcequota", { type }), "namespace", "resourcequota", "resource");

export const signals = defineSignals({
  cpuRequested: {
    unit: "count",
    about: "CPU cores that pods have asked for.",
    query: (q) => requested(q, "cpu"),
    record: "cluster:kube_pod_container_cpu_requests:sum",
  },
  cpuWithoutLargest: {
    unit: "count",
    about: "CPU cores for pods once the largest node is gone.",
    query: (q) => withoutLargest(q, "cpu"),
  },
  memoryRequested: {
    unit: "bytes",
    about: "Memory that pods have asked for.",
    query: (q) => requested(q, "memory"),
    record: "cluster:kube_pod_container_memory_requests:sum",
  },
  memoryWithoutLargest: {
    unit: "bytes",
    about: "Memory for pods once the largest node is gone.",
    query: (q) => withoutLargest(q, "memory"),
  },
  cpuGranted: {
    unit: "ratio",
    about: "CPU that quotas grant to namespaces against what the nodes have.",
    query: (q) => granted(q, /(?:requests\.)?cpu/, "cpu"),
  },
  memoryGranted: {
    unit: "ratio",
    about: "Memory that quotas grant to namespaces against what the nodes have.",
    query: (q) => granted(q, /(?:requests\.)?memory/, "memory"),
  },
  quotaUsed: {
    unit: "ratio",
    about: "Share of each quota that its namespace has used.",
    query: (q) => `${quota(q, "used")} / (${quota(q, "hard")} > 0)`,
  },
});

const inCluster = object();
const node = (name: string, resource: string): string =>
  `kube_node_status_allocatable{node="${name}",resource="${resource}"}`;
const asks = (pod: string, resource: string): string =>
  `kube_pod_container_resource_requests{namespace="shop",pod="${pod}",container="c",resource="${resource}"}`;
const phase = (pod: string, name: string): string =>
  `kube_pod_status_phase{namespace="shop",pod="${pod}",phase="${name}"}`;
const hard = (namespace: string, resource: string, type = "hard"): string =>
  `kube_resourcequota{namespace="${namespace}",resourcequota="q",resource="${resource}",type="${type}"}`;
const thatQuota = object({ namespace: "shop", resourcequota: "q", resource: "pods" });

const byNature = {
  relabelled: "It adds up nodes: a second name is a second node, which has something to give.",
};

/** Two nodes and two pods, one of them done. */
const estate = (resource: string, small: string, large: string, wanted: string) => ({
  [node("a", resource)]: small,
  [node("b", resource)]: large,
  [node("b", "pods")]: "900x40",
  [asks("web", resource)]: wanted,
  [phase("web", "Running")]: "1x40",
  [asks("done", resource)]: "900x40",
  [phase("done", "Running")]: "0x40",
  [phase("done", "Succeeded")]: "1x40",
});

export const group = defineAlerts(stateOwner("resources", "cluster"), signals, {
  KubeCPUOvercommit: {
    severity: "warning",
    threshold: { value: 1, unit: "CPU asked for against what is left without the largest node" },
    when: ({ cpuRequested, cpuWithoutLargest }, threshold) =>
      `${cpuRequested} / (${cpuWithoutLargest} > 0) > ${threshold}`,
    for: "10m",
    summary: "The cluster cannot lose a node: CPU",
    description:
      "Pods ask for {{ $value | humanizePercentage }} of the CPU that is left when the largest node goes away; some would then fit nowhere.",
    fires: {
      series: estate("cpu", "10x40", "20x40", "11x40"),
      from: "10m",
      labels: inCluster,
      value: "110%",
    },
    quiet: {
      series: {
        ...estate("cpu", "10x40", "20x40", "9x40"),
        // One node alone: there is nothing to lose it to.
        'kube_node_status_allocatable{cluster="one",node="a",resource="cpu"}': "4x40",
        'kube_pod_container_resource_requests{cluster="one",namespace="n",pod="p",container="c",resource="cpu"}':
          "3x40",
        'kube_pod_status_phase{cluster="one",namespace="n",pod="p",phase="Running"}': "1x40",
      },
      at: "25m",
    },
    byNature,
  },
  KubeMemoryOvercommit: {
    severity: "warning",
    threshold: {
      value: 1,
      unit: "memory asked for against what is left without the largest node",
    },
    when: ({ memoryRequested, memoryWithoutLargest }, threshold) =>
      `${memoryRequested} / (${memoryWithoutLargest} > 0) > ${threshold}`,
    for: "10m",
    summary: "The cluster cannot lose a node: memory",
    description:
      "Pods ask for {{ $value | humanizePercentage }} of the memory that is left when the largest node goes away; some would then stay pending.",
    fires: {
      series: estate("memory", "10x40", "20x40", "11x40"),
      from: "10m",
      labels: inCluster,
      value: "110%",
    },
    quiet: {
      series: {
        ...estate("memory", "10x40", "20x40", "9x40"),
        'kube_node_status_allocatable{cluster="one",node="a",resource="memory"}': "4x40",
        'kube_pod_container_resource_requests{cluster="one",namespace="n",pod="p",container="c",resource="memory"}':
          "3x40",
        'kube_pod_status_phase{cluster="one",namespace="n",pod="p",phase="Running"}': "1x40",
      },
      at: "25m",
    },
    byNature,
  },
  KubeCPUQuotaOvercommit: {
    severity: "warning",
    threshold: { value: 1.5, unit: "CPU granted by quotas against what the nodes have" },
    when: ({ cpuGranted }, threshold) => `${cpuGranted} > ${threshold}`,
    for: "15m",
    summary: "Quotas promise more CPU than there is",
    description:
      "Quotas of all namespaces together grant {{ $value | humanizePercentage }} of the CPU of the nodes.",
    fires: {
      series: {
        [hard("a", "cpu")]: "10x30",
        [hard("b", "requests.cpu")]: "7x30",
        [hard("a", "pods")]: "1x30",
        [node("a", "cpu")]: "10x30",
        [node("a", "memory")]: "900x30",
      },
      from: "15m",
      labels: inCluster,
      value: "170%",
    },
    quiet: {
      series: {
        [hard("a", "cpu")]: "10x40",
        [hard("b", "requests.cpu")]: "4x40",
        [hard("b", "memory")]: "900x40",
        [hard("c", "cpu", "used")]: "900x40",
        [node("a", "cpu")]: "10x40",
      },
      at: "25m",
    },
    byNature,
  },
  KubeMemoryQuotaOvercommit: {
    severity: "warning",
    threshold: { value: 1.5, unit: "memory granted by quotas against what the nodes have" },
    when: ({ memoryGranted }, threshold) => `${memoryGranted} > ${threshold}`,
    for: "15m",
    summary: "Quotas promise more memory than there is",
    description:
      "All quotas added up grant namespaces {{ $value | humanizePercentage }} of the memory of the nodes.",
    fires: {
      series: {
        [hard("a", "memory")]: "10x30",
        [hard("b", "requests.memory")]: "7x30",
        [hard("a", "pods")]: "1x30",
        [node("a", "memory")]: "10x30",
        [node("a", "cpu")]: "900x30",
      },
      from: "15m",
      labels: inCluster,
      value: "170%",
    },
    quiet: {
      series: {
        [hard("a", "memory")]: "10x40",
        [hard("b", "requests.memory")]: "4x40",
        [hard("b", "cpu")]: "900x40",
        [hard("c", "memory", "used")]: "900x40",
        [node("a", "memory")]: "10x40",
      },
      at: "25m",
    },
    byNature,
  },
  KubeQuotaAlmostFull: {
    severity: "info",
    scope: "workload",
    threshold: { value: 0.9, unit: "share of the quota used" },
    when: ({ quotaUsed }, threshold) => `${quotaUsed} > ${threshold} and ${quotaUsed} < 1`,
    for: "15m",
    summary: "The {{ $labels.resource }} quota of {{ $labels.namespace }} is nearly used up",
    description:
      "{{ $value | humanizePercentage }} of {{ $labels.resource }} in quota {{ $labels.resourcequota }} is used; new pods will soon be refused.",
    fires: {
      series: { [hard("shop", "pods", "used")]: "19x30", [hard("shop", "pods")]: "20x30" },
      from: "15m",
      labels: thatQuota,
      value: "95%",
    },
    quiet: {
      series: {
        [hard("shop", "pods", "used")]: "17x40",
        [hard("shop", "pods")]: "20x40",
        [hard("b", "pods", "used")]: "20x40",
        [hard("b", "pods")]: "20x40",
        // A quota of nothing forbids, and is full from the start.
        [hard("c", "pods", "used")]: "0x40",
        [hard("c", "pods")]: "0x40",
      },
      at: "25m",
    },
  },
  KubeQuotaFullyUsed: {
    severity: "info",
    scope: "workload",
    when: ({ quotaUsed }) => `${quotaUsed} == 1`,
    for: "15m",
    summary: "The {{ $labels.resource }} quota of {{ $labels.namespace }} is used up",
    description:
      "Nothing is left of {{ $labels.resource }} in quota {{ $labels.resourcequota }}: the next pod or claim that needs some is refused.",
    fires: {
      series: { [hard("shop", "pods", "used")]: "20x30", [hard("shop", "pods")]: "20x30" },
      from: "15m",
      labels: thatQuota,
    },
    quiet: {
      series: {
        [hard("shop", "pods", "used")]: "19x40",
        [hard("shop", "pods")]: "20x40",
        [hard("b", "pods", "used")]: "21x40",
        [hard("b", "pods")]: "20x40",
        [hard("c", "pods", "used")]: "0x40",
        [hard("c", "pods")]: "0x40",
      },
      at: "25m",
    },
  },
  KubeQuotaExceeded: {
    severity: "warning",
    scope: "workload",
    when: ({ quotaUsed }) => `${quotaUsed} > 1`,
    for: "15m",
    summary: "{{ $labels.namespace }} is over its {{ $labels.resource }} quota",
    description:
      "{{ $value | humanizePercentage }} of {{ $labels.resource }} in quota {{ $labels.resourcequota }} is used: it was lowered below what already ran, and nothing that ends can be replaced.",
    fires: {
      series: { [hard("shop", "pods", "used")]: "22x30", [hard("shop", "pods")]: "20x30" },
      from: "15m",
      labels: thatQuota,
      value: "110%",
    },
    quiet: {
      series: {
        [hard("shop", "pods", "used")]: "20x40",
        [hard("shop", "pods")]: "20x40",
        [hard("c", "pods", "used")]: "1x40",
        [hard("c", "pods")]: "0x40",
      },
      at: "25m",
    },
  },
});
