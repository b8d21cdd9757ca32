/** What leads among services, what watches them from outside, and the monitoring itself. */
import { type Cause, cause, onJob, onTarget } from "./cause.ts";

const onProbe = [...onTarget, "probe"];

export const services: readonly Cause[] = [
  cause(
    [...onTarget, "model_name"],
    "VllmStalled",
    "VllmFirstTokenSlow VllmFirstTokenVerySlow VllmTokensSlow VllmRequestsSlow VllmQueueLong VllmQueueTimeHigh VllmAbortsHigh",
  ),
  cause(
    ["job", "SessionName", "application"],
    "RayServeApplicationFailed",
    "RayServeDeploymentUnhealthy RayServeErrorRatioHigh RayServeErrorRatioElevated RayServeLatencyHigh",
  ),
  cause(["job", "SessionName"], "RayTasksStuck", "RayTasksPending"),
  cause(onTarget, "RayNodeMemoryCritical", "RayOomKills RayWorkersCrashing"),
  cause(onJob, "RayHeadMissing", "RayTasksStuck RayTasksPending RayNodesFailed RayNodesPending"),

  cause(onProbe, "ProbeHttpServerError ProbeGrpcNotServing TlsCertExpired", "ProbeFailed"),
  cause(
    onProbe,
    "ProbeFailed ProbeHttpServerError ProbeGrpcNotServing TlsCertExpired",
    "ProbeDnsFailed ProbeHttpClientError ProbeContentMismatch ProbeFlapping ProbeSlow ProbeDnsSlow ProbeConnectSlow ProbeServerSlow ProbeIcmpLoss",
  ),
  cause(
    ["journey"],
    "SyntheticJourneyFailed",
    "SyntheticJourneyDegraded SyntheticJourneySlow SyntheticStepSlow",
  ),
  cause(
    onJob,
    "BusinessOrdersStopped",
    "BusinessOrderSuccessDropped BusinessPaymentsBelowLastWeek",
  ),
  cause(["cluster"], "VaultNoLeader", "VaultLeaderFlapping"),

  cause(onJob, "PrometheusHAGroupNotIngestingSamples", "PrometheusNotIngestingSamples"),
  cause(onJob, "PrometheusHAGroupDown", "PrometheusDown"),
  cause(onJob, "PrometheusHAGroupCrashlooping", "PrometheusRestartLoop"),
  cause(
    onTarget,
    "PrometheusNotConnectedToAlertmanagers PrometheusErrorSendingAlertsToAnyAlertmanager",
    "PrometheusErrorSendingAlertsToSomeAlertmanagers PrometheusNotificationQueueRunningFull",
  ),
  cause(
    onTarget,
    "PrometheusRuleGroupStale",
    "PrometheusMissingRuleEvaluations PrometheusRuleGroupSlow",
  ),
  cause(
    onTarget,
    "PrometheusWalWritesFailing",
    "PrometheusNotIngestingSamples PrometheusTSDBCompactionsFailing PrometheusTSDBReloadsFailing",
  ),
  cause(
    onJob,
    "AlertmanagerClusterDown",
    "AlertmanagerDown AlertmanagerPeerLost AlertmanagerMembersInconsistent AlertmanagerClusterUnhealthy",
  ),
  cause(
    onJob,
    "AlertmanagerDown",
    "AlertmanagerPeerLost AlertmanagerMembersInconsistent AlertmanagerClusterUnhealthy",
  ),
  cause(onJob, "AlertmanagerClusterCrashlooping", "AlertmanagerRestartLoop"),
  cause(
    ["job", "integration"],
    "AlertmanagerClusterFailedToSendAlerts",
    "AlertmanagerFailedToSendAlerts AlertmanagerChannelUnreliable",
  ),
  cause(
    onTarget,
    "GrafanaRuleEvaluationsFailing",
    "GrafanaRuleEvaluationsSlow GrafanaRuleEvaluationsMissed GrafanaSchedulerBehind",
  ),
  cause(onTarget, "ProcessorStoreDown", "ProcessorRefusesAlerts ProcessorCommitSlow"),
  cause([...onTarget, "channel"], "ProcessorDeliveriesDead", "ProcessorChannelFailing"),

  cause(
    ["env"],
    "EstateMostlyDown",
    "JobMostlyDown JobAbsent TargetDown HostDown HostExporterDown",
  ),
  cause(onJob, "JobMostlyDown", "TargetDown TargetFlapping"),
  cause(onJob, "ProbesMostlyFailed", "ProbeFailed ProbeHttpServerError ProbeDnsFailed"),
];
