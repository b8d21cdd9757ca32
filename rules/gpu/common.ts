import type { Owner } from "../lib/alert.ts";
import type { Query } from "../lib/signal.ts";
import { hostBoard } from "../lib/boards.ts";

/** What every group of GPU alerts has in common; dcgm-exporter runs on each host that has GPUs. */
export const gpu = {
  service: "gpu",
  team: "mlops",
  scope: "device",
  layer: "basic",
  board: hostBoard,
  target: { job: "dcgm", instance: "gpu-1:9400", host: "gpu-1" },
} satisfies Owner;

/** One host with GPUs. */
export const server = "cluster, env, host, instance, job";

/** One GPU, whatever pod holds it: on Kubernetes its series carry the pod's labels too. */
export const device = `${server}, gpu, UUID`;

/** The figure of each GPU: it is told once for each pod that shares it, and by another series for the next pod. */
export const each = (figure: string): string => `max by (${device}) (${figure})`;

/**
 * What a counter of each GPU gained. Its series end and begin with the pods that hold the GPU, while
 * the driver counts on: so GPUs are compared, not series; one that was not seen before says nothing.
 */
export const gained = (q: Query, metric: string, range: string): string => {
  const count = q.counter(metric);
  return `(max by (${device}) (${count}) - min by (${device}) (min_over_time(${count}[${range}])))`;
};

/** A GPU of the fixtures as a selector, and as the labels of its alerts. */
export const card = 'gpu="3",UUID="GPU-3"';
export const ofCard = { gpu: "3", UUID: "GPU-3" };
