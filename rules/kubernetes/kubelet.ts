import { defineAlerts } from "../lib/alert.ts";
import { defineSignals } from "../lib/signal.ts";
import {
  answering,
  componentOwner,
  kubeletName,
  object,
  ofNode,
  ofNodeThatWas,
  shouldBe,
} from "./common.ts";

const job = "kubelet";
const target = ["cluster", "env", "host", "instance", "job"];

export const signals = defineSignals({
  up: {
    unit: "bool",
    about: "1 while every endpoint of a kubelet answers.",
    query: (q) => ofNodeThatWas(q, `min without (metrics_path) (${q.gauge("up", { job })})`),
  },
  shouldBe: {
    unit: "bool",
    about:
      "1 for each cluster that should have kubelets: has targets of it, or had within the hour.",
    query: (q) => shouldBe(q, job),
  },
  answering: {
    unit: "count",
    about: "Kubelets that answer.",
    query: (q) => answering(q, job),
  },
  podsOfCapacity: {
    unit: "ratio",
    about: "Pods of each node against the most it may run.",
    query: (q) =>
      `${ofNode(q, q.gauge("kubelet_running_pods"))} / on (cluster, env, node) group_left () (max by (cluster, env, node) (${q.gauge("kube_node_status_capacity", { resource: "pods" })}) > 1)`,
  },
  relist: {
    unit: "seconds",
    about: "Time in which a kubelet looks through its containers in 99 of 100 cases.",
    query: (q) => ofNode(q, q.quantile(0.99, "kubelet_pleg_relist_duration_seconds", target)),
  },
  podStart: {
    unit: "seconds",
    about: "Time to start a pod in 99 of 100 cases, without pulling its images.",
    query: (q) => ofNode(q, q.quantile(0.99, "kubelet_pod_start_sli_duration_seconds", target)),
  },
  podStartErrors: {
    unit: "count",
    about: "Pods that a kubelet failed to start in 15 minutes.",
    query: (q) => ofNode(q, q.events("kubelet_started_pods_errors_total", "15m")),
  },
  runtimeErrors: {
    unit: "ratio",
    about: "Share of the calls to the container runtime that fail.",
    query: (q) =>
      ofNode(
        q,
        `sum without (operation_type) (${q.rate("kubelet_runtime_operations_errors_total")}) / (sum without (operation_type) (${q.rate("kubelet_runtime_operations_total")}) > 0.1)`,
      ),
  },
  evictions: {
    unit: "count",
    about: "Pods a kubelet evicted in 15 minutes, by what ran short.",
    query: (q) => ofNode(q, q.events("kubelet_evictions", "15m")),
  },
});

const onNode1 = { node: "node-1" };
/** Cumulative buckets of a histogram: counts a minute by upper bound. */
const buckets = (metric: string, perMinute: Readonly<Record<string, number>>, minutes: number) =>
  Object.fromEntries(
    Object.entries(perMinute).map(([le, count]) => [
      `${metric}_bucket{le="${le}"}`,
      `0+${count}x${minutes}`,
    ]),
  );
const relist = "kubelet_pleg_relist_duration_seconds";
const start = "kubelet_pod_start_sli_duration_seconds";

