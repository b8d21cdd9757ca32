/** Connections to hosts over SSH, through a bastion if there is one. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import ssh2, { type AuthenticationType, type Client, type ClientChannel } from "ssh2";
import { reasonOf } from "../../lib/errors.ts";
import { messageOf, VigilError } from "../errors.ts";
import type { ConnectionInputs, HopInputs } from "../types.ts";
import { spoken } from "./spoken.ts";

/** Seconds for a connection until it is ready to be used. */
const patience = 20;

/** Tries where a server turns a connection away before it has looked at who asks: it has too many of them. */
const tries = 4;

/** The host as people say it: `deploy@web-1.example.com:2222`. */
export const spelled = ({ address, port, user }: HopInputs): string =>
  `${user}@${address}${port === 22 ? "" : `:${port}`}`;

/** A connection that is open. */
export interface Opened {
  readonly client: Client;
  close(): void;
}

/**
 * Opens a connection to a host, through its bastion if it has one.
 *
 * @throws VigilError where it cannot be reached, shows another key than it must, or lets nobody in.
 */
export async function open({ bastion, ...host }: ConnectionInputs): Promise<Opened> {
  if (bastion === undefined) return connect(host);
  const first = await connect(bastion);
  try {
    const second = await connect(host, () => forward(first.client, host, bastion));
    return {
      client: second.client,
      close: () => {
        second.close();
        first.close();
      },
    };
  } catch (error) {
    first.close();
    throw error;
  }
}

const forward = (client: Client, to: HopInputs, from: HopInputs): Promise<ClientChannel> =>
  new Promise((resolve, reject) => {
    client.forwardOut("127.0.0.1", 0, to.address, to.port, (error, stream) => {
      if (error === undefined) resolve(stream);
      else reject(unreachable(to, `from ${spelled(from)}: ${messageOf(error)}`));
    });
  });

export const unreachable = (hop: HopInputs, why: string): VigilError =>
  new VigilError(
    `${spelled(hop)} cannot be reached`,
    why,
    `Try: ssh -p ${hop.port} ${hop.user}@${hop.address} true`,
  );

/** SHA-256 of a host's key as ssh prints it. */
const fingerprint = (key: Buffer): string =>
  `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;

/** Names under which a server offers a key of a type: RSA keys have newer signatures than their name says. */
const offered = (type: string): string[] =>
  type === "ssh-rsa" ? ["rsa-sha2-512", "rsa-sha2-256"] : [type];

/** Keys of whoever runs this, where no other is given: those that ssh itself would try. */
async function ownKeys(): Promise<string[]> {
  const names = ["id_ed25519", "id_ecdsa", "id_rsa"];
  const read = names.map((name) => readFile(join(homedir(), ".ssh", name), "utf8"));
  const found = await Promise.allSettled(read);
  return found.flatMap((one) => {
    if (one.status === "rejected") return [];
    // One with a passphrase is the agent's to use.
    return ssh2.utils.parseKey(one.value) instanceof Error ? [] : [one.value];
  });
}

/** The ways to sign in that are tried, in this order. */
async function waysIn({ key, passphrase, user }: HopInputs): Promise<AuthenticationType[]> {
  const by = (text: string): AuthenticationType =>
    ({
      type: "publickey",
      username: user,
      key: text,
      ...(passphrase !== undefined && { passphrase }),
    }) as never;
  if (key !== undefined) return [by(key)];
  const agent = process.env["SSH_AUTH_SOCK"];
  return [
    ...(agent ? [{ type: "agent", username: user, agent } as never] : []),
    ...(await ownKeys()).map(by),
  ];
}

/** One connection, tried again where the server has too many of them. */
async function connect(hop: HopInputs, through?: () => Promise<ClientChannel>): Promise<Opened> {
  const ways = await waysIn(hop);
  if (ways.length === 0) {
    throw new VigilError(
      `Nobody can sign in at ${spelled(hop)}`,
      "no key is given for it, no agent runs (SSH_AUTH_SOCK), and ~/.ssh has no key without a passphrase",
      spoken("./vigil pulumi config set --secret --path vigil:ssh.key < ~/.ssh/id_ed25519"),
    );
  }
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await connectOnce(hop, ways, await through?.());
    } catch (error) {
      if (!(error instanceof TurnedAway)) throw error;
      if (attempt === tries) throw unreachable(hop, `${error.message}, ${tries} times`);
      await sleep(attempt * 1000);
    }
  }
}

/** The connection ended before it was known who asks. */
class TurnedAway extends Error {}

async function connectOnce(
  hop: HopInputs,
  ways: readonly AuthenticationType[],
  sock: ClientChannel | undefined,
): Promise<Opened> {
  const client = new ssh2.Client();
  // Whoever listens no longer, or not yet, must not end the process: a connection may break twice.
  client.on("error", () => undefined);
  sock?.on("error", () => undefined);
  const [type = "", wanted = ""] = (hop.hostKey ?? "").split(" ");
  let shown: string | undefined;
  let met = false;
  const rest = [...ways];
  const ready = new Promise<void>((resolve, reject) => {
    client.once("ready", resolve);
    client.once("error", reject);
    client.once("close", () => {
      reject(new TurnedAway("it closed the connection before it asked who signs in"));
    });
  });
  client.connect({
    ...(sock === undefined ? { host: hop.address, port: hop.port } : { sock }),
    username: hop.user,
    readyTimeout: patience * 1000,
    // A network that went away is noticed within half a minute.
    keepaliveInterval: 10_000,
    keepaliveCountMax: 3,
    authHandler: (_left, _partial, next) => {
      met = true;
      next(rest.shift() ?? (false as never));
    },
    ...(hop.hostKey !== undefined && {
      algorithms: { serverHostKey: offered(type) as never },
    }),
    hostVerifier: (key: Buffer): boolean => {
      shown = fingerprint(key);
      return hop.hostKey === undefined || key.equals(Buffer.from(wanted, "base64"));
    },
  });
  try {
    await ready;
  } catch (error) {
    client.end();
    const refusal = refusalOf(hop, error, { met, shown, wanted });
    throw refusal;
  }
  return { client, close: () => client.end() };
}

/** Why a connection was not made, in words. */
function refusalOf(
  hop: HopInputs,
  error: unknown,
  { met, shown, wanted }: { met: boolean; shown: string | undefined; wanted: string },
): Error {
  const known = fingerprint(Buffer.from(wanted, "base64"));
  if (hop.hostKey !== undefined && shown !== undefined && shown !== known) {
    return new VigilError(
      `${spelled(hop)} is not the host it was`,
      `its key is ${shown}, not ${known}; nothing was sent to it`,
      "If it was installed again, look at its key there (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub) and set hostKey",
    );
  }
  const message = reasonOf(error);
  if (/no matching host key format/i.test(message)) {
    const [type = ""] = (hop.hostKey ?? "").split(" ");
    return new VigilError(
      `${spelled(hop)} has no key of the kind ${type}`,
      "its hostKey says so; nothing was sent to it",
      `Look at the keys it has: ssh-keyscan -p ${hop.port} ${hop.address}`,
    );
  }
  if (/authentication methods failed/i.test(message)) {
    return new VigilError(
      `${spelled(hop)} lets nobody in`,
      `it accepts none of the keys that were shown for ${hop.user}`,
      `Try: ssh -p ${hop.port} ${hop.user}@${hop.address} true`,
    );
  }
  const early = error instanceof TurnedAway || /ECONNRESET|before handshake|end of/i.test(message);
  if (early && !met) return error instanceof TurnedAway ? error : new TurnedAway(message);
  return unreachable(hop, message);
}
