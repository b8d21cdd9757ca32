import { existsSync } from "node:fs";
import { join } from "node:path";
import { ask } from "../../../../lib/ask.ts";
import { bridge } from "./bridge.ts";
import { granted } from "./api.ts";
import { startCluster, store, type Cluster } from "./cluster.ts";
import { makeNode } from "./components.ts";
import { iptables, kubernetes, nftables } from "./tools.ts";
import { noted } from "../../notes.ts";
import { serverPath, type Binaries, type Recipe } from "../../recipe.ts";
import type { Session } from "../../session.ts";

/** A network of its own: the rules of this machine stay as they are. Others than root need a user of their own too. */
const apart = ["--net", ...(process.getuid?.() === 0 ? [] : ["--map-root-user"])];

/** What somebody else does to the rules: changes are refused then. */
const harms: Readonly<Record<string, string>> = {
  iptables: `iptables -t nat -F KUBE-SERVICES && iptables -t nat -F KUBE-NODEPORTS &&
    iptables -t nat -X KUBE-NODEPORTS &&
    nft "add chain ip nat KUBE-NODEPORTS { type filter hook prerouting priority 5; }"`,
  nftables: `nft delete table ip kube-proxy`,
};

/** How to ask a proxy. */
interface Proxy {
  readonly metrics: (path: string) => Promise<string>;
  readonly health: (path: string) => Promise<string>;
}

/** Starts a proxy in a network of its own. */
async function startProxy(
  session: Session,
  binaries: Binaries,
  cluster: Cluster,
  mode: string,
): Promise<Proxy> {
  const [api, own] = [session.path(`${mode}-api`), session.path(`${mode}-own`)];
  const port = new URL(cluster.url).port;
  // Once this file is there, the rules are harmed, and it goes.
  const harm = session.path(`${mode}-harm`);
  const inside = bridge(api, Number(port));
  session.later(() => inside.close());
  const way = `${process.execPath} ${join(import.meta.dirname, "bridge.ts")}`;
  const proxy = [
    ...[binaries["kube-proxy"] ?? "", `--kubeconfig=${cluster.kubeconfig}`],
    ...["--hostname-override=node-1", `--proxy-mode=${mode}`, "--cluster-cidr=10.1.0.0/16"],
    ...["--metrics-bind-address=127.0.0.1:10249", "--healthz-bind-address=127.0.0.1:10256"],
    // These settings are the machine's, not the network's.
    ...["--conntrack-max-per-core=0", "--conntrack-tcp-timeout-established=0"],
    ...["--conntrack-tcp-timeout-close-wait=0", "--iptables-sync-period=2s"],
    "--iptables-min-sync-period=0s",
  ];
  const script = `
    ip link set lo up
    ${way} in ${api} ${port} &
    ${way} out ${own} 10249 &
    ${way} out ${own}-health 10256 &
    (until [ -e ${harm} ]; do sleep 0.2; done; ${harms[mode] ?? ""}; rm ${harm}) &
    exec ${proxy.join(" ")}`;
  await session.start(`kube-proxy-${mode}`, "unshare", [...apart, "sh", "-c", script], {
    env: { PATH: serverPath(process.env)["PATH"] ?? "" },
  });
  return {
    metrics: (path) => askAt(own, path),
    health: (path) => askAt(`${own}-health`, path),
  };
}

/** Asks at a file. */
const askAt = async (socket: string, path: string): Promise<string> =>
  (await ask(`http://localhost${path}`, { socket, seconds: 30 })).body;

/** A Service, and where it leads. */
async function serve(cluster: Cluster, name: string): Promise<string> {
  const space = "namespaces/default";
  const ports = [{ name: "http", port: 80, protocol: "TCP" }];
  await cluster.make(`/api/v1/${space}/services`, {
    metadata: { name },
    spec: {
      type: "NodePort",
      externalTrafficPolicy: "Local",
      internalTrafficPolicy: "Local",
      ports,
    },
  });
  await cluster.make(`/apis/discovery.k8s.io/v1/${space}/endpointslices`, {
    metadata: {
      name,
      labels: { "kubernetes.io/service-name": name },
      annotations: { "endpoints.kubernetes.io/last-change-trigger-time": new Date().toISOString() },
    },
    addressType: "IPv4",
    ports,
    endpoints: [{ addresses: ["10.1.0.2"], conditions: { ready: true }, nodeName: "node-1" }],
  });
  return `/apis/discovery.k8s.io/v1/${space}/endpointslices/${name}`;
}

export const kubeProxy: Recipe = {
  exporter: "kube-proxy",
  tools: [kubernetes, store, iptables, nftables],
  reference: ({ etcd = "", kubernetes = "" }) =>
    `kube-proxy ${kubernetes} on kube-apiserver and etcd ${etcd}, in a network namespace with --proxy-mode=iptables and nftables: Services that come and go, and rules that the kernel refuses`,
  async capture(session, binaries) {
    const cluster = await startCluster(session, binaries);
    await makeNode(cluster, "node-1");
    for (const mode of ["iptables", "nftables"]) {
      const { health, metrics } = await startProxy(session, binaries, cluster, mode);
      const seen = (line: RegExp) =>
        session.until(`${line.source} is seen`, async () => line.test(await metrics("/metrics")));
      await session.until("the proxy answers", async () => (await metrics("/healthz")) !== "");
      for (const path of ["/healthz", "/livez"]) await health(path);
      const slice = await serve(cluster, mode);
      await seen(/^kubeproxy_network_programming_duration_seconds_count\{.*\} [1-9]/m);
      const file = await session.file(`${mode}-harm`, "");
      await session.until("rules are harmed", () => Promise.resolve(!existsSync(file)));
      granted(slice, await cluster.ask(slice, { method: "DELETE" }));
      await seen(
        /^kubeproxy_sync_proxy_rules_(?:iptables_restore|nftables_sync)_failures_total\{.*\} [1-9]/m,
      );
      const usual = session.saw(await metrics("/metrics"), (all) =>
        noted(all, (name) =>
          name.includes(`_${mode}_`) ? `only with --proxy-mode=${mode}` : undefined,
        ),
      );
      session.saw(await metrics("/metrics/slis"), (all) =>
        noted(all, (name) => (name in usual ? undefined : "endpoint /metrics/slis")),
      );
    }
  },
};
