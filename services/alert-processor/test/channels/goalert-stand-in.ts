import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** The password in the address of its webhook. */
export const goalertSecret = "stand-in-goalert-secret-0123456789";

type Status = "triggered" | "active" | "closed";

interface Kept {
  readonly id: number;
  readonly dedup: string;
  readonly meta: Readonly<Record<string, string>>;
  status: Status;
}

/** A request of its generic API, as far as this looks at it. */
interface Told {
  readonly action: "create" | "close";
  readonly dedup: string;
  readonly summary: string;
  readonly details: string;
  readonly meta: Readonly<Record<string, string>>;
}

/** A message of its webhooks. */
export interface Hook {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

export const hookOf = (message: object, secret = goalertSecret): Hook => ({
  body: JSON.stringify({ AppName: "GoAlert", ...message }),
  // As Go's client makes it of https://vigil:secret@…
  headers: { authorization: `Basic ${Buffer.from(`vigil:${secret}`).toString("base64")}` },
});

/**
 * Stands in for GoAlert, of which no program is at hand here. It does what the source of its version 0.34.1 does of
 * the generic API (one open alert for each `dedup`, none for a close of what is not open, 204) and of webhooks (an
 * `Alert` with its metadata when it notifies, an `AlertStatus` without them and with a sentence for each status).
 */
export interface GoalertStandIn {
  readonly url: string;
  readonly told: readonly Told[];
  readonly tokens: readonly (string | undefined)[];
  readonly alerts: readonly Kept[];
  /** Webhooks that wait to be delivered: whoever tests delivers them. */
  readonly hooks: Hook[];
  /** Somebody, or time, changes the newest alert. */
  act(status: Status, entry: string): void;
  close(): Promise<void>;
}

export async function goalertStandIn(): Promise<GoalertStandIn> {
  const told: Told[] = [];
  const tokens: (string | undefined)[] = [];
  const alerts: Kept[] = [];
  const hooks: Hook[] = [];

  const status = (one: Kept, now: Status, entry: string): void => {
    one.status = now;
    hooks.push(hookOf({ Type: "AlertStatus", AlertID: one.id, LogEntry: entry }));
  };

  function take(request: Told): void {
    told.push(request);
    const open = alerts.find((one) => one.dedup === request.dedup && one.status !== "closed");
    if (request.action === "close") {
      if (open) status(open, "closed", "Closed via by night integration (Generic API)");
      return;
    }
    if (open) return;
    const { dedup, details, meta, summary } = request;
    const begun: Kept = { id: alerts.length + 1, dedup, meta, status: "triggered" };
    alerts.push(begun);
    const about = { AlertID: begun.id, Summary: summary, Details: details, Meta: meta };
    hooks.push(hookOf({ Type: "Alert", ...about }));
  }

  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
      const isIncoming = request.url === "/oncall/api/v2/generic/incoming";
      if (isIncoming) {
        tokens.push(request.headers.authorization);
        take(JSON.parse(Buffer.concat(chunks).toString()) as Told);
      }
      response.writeHead(isIncoming ? 204 : 404).end();
    })();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/oncall/`,
    told,
    tokens,
    alerts,
    hooks,
    act: (now, entry) => {
      const newest = alerts.at(-1);
      if (newest === undefined) throw new Error("There is no alert");
      status(newest, now, entry);
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
