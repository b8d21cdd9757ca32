import type { GoProgram, Tool } from "../../../../tools/tool.ts";
import { goAdvice, goTool, serverTool } from "../../recipe.ts";

/** What Kubernetes' programs report as their version. */
const reported = (version: string): Record<string, string> => ({
  "k8s.io/component-base/version.gitVersion": `v${version}`,
  "k8s.io/component-base/version.gitMajor": version.split(".")[0] ?? "",
  "k8s.io/component-base/version.gitMinor": version.split(".")[1] ?? "",
});

const controlPlane = ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy"];

/** A cluster without machines: the control plane, and the proxy of a node. */
export const kubernetes: Tool = {
  name: "kubernetes",
  version: "1.36.3",
  binaries: controlPlane,
  accepts: { from: "1.36", before: "2" },
  go: controlPlane.map((binary): GoProgram => ({
    binary,
    module: "kubernetes",
    main: `k8s.io/kubernetes/cmd/${binary}`,
    variables: reported("1.36.3"),
  })),
  advice: goAdvice("the control plane of Kubernetes"),
};

/** States of a cluster's objects as metrics. */
export const stateMetrics = goTool(
  "kube-state-metrics",
  "2.20.0",
  { from: "2.20", before: "3" },
  {
    main: "k8s.io/kube-state-metrics/v2",
    variables: { "github.com/prometheus/common/version.Version": "2.20.0" },
  },
  { versionArgs: ["version"] },
);

/** Writes requests for certificates, and signs them. */
export const openssl = serverTool("openssl", "1.1", "openssl", ["openssl"], {
  versionArgs: ["version"],
});

/** What kube-proxy writes its rules with. */
export const iptables = serverTool("iptables", "1.8", "iptables", [
  "iptables",
  "iptables-restore",
  "iptables-save",
]);
export const nftables = serverTool("nftables", "1.0.1", "nftables", ["nft"]);
