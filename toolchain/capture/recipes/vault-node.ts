import type { Binaries } from "../recipe.ts";
import type { Session } from "../session.ts";

/** What the API answers. */
export type Answer = Readonly<Record<string, unknown>>;

/** A node: its name, and where it answers clients. */
export interface Node {
  readonly name: string;
  readonly base: string;
}

/** Asks a node; an answer that is not JSON is an empty one. */
export async function ask(
  { base }: Node,
  method: string,
  path: string,
  { body, token }: { body?: unknown; token?: string } = {},
): Promise<{ status: number; data: Answer }> {
  const answer = await fetch(`${base}/v1/${path}`, {
    method,
    headers: token === undefined ? {} : { "x-vault-token": token },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  const data = text.startsWith("{") ? (JSON.parse(text) as Answer) : {};
  return { status: answer.status, data };
}

/** Starts a node that is sealed and knows of no other. */
export async function startNode(session: Session, binaries: Binaries, name: string): Promise<Node> {
  const [api, peers] = [await session.port(), await session.port()];
  const base = `http://127.0.0.1:${api}`;
  const config = {
    // Else a node goes on showing what it said before it learnt the name, such as that it is sealed.
    cluster_name: "capture",
    api_addr: base,
    cluster_addr: `https://127.0.0.1:${peers}`,
    disable_mlock: true,
    storage: { raft: { path: await session.dir(name), node_id: name } },
    listener: {
      tcp: {
        address: `127.0.0.1:${api}`,
        cluster_address: `127.0.0.1:${peers}`,
        tls_disable: true,
        telemetry: { unauthenticated_metrics_access: true },
      },
    },
    telemetry: {
      prometheus_retention_time: "24h",
      disable_hostname: true,
      usage_gauge_period: "10s",
    },
  };
  const file = await session.file(`${name}.json`, JSON.stringify(config));
  await session.start(name, binaries["vault"] ?? "", ["server", `-config=${file}`], {
    ready: `${base}/v1/sys/seal-status`,
  });
  return { name, base };
}

/** Where a node shows its metrics, sealed or not. */
export const metricsOf = ({ base }: Node): string => `${base}/v1/sys/metrics?format=prometheus`;
