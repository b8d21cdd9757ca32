import type { Spec } from "./cluster.ts";
import { condition, long } from "./told.ts";

const image = { image: "example.org/app:1", imageID: "example.org/app@sha256:0" };
const amounts = { cpu: "100m", memory: "64Mi", "ephemeral-storage": "1Gi" };
const container = (name: string, more: object = {}) => ({
  name,
  image: image.image,
  resources: { requests: amounts, limits: amounts },
  ...more,
});

/** What a kubelet says of a container that is in this state, and was in that one before. */
const told = (name: string, state: object, lastState: object = {}) => ({
  name,
  ...image,
  containerID: `containerd://${name}`,
  ready: "running" in state,
  restartCount: 3,
  state,
  lastState,
});
const waits = (reason: string) => ({ waiting: { reason } });
const runs = { running: { startedAt: long } };
const ended = (reason: string, exitCode: number) => ({
  terminated: {
    reason,
    exitCode,
    startedAt: long,
    finishedAt: long,
    containerID: "containerd://0",
  },
});

/** A pod; controllers' pods say who made them. */
const pod = (name: string, status: Readonly<Record<string, unknown>>, more: object = {}): Spec => ({
  metadata: {
    name,
    labels: { app: "web" },
    annotations: { owner: "shop" },
    ownerReferences: [
      { apiVersion: "apps/v1", kind: "ReplicaSet", name: "web-1", uid: "1", controller: true },
    ],
  },
  spec: {
    containers: [container("web")],
    initContainers: [container("init"), container("side", { restartPolicy: "Always" })],
    nodeName: "node-1",
    ...more,
  },
  status,
});

/** Pods in every state that is worth an alert, with what a kubelet says of them. */
export const pods: readonly Spec[] = [
  pod(
    "runs",
    {
      phase: "Running",
      hostIP: "192.0.2.2",
      podIP: "10.1.0.2",
      podIPs: [{ ip: "10.1.0.2" }],
      qosClass: "Guaranteed",
      startTime: long,
      conditions: ["PodScheduled", "Initialized", "ContainersReady", "Ready"].map((type) =>
        condition(type, "True"),
      ),
      initContainerStatuses: [
        told("init", ended("Completed", 0), ended("Error", 1)),
        told("side", runs),
      ],
      containerStatuses: [told("web", runs, ended("OOMKilled", 137))],
      resourceClaimStatuses: [{ name: "accelerator", resourceClaimName: "accelerator-1" }],
    },
    {
      nodeSelector: { disk: "fast" },
      priorityClassName: "urgent",
      runtimeClassName: "sandbox",
      resourceClaims: [{ name: "accelerator", resourceClaimTemplateName: "accelerator" }],
      tolerations: [{ key: "gpu", operator: "Equal", value: "a", effect: "NoSchedule" }],
      volumes: [
        { name: "data", persistentVolumeClaim: { claimName: "data" } },
        {
          name: "scratch",
          ephemeral: {
            volumeClaimTemplate: {
              spec: {
                accessModes: ["ReadWriteOnce"],
                resources: { requests: { storage: "1Gi" } },
              },
            },
          },
        },
      ],
    },
  ),
  pod("crashes", {
    phase: "Running",
    startTime: long,
    conditions: [condition("PodScheduled", "True"), condition("Ready", "False")],
    initContainerStatuses: [told("init", waits("CrashLoopBackOff"), ended("Error", 1))],
    containerStatuses: [told("web", waits("ImagePullBackOff"), ended("Error", 1))],
  }),
  pod("evicted", {
    phase: "Failed",
    reason: "Evicted",
    startTime: long,
    conditions: [condition("DisruptionTarget", "True", "EvictionByEvictionAPI")],
    containerStatuses: [told("web", ended("Error", 1))],
  }),
  pod("fits-nowhere", {
    phase: "Pending",
    conditions: [condition("PodScheduled", "False", "Unschedulable")],
  }),
  pod("gated", { phase: "Pending" }, { nodeName: "", schedulingGates: [{ name: "quota" }] }),
];
