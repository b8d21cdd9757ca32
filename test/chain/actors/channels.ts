import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import {
  bodyOf,
  headersOf,
  mailServer,
  type MailServer,
} from "../../../services/alert-processor/test/channels/mail-server.ts";
import type { Told } from "../judge.ts";
import type { Identity } from "../place.ts";

/** A stand-in for a channel: it writes down what it is told, and can be made to answer otherwise. */
export interface ChannelActor {
  readonly port: number;
  readonly told: readonly Told[];
  /** What it answers from now on; undefined for as it should. */
  answer(status: number | undefined): void;
  stop(): Promise<void>;
}

interface Body {
  readonly key: string;
  readonly occasion: string;
  readonly alerts: readonly {
    readonly startsAt: number;
    readonly alertname: string;
    readonly labels: Readonly<Record<string, string>>;
  }[];
}

/** A stand-in for a program that takes webhooks. */
export async function webhookChannel(
  channel: string,
  objectOf: (labels: Readonly<Record<string, string>>) => string,
): Promise<ChannelActor> {
  const told: Told[] = [];
  let status: number | undefined;
  const server: Server = createServer((request, response) => {
    let text = "";
    request.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    request.on("end", () => {
      if (status !== undefined) {
        response.writeHead(status).end();
        return;
      }
      const { alerts, key, occasion } = JSON.parse(text) as Body;
      const at = Date.now();
      for (const { labels, startsAt } of alerts) {
        told.push({ at, channel, key, object: objectOf(labels), occasion, startsAt });
      }
      response.end("ok");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    told,
    answer: (one) => {
      status = one;
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/**
 * A real mail server. What it is told is found in what people read: the subject and the lines.
 *
 * @param objects - Objects with the words by which a message reports them.
 */
export async function mailChannel(
  channel: string,
  { certificate, key }: Identity,
  objects: Readonly<Record<string, RegExp>>,
): Promise<ChannelActor> {
  const told: Told[] = [];
  let seen = 0;
  const mail: MailServer = await mailServer({ certificate, key });
  const drain = (): void => {
    for (const one of mail.received.slice(seen)) told.push(...read(one, channel, objects));
    seen = mail.received.length;
  };
  // Called for each message before it is kept or refused.
  mail.hold = () => {
    setImmediate(drain);
    return false;
  };
  return {
    port: mail.port,
    told,
    answer: (status) => {
      if (status === undefined) mail.refuse.clear();
      else mail.refuse.set("data", 451);
    },
    stop: () => mail.close(),
  };
}

function read(
  one: MailServer["received"][number],
  channel: string,
  objects: Readonly<Record<string, RegExp>>,
): Told[] {
  const header = (name: string): string =>
    headersOf(one)
      .find((text) => text.toLowerCase().startsWith(`${name}: `))
      ?.slice(name.length + 2) ?? "";
  const over = /^(?:resolved|no longer)|alerts ended/i.test(header("subject"));
  const body = bodyOf(one);
  const occasion = over ? "resolved" : "firing";
  return Object.entries(objects)
    .filter(([, words]) => words.test(body))
    .map(([object]) => ({
      at: Date.now(),
      channel,
      key: header("message-id"),
      object,
      occasion,
      startsAt: null,
    }));
}
