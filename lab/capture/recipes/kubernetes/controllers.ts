import { newClient } from "./certificates.ts";
import { startCluster, store } from "./cluster.ts";
import { makeNode, podSpec, renewNode, sawAll, startComponent } from "./components.ts";
import { kubernetes, openssl } from "./tools.ts";
import { only } from "../../notes.ts";
import type { Recipe } from "../../recipe.ts";

const name = "kube-controller-manager";
const labels = { app: "web" };
const template = { metadata: { labels }, spec: podSpec() };

/** Whether a controller's own view of the cluster was late, or a network was given back, is chance. */
const withoutChance = only(
  (name) =>
    !name.endsWith("_stale_sync_skips_total") &&
    name !== "node_ipam_controller_cidrset_cidrs_releases_total",
);

/** What appears late. */
const wanted = [
  /^node_collector_evictions_total\{.*\} [1-9]/m,
  /^job_controller_jobs_finished_total\{/m,
  /^pv_collector_bound_pvc_count\{/m,
  /^endpoint_slice_mirroring_controller_changes\{/m,
  /^horizontal_pod_autoscaler_controller_reconciliations_total\{/m,
];

export const kubeControllerManager: Recipe = {
  exporter: name,
  tools: [kubernetes, store, openssl],
  reference: ({ etcd = "", kubernetes = "" }) =>
    `kube-controller-manager ${kubernetes} on kube-apiserver and etcd ${etcd}, with a Deployment, a Job, a CronJob, a StatefulSet with a claim, an autoscaler without metrics, a certificate to sign and nodes that are lost`,
  async capture(session, binaries) {
    const cluster = await startCluster(session, binaries);
    const { files } = cluster;
    const url = await startComponent(session, binaries, cluster, name, [
      "--use-service-account-credentials",
      ...[`--service-account-private-key-file=${files.key}`, `--root-ca-file=${files.authority}`],
      `--cluster-signing-cert-file=${files.authority}`,
      `--cluster-signing-key-file=${files.authorityKey}`,
      ...["--allocate-node-cidrs", "--cluster-cidr=10.1.0.0/16"],
      // A node that says nothing is lost after seconds, not minutes.
      ...["--node-monitor-grace-period=4s", "--node-monitor-period=1s", "--node-eviction-rate=10"],
      ...["--horizontal-pod-autoscaler-sync-period=1s", "--concurrent-gc-syncs=2"],
    ]);
    await session.until("pods may be made", async () => {
      const account = await cluster.ask("/api/v1/namespaces/default/serviceaccounts/default");
      return account.status === 200;
    });
    const space = "namespaces/default";
    await makeNode(cluster, "node-1");
    await makeNode(cluster, "node-2");
    await cluster.make(`/apis/apps/v1/${space}/deployments`, {
      metadata: { name: "web" },
      spec: { replicas: 2, selector: { matchLabels: labels }, template },
    });
    await cluster.make(`/api/v1/${space}/services`, {
      metadata: { name: "web" },
      spec: { selector: labels, ports: [{ port: 80 }] },
    });
    await cluster.make(`/apis/autoscaling/v2/${space}/horizontalpodautoscalers`, {
      metadata: { name: "web" },
      spec: {
        maxReplicas: 3,
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
      },
    });
    const once = { spec: { ...podSpec(), restartPolicy: "Never" } };
    await cluster.make(`/apis/batch/v1/${space}/jobs`, {
      metadata: { name: "once" },
      spec: { template: once, activeDeadlineSeconds: 1 },
    });
    await cluster.make(`/apis/batch/v1/${space}/cronjobs`, {
      metadata: { name: "often" },
      spec: { schedule: "* * * * *", jobTemplate: { spec: { template: once } } },
    });
    await cluster.make(`/apis/apps/v1/${space}/statefulsets`, {
      metadata: { name: "store" },
      spec: {
        selector: { matchLabels: { app: "store" } },
        serviceName: "store",
        template: { ...template, metadata: { labels: { app: "store" } } },
        volumeClaimTemplates: [
          {
            metadata: { name: "data" },
            spec: {
              accessModes: ["ReadWriteOnce"],
              resources: { requests: { storage: "1Gi" } },
            },
          },
        ],
      },
    });
    await cluster.make(`/api/v1/${space}/services`, {
      metadata: { name: "outside" },
      spec: { ports: [{ port: 80 }] },
    });
    await cluster.make(`/api/v1/${space}/endpoints`, {
      metadata: { name: "outside" },
      subsets: [{ addresses: [{ ip: "192.0.2.3" }], ports: [{ port: 80 }] }],
    });
    const storage = { accessModes: ["ReadWriteOnce"], storageClassName: "none" };
    for (const volume of ["bound", "free"])
      await cluster.make("/api/v1/persistentvolumes", {
        metadata: { name: volume },
        spec: { ...storage, capacity: { storage: "1Gi" }, hostPath: { path: "/nowhere" } },
      });
    await cluster.make(`/api/v1/${space}/persistentvolumeclaims`, {
      metadata: { name: "bound" },
      spec: { ...storage, resources: { requests: { storage: "1Gi" } } },
    });
    const { request } = await newClient(
      session,
      binaries,
      files,
      "/O=system:nodes/CN=system:node:a",
    );
    const requests = "/apis/certificates.k8s.io/v1/certificatesigningrequests";
    await cluster.make(requests, {
      metadata: { name: "a" },
      spec: {
        request: Buffer.from(request).toString("base64"),
        signerName: "kubernetes.io/kube-apiserver-client",
        usages: ["client auth"],
      },
    });
    await cluster.ask(`${requests}/a/approval`, {
      method: "PATCH",
      body: { status: { conditions: [{ type: "Approved", status: "True", reason: "Capture" }] } },
    });
    for (const line of wanted)
      await session.until(`${line.source} is seen`, async () => {
        // Where every node is lost, none is emptied.
        await renewNode(cluster, "node-2");
        return line.test(await cluster.metrics(`${url}/metrics`));
      });
    await sawAll(session, cluster, url, ["/metrics/slis"], withoutChance);
  },
};
