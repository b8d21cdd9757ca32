/** Every table of values, in the order of their files. */
import type { ProgramValues } from "../values.ts";
import { histograms } from "./buckets.ts";
import { mongodb, mysql, postgres, redis } from "./databases.ts";
export { freeLabels } from "./free.ts";
export { specialNumbers } from "./numbers.ts";
export { states } from "./states.ts";
import { nodeExporter, windowsExporter } from "./hosts.ts";
import { addOns, containers, kubernetes } from "./kubernetes.ts";
import { kubeStateMetrics } from "./kubernetes-state.ts";
import { blackbox, etcd, grafana, loki, processor, prometheusFamily } from "./observability.ts";
import { kafka, queues } from "./queues.ts";
import { contracts, gpus, inference, ray, vault } from "./workloads.ts";

export const programValues: readonly ProgramValues[] = [
  histograms,
  kafka,
  mongodb,
  mysql,
  postgres,
  redis,
  nodeExporter,
  windowsExporter,
  addOns,
  containers,
  kubernetes,
  kubeStateMetrics,
  blackbox,
  etcd,
  grafana,
  loki,
  processor,
  prometheusFamily,
  contracts,
  gpus,
  inference,
  queues,
  ray,
  vault,
];
