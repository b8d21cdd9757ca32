import { defineAlerts } from "../lib/alert.ts";
import { defineSignals, type Query } from "../lib/signal.ts";
import {
  made,
  onNode,
  placed,
  placedPods,
  placement,
  pod,
  same,
  state,
  stateOwner,
  thatPod,
} from "./common.ts";

const initWaits = "kube_pod_init_container_status_waiting_reason";
const ofPod = ["namespace", "pod"] as const;
const ofContainer = [...ofPod, "container"] as const;
const samePod = same(...ofPod);
const sameContainer = same(...ofContainer);
/** The runtime's own reasons stand between two of the kubelet's: all of them are one trouble. */
const imageReasons =
  /ErrImagePull|ImagePullBackOff|ErrImageNeverPull|ImageInspectError|InvalidImageName|RegistryUnavailable|SignatureValidationFailed/;
const ownAlert = new RegExp(`CrashLoopBackOff|${imageReasons.source}`);
const restartsIn = (q: Query, range: string): string =>
  onNode(q, state(q.events("kube_pod_container_status_restarts_total", range), ...ofContainer));
/** Containers that were put off in the last five minutes: now and then they run for a moment. */
const putOff = (q: Query, metric: string): string =>
  onNode(
    q,
    state(`max_over_time(${q.gauge(metric, { reason: "CrashLoopBackOff" })}[5m])`, ...ofContainer),
  );

export const signals = defineSignals({
  placed: {
    unit: "bool",
    about: "1 for each pod, with the node it runs on and the workload that made it.",
    query: placedPods,
    record: placement,
  },
  crashLooping: {
    unit: "bool",
    about: "1 for each container that was put off after a crash in the last five minutes.",
    query: (q) => putOff(q, "kube_pod_container_status_waiting_reason"),
  },
  initCrashLooping: {
    unit: "bool",
    about: "1 for each init container that was put off after a crash in the last five minutes.",
    query: (q) => putOff(q, initWaits),
  },
  imageMissing: {
    unit: "bool",
    about: "1 for each container whose image could not be obtained in the last five minutes.",
    query: (q) => {
      const waits = ["kube_pod_container_status_waiting_reason", initWaits].map(
        (metric) => `max_over_time(${q.gauge(metric, { reason: imageReasons })}[5m])`,
      );
      return onNode(q, state(waits.join(" or "), ...ofContainer));
    },
  },
  waiting: {
    unit: "bool",
    about: "1 for each container that waits for something other than a crash or its image.",
    query: (q) =>
      onNode(
        q,
        state(
          q.gauge("kube_pod_container_status_waiting_reason", { reason: { not: ownAlert } }),
          ...ofContainer,
          "reason",
        ),
      ),
  },
  notReady: {
    unit: "bool",
    about: "1 for each pod that is pending, unknown or not ready to serve.",
    query: (q) =>
      onNode(
        q,
        state(
          `${q.gauge("kube_pod_status_phase", { phase: /Pending|Unknown/ })} or ${q.gauge("kube_pod_status_ready", { condition: /false|unknown/ })}`,
          ...ofPod,
        ),
      ),
  },
  ended: {
    unit: "bool",
    about: "1 for each pod that ran to its end.",
    query: (q) => state(q.gauge("kube_pod_status_phase", { phase: /Succeeded|Failed/ }), ...ofPod),
  },
  endsItself: {
    unit: "bool",
    about:
      "1 for each pod that is done one day, as a Job's, Tekton's or Argo's: not ready once its first container is.",
    query: (q) => state(q.gauge("kube_pod_restart_policy", { type: { not: "Always" } }), ...ofPod),
  },
  gated: {
    unit: "bool",
    about: "1 for each pod that something holds back from scheduling on purpose.",
    query: (q) => state(q.gauge("kube_pod_status_reason", { reason: "SchedulingGated" }), ...ofPod),
  },
  restarts: {
    unit: "count",
    about: "Restarts of each container in the last 15 minutes.",
    query: (q) => restartsIn(q, "15m"),
  },
  restartsOfHour: {
    unit: "count",
    about: "Restarts of each container in the last hour.",
    query: (q) => restartsIn(q, "1h"),
  },
  diedOfMemory: {
    unit: "bool",
    about: "1 for each container that last ended because it used more memory than it may.",
    query: (q) =>
      state(
        q.gauge("kube_pod_container_status_last_terminated_reason", { reason: "OOMKilled" }),
        ...ofContainer,
      ),
  },
  unschedulable: {
    unit: "bool",
    about: "1 for each pod that the scheduler has given no node.",
    query: (q) => onNode(q, state(q.gauge("kube_pod_status_unschedulable"), ...ofPod)),
  },
  sinceDeletion: {
    unit: "seconds",
    about: "Time since each pod should have been gone.",
    query: (q) =>
      onNode(
        q,
        `(time() - ${state(`${q.timestamp("kube_pod_deletion_timestamp")} > 0`, ...ofPod)})`,
      ),
  },
});

