import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** One alert of a notification. */
export interface Told {
  readonly status: "firing" | "resolved";
  readonly labels: Readonly<Record<string, string>>;
}

/** A receiver that remembers what it was told. */
export interface Webhook {
  readonly url: string;
  readonly told: readonly Told[];
  /** Waits until an alert was told in that state. */
  until(alertname: string, status: Told["status"]): Promise<Told>;
  forget(): void;
  close(): void;
}

/** Listens on loopback. */
export function openWebhook(): Promise<Webhook> {
  const told: Told[] = [];
  const waiting = new Set<() => void>();
  const server = createServer((request, response) => {
    let text = "";
    request.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    request.on("end", () => {
      told.push(...(JSON.parse(text) as { alerts: Told[] }).alerts);
      response.end();
      for (const look of waiting) look();
    });
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      resolve({
        url: `http://127.0.0.1:${port}/a-secret-path`,
        told,
        until: (alertname, status) =>
          new Promise((found) => {
            const look = (): void => {
              const one = told.find(
                (alert) => alert.labels["alertname"] === alertname && alert.status === status,
              );
              if (one === undefined) return;
              waiting.delete(look);
              found(one);
            };
            waiting.add(look);
            look();
          }),
        forget: () => {
          told.length = 0;
        },
        close: () => {
          server.close();
          server.closeAllConnections();
        },
      });
    });
  });
}
