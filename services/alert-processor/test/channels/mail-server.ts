import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import type { Pair } from "../../../../test/kit/pki.ts";

/** A step of SMTP at which the server may say no. */
type Stage = "connect" | "auth" | "from" | "to" | "data";

export interface Received {
  readonly from: string;
  readonly to: readonly string[];
  readonly secure: boolean;
  readonly user: unknown;
  /** As it came over the wire. */
  readonly raw: string;
}

/** A real mail server on loopback, which can be told to say no. */
export interface MailServer {
  readonly port: number;
  readonly received: readonly Received[];
  /** What it answers at a step, by its code; for recipients only to those that are named. */
  readonly refuse: Map<Stage, number>;
  /** Called when a message has come in whole; nothing is answered when it returns true. */
  hold: () => boolean;
  close(): Promise<void>;
}

export const login = { user: "vigil", password: "correct-horse-battery" };

/** @param refused - The one recipient that `refuse` is about. */
export async function mailServer(
  pair: Pair,
  options: SMTPServerOptions = {},
  refused?: string,
): Promise<MailServer> {
  const received: Received[] = [];
  const refuse: MailServer["refuse"] = new Map();
  const verdict = (stage: Stage): Error | null => {
    const responseCode = refuse.get(stage);
    return responseCode === undefined
      ? null
      : Object.assign(new Error("not now, correct-horse-battery"), { responseCode });
  };
  const server = new SMTPServer({
    cert: pair.certificate,
    key: pair.key,
    disableReverseLookup: true,
    closeTimeout: 1,
    onConnect: (_session, done) => {
      done(verdict("connect"));
    },
    onAuth: ({ password, username }, _session, done) => {
      const right = username === login.user && password === login.password;
      const error = Object.assign(new Error("wrong"), { responseCode: 535 });
      done(verdict("auth") ?? (right ? null : error), { user: username });
    },
    onMailFrom: (_address, _session, done) => {
      done(verdict("from"));
    },
    onRcptTo: ({ address }, _session, done) => {
      done(refused === undefined || refused === address ? verdict("to") : null);
    },
    onData: (stream, { envelope, secure, user }, done) => {
      text(stream).then(
        (raw) => {
          if (mail.hold()) return;
          const from = envelope.mailFrom === false ? "" : envelope.mailFrom.address;
          const to = envelope.rcptTo.map(({ address }) => address);
          const error = verdict("data");
          if (error === null) received.push({ from, to, secure, user, raw });
          done(error);
        },
        // Who sends may end in the middle.
        (error: unknown) => {
          done(error instanceof Error ? error : new Error(String(error)));
        },
      );
    },
    ...options,
  });
  // Clients that do not trust it break off the handshake.
  server.on("error", () => undefined);
  const listening = server.listen(0, "127.0.0.1");
  await once(listening, "listening");
  const mail: MailServer = {
    port: (listening.address() as AddressInfo).port,
    received,
    refuse,
    hold: () => false,
    close: () =>
      new Promise((closed) => {
        server.close(closed);
      }),
  };
  return mail;
}

/** The headers, each on one line. */
export function headersOf({ raw }: Received): string[] {
  const [head = ""] = raw.split("\r\n\r\n");
  return head.replace(/\r\n[ \t]+/g, " ").split("\r\n");
}

/** A part of a message as people see it. */
function decoded(part: string): string {
  const [head = "", ...rest] = part.split("\r\n\r\n");
  const body = rest.join("\r\n\r\n");
  if (/encoding: base64/i.test(head)) return head + Buffer.from(body, "base64").toString();
  const whole = part.replace(/=\r\n/g, "");
  return whole.replace(/(?:=[0-9A-F]{2})+/g, (bytes) =>
    Buffer.from(bytes.replaceAll("=", ""), "hex").toString(),
  );
}

/** What stands in the parts. */
export const bodyOf = ({ raw }: Received): string =>
  raw
    .split(/\r\n--[^\r\n]+\r\n/)
    .map(decoded)
    .join("\n");
