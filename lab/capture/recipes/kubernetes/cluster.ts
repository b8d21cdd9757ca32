import { readFile } from "node:fs/promises";
import { server as etcd } from "../etcd.ts";
import type { Answer } from "../../../../lib/ask.ts";
import { askOver, granted, type Question } from "./api.ts";
import { tlsFiles, type TlsFiles } from "../../answers.ts";
import type { Binaries } from "../../recipe.ts";
import type { Session } from "../../session.ts";

/** Tokens, good on loopback for as long as the session. */
const token = "administrator";
const stranger = "stranger";

/** Etcd is what an API server writes to. */
export const store = etcd;

/** An object to be: what it says, and what is said of it. */
export interface Spec {
  readonly metadata: { readonly name: string } & Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

/** A real API server on a real etcd. */
export interface Cluster {
  readonly url: string;
  readonly files: TlsFiles;
  readonly authority: string;
  /** How a program gets in as an administrator. */
  readonly kubeconfig: string;
  /** How one gets in who may do nothing. */
  readonly strangers: string;
  /** Asks as the administrator, if nobody else is named; any status is an answer. */
  ask(path: string, question?: Question): Promise<Answer>;
  /** Where objects of a kind such as `apps/v1/deployments` are, in the one namespace there is. */
  pathOf(kind: string): Promise<string>;
  /** Makes an object, and writes its status as its controller would. */
  make(path: string, spec: Spec): Promise<void>;
  /** What a program of the cluster says of itself. */
  metrics(url: string): Promise<string>;
}

/** What an API server says of one of its groups. */
interface Discovery {
  readonly resources: readonly { readonly name: string; readonly namespaced: boolean }[];
}

/** A kubeconfig; YAML reads JSON. */
const config = (server: string, authority: string, token: string): string =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "it", cluster: { server, "certificate-authority": authority } }],
    users: [{ name: "it", user: { token } }],
    contexts: [{ name: "it", context: { cluster: "it", user: "it" } }],
    "current-context": "it",
  });

async function startStore(session: Session, binaries: Binaries): Promise<string> {
  const client = `http://127.0.0.1:${await session.port()}`;
  const peer = `http://127.0.0.1:${await session.port()}`;
  await session.start(
    "etcd",
    binaries["etcd"] ?? "",
    [
      ...["--data-dir", session.path("etcd"), "--unsafe-no-fsync"],
      ...["--listen-client-urls", client, "--advertise-client-urls", client],
      ...["--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer],
      ...["--initial-cluster", `default=${peer}`],
    ],
    { ready: `${client}/health` },
  );
  return client;
}

/** Starts etcd and an API server, and waits until it is whole. */
export async function startCluster(
  session: Session,
  binaries: Binaries,
  flags: readonly string[] = [],
): Promise<Cluster> {
  const stored = await startStore(session, binaries);
  const files = await tlsFiles(session);
  const authority = await readFile(files.authority, "utf8");
  const url = `https://127.0.0.1:${await session.port()}`;
  await session.start("kube-apiserver", binaries["kube-apiserver"] ?? "", [
    ...["--bind-address=127.0.0.1", `--secure-port=${new URL(url).port}`],
    // Must not be loopback; an address that belongs to nobody.
    "--advertise-address=192.0.2.1",
    `--etcd-servers=${stored}`,
    ...[`--tls-cert-file=${files.certificate}`, `--tls-private-key-file=${files.key}`],
    `--client-ca-file=${files.authority}`,
    "--authorization-mode=Node,RBAC",
    `--token-auth-file=${await session.file("tokens", `${token},admin,admin,system:masters\n${stranger},ada,ada\n`)}`,
    "--service-cluster-ip-range=10.96.0.0/24",
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-key-file=${files.certificate}`,
    `--service-account-signing-key-file=${files.key}`,
    // Every kind of object there is, those of tomorrow too.
    "--runtime-config=api/all=true",
    ...flags,
  ]);
  const ask = (path: string, question: Question = {}): Promise<Answer> =>
    askOver(authority, url + path, { token, ...question });
  await session.until("the API server is whole", async () => (await ask("/readyz")).status === 200);
  return {
    url,
    files,
    authority,
    kubeconfig: await session.file("kubeconfig", config(url, files.authority, token)),
    strangers: await session.file("strangers", config(url, files.authority, stranger)),
    ask,
    async pathOf(kind) {
      const [, version = "", plural = ""] = /^(.*)\/(.*)$/.exec(kind) ?? [];
      const root = `${version.includes("/") ? "/apis" : "/api"}/${version}`;
      const { resources } = JSON.parse(granted(root, await ask(root))) as Discovery;
      const { namespaced = false } = resources.find(({ name }) => name === plural) ?? {};
      return `${root}${namespaced ? "/namespaces/shop" : ""}/${plural}`;
    },
    async make(path, spec) {
      const { name } = spec.metadata;
      granted(path, await ask(path, { method: "POST", body: spec }));
      if (spec.status === undefined) return;
      const body = { status: spec.status };
      granted(name, await ask(`${path}/${name}/status`, { method: "PATCH", body }));
    },
    metrics: async (of) => granted(of, await askOver(authority, of, { token })),
  };
}
