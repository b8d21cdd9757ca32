import type { Owner } from "../lib/alert.ts";
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

/** A GPU of the fixtures as a selector, and as the labels of its alerts. */
export const card = 'gpu="3",UUID="GPU-3"';
export const ofCard = { gpu: "3", UUID: "GPU-3" };
