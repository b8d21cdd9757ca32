/**
 * Which alerts of a cluster lead: what keeps a pod from serving silences what follows from it, about
 * the same pod, workload, node or cluster and no other. The worse leads over the milder, so that
 * nothing that wakes somebody is held back by something that does not.
 */
import { is, type Matcher, present } from "../lib/alertmanager/matcher.ts";
import { type Inhibition, leads as leadsAnywhere, named } from "./leads.ts";

const inCluster = ["env", "cluster"];
const inNamespace = [...inCluster, "namespace"];

const mild = is("severity", "warning", "info");
const ofKubernetes = is("service", "kubernetes");

/** Labels of the kinds of workload, and the alerts that say what each of them lacks. */
const lacks: Readonly<Record<string, readonly string[]>> = {
  deployment: ["KubeDeploymentRolloutStuck", "KubeDeploymentReplicasMismatch"],
  statefulset: ["KubeStatefulSetUpdateNotRolledOut", "KubeStatefulSetReplicasMismatch"],
  daemonset: ["KubeDaemonSetRolloutStuck"],
  job_name: ["KubeJobNotCompleted"],
};

/** Why a container does not run. */
const ofContainer = [
  "KubePodOomKilled",
  "KubePodImagePullFailing",
  "KubePodCrashLooping",
  "KubePodInitCrashLooping",
];
/** Why a pod does not run. */
const ofPod = [...ofContainer, "KubePodUnschedulable", "KubePodStuckTerminating"];

/** What clients and members of etcd see when it cannot agree on anything. */
const etcdEffects = [
  "EtcdMemberDown",
  "EtcdFailedCalls",
  "EtcdFailedCallsMany",
  "EtcdCallsSlow",
  "EtcdPeerSendFailures",
  "EtcdProposalsFailing",
  "EtcdProposalsPending",
  "EtcdLeaderChangesOften",
];

/** One silences others about an object that these labels tell, within a namespace. */
const leads = (
  name: string,
  by: readonly string[],
  over: readonly Matcher[],
  object: readonly string[],
  place: readonly string[] = inNamespace,
): Inhibition => leadsAnywhere(name, by, over, object, place);

/** What is down for a whole cluster silences what follows from that. */
const none = (
  service: string,
  [by, ...over]: readonly [string, ...string[]],
  object: readonly string[] = inCluster,
): Inhibition => ({
  name: `${by} silences what follows from it`,
  source: [named(by), is("service", service)],
  target: [named(...over)],
  equal: [...object, "service"],
});

export const ofKubernetesObjects: readonly Inhibition[] = [
  leads(
    "memory that ran out silences the restarts of its container",
    ["KubePodOomKilled"],
    [named("KubePodCrashLooping", "KubePodRestartingOften", "KubeLivenessProbeFailing")],
    ["pod", "container"],
  ),
  leads(
    "a container that crashes silences its restarts and probes",
    ["KubePodCrashLooping"],
    [named("KubePodRestartingOften", "KubeLivenessProbeFailing")],
    ["pod", "container"],
  ),
  leads(
    "what keeps a pod from running silences that it is not ready",
    ofPod,
    [named("KubePodNotReady", "KubeContainerWaiting")],
    ["pod"],
  ),
  leads(
    "a pod that is not ready silences what its containers wait for",
    ["KubePodNotReady"],
    [named("KubeContainerWaiting")],
    ["pod"],
  ),
  ...Object.entries(lacks).map(([label, alerts]) =>
    leads(
      `a pod that does not run silences what its ${label} lacks`,
      [...ofPod, "KubePodNotReady", "KubeContainerWaiting"],
      [named(...alerts), mild],
      [label],
    ),
  ),
  leads(
    "pods that are refused silence what their deployment lacks",
    ["KubeDeploymentReplicaFailure"],
    [named("KubeDeploymentRolloutStuck", "KubeDeploymentReplicasMismatch")],
    ["deployment"],
  ),
  leads(
    "a rollout that is stuck silences the replicas it lacks",
    ["KubeDeploymentRolloutStuck"],
    [named("KubeDeploymentReplicasMismatch")],
    ["deployment"],
  ),
  ...[
    ["KubeDeploymentUnavailable", "deployment"] as const,
    ["KubeStatefulSetUnavailable", "statefulset"] as const,
    ["KubeDaemonSetMostlyDown", "daemonset"] as const,
  ].map(([by, label]) =>
    leads(
      `a ${label} that does not serve silences its pods and the rest of it`,
      [by],
      [ofKubernetes, mild],
      [label],
    ),
  ),
  leads(
    "a node that is down silences its pods",
    ["KubeNodeNotReady"],
    [is("scope", "pod", "container"), mild],
    ["node"],
    inCluster,
  ),
  leads(
    "a node that is down silences what else says so",
    ["KubeNodeNotReady"],
    [
      named(
        "KubeNodeUnreachable",
        "KubeNodeNetworkUnavailable",
        "KubeNodeReadinessFlapping",
        "KubeletInstanceUnreachable",
      ),
    ],
    ["node"],
    inCluster,
  ),
  none("kubernetes", [
    "KubeNodesMostlyDown",
    "KubeNodeNotReady",
    "KubeNodeUnreachable",
    "KubeNodeNetworkUnavailable",
    "KubeNodesDrainedBySickness",
    "KubeletDown",
  ]),
  none("kubernetes", [
    "KubeAPIDown",
    "KubeAPIInstanceUnreachable",
    "KubeClientErrors",
    "KubeControllerManagerNoLeader",
    "KubeSchedulerNoLeader",
  ]),
  none("kubernetes", ["KubeletDown", "KubeletInstanceUnreachable"]),
  none("kubernetes", ["KubeControllerManagerDown", "KubeControllerManagerInstanceUnreachable"]),
  none("kubernetes", ["KubeSchedulerDown", "KubeSchedulerInstanceUnreachable"]),
  none("kubernetes", ["KubeProxyDown", "KubeProxyInstanceUnreachable"]),
  ...[
    ["EtcdInsufficientMembers", "EtcdNoLeader", ...etcdEffects] as const,
    ["EtcdNoLeader", ...etcdEffects] as const,
  ].map((names) => none("etcd", names, [...inCluster, "job"])),
  {
    // Without the name of a cluster it may be another etcd.
    name: "etcd that is down silences the API server on it",
    source: [named("EtcdInsufficientMembers", "EtcdNoLeader"), present("cluster")],
    target: [
      named("KubeAPIDown", "KubeAPIErrorBudgetBurn", "KubeAPIErrorBudgetBurnSustained"),
      present("cluster"),
    ],
    equal: inCluster,
  },
];
