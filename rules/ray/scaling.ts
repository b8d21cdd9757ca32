import { defineAlerts } from "../lib/alert.ts";
import { estateBoard } from "../lib/boards.ts";
import { defineSignals } from "../lib/signal.ts";
import { node, ray } from "./common.ts";

/** The head tells how many nodes there are; metrics of the autoscaler have no prefix `ray_`. */
export const signals = defineSignals({
  up: {
    unit: "bool",
    about: "1 for each cluster of which any node is scraped.",
    query: (q) => `group by (cluster, env, job) (${q.gauge("up", { job: "ray" })})`,
  },
  head: {
    unit: "count",
    about: "Cores of the head, there as long as the head is.",
    query: (q) => q.gauge("ray_node_cpu_count", { IsHeadNode: "true" }),
  },
  failed: {
    unit: "count",
    about: "Nodes that failed lately.",
    query: (q) => `sum by (${node}) (${q.gauge("ray_cluster_failed_nodes")})`,
  },
  pending: {
    unit: "count",
    about: "Nodes that were asked for and have not joined.",
    query: (q) => `sum by (${node}) (${q.gauge("autoscaler_pending_nodes")})`,
  },
  notCreated: {
    unit: "count",
    about: "Nodes that the provider refused within 15 minutes.",
    query: (q) =>
      `${q.events("autoscaler_failed_create_nodes_total", "15m")} + ${q.events("autoscaler_node_launch_exceptions_total", "15m")}`,
  },
  loopErrors: {
    unit: "count",
    about: "Rounds of the autoscaler within 15 minutes that ended in an error.",
    query: (q) =>
      `${q.events("autoscaler_update_loop_exceptions_total", "15m")} + ${q.events("autoscaler_reset_exceptions_total", "15m")}`,
  },
});

const nodes = (metric: string, type: string): string => `${metric}{node_type="${type}"}`;
const pending = (type: string): string => `autoscaler_pending_nodes{NodeType="${type}"}`;

export const group = defineAlerts({ ...ray, name: "ray-scaling" }, signals, {
  RayHeadMissing: {
    severity: "critical",
    board: estateBoard,
    when: ({ head, up }) => `${up} unless on (cluster, env, job) ${head}`,
    for: "3m",
    summary: "A Ray cluster has no head",
    description:
      "Nodes of {{ $labels.job }} are known and none has been the head for three minutes: nothing can be started.",
    fires: {
      series: {
        up: "1x20",
        'ray_node_cpu_count{IsHeadNode="true"}': "8x2 stale",
        'ray_node_cpu_count{IsHeadNode="false",instance="ray-2:8080"}': "8x20",
      },
      from: "6m",
      labels: { instance: "", host: "" },
    },
    quiet: {
      series: {
        up: "1x20",
        'ray_node_cpu_count{IsHeadNode="true"}': "8x20",
        'up{job="other"}': "1x20",
      },
      at: "10m",
    },
    resolves: {
      series: { up: "1x20", 'ray_node_cpu_count{IsHeadNode="true"}': "8x20" },
      at: "10m",
    },
    byNature: { removed: "Nodes that answer without a head are what it is for, whoever took it." },
  },
  RayNodesFailed: {
    severity: "warning",
    when: ({ failed }) => `${failed} > 0`,
    for: "10m",
    summary: "Nodes of the Ray cluster at {{ $labels.host }} have failed",
    description:
      '{{ $value | printf "%.0f" }} nodes have been counted as failed for ten minutes and were not replaced.',
    fires: {
      series: {
        [nodes("ray_cluster_failed_nodes", "cpu")]: "1x20",
        [nodes("ray_cluster_failed_nodes", "gpu")]: "0x20",
      },
      from: "10m",
      value: "1",
    },
    quiet: { series: { [nodes("ray_cluster_failed_nodes", "gpu")]: "1x8 0x20" }, at: "20m" },
  },
  RayNodesPending: {
    severity: "warning",
    when: ({ pending: wanted }) => `${wanted} > 0`,
    for: "20m",
    summary: "Nodes do not join the Ray cluster at {{ $labels.host }}",
    description:
      '{{ $value | printf "%.0f" }} nodes have been asked for and awaited for 20 minutes; the work meant for them waits too.',
    fires: {
      series: { [pending("cpu")]: "1x30", [pending("gpu")]: "0x30" },
      from: "20m",
      value: "1",
    },
    quiet: { series: { [pending("gpu")]: "1x18 0x20" }, at: "30m" },
  },
  RayNodeLaunchFailed: {
    severity: "warning",
    when: ({ notCreated }) => `${notCreated} > 0`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "The Ray cluster at {{ $labels.host }} gets no new nodes",
    description: "The provider refused a node within the last 15 minutes.",
    fires: {
      series: {
        autoscaler_failed_create_nodes_total: "0x10 1x20",
        autoscaler_node_launch_exceptions_total: "0x30",
      },
      from: "11m",
    },
    quiet: {
      series: {
        autoscaler_failed_create_nodes_total: "2x60",
        autoscaler_node_launch_exceptions_total: "1x60",
      },
      at: "50m",
    },
  },
  RayAutoscalerFailing: {
    severity: "warning",
    threshold: { value: 5, unit: "failed rounds within 15 minutes" },
    when: ({ loopErrors }, threshold) => `${loopErrors} > ${threshold}`,
    for: "10m",
    summary: "The autoscaler of Ray at {{ $labels.host }} fails",
    description:
      '{{ $value | printf "%.0f" }} of its rounds within 15 minutes ended in an error: the cluster neither grows nor shrinks.',
    fires: {
      series: {
        autoscaler_update_loop_exceptions_total: "0x20 0+0.2x60",
        autoscaler_reset_exceptions_total: "0x20 0+0.2x60",
      },
      from: "44m",
      value: "6",
    },
    quiet: {
      series: {
        autoscaler_update_loop_exceptions_total: "0+0.15x90",
        autoscaler_reset_exceptions_total: "0+0.15x90",
      },
      at: "80m",
    },
  },
});
