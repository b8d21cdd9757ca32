import { createServer, type AddressInfo, type Socket } from "node:net";
import type { Session } from "../session.ts";
import type { Answer } from "./vault-node.ts";

/** Asks the leader as root, or with another token. */
export type Call = (
  method: string,
  path: string,
  body?: unknown,
  as?: string,
) => Promise<{ status: number; data: Answer }>;

/** Calls that leave traces, in their order; some of them fail. */
export const work: readonly (readonly [method: string, path: string, body?: unknown])[] = [
  ["POST", "sys/mounts/kv", { type: "kv", options: { version: "2" } }],
  ["POST", "kv/data/one", { data: { key: "value" } }],
  ["GET", "kv/data/one"],
  ["GET", "kv/data/none"],
  ["LIST", "kv/metadata"],
  ["DELETE", "kv/metadata/one"],
  ["POST", "kv/data/two", { data: { key: "value" } }],
  ["PUT", "sys/policies/acl/capture", { policy: 'path "kv/*" { capabilities = ["read"] }' }],
  ["PUT", "sys/policies/acl/gone", { policy: 'path "kv/*" { capabilities = ["read"] }' }],
  ["LIST", "sys/policies/acl"],
  ["DELETE", "sys/policies/acl/gone"],
  ["POST", "sys/auth/userpass", { type: "userpass" }],
  ["POST", "auth/userpass/users/user", { password: "right", token_policies: "capture" }],
  ["POST", "auth/userpass/login/user", { password: "right" }],
  ["POST", "identity/entity", { name: "entity" }],
  ["POST", "identity/group", { name: "group" }],
  ["POST", "sys/mounts/pki", { type: "pki" }],
  ["POST", "pki/root/generate/internal", { common_name: "capture.test" }],
  [
    "POST",
    "pki/roles/role",
    { allow_any_name: true, enforce_hostnames: false, generate_lease: true },
  ],
  ...["1s", "1h", "1h"].map(
    (ttl) => ["POST", "pki/issue/role", { common_name: "leaf", ttl }] as const,
  ),
  ["PUT", "sys/leases/revoke-prefix/pki"],
  ["PUT", "sys/leases/revoke-force/pki"],
  ["POST", "sys/quotas/rate-limit/slow", { path: "kv", rate: 1 }],
  ...Array.from({ length: 5 }, () => ["GET", "kv/data/two"] as const),
  ["DELETE", "sys/quotas/rate-limit/slow"],
  ["PUT", "sys/rotate"],
];

/** Tokens and leases that are renewed, revoked and run out; a user who is locked out. */
export async function useLeases(call: Call): Promise<void> {
  const issue = async (ttl: string): Promise<string> =>
    (await call("POST", "pki/issue/role", { common_name: "leaf", ttl })).data["lease_id"] as string;
  await call("PUT", "sys/leases/renew", { lease_id: await issue("1h") });
  await call("PUT", "sys/leases/lookup", { lease_id: await issue("1h") });
  await call("PUT", "sys/leases/revoke", { lease_id: await issue("1h"), sync: true });
  await call("PUT", "sys/leases/revoke", { lease_id: await issue("1h") });
  await issue("1s");
  const create = async (body: unknown): Promise<string> => {
    const { auth } = (await call("POST", "auth/token/create", body)).data;
    return (auth as { client_token: string }).client_token;
  };
  await create({});
  const short = await create({ ttl: "1h", policies: ["capture"] });
  await call("GET", "auth/token/lookup-self", undefined, short);
  await call("POST", "auth/token/renew-self", {}, short);
  await call("POST", "auth/token/revoke-self", {}, short);
  await create({ ttl: "1s", policies: ["capture"] });
  for (let n = 0; n < 6; n++) await call("POST", "auth/userpass/login/user", { password: "wrong" });
}

/** An audit device that takes everything while it is there. */
async function listen(session: Session, port = 0): Promise<{ port: number; close: () => void }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) =>
    sockets.add(socket.resume().on("error", () => undefined)),
  );
  await new Promise<void>((resolve) => {
    server.listen(port, "127.0.0.1", resolve);
  });
  const close = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  session.later(close);
  return { port: (server.address() as AddressInfo).port, close };
}

/** Leaves Vault a single audit device, breaks that, and mends it. */
export async function failAudit(session: Session, call: Call): Promise<void> {
  const { close, port } = await listen(session);
  await call("PUT", "sys/audit/socket", {
    type: "socket",
    options: { address: `127.0.0.1:${port}`, socket_type: "tcp" },
  });
  await call("DELETE", "sys/audit/file");
  close();
  let refused = 0;
  // The first still reaches the socket, and only its answer does not.
  await session.until("requests are refused", async () => {
    if ((await call("GET", "kv/data/two")).status === 500) refused++;
    return refused > 2;
  });
  await listen(session, port);
  await session.until(
    "requests are taken",
    async () => (await call("GET", "kv/data/two")).status === 200,
  );
}
