import { EventEmitter, once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Occasion } from "../../core/alert.ts";

interface Body {
  readonly occasion: Occasion;
  readonly alerts: readonly { readonly fingerprint: string; readonly startsAt: number }[];
}

/** A fake of a receiver of webhooks: it writes down what arrives under which key. */
export interface Receiver {
  readonly url: string;
  /** Times each key arrived. */
  readonly keys: ReadonlyMap<string, number>;
  /** Keys by what was told: `fingerprint startsAt occasion`. */
  readonly told: ReadonlyMap<string, ReadonlySet<string>>;
  /** Fulfilled when the next message arrives, with `performance.now()`. */
  next(): Promise<number>;
  /** Milliseconds it takes to answer; infinite for never. */
  delay: () => number;
  /** Of its answers. */
  status: number;
  close(): Promise<void>;
}

/** What a delivery tells, as {@link Receiver.told} names it. */
export const nameOf = (fingerprint: string, startsAt: number, occasion: string): string =>
  `${fingerprint} ${startsAt} ${occasion}`;

/** @returns a listener on loopback that answers 200 at once. */
export async function openReceiver(): Promise<Receiver> {
  const keys = new Map<string, number>();
  const told = new Map<string, Set<string>>();
  const arrivals = new EventEmitter();
  const server = createServer((request, response) => {
    let text = "";
    request.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    request.on("end", () => {
      const key = String(request.headers["idempotency-key"]);
      const { alerts, occasion } = JSON.parse(text) as Body;
      keys.set(key, (keys.get(key) ?? 0) + 1);
      arrivals.emit("arrival", performance.now());
      for (const { fingerprint, startsAt } of alerts) {
        const name = nameOf(fingerprint, startsAt, occasion);
        told.set(name, (told.get(name) ?? new Set()).add(key));
      }
      const delay = receiver.delay();
      if (delay === Infinity) return;
      void sleep(delay).then(() => response.writeHead(receiver.status).end("ok"));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    keys,
    told,
    next: async () => Number((await once(arrivals, "arrival"))[0]),
    delay: () => 0,
    status: 200,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return receiver;
}

/** Configuration of a channel that tells it. */
export const channelTo = ({ url }: Receiver, fields: object = {}): object => ({
  kind: "webhook",
  url,
  plain: true,
  private: true,
  ...fields,
});
