import type { Spec } from "./cluster.ts";
import { condition, long, told } from "./told.ts";

const selector = { matchLabels: { app: "web" } };
const template = {
  metadata: { labels: { app: "web" } },
  spec: { containers: [{ name: "web", image: "example.org/app:1" }] },
};
const once = { ...template, spec: { ...template.spec, restartPolicy: "Never" } };
const owned = (kind: string, name: string) => ({
  ownerReferences: [{ apiVersion: "v1", kind, name, uid: "1", controller: true }],
});
const counted = { replicas: 2, readyReplicas: 1, availableReplicas: 1, observedGeneration: 1 };

const jobStatus = { startTime: long, conditions: [] as object[], active: 0, ready: 0 };

/** Objects that make pods, by where they are written, with what their controllers say of them. */
export const workloads: Readonly<Record<string, readonly Spec[]>> = {
  "apps/v1/deployments": [
    {
      metadata: told("web", owned("App", "shop")),
      spec: { replicas: 2, selector, template },
      status: {
        ...counted,
        updatedReplicas: 1,
        unavailableReplicas: 1,
        terminatingReplicas: 1,
        conditions: [
          condition("Available", "False", "MinimumReplicasUnavailable"),
          condition("Progressing", "False", "ProgressDeadlineExceeded"),
        ],
      },
    },
  ],
  "apps/v1/replicasets": [
    {
      metadata: told("web-1", owned("Deployment", "web")),
      spec: { replicas: 2, selector, template },
      status: { ...counted, fullyLabeledReplicas: 2, terminatingReplicas: 1 },
    },
  ],
  "v1/replicationcontrollers": [
    {
      metadata: told("old", owned("App", "shop")),
      spec: { replicas: 2, selector: selector.matchLabels, template },
      status: { ...counted, fullyLabeledReplicas: 2 },
    },
  ],
  "apps/v1/statefulsets": [
    {
      metadata: told("store"),
      spec: {
        replicas: 2,
        selector,
        template,
        serviceName: "store",
        ordinals: { start: 1 },
        persistentVolumeClaimRetentionPolicy: { whenDeleted: "Delete", whenScaled: "Retain" },
      },
      status: {
        ...counted,
        currentReplicas: 1,
        updatedReplicas: 1,
        currentRevision: "store-1",
        updateRevision: "store-2",
      },
    },
  ],
  "apps/v1/daemonsets": [
    {
      metadata: told("agent"),
      spec: { selector, template },
      status: {
        currentNumberScheduled: 1,
        desiredNumberScheduled: 2,
        numberAvailable: 1,
        numberMisscheduled: 1,
        numberReady: 1,
        numberUnavailable: 1,
        observedGeneration: 1,
        updatedNumberScheduled: 1,
      },
    },
  ],
  "batch/v1/jobs": [
    {
      metadata: told("failed", owned("CronJob", "nightly")),
      spec: { activeDeadlineSeconds: 60, backoffLimit: 1, template: once },
      status: {
        ...jobStatus,
        failed: 2,
        conditions: [
          condition("FailureTarget", "True", "BackoffLimitExceeded"),
          condition("Failed", "True", "BackoffLimitExceeded"),
        ],
      },
    },
    {
      metadata: told("done"),
      spec: { template: once },
      status: {
        ...jobStatus,
        succeeded: 1,
        completionTime: long,
        conditions: [condition("SuccessCriteriaMet", "True"), condition("Complete", "True")],
      },
    },
    {
      metadata: told("runs"),
      spec: { template: once },
      status: { ...jobStatus, active: 1, ready: 1 },
    },
    {
      metadata: told("suspended"),
      spec: { suspend: true, template: once },
      status: { conditions: [condition("Suspended", "True", "JobSuspended")] },
    },
  ],
  "batch/v1/cronjobs": [
    {
      metadata: told("nightly"),
      spec: {
        schedule: "0 3 * * *",
        timeZone: "Etc/UTC",
        startingDeadlineSeconds: 60,
        jobTemplate: { spec: { template: once } },
      },
      status: { lastScheduleTime: long, lastSuccessfulTime: long },
    },
    {
      metadata: told("paused"),
      spec: { schedule: "@daily", suspend: true, jobTemplate: { spec: { template: once } } },
    },
  ],
  "autoscaling/v2/horizontalpodautoscalers": [
    {
      metadata: told("web"),
      spec: {
        minReplicas: 1,
        maxReplicas: 4,
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
        metrics: [
          {
            type: "ContainerResource",
            containerResource: {
              name: "cpu",
              container: "web",
              target: { type: "Utilization", averageUtilization: 80 },
            },
          },
        ],
        behavior: { scaleUp: { tolerance: "0.05" }, scaleDown: { tolerance: "0.05" } },
      },
      status: {
        currentReplicas: 4,
        desiredReplicas: 4,
        conditions: [
          condition("ScalingActive", "False", "FailedGetResourceMetric"),
          condition("ScalingLimited", "True", "TooManyReplicas"),
        ],
        currentMetrics: [
          {
            type: "ContainerResource",
            containerResource: {
              name: "cpu",
              container: "web",
              current: { averageUtilization: 90, averageValue: "90m" },
            },
          },
        ],
      },
    },
  ],
  "policy/v1/poddisruptionbudgets": [
    {
      metadata: told("web"),
      spec: { minAvailable: 1, selector },
      status: {
        currentHealthy: 1,
        desiredHealthy: 1,
        disruptionsAllowed: 0,
        expectedPods: 2,
        observedGeneration: 1,
      },
    },
  ],
};
