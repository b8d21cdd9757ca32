import { defineAlerts } from "../lib/alert.ts";
import { defineSignals } from "../lib/signal.ts";
import { object, state, stateOwner } from "./common.ts";

const ofDeployment = (values: string): string => state(values, "namespace", "deployment");

export const signals = defineSignals({
  wanted: {
    unit: "count",
    about: "Replicas each Deployment asks for.",
    query: (q) => ofDeployment(q.gauge("kube_deployment_spec_replicas")),
  },
  available: {
    unit: "count",
    about: "Replicas of each Deployment that serve.",
    query: (q) => ofDeployment(q.gauge("kube_deployment_status_replicas_available")),
  },
  served: {
    unit: "count",
    about: "The most replicas of each Deployment that served at a time in the last day.",
    query: (q) =>
      ofDeployment(`max_over_time(${q.gauge("kube_deployment_status_replicas_available")}[1d])`),
  },
  steps: {
    unit: "count",
    about: "How often the number of new replicas of each Deployment changed in ten minutes.",
    query: (q) =>
      ofDeployment(`changes(${q.gauge("kube_deployment_status_replicas_updated")}[10m])`),
  },
  generationsBehind: {
    unit: "count",
    about: "Changes of each Deployment that its controller has not looked at.",
    query: (q) =>
      `${ofDeployment(q.gauge("kube_deployment_metadata_generation"))} - ${ofDeployment(q.gauge("kube_deployment_status_observed_generation"))}`,
  },
  stuck: {
    unit: "bool",
    about: "1 for each Deployment that made no progress within its deadline.",
    query: (q) =>
      ofDeployment(
        q.gauge("kube_deployment_status_condition", { condition: "Progressing", status: "false" }),
      ),
  },
  refused: {
    unit: "bool",
    about: "1 for each Deployment whose pods cannot be created.",
    query: (q) =>
      ofDeployment(
        q.gauge("kube_deployment_status_condition", {
          condition: "ReplicaFailure",
          status: "true",
        }),
      ),
  },
});

const web = 'namespace="shop",deployment="web"';
const thatOne = object({ namespace: "shop", deployment: "web" });
const condition = (name: string, status: string, deployment = "web"): string =>
  `kube_deployment_status_condition{namespace="shop",deployment="${deployment}",condition="${name}",status="${status}"}`;

