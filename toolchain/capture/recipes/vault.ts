import type { Metrics } from "../../../rules/metrics/format.ts";
import { noted, only } from "../notes.ts";
import { goTool, type Recipe } from "../recipe.ts";
import { ask, metricsOf, startNode, type Node } from "./vault-node.ts";
import { failAudit, useLeases, work } from "./vault-use.ts";

const tool = goTool(
  "vault",
  // Later ones do not compile with the sdk that their go.mod names.
  "1.21.2",
  { from: "1.21", before: "2" },
  {
    main: "github.com/hashicorp/vault",
    // Without the plugins for clouds and databases, which need most of its modules.
    env: { GOFLAGS: "-tags=minimal" },
  },
  { versionArgs: ["version"] },
);

/** What the leader counts now and then. */
const usage = [
  "expire_leases_by_expiration",
  "identity_entity_alias_count",
  "identity_entity_count",
  "policy_configured_count",
  "secret_kv_count",
  "token_count",
  "token_count_by_auth",
  "token_count_by_policy",
  "token_count_by_ttl",
];

/** What only the leader says. */
const ofLeader =
  /^vault_(?:autopilot_(?:failure_tolerance|healthy|node_healthy)|core_locked_users|expire_num_\w+)$/;

const noteOf = (name: string): string | undefined => {
  if (usage.some((gauge) => name === `vault_${gauge}`))
    return "every usage_gauge_period, 10 min, on the leader";
  if (ofLeader.test(name))
    return "of the leader; one that led before shows its last word until prometheus_retention_time is over";
  return name === "vault_core_unsealed"
    ? "a sealed node answers only with unauthenticated_metrics_access; without cluster_name it goes on showing a second series"
    : undefined;
};

/** Named after the mounts, peers and audit devices of this very cluster. */
const ofThisCluster = /^vault_(?:route_|audit_(?:file|socket)_|.*_(?:first|second|third)$)/;
const sift = (all: Metrics): Metrics =>
  noted(only((name) => !ofThisCluster.test(name))(all), noteOf);

export const vault: Recipe = {
  exporter: "vault",
  tools: [tool],
  reference: ({ vault = "" }) =>
    `Vault ${vault} without plugins for clouds and databases: three nodes on Raft with prometheus_retention_time, disable_hostname and unauthenticated_metrics_access, sealed, opened and sealed again, with leases and tokens made and revoked, audit devices that work and fail, and a leader that steps down and one that is lost`,
  async capture(session, binaries) {
    const nodes = [
      await startNode(session, binaries, "first"),
      await startNode(session, binaries, "second"),
      await startNode(session, binaries, "third"),
    ] as const;
    const [first, second, third] = nodes;
    await session.scrape(metricsOf(first), sift);
    const { data } = await ask(first, "PUT", "sys/init", {
      body: { secret_shares: 1, secret_threshold: 1 },
    });
    const [key] = data["keys_base64"] as readonly string[];
    const token = data["root_token"] as string;
    const unseal = (node: Node) => ask(node, "PUT", "sys/unseal", { body: { key } });
    const isActive = async (node: Node): Promise<boolean> =>
      (await ask(node, "GET", "sys/health")).status === 200;
    /** The node that leads, once one does. */
    const leader = async (among: readonly Node[]): Promise<Node> => {
      let found = first;
      await session.until("a node leads", async () => {
        for (const node of among)
          if (await isActive(node)) {
            found = node;
            return true;
          }
        return false;
      });
      return found;
    };
    await unseal(first);
    await leader([first]);
    for (const node of [second, third]) {
      await ask(node, "POST", "sys/storage/raft/join", { body: { leader_api_addr: first.base } });
      await session.until(`${node.name} follows`, async () => {
        await unseal(node);
        return (await ask(node, "GET", "sys/health")).status === 429;
      });
    }
    const call = (node: Node, method: string, path: string, body?: unknown, as = token) =>
      ask(node, method, path, { body, token: as });
    const see = async (traces: readonly string[]) => {
      await session.until(`all of ${traces.join(", ")} are there`, async () => {
        const seen = await Promise.all(up.map((node) => session.scrape(metricsOf(node), sift)));
        return traces.every((name) => seen.some((one) => `vault_${name}` in one));
      });
    };
    let up: readonly Node[] = nodes;
    await call(first, "PUT", "sys/audit/file", {
      type: "file",
      options: { file_path: session.path("audit.log") },
    });
    for (const [method, path, body] of work) await call(first, method, path, body);
    await useLeases((...args) => call(first, ...args));
    await call(second, "GET", "kv/data/two"); // It forwards this to the first.
    await see(usage);
    await failAudit(session, (...args) => call(first, ...args));
    await call(first, "GET", "sys/storage/raft/snapshot");
    await see(["raft_snapshot_persist", "expire_lease_expiration", "rollback_waiting"]);
    await call(first, "PUT", "sys/seal");
    const next = await leader([second, third]);
    await session.scrape(metricsOf(first), sift);
    await unseal(first);
    await session.until(
      "the first follows",
      async () => (await ask(first, "GET", "sys/health")).status === 429,
    );
    await call(next, "PUT", "sys/step-down");
    const last = await leader(nodes);
    await see(["core_step_down", "core_locked_users"]);
    await session.stop(last.name);
    up = nodes.filter((node) => node !== last);
    const heir = await leader(up);
    await see(["raft_candidate_electSelf", "ha_rpc_client_echo_errors"]);
    await session.stop(up.find((node) => node !== heir)?.name ?? "");
    up = [heir];
    await see(["raft_transition_leader_lease_timeout"]);
  },
};
