import { granted } from "./api.ts";
import type { Cluster } from "./cluster.ts";
import type { Metrics } from "../../../../rules/metrics/format.ts";
import { noted } from "../../notes.ts";
import type { Binaries } from "../../recipe.ts";
import type { Session } from "../../session.ts";

/** Starts a program that looks after a cluster; gives back where it answers. */
export async function startComponent(
  session: Session,
  binaries: Binaries,
  cluster: Cluster,
  name: string,
  flags: readonly string[] = [],
): Promise<string> {
  const { files, kubeconfig } = cluster;
  const url = `https://127.0.0.1:${await session.port()}`;
  await session.start(name, binaries[name] ?? "", [
    ...["--bind-address=127.0.0.1", `--secure-port=${new URL(url).port}`],
    ...[`--kubeconfig=${kubeconfig}`, `--authentication-kubeconfig=${kubeconfig}`],
    `--authorization-kubeconfig=${kubeconfig}`,
    ...[`--tls-cert-file=${files.certificate}`, `--tls-private-key-file=${files.key}`],
    ...flags,
  ]);
  await session.until(`${name} leads`, async () =>
    /^leader_election_master_status\{.*\} 1$/m.test(await cluster.metrics(`${url}/metrics`)),
  );
  return url;
}

/** Keeps what a program says at /metrics and, with a note, at other addresses. */
export async function sawAll(
  session: Session,
  cluster: Cluster,
  url: string,
  others: readonly string[],
  sift: (metrics: Metrics) => Metrics = (all) => all,
): Promise<void> {
  // Checks are told of once somebody has asked for them.
  await cluster.metrics(`${url}/healthz`);
  const usual = session.saw(await cluster.metrics(`${url}/metrics`), sift);
  for (const path of others)
    session.saw(await cluster.metrics(url + path), (metrics) =>
      noted(metrics, (name) => (name in usual ? undefined : `endpoint ${path}`)),
    );
}

/** What a pod asks of a node, and the most it may have. */
export function podSpec(cpu = "100m"): object {
  const resources = { requests: { cpu }, limits: { cpu } };
  return { containers: [{ name: "web", image: "example.org/app:1", resources }] };
}

/** A node that is well now; nobody renews its lease. */
const well = (): object => {
  const now = new Date().toISOString();
  const ready = { type: "Ready", status: "True", reason: "Capture", lastTransitionTime: now };
  return { conditions: [{ ...ready, lastHeartbeatTime: now }] };
};

/** Makes a node that says it is well, once. */
export async function makeNode(cluster: Cluster, name: string): Promise<void> {
  const amounts = { cpu: "4", memory: "8Gi", pods: "110" };
  const addresses = [{ type: "InternalIP", address: "192.0.2.2" }];
  const path = "/api/v1/nodes";
  await cluster.make(path, {
    metadata: {
      name,
      labels: { "topology.kubernetes.io/region": "r", "topology.kubernetes.io/zone": "z" },
    },
    status: { addresses, allocatable: amounts, capacity: amounts, ...well() },
  });
  // New nodes are shut until a controller has seen that they are well.
  const body = { spec: { taints: null } };
  granted(name, await cluster.ask(`${path}/${name}`, { method: "PATCH", body }));
}

/** A node says again that it is well. */
export async function renewNode(cluster: Cluster, name: string): Promise<void> {
  const path = `/api/v1/nodes/${name}/status`;
  granted(name, await cluster.ask(path, { method: "PATCH", body: { status: well() } }));
}
