import { ask } from "../../../../lib/ask.ts";
import type { Metrics } from "../../../../rules/metrics/format.ts";
import { granted } from "./api.ts";
import { newClient } from "./certificates.ts";
import { startCluster, store, type Cluster, type Spec } from "./cluster.ts";
import { grounds, objects } from "./objects.ts";
import { pods } from "./pods.ts";
import { policies } from "./policies.ts";
import { kubernetes, openssl, stateMetrics } from "./tools.ts";
import { condition, told } from "./told.ts";
import { workloads } from "./workloads.ts";
import { noted, onlyWith } from "../../notes.ts";
import type { Binaries, Recipe } from "../../recipe.ts";
import type { Session } from "../../session.ts";

type Kinds = Readonly<Record<string, readonly Spec[]>>;

/** Kinds that are not told of by default. */
const otherKinds = [
  "clusterrolebindings",
  "clusterroles",
  "endpoints",
  "ingressclasses",
  "rolebindings",
  "roles",
  "serviceaccounts",
];

/** What else is off by default. */
const options = {
  "--metric-labels-allowlist": "*=[*]",
  "--metric-annotations-allowlist": "*=[*]",
  "--metric-opt-in-list": "kube_persistentvolume_csi_attributes,kube_pod_nodeselectors",
};

async function makeAll(cluster: Cluster, kinds: Kinds): Promise<void> {
  for (const [kind, specs] of Object.entries(kinds)) {
    const path = await cluster.pathOf(kind);
    for (const spec of specs) await cluster.make(path, spec);
  }
}

/** One of each kind is deleted, and stays because something holds it back. */
async function deleteHeld(cluster: Cluster, kinds: Kinds): Promise<void> {
  for (const [kind, [first]] of Object.entries(kinds)) {
    if (first === undefined) continue;
    const name = `leaves-${first.metadata.name}`;
    const metadata = { ...first.metadata, name, finalizers: ["example.org/held"] };
    const path = await cluster.pathOf(kind);
    await cluster.make(path, { ...first, metadata });
    granted(name, await cluster.ask(`${path}/${name}`, { method: "DELETE" }));
  }
}

/** Names that come from objects, not from the program: an estate has others. */
const ofObjects = /^(?:annotation|label|metadata|nodeselector)_/;

/** A request for a certificate that was granted. */
async function signRequest(session: Session, binaries: Binaries, cluster: Cluster): Promise<void> {
  const path = await cluster.pathOf("certificates.k8s.io/v1/certificatesigningrequests");
  const { cert, request } = await newClient(session, binaries, cluster.files, "/CN=ada");
  const base64 = (text: string): string => Buffer.from(text).toString("base64");
  await cluster.make(path, {
    metadata: told("ada"),
    spec: {
      request: base64(request),
      signerName: "kubernetes.io/kube-apiserver-client",
      usages: ["client auth"],
    },
    status: { certificate: base64(cert) },
  });
  const approved = { status: { conditions: [condition("Approved", "True")] } };
  const approval = `${path}/ada/approval`;
  granted(approval, await cluster.ask(approval, { method: "PATCH", body: approved }));
}

const withoutNames = (metrics: Metrics): Metrics =>
  Object.fromEntries(
    Object.entries(metrics).map(([name, metric]) => [
      name,
      { ...metric, labels: metric.labels.filter((label) => !ofObjects.test(label)) },
    ]),
  );

/** Where an exporter reports objects, and of itself. */
interface Exporter {
  readonly objects: string;
  readonly itself: string;
}

/** Starts an exporter of the cluster. */
async function startExporter(
  session: Session,
  binaries: Binaries,
  kubeconfig: string,
  flags: readonly string[],
): Promise<Exporter> {
  const [port, telemetry] = [await session.port(), await session.port()];
  await session.start(
    `kube-state-metrics-${port}`,
    binaries["kube-state-metrics"] ?? "",
    [
      ...["--host=127.0.0.1", `--port=${port}`, `--kubeconfig=${kubeconfig}`],
      ...["--telemetry-host=127.0.0.1", `--telemetry-port=${telemetry}`, ...flags],
    ],
    { ready: `http://127.0.0.1:${port}/readyz` },
  );
  return {
    objects: `http://127.0.0.1:${port}/metrics`,
    itself: `http://127.0.0.1:${telemetry}/metrics`,
  };
}

