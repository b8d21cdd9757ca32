import { createHmac, randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** The signing secret of its webhook subscription. */
export const hookSecret = "stand-in-webhook-secret-0123456789";

export type Status = "triggered" | "acknowledged" | "resolved";

interface Incident {
  readonly id: string;
  readonly key: string;
  /** `client_url` of the event that began it. */
  readonly url: string;
  status: Status;
}

/** An event of the Events API, version 2, as far as this looks at it. */
interface Told {
  readonly event_action: "trigger" | "acknowledge" | "resolve";
  readonly dedup_key: string;
  readonly client_url: string;
}

export const user = (name: string) => ({ id: "PLH1HKV", type: "user_reference", summary: name });
export const integration = {
  id: "PXMQRWJ",
  type: "inbound_integration_reference",
  summary: "Events API V2",
};

/** A message of its webhooks, as it is signed. */
export interface Hook {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

export const signed = (event: object, ...secrets: string[]): Hook => {
  const body = JSON.stringify({ event });
  const all = secrets.length > 0 ? secrets : [hookSecret];
  const signatures = all.map(
    (secret) => `v1=${createHmac("sha256", secret).update(body).digest("hex")}`,
  );
  return { body, headers: { "x-pagerduty-signature": signatures.join(",") } };
};

/**
 * Stands in for PagerDuty, which runs nowhere but at PagerDuty. It does what its public documentation says of the
 * Events API (a trigger begins an incident or is added to one that is open, an acknowledged one no longer rings, a
 * resolved one is never opened again by an event) and of webhooks of version 3 (one event each, in order, signed,
 * who did it in `agent`, the key of an incident with alerts not told).
 */
export interface StandIn {
  readonly url: string;
  readonly told: readonly Told[];
  readonly incidents: readonly Incident[];
  /** How often somebody was rung. */
  readonly rung: () => number;
  /** Webhooks that wait to be delivered: whoever tests delivers them, once or more. */
  readonly hooks: Hook[];
  /** Somebody does something to the newest incident in its pages. */
  act(type: string, name: string | null, data?: object): void;
  close(): Promise<void>;
}

export async function pagerdutyStandIn(): Promise<StandIn> {
  const told: Told[] = [];
  const incidents: Incident[] = [];
  const hooks: Hook[] = [];
  let rings = 0;

  function emit(
    type: string,
    incident: Incident,
    agent: object | null,
    data: object = {},
    client: object = { name: "Website" },
  ): void {
    const about = {
      id: incident.id,
      type: "incident",
      status: incident.status,
      incident_key: null,
      assignees: [user("Grace Hopper")],
      resolve_reason: null,
    };
    hooks.push(
      signed({
        id: randomUUID(),
        event_type: type,
        resource_type: "incident",
        occurred_at: new Date().toISOString(),
        agent,
        client,
        data: { ...about, ...data },
      }),
    );
  }

  function take(event: Told): void {
    told.push(event);
    const open = incidents.findLast(
      ({ key, status }) => key === event.dedup_key && status !== "resolved",
    );
    if (event.event_action === "trigger") {
      if (open !== undefined) return;
      const id = `Q${incidents.length + 1}`;
      const begun: Incident = {
        id,
        key: event.dedup_key,
        url: event.client_url,
        status: "triggered",
      };
      incidents.push(begun);
      rings += 1;
      emit("incident.triggered", begun, integration, {}, { name: "Vigil", url: begun.url });
    } else if (open !== undefined) {
      const status = event.event_action === "resolve" ? "resolved" : "acknowledged";
      if (open.status === status) return;
      open.status = status;
      emit(`incident.${status}`, open, integration);
    }
  }

  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
      take(JSON.parse(Buffer.concat(chunks).toString()) as Told);
      response.writeHead(202, { "content-type": "application/json" }).end('{"status":"success"}');
    })();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");

  const statuses: Readonly<Record<string, Status>> = {
    "incident.acknowledged": "acknowledged",
    "incident.unacknowledged": "triggered",
    "incident.resolved": "resolved",
    "incident.reopened": "triggered",
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    told,
    incidents,
    hooks,
    rung: () => rings,
    act: (type, name, data) => {
      const incident = incidents.at(-1);
      if (incident === undefined) throw new Error("There is no incident");
      incident.status = statuses[type] ?? incident.status;
      emit(type, incident, name === null ? null : user(name), data);
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
