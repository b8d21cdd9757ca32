import { defineAlerts } from "../lib/alert.ts";
import { defineSignals } from "../lib/signal.ts";
import { by, object, state, stateOwner } from "./common.ts";

const set = (what: string): string => `kube_statefulset_${what}`;

const revisioned = ["namespace", "statefulset", "revision"] as const;
const ofSet = (values: string): string => state(values, "namespace", "statefulset");

export const signals = defineSignals({
  wanted: {
    unit: "count",
    about: "Replicas each StatefulSet asks for.",
    query: (q) => ofSet(q.gauge(set("replicas"))),
  },
  ready: {
    unit: "count",
    about: "Replicas of each StatefulSet that are ready.",
    query: (q) => ofSet(q.gauge(set("status_replicas_ready"))),
  },
  served: {
    unit: "count",
    about: "The most replicas of each StatefulSet that were ready at a time in the last day.",
    query: (q) => ofSet(`max_over_time(${q.gauge(set("status_replicas_ready"))}[1d])`),
  },
  outdated: {
    unit: "count",
    about: "Replicas of each StatefulSet that are of an old version.",
    query: (q) =>
      `${ofSet(q.gauge(set("replicas")))} - ${ofSet(q.gauge(set("status_replicas_updated")))}`,
  },
  steps: {
    unit: "count",
    about: "How often the number of new replicas of each StatefulSet changed in ten minutes.",
    query: (q) => ofSet(`changes(${q.gauge(set("status_replicas_updated"))}[10m])`),
  },
  generationsBehind: {
    unit: "count",
    about: "Changes of each StatefulSet that its controller has not looked at.",
    query: (q) =>
      `${ofSet(q.gauge(set("metadata_generation")))} - ${ofSet(q.gauge(set("status_observed_generation")))}`,
  },
  revisionsApart: {
    unit: "bool",
    about: "1 for each StatefulSet whose pods are to become another revision than they are.",
    query: (q) =>
      `count ${by("namespace", "statefulset")} (${state(q.gauge(set("status_current_revision")), ...revisioned)} unless ${state(q.gauge(set("status_update_revision")), ...revisioned)})`,
  },
});

const series = (what: string, name = "db"): string =>
  `${set(what)}{namespace="shop",statefulset="${name}"}`;
const revision = (what: string, value: string, name = "db"): string =>
  `${set(`status_${what}_revision`)}{namespace="shop",statefulset="${name}",revision="${value}"}`;
const thatSet = object({ namespace: "shop", statefulset: "db" });

export const group = defineAlerts(stateOwner("statefulsets", "workload"), signals, {
  KubeStatefulSetUnavailable: {
    severity: "critical",
    family: "KubeStatefulSetReplicas",
    when: ({ ready, served, wanted }) => `${ready} == 0 and ${wanted} > 0 and ${served} > 0`,
    for: "10m",
    summary: "Nothing of {{ $labels.namespace }}/{{ $labels.statefulset }} serves",
    description:
      "The StatefulSet asks for replicas, had some within the day, and for ten minutes none has been ready: what it stores cannot be reached. Alerts about its pods are held back.",
    fires: {
      series: { [series("replicas")]: "1x30", [series("status_replicas_ready")]: "1x4 0x25" },
      from: "15m",
      labels: thatSet,
    },
    quiet: {
      series: {
        [series("replicas")]: "2x40",
        [series("status_replicas_ready")]: "1x4 0x8 1x20",
        // New, and never served anybody.
        [series("replicas", "new")]: "1x40",
        [series("status_replicas_ready", "new")]: "0x40",
        [series("replicas", "asleep")]: "0x40",
        [series("status_replicas_ready", "asleep")]: "2x4 0x36",
      },
      at: "17m",
    },
  },
  KubeStatefulSetReplicasMismatch: {
    severity: "warning",
    family: "KubeStatefulSetReplicas",
    when: ({ ready, steps, wanted }) => `${wanted} - ${ready} > 0 and ${steps} == 0`,
    for: "15m",
    summary: "{{ $labels.namespace }}/{{ $labels.statefulset }} lacks replicas",
    description:
      '{{ $value | printf "%.0f" }} members have not been ready for 15 minutes and no rollout is under way; the rest carries on, perhaps without a majority.',
    fires: {
      series: {
        [series("replicas")]: "2x30",
        [series("status_replicas_ready")]: "1x30",
        [series("status_replicas_updated")]: "2x30",
      },
      from: "15m",
      labels: thatSet,
      value: "1",
    },
    quiet: {
      series: {
        [series("replicas")]: "3x60",
        [series("status_replicas_ready")]: "2x12 3x50",
        [series("status_replicas_updated")]: "3x60",
        // A rollout that goes on.
        [series("replicas", "b")]: "9x60",
        [series("status_replicas_ready", "b")]: "8x60",
        [series("status_replicas_updated", "b")]: "1x5 2x5 3x5 4x5 5x5 6x5 7x30",
      },
      at: "38m",
    },
  },
  KubeStatefulSetGenerationMismatch: {
    severity: "warning",
    when: ({ generationsBehind }) => `${generationsBehind} > 0`,
    for: "15m",
    summary: "A change of {{ $labels.namespace }}/{{ $labels.statefulset }} is not seen",
    description:
      "The StatefulSet was changed and its controller has not taken note of it for 15 minutes.",
    fires: {
      series: {
        [series("metadata_generation")]: "5x30",
        [series("status_observed_generation")]: "4x30",
      },
      from: "15m",
      labels: thatSet,
    },
    quiet: {
      series: {
        [series("metadata_generation")]: "5x40",
        [series("status_observed_generation")]: "4x12 5x40",
      },
      at: "25m",
    },
  },
  KubeStatefulSetUpdateNotRolledOut: {
    severity: "warning",
    when: ({ outdated, revisionsApart, steps }) =>
      `${outdated} > 0 and ${steps} == 0 and ${revisionsApart} > 0`,
    for: "15m",
    summary: "The update of {{ $labels.namespace }}/{{ $labels.statefulset }} stands still",
    description:
      '{{ $value | printf "%.0f" }} pods are still of the old revision and none was replaced for ten minutes; the pod before them is probably not ready.',
    fires: {
      series: {
        [series("replicas")]: "3x40",
        [series("status_replicas_updated")]: "2x40",
        [revision("current", "a")]: "1x40",
        [revision("update", "b")]: "1x40",
      },
      from: "15m",
      labels: thatSet,
      value: "1",
    },
    quiet: {
      series: {
        [series("replicas")]: "3x60",
        [series("status_replicas_updated")]: "2x12 3x50",
        [revision("current", "a")]: "1x12 _x50",
        [revision("current", "b")]: "_x13 1x50",
        [revision("update", "b")]: "1x60",
        // Replicas of no revision yet, though there is only one; and an update that goes on.
        [series("replicas", "new")]: "3x60",
        [series("status_replicas_updated", "new")]: "1x60",
        [revision("current", "a", "new")]: "1x60",
        [revision("update", "a", "new")]: "1x60",
        [series("replicas", "b")]: "9x60",
        [series("status_replicas_updated", "b")]: "1x5 2x5 3x5 4x5 5x5 6x5 7x30",
        [revision("current", "a", "b")]: "1x60",
        [revision("update", "b", "b")]: "1x60",
      },
      at: "38m",
    },
  },
});
