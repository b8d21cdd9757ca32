import { defineAlerts } from "../lib/alert.ts";
import { defineSignals } from "../lib/signal.ts";
import { object, state, stateOwner } from "./common.ts";

const set = (what: string): string => `kube_statefulset_${what}`;

export const signals = defineSignals({
  wanted: {
    unit: "count",
    about: "Replicas each StatefulSet asks for.",
    query: (q) => state(q.gauge(set("replicas"))),
  },
  ready: {
    unit: "count",
    about: "Replicas of each StatefulSet that are ready.",
    query: (q) => state(q.gauge(set("status_replicas_ready"))),
  },
  outdated: {
    unit: "count",
    about: "Replicas of each StatefulSet that are of an old version.",
    query: (q) =>
      `${state(q.gauge(set("replicas")))} - ${state(q.gauge(set("status_replicas_updated")))}`,
  },
  steps: {
    unit: "count",
    about: "How often the number of new replicas of each StatefulSet changed in ten minutes.",
    query: (q) => state(`changes(${q.gauge(set("status_replicas_updated"))}[10m])`),
  },
  generationsBehind: {
    unit: "count",
    about: "Changes of each StatefulSet that its controller has not looked at.",
    query: (q) =>
      `${state(q.gauge(set("metadata_generation")))} - ${state(q.gauge(set("status_observed_generation")))}`,
  },
  revisionsApart: {
    unit: "bool",
    about: "1 for each StatefulSet whose pods are to become another revision than they are.",
    query: (q) =>
      `max without (instance, host, revision) (${q.gauge(set("status_current_revision"))} unless ${q.gauge(set("status_update_revision"))})`,
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
    when: ({ ready, wanted }) => `${ready} == 0 and ${wanted} > 0`,
    for: "5m",
    summary: "Nothing of {{ $labels.namespace }}/{{ $labels.statefulset }} serves",
    description:
      "The StatefulSet asks for replicas and has had none ready for five minutes: what it stores cannot be reached.",
    fires: {
      series: { [series("replicas")]: "1x20", [series("status_replicas_ready")]: "0x20" },
      from: "5m",
      labels: thatSet,
    },
    quiet: {
      series: {
        [series("replicas")]: "2x20",
        [series("status_replicas_ready")]: "0x3 1x20",
        [series("replicas", "asleep")]: "0x20",
        [series("status_replicas_ready", "asleep")]: "0x20",
      },
      at: "12m",
    },
  },
  KubeStatefulSetReplicasMismatch: {
    severity: "warning",
    when: ({ ready, steps, wanted }) =>
      `${wanted} - ${ready} > 0 and ${steps} == 0 and ${ready} > 0`,
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
        // A rollout that goes on, and one of which nothing is left: that has an alert of its own.
        [series("replicas", "b")]: "9x60",
        [series("status_replicas_ready", "b")]: "8x60",
        [series("status_replicas_updated", "b")]: "1x5 2x5 3x5 4x5 5x5 6x5 7x30",
        [series("replicas", "none")]: "1x60",
        [series("status_replicas_ready", "none")]: "0x60",
        [series("status_replicas_updated", "none")]: "1x60",
      },
      at: "38m",
    },
  },
  KubeStatefulSetGenerationMismatch: {
    severity: "warning",
    when: ({ generationsBehind }) => `${generationsBehind} != 0`,
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
