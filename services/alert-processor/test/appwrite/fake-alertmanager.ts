import { once } from "node:events";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { identity } from "../../../../test/kit/pki.ts";
import type { Incoming } from "../../core/payload.ts";

/** A fake of Alertmanager's API over HTTPS: lists and receivers, for who signs in. */
export interface FakeAlertmanager {
  readonly url: string;
  /** Its authority, PEM. */
  readonly ca: string;
  /** What it lists, all of it active. */
  alerts: readonly Pick<Incoming, "annotations" | "fingerprint" | "labels" | "startsAt">[];
  /** When it started. */
  since: number;
  /** What it answers instead of its lists; 0 for nothing, for ever. */
  status: number;
  /** Called when it is asked for its list, before it answers. */
  onAsked: () => void;
  close(): Promise<void>;
}

/** Who may ask. */
export const login = { username: "ada", password: "lovelace" } as const;

/** Starts it on loopback; its one receiver is `vigil`. */
export async function startAlertmanager(): Promise<FakeAlertmanager> {
  const { authority, leaf } = await identity();
  const allowed = `Basic ${btoa(`${login.username}:${login.password}`)}`;
  const lists = (path: string): unknown => {
    if (path === "/api/v2/status") return { uptime: new Date(fake.since).toISOString() };
    if (path === "/api/v2/receivers") return [{ name: "vigil" }];
    if (path !== "/api/v2/alerts/groups?receiver=vigil") return [];
    const alerts = fake.alerts.map((one) => ({
      ...one,
      startsAt: new Date(one.startsAt).toISOString(),
      status: { state: "active", silencedBy: [], inhibitedBy: [] },
    }));
    return alerts.length === 0 ? [] : [{ labels: {}, receiver: { name: "vigil" }, alerts }];
  };
  const server = createServer({ cert: leaf.certificate, key: leaf.key }, (request, response) => {
    fake.onAsked();
    if (fake.status === 0) return;
    const status = request.headers.authorization === allowed ? fake.status : 401;
    response.writeHead(status, { "content-type": "application/json" });
    response.end(status === 200 ? JSON.stringify(lists(request.url ?? "")) : '"no"');
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const fake: FakeAlertmanager = {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ca: authority.certificate,
    alerts: [],
    since: 0,
    status: 200,
    onAsked: () => undefined,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return fake;
}
