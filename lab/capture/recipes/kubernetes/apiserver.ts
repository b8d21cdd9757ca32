import { granted } from "./api.ts";
import { newClient } from "./certificates.ts";
import { startCluster, store, type Cluster } from "./cluster.ts";
import { answerReviews } from "./webhook.ts";
import { sawAll } from "./components.ts";
import { kubernetes, openssl } from "./tools.ts";
import { noted } from "../../notes.ts";
import type { Binaries, Recipe } from "../../recipe.ts";
import type { Session } from "../../session.ts";

const maps = "/api/v1/namespaces/default/configmaps";
const api = "/apis/admissionregistration.k8s.io/v1";
const flows = "/apis/flowcontrol.apiserver.k8s.io/v1";

/** Nobody listens there. */
const nowhere = "https://127.0.0.1:9/";

/** Audit events of one kind of object go to where nobody takes them. */
async function auditFlags(session: Session): Promise<string[]> {
  const policy = {
    apiVersion: "audit.k8s.io/v1",
    kind: "Policy",
    rules: [{ level: "Metadata", resources: [{ resources: ["configmaps"] }] }, { level: "None" }],
  };
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "it", cluster: { server: nowhere } }],
    contexts: [{ name: "it", context: { cluster: "it" } }],
    "current-context": "it",
  };
  return [
    `--audit-policy-file=${await session.file("audit.json", JSON.stringify(policy))}`,
    `--audit-webhook-config-file=${await session.file("audit.config", JSON.stringify(config))}`,
    ...["--audit-webhook-mode=blocking", "--audit-webhook-initial-backoff=1ms"],
  ];
}

/** Webhooks that allow, refuse, take too long and are not there. */
async function makeHooks(session: Session, cluster: Cluster): Promise<void> {
  const reviews = await answerReviews(session, cluster.files);
  const hook = (name: string, url: string, failurePolicy: string) => ({
    name: `${name}.example.org`,
    failurePolicy,
    timeoutSeconds: 10,
    sideEffects: "None",
    admissionReviewVersions: ["v1"],
    clientConfig: { url, caBundle: Buffer.from(cluster.authority).toString("base64") },
    objectSelector: { matchLabels: { hook: name } },
    rules: [
      { apiGroups: [""], apiVersions: ["v1"], resources: ["configmaps"], operations: ["CREATE"] },
    ],
  });
  const webhooks = [
    hook("allow", `${reviews}/allow`, "Fail"),
    hook("refuse", `${reviews}/refuse`, "Fail"),
    hook("slow", `${reviews}/slow`, "Fail"),
    hook("gone", nowhere, "Fail"),
    hook("gone-open", nowhere, "Ignore"),
  ];
  for (const kind of ["mutating", "validating"])
    await cluster.make(`${api}/${kind}webhookconfigurations`, {
      metadata: { name: kind },
      webhooks,
    });
  await session.until("a webhook refuses", async () => {
    // A request that takes too long is cut off: its connection ends without an answer.
    const asked = webhooks.map(({ objectSelector: { matchLabels } }) =>
      cluster.ask(`${maps}?timeout=2s`, {
        method: "POST",
        body: { metadata: { generateName: "map-", labels: matchLabels } },
      }),
    );
    const answers = await Promise.allSettled(asked);
    return answers.some((one) => one.status === "fulfilled" && one.value.status === 403);
  });
}

/** A flow without a place: every request of its user is turned away. */
async function shutFlow(cluster: Cluster): Promise<void> {
  const name = "shut";
  await cluster.make(`${flows}/prioritylevelconfigurations`, {
    metadata: { name },
    spec: {
      type: "Limited",
      limited: {
        nominalConcurrencyShares: 0,
        borrowingLimitPercent: 0,
        limitResponse: { type: "Reject" },
      },
    },
  });
  const subject = { kind: "Group", group: { name } };
  const every = { verbs: ["*"], apiGroups: ["*"], resources: ["*"] };
  await cluster.make(`${flows}/flowschemas`, {
    metadata: { name },
    spec: {
      priorityLevelConfiguration: { name },
      matchingPrecedence: 2,
      rules: [
        {
          subjects: [subject],
          resourceRules: [{ ...every, clusterScope: true, namespaces: ["*"] }],
        },
      ],
    },
  });
}

