import { defineAlerts } from "../lib/alert.ts";
import { defineSignals } from "../lib/signal.ts";
import { object, same, state, stateOwner } from "./common.ts";

const pdb = (what: string): string => `kube_poddisruptionbudget_status_${what}`;
const hpa = (what: string): string => `kube_horizontalpodautoscaler_${what}`;
const scalers = ["namespace", "horizontalpodautoscaler"] as const;
const ofScaler = (values: string): string => state(values, ...scalers);
const ofBudget = (values: string): string => state(values, "namespace", "poddisruptionbudget");

export const signals = defineSignals({
  current: {
    unit: "count",
    about: "Replicas each autoscaler sees.",
    query: (q) => ofScaler(q.gauge(hpa("status_current_replicas"))),
  },
  desired: {
    unit: "count",
    about: "Replicas each autoscaler wants.",
    query: (q) => ofScaler(q.gauge(hpa("status_desired_replicas"))),
  },
  least: {
    unit: "count",
    about: "The fewest replicas each autoscaler may ask for.",
    query: (q) => ofScaler(q.gauge(hpa("spec_min_replicas"))),
  },
  most: {
    unit: "count",
    about: "The most replicas each autoscaler may ask for.",
    query: (q) => ofScaler(q.gauge(hpa("spec_max_replicas"))),
  },
  steps: {
    unit: "count",
    about: "How often the number of replicas changed in 15 minutes, by autoscaler.",
    query: (q) => ofScaler(`changes(${q.gauge(hpa("status_current_replicas"))}[15m])`),
  },
  blind: {
    unit: "bool",
    about: "1 for each autoscaler that cannot compute how many replicas to ask for.",
    query: (q) =>
      ofScaler(q.gauge(hpa("status_condition"), { condition: "ScalingActive", status: "false" })),
  },
  limited: {
    unit: "bool",
    about: "1 for each autoscaler that would ask for other replicas than it may.",
    query: (q) =>
      ofScaler(q.gauge(hpa("status_condition"), { condition: "ScalingLimited", status: "true" })),
  },
  unable: {
    unit: "bool",
    about: "1 for each autoscaler that cannot read or set the scale of its target.",
    query: (q) =>
      ofScaler(q.gauge(hpa("status_condition"), { condition: "AbleToScale", status: "false" })),
  },
  lacking: {
    unit: "count",
    about: "Healthy pods each disruption budget is short of.",
    query: (q) =>
      `${ofBudget(q.gauge(pdb("desired_healthy")))} - ${ofBudget(q.gauge(pdb("current_healthy")))}`,
  },
  allowed: {
    unit: "count",
    about: "Pods that may be evicted now, by disruption budget.",
    query: (q) => ofBudget(q.gauge(pdb("pod_disruptions_allowed"))),
  },
  guarded: {
    unit: "count",
    about: "Pods each disruption budget guards.",
    query: (q) => ofBudget(q.gauge(pdb("expected_pods"))),
  },
});

const budget = 'namespace="shop",poddisruptionbudget="web"';
const idle = 'namespace="shop",poddisruptionbudget="idle"';
const thatBudget = object({ namespace: "shop", poddisruptionbudget: "web" });
const budgetOf = (name: string): string => `namespace="shop",poddisruptionbudget="${name}"`;
const thatScaler = object({ namespace: "shop", horizontalpodautoscaler: "web" });

/** Series of one autoscaler: replicas now, wanted, at least and at most. */
function replicas(
  name: string,
  current: string,
  desired: string,
  least: string,
  most: string,
): Record<string, string> {
  const labels = `{namespace="shop",horizontalpodautoscaler="${name}"}`;
  return {
    [`${hpa("status_current_replicas")}${labels}`]: current,
    [`${hpa("status_desired_replicas")}${labels}`]: desired,
    [`${hpa("spec_min_replicas")}${labels}`]: least,
    [`${hpa("spec_max_replicas")}${labels}`]: most,
  };
}
const condition = (name: string, status: string, of = "web"): string =>
  `${hpa("status_condition")}{namespace="shop",horizontalpodautoscaler="${of}",condition="${name}",status="${status}"}`;