/** Waits until objects of so many kinds are told of. */
async function allTold(session: Session, url: string, count: number): Promise<void> {
  await session.until(`objects of ${count} kinds are told of`, async () => {
    const { body: text } = await ask(url);
    const seen = [...text.matchAll(/^kube_([a-z]+)/gm)].map(([, kind]) => kind);
    return new Set(seen).size === count;
  });
}

/** What exporters say of themselves: one that may read, one that may not, and one with settings. */
async function scrapeThemselves(
  session: Session,
  binaries: Binaries,
  { kubeconfig, strangers }: Cluster,
  plain: string,
): Promise<void> {
  const place = "at the telemetry port, not with the objects";
  const refused = await startExporter(session, binaries, strangers, []);
  await session.until("lists are refused", async () =>
    /^kube_state_metrics_list_total\{/m.test((await ask(refused.itself)).body),
  );
  const usual = await session.scrape(plain, (all) => noted(all, () => place));
  await session.scrape(refused.itself, (all) =>
    noted(all, (name) =>
      name in usual ? place : `${place}; counts only where objects cannot be streamed`,
    ),
  );
  const file = await session.file("settings.yml", "{}");
  const flags = [`--config=${file}`, "--object-limit=9"];
  const set = await startExporter(session, binaries, kubeconfig, flags);
  await session.scrape(set.itself, (all) =>
    noted(all, (name) =>
      name in usual
        ? place
        : `${place}; only with ${name.includes("config") ? "--config" : "--object-limit"}`,
    ),
  );
}

export const kubeStateMetrics: Recipe = {
  exporter: "kube-state-metrics",
  tools: [stateMetrics, kubernetes, store, openssl],
  reference: ({ etcd = "", "kube-state-metrics": own = "", kubernetes = "" }) =>
    `kube-state-metrics ${own} on kube-apiserver ${kubernetes} and etcd ${etcd}, with objects of every kind whose status is written as their controllers would; as it is, and with more --resources, --metric-labels-allowlist, --metric-annotations-allowlist and --metric-opt-in-list`,
  async capture(session, binaries) {
    const cluster = await startCluster(session, binaries);
    const kinds = { "v1/pods": pods, ...objects, ...policies, ...workloads };
    await makeAll(cluster, grounds);
    await makeAll(cluster, kinds);
    await deleteHeld(cluster, kinds);
    await signRequest(session, binaries, cluster);
    // Namespaces and requests for certificates are there too.
    const usualCount = Object.keys(kinds).length + 2 - otherKinds.length;
    const start = async (kinds: readonly string[], flags: readonly string[] = []) => {
      const resources = kinds.length > 0 ? [`--resources=${kinds.join(",")}`] : [];
      const all = [...resources, ...flags];
      const exporter = await startExporter(session, binaries, cluster.kubeconfig, all);
      await allTold(session, exporter.objects, kinds.length || usualCount);
      return exporter;
    };
    const scrape = async (flag: string, usual: Metrics, at: Promise<Exporter>) =>
      session.scrape((await at).objects, (all) => onlyWith(flag, usual)(withoutNames(all)));
    const plain = await start([]);
    const usual = await session.scrape(plain.objects, withoutNames);
    const known = { ...usual, ...(await scrape("--resources", usual, start(otherKinds))) };
    for (const [flag, value] of Object.entries(options))
      for (const kinds of [[], otherKinds])
        await scrape(flag, known, start(kinds, [`${flag}=${value}`]));
    await scrapeThemselves(session, binaries, cluster, plain.itself);
  },
};
