import { defineAlerts } from "../lib/alert.ts";
import { defineSignals } from "../lib/signal.ts";
import { object, state, stateOwner } from "./common.ts";

const set = (what: string): string => `kube_daemonset_status_${what}`;
const desired = set("desired_number_scheduled");
const ofSet = (values: string): string => state(values, "namespace", "daemonset");

export const signals = defineSignals({
  unfinished: {
    unit: "count",
    about: "Pods of each DaemonSet that are missing or of an old version, counted for each.",
    query: (q) =>
      `2 * ${ofSet(q.gauge(desired))} - ${ofSet(q.gauge(set("number_available")))} - ${ofSet(q.gauge(set("updated_number_scheduled")))}`,
  },
  steps: {
    unit: "count",
    about: "How often the number of new pods of each DaemonSet changed in five minutes.",
    query: (q) => ofSet(`changes(${q.gauge(set("updated_number_scheduled"))}[5m])`),
  },
  available: {
    unit: "ratio",
    about: "Share of the nodes meant for a DaemonSet on which it serves.",
    query: (q) => `${ofSet(q.gauge(set("number_available")))} / (${ofSet(q.gauge(desired))} > 0)`,
  },
  notScheduled: {
    unit: "count",
    about: "Nodes on which a DaemonSet should have a pod and has none.",
    query: (q) => `${ofSet(q.gauge(desired))} - ${ofSet(q.gauge(set("current_number_scheduled")))}`,
  },
  misplaced: {
    unit: "count",
    about: "Nodes on which a DaemonSet has a pod and should have none.",
    query: (q) => ofSet(q.gauge(set("number_misscheduled"))),
  },
});

const series = (what: string, name = "agent"): string =>
  `${set(what)}{namespace="infra",daemonset="${name}"}`;
const thatSet = object({ namespace: "infra", daemonset: "agent" });

export const group = defineAlerts(stateOwner("daemonsets", "workload"), signals, {
  KubeDaemonSetMostlyDown: {
    severity: "warning",
    threshold: { value: 0.5, unit: "share of nodes on which it serves" },
    when: ({ available }, threshold) => `${available} < ${threshold}`,
    for: "10m",
    summary: "{{ $labels.namespace }}/{{ $labels.daemonset }} serves on few nodes",
    description:
      "The DaemonSet serves on {{ $value | humanizePercentage }} of the nodes that need it; network, storage or logs of the others may be cut off.",
    fires: {
      series: {
        [series("desired_number_scheduled")]: "20x20",
        [series("number_available")]: "9x20",
      },
      from: "10m",
      labels: thatSet,
      value: "45%",
    },
    quiet: {
      series: {
        [series("desired_number_scheduled")]: "20x40",
        [series("number_available")]: "9x7 11x40",
        [series("desired_number_scheduled", "idle")]: "0x40",
        [series("number_available", "idle")]: "0x40",
      },
      at: "25m",
    },
  },
  KubeDaemonSetRolloutStuck: {
    severity: "warning",
    when: ({ steps, unfinished }) => `${unfinished} > 0 and ${steps} == 0`,
    for: "15m",
    summary: "The rollout of {{ $labels.namespace }}/{{ $labels.daemonset }} is stuck",
    description:
      "Pods of the DaemonSet are missing or of an old version, and none was replaced in the last five minutes, for 15 minutes on end.",
    fires: {
      series: {
        [series("desired_number_scheduled")]: "5x40",
        [series("number_available")]: "5x40",
        [series("updated_number_scheduled")]: "4x40",
      },
      from: "15m",
      labels: thatSet,
    },
    quiet: {
      series: {
        [series("desired_number_scheduled")]: "5x60",
        [series("number_available")]: "5x60",
        [series("updated_number_scheduled")]: "4x12 5x50",
        [series("desired_number_scheduled", "b")]: "20x60",
        [series("number_available", "b")]: "19x60",
        [series("updated_number_scheduled", "b")]: "1+1x14 16x2 17x2 18x2 19x2 20x30",
      },
      at: "30m",
    },
  },
  KubeDaemonSetNotScheduled: {
    severity: "warning",
    when: ({ notScheduled }) => `${notScheduled} > 0`,
    for: "10m",
    summary: "{{ $labels.namespace }}/{{ $labels.daemonset }} is missing on nodes",
    description:
      '{{ $value | printf "%.0f" }} nodes should run a pod of the DaemonSet and have none: no room, or its pods cannot be created.',
    fires: {
      series: {
        [series("desired_number_scheduled")]: "5x30",
        [series("current_number_scheduled")]: "4x30",
      },
      from: "10m",
      labels: thatSet,
      value: "1",
    },
    quiet: {
      series: {
        [series("desired_number_scheduled")]: "5x40",
        [series("current_number_scheduled")]: "4x8 5x40",
      },
      at: "20m",
    },
  },
  KubeDaemonSetMisScheduled: {
    severity: "warning",
    when: ({ misplaced }) => `${misplaced} > 0`,
    for: "15m",
    summary: "{{ $labels.namespace }}/{{ $labels.daemonset }} runs where it should not",
    description:
      '{{ $value | printf "%.0f" }} nodes run a pod of the DaemonSet though its selector or their taints rule them out.',
    fires: {
      series: { [series("number_misscheduled")]: "1x30" },
      from: "15m",
      labels: thatSet,
      value: "1",
    },
    quiet: { series: { [series("number_misscheduled")]: "1x12 0x30" }, at: "25m" },
  },
});
