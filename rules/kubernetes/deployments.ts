import { defineAlerts } from "../lib/alert.ts";
import { defineSignals } from "../lib/signal.ts";
import { object, state, stateOwner } from "./common.ts";

export const signals = defineSignals({
  wanted: {
    unit: "count",
    about: "Replicas each Deployment asks for.",
    query: (q) => state(q.gauge("kube_deployment_spec_replicas")),
  },
  available: {
    unit: "count",
    about: "Replicas of each Deployment that serve.",
    query: (q) => state(q.gauge("kube_deployment_status_replicas_available")),
  },
  steps: {
    unit: "count",
    about: "How often the number of new replicas of each Deployment changed in ten minutes.",
    query: (q) => state(`changes(${q.gauge("kube_deployment_status_replicas_updated")}[10m])`),
  },
  generationsBehind: {
    unit: "count",
    about: "Changes of each Deployment that its controller has not looked at.",
    query: (q) =>
      `${state(q.gauge("kube_deployment_metadata_generation"))} - ${state(q.gauge("kube_deployment_status_observed_generation"))}`,
  },
  stuck: {
    unit: "bool",
    about: "1 for each Deployment that made no progress within its deadline.",
    query: (q) =>
      state(
        q.gauge("kube_deployment_status_condition", { condition: "Progressing", status: "false" }),
      ),
  },
  refused: {
    unit: "bool",
    about: "1 for each Deployment whose pods cannot be created.",
    query: (q) =>
      state(
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
    when: ({ available, wanted }) => `${available} == 0 and ${wanted} > 0`,
    for: "5m",
    summary: "Nothing of {{ $labels.namespace }}/{{ $labels.deployment }} serves",
    description:
      "The Deployment asks for replicas and has had none available for five minutes: whoever calls it gets nothing.",
    fires: {
      series: {
        [`kube_deployment_spec_replicas{${web}}`]: "1x20",
        [`kube_deployment_status_replicas_available{${web}}`]: "0x20",
      },
      from: "5m",
      labels: thatOne,
    },
    quiet: {
      series: {
        [`kube_deployment_spec_replicas{${web}}`]: "2x20",
        [`kube_deployment_status_replicas_available{${web}}`]: "0x3 1x20",
        'kube_deployment_spec_replicas{namespace="shop",deployment="asleep"}': "0x20",
        'kube_deployment_status_replicas_available{namespace="shop",deployment="asleep"}': "0x20",
      },
      at: "12m",
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
    when: ({ generationsBehind }) => `${generationsBehind} != 0`,
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
      "The Deployment passed its progress deadline; the old pods serve on, and nothing rolls it back by itself.",
    fires: {
      series: { [condition("Progressing", "false")]: "1x30" },
      from: "15m",
      labels: { ...thatOne, condition: "Progressing", status: "false" },
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
      labels: { ...thatOne, condition: "ReplicaFailure", status: "true" },
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
