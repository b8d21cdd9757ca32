import { defineAlerts } from "../lib/alert.ts";
import { defineSignals } from "../lib/signal.ts";
import { object, same, state, stateOwner } from "./common.ts";

const claimLabels = ["namespace", "persistentvolumeclaim"] as const;

export const signals = defineSignals({
  broken: {
    unit: "bool",
    about: "1 for each persistent volume that failed or was never made.",
    query: (q) =>
      state(
        q.gauge("kube_persistentvolume_status_phase", { phase: /Failed|Pending/ }),
        "persistentvolume",
        "phase",
      ),
  },
  released: {
    unit: "bool",
    about: "1 for each persistent volume that was kept when its claim was deleted.",
    query: (q) =>
      state(
        q.gauge("kube_persistentvolume_status_phase", { phase: "Released" }),
        "persistentvolume",
        "phase",
      ),
  },
  pending: {
    unit: "bool",
    about: "1 for each claim that has no volume.",
    query: (q) =>
      state(
        q.gauge("kube_persistentvolumeclaim_status_phase", { phase: "Pending" }),
        ...claimLabels,
        "phase",
      ),
  },
  lost: {
    unit: "bool",
    about: "1 for each claim whose volume is gone.",
    query: (q) =>
      state(
        q.gauge("kube_persistentvolumeclaim_status_phase", { phase: "Lost" }),
        ...claimLabels,
        "phase",
      ),
  },
  wantedByPods: {
    unit: "bool",
    about: "1 for each claim that a pod wants.",
    query: (q) =>
      state(q.gauge("kube_pod_spec_volumes_persistentvolumeclaims_info"), ...claimLabels),
  },
});

const volume = (phase: string, name = "pv-1"): string =>
  `kube_persistentvolume_status_phase{persistentvolume="${name}",phase="${phase}"}`;
const claim = (phase: string, name = "data-db-0"): string =>
  `kube_persistentvolumeclaim_status_phase{namespace="shop",persistentvolumeclaim="${name}",phase="${phase}"}`;
const wanted = (name = "data-db-0"): string =>
  `kube_pod_spec_volumes_persistentvolumeclaims_info{namespace="shop",pod="db-0",persistentvolumeclaim="${name}",volume="data"}`;
const thatClaim = (phase: string) =>
  object({ namespace: "shop", persistentvolumeclaim: "data-db-0", phase });

export const group = defineAlerts(stateOwner("claims", "workload"), signals, {
  KubePersistentVolumeErrors: {
    severity: "warning",
    when: ({ broken }) => `${broken} > 0`,
    for: "5m",
    summary: "Persistent volume {{ $labels.persistentvolume }} is not usable",
    description:
      "The volume has been {{ $labels.phase }} for five minutes: it could not be made, or what is left of a deleted claim could not be cleaned up.",
    fires: {
      series: { [volume("Failed")]: "1x20" },
      from: "5m",
      labels: object({ persistentvolume: "pv-1", phase: "Failed" }),
    },
    quiet: {
      series: {
        [volume("Failed")]: "0x40",
        [volume("Pending")]: "1x3 0x40",
        [volume("Bound", "b")]: "1x40",
      },
      at: "12m",
    },
  },
  KubePersistentVolumeReleased: {
    severity: "info",
    when: ({ released }) => `${released} > 0`,
    for: "1d",
    summary: "Persistent volume {{ $labels.persistentvolume }} belongs to nobody",
    description:
      "Its claim was deleted a day ago and the volume was kept with its data. It costs money and cannot be claimed again as it is.",
    step: "1h",
    fires: {
      series: { [volume("Released")]: "1x30" },
      from: "24h",
      labels: object({ persistentvolume: "pv-1", phase: "Released" }),
    },
    quiet: {
      series: { [volume("Released")]: "1x20 _x20", [volume("Available", "b")]: "1x40" },
      at: "36h",
    },
  },
  KubePersistentVolumeClaimPending: {
    severity: "warning",
    when: ({ pending, wantedByPods }) =>
      `${pending} > 0 and ${same(...claimLabels)} ${wantedByPods} > 0`,
    for: "15m",
    summary: "Claim {{ $labels.namespace }}/{{ $labels.persistentvolumeclaim }} gets no volume",
    description:
      "A pod has waited for the volume for 15 minutes: no storage class, no room in it, or its provisioner does not work.",
    fires: {
      series: { [claim("Pending")]: "1x30", [wanted()]: "1x30" },
      from: "15m",
      labels: thatClaim("Pending"),
    },
    quiet: {
      series: {
        [claim("Pending")]: "1x12 0x40",
        [claim("Bound")]: "0x12 1x40",
        [wanted()]: "1x60",
        // Volumes are made when the first pod asks, and nobody did.
        [claim("Pending", "unused")]: "1x60",
      },
      at: "30m",
    },
  },
  KubePersistentVolumeClaimLost: {
    severity: "critical",
    when: ({ lost }) => `${lost} > 0`,
    for: "1m",
    summary: "The volume of claim {{ $labels.persistentvolumeclaim }} is gone",
    description:
      "The persistent volume the claim was bound to no longer exists: its data cannot be reached, and pods that need it do not start again.",
    fires: { series: { [claim("Lost")]: "1x20" }, from: "1m", labels: thatClaim("Lost") },
    quiet: { series: { [claim("Lost")]: "1 0x20", [claim("Bound", "b")]: "1x20" }, at: "8m" },
  },
});