const container = { container: "web" };
const waitsFor = (reason: string, init = ""): string =>
  `kube_pod_${init}container_status_waiting_reason{${pod},container="web",reason="${reason}"}`;
const restarts = `kube_pod_container_status_restarts_total{${pod},container="web"}`;

export const group = defineAlerts(stateOwner("pods", "pod"), signals, {
  KubePodCrashLooping: {
    severity: "warning",
    when: ({ crashLooping }) => `${crashLooping} > 0`,
    for: "15m",
    summary: "{{ $labels.namespace }}/{{ $labels.pod }} crashes again and again",
    description:
      "Container {{ $labels.container }} has been restarted and put off for 15 minutes; each wait is longer than the one before, up to five minutes.",
    fires: {
      series: { ...placed, [waitsFor("CrashLoopBackOff")]: "1x30" },
      from: "15m",
      labels: thatPod(container),
    },
    quiet: {
      series: {
        ...placed,
        [waitsFor("CrashLoopBackOff")]: "1x8 0x40",
        [waitsFor("ContainerCreating")]: "1x50",
      },
      at: "30m",
    },
  },
  KubePodInitCrashLooping: {
    severity: "warning",
    when: ({ initCrashLooping }) => `${initCrashLooping} > 0`,
    for: "15m",
    summary: "{{ $labels.namespace }}/{{ $labels.pod }} never gets past its init container",
    description:
      "Init container {{ $labels.container }} has failed for 15 minutes, so the pod's own containers were not started.",
    fires: {
      series: { ...placed, [waitsFor("CrashLoopBackOff", "init_")]: "1x30" },
      from: "15m",
      labels: thatPod(container),
    },
    quiet: {
      series: {
        ...placed,
        [waitsFor("CrashLoopBackOff", "init_")]: "1x8 0x40",
        [waitsFor("PodInitializing", "init_")]: "1x50",
      },
      at: "30m",
    },
  },
  KubePodImagePullFailing: {
    severity: "warning",
    when: ({ imageMissing }) => `${imageMissing} > 0`,
    for: "10m",
    summary: "An image of {{ $labels.namespace }}/{{ $labels.pod }} cannot be pulled",
    description:
      "The node has tried for ten minutes to get the image of container {{ $labels.container }}: its name is wrong, the registry is away or refuses.",
    fires: {
      series: {
        ...placed,
        [waitsFor("ErrImagePull")]: "1x4 0x30",
        [waitsFor("ImagePullBackOff")]: "0x4 1x2 0x1 1x25",
        [waitsFor("RegistryUnavailable")]: "0x7 1x1 0x25",
      },
      from: "10m",
      labels: thatPod(container),
    },
    quiet: {
      series: {
        ...placed,
        [waitsFor("ImagePullBackOff")]: "1x4 0x40",
        [waitsFor("ContainerCreating")]: "1x50",
      },
      at: "25m",
    },
  },
  KubeContainerWaiting: {
    severity: "warning",
    when: ({ waiting }) => `${waiting} > 0`,
    for: "1h",
    summary: "{{ $labels.namespace }}/{{ $labels.pod }} has waited for an hour",
    description:
      "Container {{ $labels.container }} is not started; the kubelet gives the reason {{ $labels.reason }}.",
    fires: {
      series: { ...placed, [waitsFor("CreateContainerConfigError")]: "1x80" },
      from: "1h",
      labels: thatPod({ ...container, reason: "CreateContainerConfigError" }),
    },
    quiet: {
      series: {
        ...placed,
        [waitsFor("CreateContainerConfigError")]: "1x50 0x50",
        [waitsFor("CrashLoopBackOff")]: "1x100",
      },
      at: "90m",
    },
  },
  KubePodNotReady: {
    severity: "warning",
    when: ({ ended, endsItself, gated, notReady }) =>
      `${notReady} > 0 unless ${samePod} ${ended} > 0 unless ${samePod} ${endsItself} > 0 unless ${samePod} ${gated} > 0`,
    for: "15m",
    summary: "{{ $labels.namespace }}/{{ $labels.pod }} is not ready",
    description:
      "The pod has been pending, unknown or failing its readiness probe for 15 minutes; no Service sends it requests.",
    fires: {
      series: {
        ...placed,
        [`kube_pod_status_phase{${pod},phase="Pending"}`]: "0x30",
        [`kube_pod_status_phase{${pod},phase="Failed"}`]: "0x30",
        [`kube_pod_status_phase{${pod},phase="Running"}`]: "1x30",
        [`kube_pod_status_ready{${pod},condition="false"}`]: "1x30",
        [`kube_pod_status_ready{${pod},condition="true"}`]: "0x30",
        [`kube_pod_status_reason{${pod},reason="Evicted"}`]: "1x30",
        [`kube_pod_restart_policy{${pod},type="Always"}`]: "1x30",
      },
      from: "15m",
      labels: thatPod(),
    },
    quiet: {
      series: {
        ...placed,
        [`kube_pod_status_phase{${pod},phase="Pending"}`]: "1x12 0x40",
        [`kube_pod_status_phase{${pod},phase="Running"}`]: "0x12 1x40",
        [`kube_pod_status_ready{${pod},condition="true"}`]: "0x12 1x40",
        'kube_pod_info{namespace="shop",pod="done",node="node-1"}': "1x60",
        'kube_pod_status_ready{namespace="shop",pod="done",condition="false"}': "1x60",
        'kube_pod_status_phase{namespace="shop",pod="done",phase="Succeeded"}': "1x60",
        'kube_pod_info{namespace="shop",pod="job",node="node-1"}': "1x60",
        'kube_pod_status_ready{namespace="shop",pod="job",condition="false"}': "1x60",
        'kube_pod_restart_policy{namespace="shop",pod="job",type="Never"}': "1x60",
        'kube_pod_info{namespace="shop",pod="held"}': "1x60",
        'kube_pod_status_phase{namespace="shop",pod="held",phase="Pending"}': "1x60",
        'kube_pod_status_reason{namespace="shop",pod="held",reason="SchedulingGated"}': "1x60",
      },
      at: "40m",
    },
  },
  KubePodOomKilled: {
    severity: "warning",
    when: ({ diedOfMemory, restarts }) =>
      `${restarts} > 0 and ${sameContainer} ${diedOfMemory} > 0`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "{{ $labels.namespace }}/{{ $labels.pod }} was killed for its memory",
    description:
      "Container {{ $labels.container }} reached its memory limit and was killed; it has been restarted.",
    fires: {
      series: {
        ...placed,
        [restarts]: "0x20 1x20",
        [`kube_pod_container_status_last_terminated_reason{${pod},container="web",reason="OOMKilled"}`]:
          "_x20 1x20",
      },
      from: "21m",
      labels: thatPod(container),
    },
    quiet: {
      series: {
        ...placed,
        // Killed long ago, and now another one that ended for another reason.
        [restarts]: "1x50",
        [`kube_pod_container_status_last_terminated_reason{${pod},container="web",reason="OOMKilled"}`]:
          "1x50",
        [`kube_pod_container_status_restarts_total{${pod},container="b"}`]: "0x10 1x40",
        [`kube_pod_container_status_last_terminated_reason{${pod},container="b",reason="Error"}`]:
          "1x50",
      },
      at: "20m",
    },
  },
  KubePodRestartingOften: {
    severity: "warning",
    threshold: { value: 5, unit: "restarts in an hour" },
    when: ({ restartsOfHour }, threshold) => `${restartsOfHour} > ${threshold}`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "{{ $labels.namespace }}/{{ $labels.pod }} restarts often",
    description:
      'Container {{ $labels.container }} was started {{ $value | printf "%.0f" }} times in an hour without ever being put off for long.',
    fires: {
      series: { ...placed, [restarts]: "0x60 6x20" },
      from: "61m",
      labels: thatPod(container),
      value: "6",
    },
    quiet: { series: { ...placed, [restarts]: "0x60 4x60" }, at: "100m" },
  },
  KubePodUnschedulable: {
    severity: "warning",
    when: ({ gated, unschedulable }) => `${unschedulable} > 0 unless ${samePod} ${gated} > 0`,
    for: "15m",
    summary: "{{ $labels.namespace }}/{{ $labels.pod }} fits on no node",
    description:
      "The scheduler has found no node for the pod for 15 minutes: requests, taints, affinity or volumes rule all of them out.",
    fires: {
      series: {
        [`kube_pod_info{${pod},node="",uid="u"}`]: "1x30",
        ...made,
        [`kube_pod_status_unschedulable{${pod}}`]: "1x30",
      },
      from: "15m",
      labels: thatPod({ node: "" }),
    },
    quiet: {
      series: {
        [`kube_pod_info{${pod},node="",uid="u"}`]: "1x40",
        [`kube_pod_status_unschedulable{${pod}}`]: "1x12 _x30",
        // Held back on purpose: a queue or a controller lets it go when its turn comes.
        'kube_pod_info{namespace="shop",pod="held",uid="v"}': "1x40",
        'kube_pod_status_unschedulable{namespace="shop",pod="held"}': "1x40",
        'kube_pod_status_reason{namespace="shop",pod="held",reason="SchedulingGated"}': "1x40",
      },
      at: "20m",
    },
  },
  KubePodStuckTerminating: {
    severity: "warning",
    threshold: { value: 1800, unit: "seconds since the pod should have been gone" },
    when: ({ sinceDeletion }, threshold) => `${sinceDeletion} > ${threshold}`,
    for: "5m",
    summary: "{{ $labels.namespace }}/{{ $labels.pod }} does not go away",
    description:
      "The pod was deleted and its grace period ended {{ $value | humanizeDuration }} ago; a finalizer, a volume or its node holds it.",
    fires: {
      series: { ...placed, [`kube_pod_deletion_timestamp{${pod}}`]: "60x60" },
      from: "37m",
      labels: thatPod(),
      value: "36m 0s",
    },
    quiet: {
      series: { ...placed, [`kube_pod_deletion_timestamp{${pod}}`]: "1200x60" },
      at: "49m",
    },
  },
});