/** Asks for what is refused, deprecated, unknown and watched. */
async function askAround(session: Session, binaries: Binaries, cluster: Cluster): Promise<void> {
  const client = await newClient(session, binaries, cluster.files, "/O=shut/CN=ada");
  const nodes = "/api/v1/nodes";
  const as = { token: undefined, ...client };
  await session.until("a stranger is refused", async () => {
    const known = await cluster.ask(nodes, as);
    const unknown = await cluster.ask(nodes, { token: "wrong" });
    return known.status === 403 && unknown.status === 401;
  });
  await shutFlow(cluster);
  // One request at a time finds a place even where there is none.
  await session.until("a flow is shut", async () => {
    const many = await Promise.all(Array.from({ length: 20 }, () => cluster.ask(nodes, as)));
    return many.some(({ status }) => status === 429);
  });
  // An API that will be removed.
  await cluster.ask("/apis/networking.k8s.io/v1beta1/servicecidrs");
  await cluster.ask(`${maps}?watch=1&timeoutSeconds=1`);
  await cluster.ask(maps, { method: "DELETE" });
}

/** An aggregated API that was there, and whose server is gone. */
async function loseService(session: Session, cluster: Cluster): Promise<void> {
  const path = "/apis/apiregistration.k8s.io/v1/apiservices";
  const name = "v1.gone.example.org";
  const group = { group: "gone.example.org", version: "v1" };
  const order = { groupPriorityMinimum: 1, versionPriority: 1 };
  // Without a Service it is one of the API server's own.
  await cluster.make(path, { metadata: { name }, spec: { ...group, ...order } });
  await session.until("the API is there", async () =>
    /"type":"Available","status":"True"/.test((await cluster.ask(`${path}/${name}`)).body),
  );
  const service = { namespace: "default", name: "gone" };
  const body = { spec: { service, insecureSkipTLSVerify: true } };
  granted(name, await cluster.ask(`${path}/${name}`, { method: "PATCH", body }));
}

/** What other versions have. */
const notes: Readonly<Record<string, string>> = {
  apiserver_request_sli_duration_seconds:
    "since 1.26; without the time spent in webhooks and queues; apiserver_request_slo_duration_seconds before",
  apiserver_resource_objects: "since 1.34; replaces apiserver_storage_objects",
  apiserver_storage_objects: "deprecated in 1.34, no longer shown by default from 1.37",
  apiserver_storage_size_bytes: "since 1.28; apiserver_storage_db_total_size_in_bytes before",
  etcd_bookmark_total: "since 1.36; etcd_bookmark_counts (a gauge) before",
};

/** What the alerts look at, and appears late. */
const wanted = [
  /^aggregator_unavailable_apiservice\{/m,
  /^aggregator_unavailable_apiservice_total\{/m,
  /^apiserver_admission_webhook_fail_open_count\{/m,
  /^apiserver_audit_error_total\{/m,
  /^apiserver_flowcontrol_rejected_requests_total\{/m,
  /^apiserver_request_terminations_total\{/m,
  /^apiserver_requested_deprecated_apis\{.*removed_release="1/m,
  /^apiserver_storage_size_bytes/m,
];

export const kubeApiserver: Recipe = {
  exporter: "kube-apiserver",
  tools: [kubernetes, store, openssl],
  reference: ({ etcd = "", kubernetes = "" }) =>
    `kube-apiserver ${kubernetes} on etcd ${etcd}, with webhooks that allow, refuse, are slow and are not there, an audit log that cannot be written, an aggregated API without a server, a client certificate and requests that are refused`,
  async capture(session, binaries) {
    const cluster = await startCluster(session, binaries, await auditFlags(session));
    await makeHooks(session, cluster);
    await askAround(session, binaries, cluster);
    await loseService(session, cluster);
    const url = `${cluster.url}/metrics`;
    for (const line of wanted)
      await session.until(`${line.source} is seen`, async () =>
        line.test(await cluster.metrics(url)),
      );
    await sawAll(session, cluster, cluster.url, ["/metrics/slis"], (metrics) =>
      noted(metrics, (name) => notes[name]),
    );
  },
};
