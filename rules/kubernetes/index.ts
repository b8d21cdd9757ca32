import type { AlertGroup } from "../lib/alert.ts";
import { group as apiserver } from "./apiserver.ts";
import { group as apiserverAccess } from "./apiserver-access.ts";
import { group as apiserverBudget } from "./apiserver-budget.ts";
import { group as certManager } from "./cert-manager.ts";
import { group as claims } from "./claims.ts";
import { group as containers } from "./containers.ts";
import { group as controllerManager } from "./controller-manager.ts";
import { group as daemonsets } from "./daemonsets.ts";
import { group as deployments } from "./deployments.ts";
import { group as dns } from "./dns.ts";
import { group as jobs } from "./jobs.ts";
import { group as kubelet } from "./kubelet.ts";
import { group as kubeletCertificates } from "./kubelet-certificates.ts";
import { group as nodes } from "./nodes.ts";
import { group as pods } from "./pods.ts";
import { group as proxy } from "./proxy.ts";
import { group as resources } from "./resources.ts";
import { group as scaling } from "./scaling.ts";
import { group as scheduler } from "./scheduler.ts";
import { group as stateMetrics } from "./state-metrics.ts";
import { group as statefulsets } from "./statefulsets.ts";
import { group as volumes } from "./volumes.ts";

/** A cluster, its control plane, DNS and certificates, topic by topic. */
export const kubernetes: readonly AlertGroup[] = [
  apiserver,
  apiserverAccess,
  apiserverBudget,
  certManager,
  claims,
  containers,
  controllerManager,
  daemonsets,
  deployments,
  dns,
  jobs,
  kubelet,
  kubeletCertificates,
  nodes,
  pods,
  proxy,
  resources,
  scaling,
  scheduler,
  stateMetrics,
  statefulsets,
  volumes,
];