export const group = defineAlerts(stateOwner("deployments", "workload"), signals, {
  KubeDeploymentUnavailable: {
    severity: "critical",
    family: "KubeDeploymentReplicas",
    when: ({ available, served, wanted }) =>
      `${available} == 0 and ${wanted} > 0 and ${served} > 0`,
    for: "10m",
    summary: "Nothing of {{ $labels.namespace }}/{{ $labels.deployment }} serves",
    description:
      "The Deployment asks for replicas, had some within the day, and for ten minutes none has been available: whoever calls it gets nothing. Alerts about its pods are held back.",
    fires: {
      series: {
        [`kube_deployment_spec_replicas{${web}}`]: "1x30",
        [`kube_deployment_status_replicas_available{${web}}`]: "1x4 0x25",
      },
      from: "15m",
      labels: thatOne,
    },
    quiet: {
      series: {
        [`kube_deployment_spec_replicas{${web}}`]: "2x40",
        [`kube_deployment_status_replicas_available{${web}}`]: "1x4 0x8 1x20",
        // New, and never served anybody.
        'kube_deployment_spec_replicas{namespace="shop",deployment="new"}': "1x40",
        'kube_deployment_status_replicas_available{namespace="shop",deployment="new"}': "0x40",
        'kube_deployment_spec_replicas{namespace="shop",deployment="asleep"}': "0x40",
        'kube_deployment_status_replicas_available{namespace="shop",deployment="asleep"}':
          "2x4 0x36",
      },
      at: "17m",
    },
  },
  KubeDeploymentReplicasMismatch: {
    severity: "warning",
    family: "KubeDeploymentReplicas",
    when: ({ available, steps, wanted }) => `${wanted} - ${available} > 0 and ${steps} == 0`,
    for: "15m",
    summary: "{{ $labels.namespace }}/{{ $labels.deployment }} lacks replicas",
    description:
      '{{ $value | printf "%.0f" }} replicas the Deployment asks for have not been available for 15 minutes, and no rollout is under way.',
    fires: {
      series: {
        [`kube_deployment_spec_replicas{${web}}`]: "3x30",
        [`kube_deployment_status_replicas_available{${web}}`]: "2x30",
        [`kube_deployment_status_replicas_updated{${web}}`]: "3x30",
      },
      from: "15m",
      labels: thatOne,
      value: "1",
    },
    quiet: {
      series: {
        [`kube_deployment_spec_replicas{${web}}`]: "3x60",
        [`kube_deployment_status_replicas_available{${web}}`]: "2x12 3x50",
        [`kube_deployment_status_replicas_updated{${web}}`]: "3x60",
        // A rollout that goes on.
        'kube_deployment_spec_replicas{namespace="shop",deployment="b"}': "9x60",
        'kube_deployment_status_replicas_available{namespace="shop",deployment="b"}': "7x60",
        'kube_deployment_status_replicas_updated{namespace="shop",deployment="b"}':
          "1x5 2x5 3x5 4x5 5x5 6x5 7x30",
      },
      at: "38m",
    },
  },
  KubeDeploymentGenerationMismatch: {
    severity: "warning",
    when: ({ generationsBehind }) => `${generationsBehind} > 0`,
    for: "15m",
    summary: "A change of {{ $labels.namespace }}/{{ $labels.deployment }} is not seen",
    description:
      "The Deployment was changed and the controller manager has not taken note of it for 15 minutes.",
    fires: {
      series: {
        [`kube_deployment_metadata_generation{${web}}`]: "5x30",
        [`kube_deployment_status_observed_generation{${web}}`]: "4x30",
      },
      from: "15m",
      labels: thatOne,
    },
    quiet: {
      series: {
        [`kube_deployment_metadata_generation{${web}}`]: "5x40",
        [`kube_deployment_status_observed_generation{${web}}`]: "4x12 5x40",
      },
      at: "25m",
    },
  },
  KubeDeploymentRolloutStuck: {
    severity: "warning",
    when: ({ stuck }) => `${stuck} > 0`,
    for: "15m",
    summary: "The rollout of {{ $labels.namespace }}/{{ $labels.deployment }} is stuck",
    description:
      "The Deployment passed its progress deadline; the old pods serve on, and nothing rolls it back automatically.",
    fires: {
      series: { [condition("Progressing", "false")]: "1x30" },
      from: "15m",
      labels: thatOne,
    },
    quiet: {
      series: {
        [condition("Progressing", "false")]: "1x12 0x40",
        [condition("Progressing", "true", "b")]: "1x60",
        [condition("Available", "false", "b")]: "1x60",
      },
      at: "30m",
    },
  },
  KubeDeploymentReplicaFailure: {
    severity: "warning",
    when: ({ refused }) => `${refused} > 0`,
    for: "10m",
    summary: "Pods of {{ $labels.namespace }}/{{ $labels.deployment }} are refused",
    description:
      "The API server has refused to create pods of the Deployment for ten minutes: a quota, a limit range or an admission webhook says no.",
    fires: {
      series: { [condition("ReplicaFailure", "true")]: "1x30" },
      from: "10m",
      labels: thatOne,
    },
    quiet: {
      series: {
        [condition("ReplicaFailure", "true")]: "1x8 0x40",
        [condition("ReplicaFailure", "false", "b")]: "1x60",
        [condition("Available", "true", "b")]: "1x60",
      },
      at: "25m",
    },
  },
});