export const group = defineAlerts(stateOwner("scaling", "workload"), signals, {
  KubeHpaReplicasMismatch: {
    severity: "warning",
    when: ({ current, desired, least, most, steps }) =>
      `(${desired} != ${current}) and ${current} > ${least} and ${current} < ${most} and ${steps} == 0`,
    for: "15m",
    summary: "{{ $labels.namespace }}/{{ $labels.horizontalpodautoscaler }} does not scale",
    description:
      'The autoscaler has wanted {{ $value | printf "%.0f" }} replicas for 15 minutes and does not get them.',
    fires: {
      series: replicas("web", "3x40", "5x40", "2x40", "9x40"),
      from: "15m",
      labels: thatScaler,
      value: "5",
    },
    quiet: {
      series: {
        ...replicas("web", "3x12 5x50", "5x60", "2x60", "9x60"),
        ...replicas("least", "2x60", "1x60", "2x60", "9x60"),
        ...replicas("most", "9x60", "12x60", "2x60", "9x60"),
        ...replicas("slow", "3x10 4x10 5x10 6x10 7x20", "8x60", "2x60", "9x60"),
      },
      at: "50m",
    },
  },
  KubeHpaMaxedOut: {
    severity: "warning",
    when: ({ current, least, limited, most }) =>
      `${current} == ${most} and ${limited} > 0 and ${same(...scalers)} (${most} - ${least}) > 0`,
    for: "15m",
    summary: "{{ $labels.namespace }}/{{ $labels.horizontalpodautoscaler }} is at its most",
    description:
      'All {{ $value | printf "%.0f" }} replicas the autoscaler may ask for have run for 15 minutes, and it would ask for more.',
    fires: {
      series: {
        ...replicas("web", "9x30", "9x30", "8x30", "9x30"),
        [condition("ScalingLimited", "true")]: "1x30",
      },
      from: "15m",
      labels: thatScaler,
      value: "9",
    },
    quiet: {
      series: {
        ...replicas("web", "9x12 8x40", "9x60", "2x60", "9x60"),
        [condition("ScalingLimited", "true")]: "1x60",
        [condition("AbleToScale", "true")]: "1x60",
        ...replicas("fixed", "3x60", "3x60", "3x60", "3x60"),
        [condition("ScalingLimited", "true", "fixed")]: "1x60",
        // Has as many as it wants, which is as many as it may.
        ...replicas("content", "9x60", "9x60", "2x60", "9x60"),
        [condition("ScalingLimited", "true", "content")]: "0x60",
        [condition("ScalingLimited", "false", "content")]: "1x60",
        [condition("AbleToScale", "true", "content")]: "1x60",
      },
      at: "30m",
    },
  },
  KubeHpaBlind: {
    severity: "warning",
    when: ({ blind, current }) => `${blind} > 0 and ${same(...scalers)} ${current} > 0`,
    for: "15m",
    summary: "{{ $labels.namespace }}/{{ $labels.horizontalpodautoscaler }} has no metrics",
    description:
      "The autoscaler cannot read what it scales by and has left the number of replicas alone for 15 minutes.",
    fires: {
      series: {
        [condition("ScalingActive", "false")]: "1x30",
        ...replicas("web", "1x30", "2x30", "1x30", "9x30"),
      },
      from: "15m",
      labels: thatScaler,
    },
    quiet: {
      series: {
        [condition("ScalingActive", "false")]: "1x12 0x40",
        [condition("ScalingActive", "true")]: "1x60",
        [condition("ScalingLimited", "false")]: "1x60",
        ...replicas("web", "2x60", "2x60", "1x60", "9x60"),
        // Put to sleep by hand: no replicas, nothing to scale.
        [`${hpa("status_condition")}{namespace="shop",horizontalpodautoscaler="b",condition="ScalingActive",status="false"}`]:
          "1x60",
        ...replicas("b", "0x60", "0x60", "1x60", "9x60"),
      },
      at: "30m",
    },
  },
  KubeHpaUnable: {
    severity: "warning",
    when: ({ unable }) => `${unable} > 0`,
    for: "15m",
    summary: "{{ $labels.namespace }}/{{ $labels.horizontalpodautoscaler }} cannot set a scale",
    description:
      "The autoscaler has failed for 15 minutes to read or change the scale of its target: it may have been renamed or removed.",
    fires: {
      series: { [condition("AbleToScale", "false")]: "1x30" },
      from: "15m",
      labels: thatScaler,
    },
    quiet: {
      series: {
        [condition("AbleToScale", "false")]: "1x12 0x40",
        [condition("AbleToScale", "true")]: "1x60",
        [condition("ScalingLimited", "false")]: "1x60",
      },
      at: "30m",
    },
  },
  KubePdbNotEnoughHealthyPods: {
    severity: "warning",
    // A budget whose pods were all scaled away still asks for as many as before.
    when: ({ guarded, lacking }) => `${lacking} > 0 and ${guarded} > 0`,
    for: "15m",
    summary: "{{ $labels.namespace }}/{{ $labels.poddisruptionbudget }} lacks healthy pods",
    description:
      '{{ $value | printf "%.0f" }} more pods must be healthy for the disruption budget to be kept; until then no pod of it may be evicted.',
    fires: {
      series: {
        [`${pdb("desired_healthy")}{${budget}}`]: "3x30",
        [`${pdb("current_healthy")}{${budget}}`]: "2x30",
        [`${pdb("expected_pods")}{${budget}}`]: "3x30",
      },
      from: "15m",
      labels: thatBudget,
      value: "1",
    },
    quiet: {
      series: {
        [`${pdb("desired_healthy")}{${budget}}`]: "3x60",
        [`${pdb("current_healthy")}{${budget}}`]: "2x12 3x50",
        [`${pdb("expected_pods")}{${budget}}`]: "3x60",
        [`${pdb("desired_healthy")}{${idle}}`]: "1x60",
        [`${pdb("current_healthy")}{${idle}}`]: "0x60",
        [`${pdb("expected_pods")}{${idle}}`]: "0x60",
      },
      at: "30m",
    },
  },
  KubePdbBlocksDrain: {
    severity: "info",
    when: ({ allowed, guarded, lacking }) =>
      `${allowed} == 0 and ${guarded} > 0 and ${lacking} == 0`,
    for: "1h",
    summary: "{{ $labels.namespace }}/{{ $labels.poddisruptionbudget }} forbids every eviction",
    description:
      "All guarded pods are healthy and the disruption budget still lets none of them go: nodes that run them cannot be drained.",
    fires: {
      series: {
        [`${pdb("pod_disruptions_allowed")}{${budget}}`]: "0x90",
        [`${pdb("expected_pods")}{${budget}}`]: "1x90",
        [`${pdb("desired_healthy")}{${budget}}`]: "1x90",
        [`${pdb("current_healthy")}{${budget}}`]: "1x90",
      },
      from: "1h",
      labels: thatBudget,
    },
    quiet: {
      series: {
        [`${pdb("pod_disruptions_allowed")}{${budget}}`]: "0x50 1x60",
        [`${pdb("expected_pods")}{${budget}}`]: "2x110",
        [`${pdb("desired_healthy")}{${budget}}`]: "2x50 1x60",
        [`${pdb("current_healthy")}{${budget}}`]: "2x110",
        // One that guards nothing, and one that is broken: its pods have other alerts.
        [`${pdb("pod_disruptions_allowed")}{${budgetOf("idle")}}`]: "0x110",
        [`${pdb("expected_pods")}{${budgetOf("idle")}}`]: "0x110",
        [`${pdb("desired_healthy")}{${budgetOf("idle")}}`]: "0x110",
        [`${pdb("current_healthy")}{${budgetOf("idle")}}`]: "0x110",
        [`${pdb("pod_disruptions_allowed")}{${budgetOf("b")}}`]: "0x110",
        [`${pdb("expected_pods")}{${budgetOf("b")}}`]: "2x110",
        [`${pdb("desired_healthy")}{${budgetOf("b")}}`]: "2x110",
        [`${pdb("current_healthy")}{${budgetOf("b")}}`]: "1x110",
      },
      at: "100m",
    },
  },
});