export const group = defineAlerts(componentOwner("kubelet", "node", job), signals, {
  KubeletDown: {
    severity: "warning",
    scope: "cluster",
    when: ({ answering, shouldBe }) => `${shouldBe} unless on (cluster, env) ${answering}`,
    for: "10m",
    summary: "No kubelet answers",
    description:
      "Kubelets are scraped here, and for ten minutes not one has answered: nothing is known of containers and volumes.",
    fires: {
      series: { 'up{job="apiserver"}': "1x40", up: "1x4 0x30" },
      from: "15m",
      labels: object(),
    },
    quiet: {
      series: {
        up: "0x40",
        'up{instance="10.0.0.2:10250"}': "0x8 1x30",
        // A cluster whose kubelets nobody ever scraped.
        'up{cluster="b",job="apiserver"}': "0x40",
      },
      at: "25m",
    },
  },
  KubeletInstanceUnreachable: {
    severity: "warning",
    down: true,
    when: ({ up }) => `${up} == 0`,
    for: "10m",
    summary: "The kubelet of {{ $labels.host }} does not answer",
    description:
      "The kubelet at {{ $labels.instance }} has not answered scrapes for ten minutes; whether its node is ready is another question.",
    fires: {
      series: {
        'up{metrics_path="/metrics"}': "1x40",
        'up{metrics_path="/metrics/cadvisor"}': "1x2 0x30",
        'kubelet_node_name{node="node-1"}': "1x2 _x30",
      },
      from: "13m",
      labels: onNode1,
    },
    quiet: {
      series: {
        'up{metrics_path="/metrics"}': "0x8 1x30",
        ...kubeletName,
        'up{job="apiserver"}': "0x40",
        // Never answered, so without a name, and back in time.
        'up{instance="b"}': "0x8 1x30",
      },
      at: "25m",
    },
  },
  KubeletTooManyPods: {
    severity: "info",
    threshold: { value: 0.95, unit: "pods against the most the node may run" },
    when: ({ podsOfCapacity }, threshold) => `${podsOfCapacity} > ${threshold}`,
    for: "15m",
    summary: "Node {{ $labels.node }} can hardly take another pod",
    description:
      "The node runs {{ $value | humanizePercentage }} of the pods it may run; more stay pending though CPU and memory are free.",
    fires: {
      series: {
        ...kubeletName,
        kubelet_running_pods: "108x30",
        'kube_node_status_capacity{job="kube-state-metrics",node="node-1",resource="pods"}':
          "110x30",
        'kube_node_status_capacity{job="kube-state-metrics",node="node-1",resource="memory"}':
          "9000x30",
      },
      from: "15m",
      labels: onNode1,
      value: "98.18%",
    },
    quiet: {
      series: {
        ...kubeletName,
        kubelet_running_pods: "100x40",
        'kube_node_status_capacity{node="node-1",resource="pods"}': "110x40",
        // A node made for one pod is always full.
        'kubelet_node_name{instance="b",node="one"}': "1x40",
        'kubelet_running_pods{instance="b"}': "1x40",
        'kube_node_status_capacity{node="one",resource="pods"}': "1x40",
      },
      at: "25m",
    },
    byNature: {
      moved:
        "How many pods a node may run is told under its name: for another name nobody has told it.",
    },
  },
  KubeNodeEviction: {
    severity: "info",
    when: ({ evictions }) => `${evictions} > 0`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "Node {{ $labels.node }} evicts pods",
    description:
      'The kubelet ended {{ $value | printf "%.0f" }} pods in 15 minutes because {{ $labels.eviction_signal }} was below its limit.',
    fires: {
      series: {
        ...kubeletName,
        'kubelet_evictions{eviction_signal="memory.available"}': "0x20 1x20",
      },
      from: "21m",
      labels: { ...onNode1, eviction_signal: "memory.available" },
      value: "1",
    },
    quiet: {
      series: { ...kubeletName, 'kubelet_evictions{eviction_signal="memory.available"}': "3x60" },
      at: "20m",
    },
  },
  KubeletPlegDurationHigh: {
    severity: "warning",
    threshold: {
      value: 9.5,
      unit: "seconds to look through all containers, 99th percentile",
      range: { below: 10 },
    },
    when: ({ relist }, threshold) => `${relist} >= ${threshold}`,
    for: "5m",
    summary: "The kubelet of {{ $labels.node }} is slow to see its containers",
    description:
      "It takes {{ $value | humanizeDuration }} or more to look through all containers: at three minutes the node counts as not ready.",
    fires: {
      series: {
        ...kubeletName,
        ...buckets(relist, { "5": 0, "10": 30, "+Inf": 60 }, 30),
      },
      from: "6m",
      labels: onNode1,
      value: "10s",
    },
    quiet: {
      series: {
        ...kubeletName,
        ...buckets(relist, { "5": 57, "10": 60, "+Inf": 60 }, 30),
      },
      at: "15m",
    },
  },
  KubeletPodStartUpLatencyHigh: {
    severity: "warning",
    threshold: {
      value: 60,
      unit: "seconds to start a pod, 99th percentile",
      range: { below: 3600 },
    },
    when: ({ podStart }, threshold) => `${podStart} > ${threshold}`,
    for: "15m",
    summary: "Pods start slowly on {{ $labels.node }}",
    description:
      "One pod in a hundred takes {{ $value | humanizeDuration }} or longer to start, images not counted: volumes, network or the runtime are slow.",
    fires: {
      series: {
        ...kubeletName,
        ...buckets(start, { "60": 98.9, "120": 99.9, "+Inf": 100 }, 40),
      },
      from: "16m",
      labels: onNode1,
      value: "1m 6s",
    },
    quiet: {
      series: {
        ...kubeletName,
        ...buckets(start, { "45": 98, "60": 99.5, "+Inf": 100 }, 40),
      },
      at: "30m",
    },
  },
  KubeletPodStartErrors: {
    severity: "warning",
    threshold: { value: 3, unit: "pods that did not start in 15 minutes" },
    when: ({ podStartErrors }, threshold) => `${podStartErrors} > ${threshold}`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "Pods do not start on {{ $labels.node }}",
    description:
      'The kubelet failed to start {{ $value | printf "%.0f" }} pods in 15 minutes: their sandbox or their network could not be made.',
    fires: {
      series: { ...kubeletName, kubelet_started_pods_errors_total: "0x20 3.5x20" },
      from: "21m",
      labels: onNode1,
      value: "4",
    },
    quiet: {
      series: { ...kubeletName, kubelet_started_pods_errors_total: "0x15 2.6x20" },
      at: "20m",
    },
  },
  KubeletRuntimeErrors: {
    severity: "warning",
    threshold: { value: 0.1, unit: "share of calls to the container runtime that fail" },
    when: ({ runtimeErrors }, threshold) => `${runtimeErrors} > ${threshold}`,
    for: "15m",
    summary: "The container runtime of {{ $labels.node }} fails",
    description:
      "{{ $value | humanizePercentage }} of the kubelet's calls to the container runtime have failed for 15 minutes.",
    fires: {
      series: {
        ...kubeletName,
        'kubelet_runtime_operations_errors_total{operation_type="run_podsandbox"}': "0+72x40",
        'kubelet_runtime_operations_total{operation_type="run_podsandbox"}': "0+90x40",
        'kubelet_runtime_operations_total{operation_type="version"}': "0+510x40",
      },
      from: "16m",
      labels: onNode1,
      value: "12%",
    },
    quiet: {
      series: {
        ...kubeletName,
        'kubelet_runtime_operations_errors_total{operation_type="run_podsandbox"}': "0+51x40",
        'kubelet_runtime_operations_total{operation_type="run_podsandbox"}': "0+600x40",
        'kubelet_node_name{instance="b",node="idle"}': "1x40",
        'kubelet_runtime_operations_errors_total{instance="b",operation_type="version"}': "0+4x40",
        'kubelet_runtime_operations_total{instance="b",operation_type="version"}': "0+5x40",
      },
      at: "30m",
    },
  },
});
