/** Which alert silences which: data, rendered by `lib/alertmanager`. */
import { absent, is, isNot, present } from "../lib/alertmanager/matcher.ts";
import { ofCauses } from "./causes/index.ts";
import { ofKubernetesObjects } from "./kubernetes.ts";
import type { Inhibition } from "./leads.ts";

/**
 * Labels by which alerts of one instance tell their objects apart. An alert without one of them
 * speaks of the whole instance. What two severities of one family tell apart has to be here, or the
 * worse of one object silences the milder of another; a test holds the catalogue against it.
 */
export const objectLabels = [
  "SessionName",
  "UUID",
  "application",
  "cluster",
  "consumergroup",
  "container",
  "cpu",
  "daemonset",
  "database",
  "datname",
  "deployment",
  "device",
  "gpu",
  "grpc_method",
  "grpc_service",
  "id",
  "integration",
  "master_host",
  "member_idx",
  "model",
  "model_name",
  "mountpoint",
  "name",
  "namespace",
  "node",
  "partition",
  "persistentvolumeclaim",
  "pod",
  "probe",
  "queue",
  "release",
  "route",
  "rs_nm",
  "server",
  "slo",
  "slot_name",
  "statefulset",
  "tenant",
  "topic",
  "user",
  "vhost",
  "volume",
] as const;

/** Where and what an alert is about, but for its name. */
const object = ["env", "host", "instance", "job", ...objectLabels];

const worse: readonly [by: string, ...milder: string[]][] = [
  ["emergency", "critical", "warning", "info"],
  ["critical", "warning", "info"],
  ["warning", "info"],
];

/** The worse of a family silences the milder about the same object. */
const bySeverity = worse.map(([by, ...milder]): Inhibition => {
  const inFamily = present("family");
  return {
    name: `${by} silences milder`,
    source: [is("severity", by), inFamily],
    target: [is("severity", ...milder), inFamily],
    equal: ["family", ...object],
  };
});

/** The same for rules of your own that say nothing of families: by the alert's name. */
const bySeverityOfOthers = worse.map(([by, ...milder]): Inhibition => ({
  name: `${by} silences milder without a family`,
  source: [is("severity", by), absent("family")],
  target: [is("severity", ...milder), absent("family")],
  equal: ["alertname", ...object],
}));

/** Of two of a family that are equally bad, the first says more: it silences those after it. */
export const leaders: readonly (readonly [leader: string, ...followers: string[]])[] = [
  ["GpuHealthFailed", "GpuHealthDegraded"],
  ["GrafanaErrorRatioHigh", "GrafanaErrorRatioElevated"],
  ["KubeAPIErrorBudgetBurn", "KubeAPIErrorBudgetBurnSustained"],
  ["KubeAPIErrorBudgetBurnSlow", "KubeAPIErrorBudgetBurnCreeping"],
  ["KubeNodeNotReady", "KubeNodeUnreachable"],
  ["KubeletServerCertificateExpiresToday", "KubeletServerCertificateExpiration"],
  ["MySQLConnectionsRefused", "MySQLConnectionsHigh"],
  ["ProcessorStoreErrors", "ProcessorRequestsFailing"],
  ["RayNodeDiskFull", "RayNodeDiskHigh"],
  ["SloFastBurn", "SloMediumBurn"],
  ["SloSlowBurn", "SloCreepingBurn"],
  ["TlsCertExpired", "TlsCertExpiresIn3d"],
  ["TlsCertExpiresIn7d", "TlsCertExpiresIn21d"],
  ["TritonQueueTimeHigh", "TritonPendingHigh"],
  ["VllmKvCacheFull", "VllmKvCacheHigh"],
  ["VllmQueueTimeHigh", "VllmQueueLong"],
];

const byLeader = leaders.map(([leader, ...followers]): Inhibition => ({
  name: `${leader} silences what says less`,
  source: [is("alertname", leader), present("family")],
  target: [is("alertname", ...followers), present("family")],
  equal: ["family", ...object],
}));

/** `cluster` names where the service is, not one object of many behind its instance. */
const wholeService = objectLabels.filter((label) => label !== "cluster").map(absent);

/** The severities that complain: the Watchdog and InfoInhibitor go on whatever happens. */
const complains = isNot("severity", "none");

export const inhibitions: readonly Inhibition[] = [
  ...bySeverity,
  ...bySeverityOfOthers,
  ...byLeader,
  {
    name: "a host that is down silences what is on it",
    source: [is("alertname", "HostDown"), present("host")],
    target: [isNot("alertname", "HostDown"), present("host"), complains],
    equal: ["cluster", "env", "host"],
  },
  {
    name: "a service that is down silences the rest of it",
    source: [is("down", "true"), present("service"), present("instance"), ...wholeService],
    target: [absent("down"), present("service"), present("instance"), complains],
    equal: ["cluster", "env", "job", "service", "instance"],
  },
  {
    name: "a part of a service that is down silences the rest of that part",
    source: [is("down", "true"), present("service"), present("instance")],
    target: [absent("down"), present("service"), present("instance"), complains],
    equal: ["service", ...object],
  },
  ...ofKubernetesObjects,
  ...ofCauses,
  {
    name: "info is sent only alongside something worse",
    // InfoInhibitor is computed by cluster, env, host and instance. Alerts without an instance are a group of
    // their own there, so here the missing label may equal the missing one.
    source: [is("alertname", "InfoInhibitor"), is("severity", "none")],
    target: [is("severity", "info")],
    equal: ["cluster", "env", "host", "instance"],
  },
];
