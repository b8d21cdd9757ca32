/** Scripts that run on a host, over a connection that is open. */
import { once } from "node:events";
import type { Readable } from "node:stream";
import type { Client, ClientChannel } from "ssh2";
import { messageOf } from "../errors.ts";
import type { HopInputs } from "../types.ts";
import { unreachable } from "./connect.ts";

/** How a command on a host ended. */
export interface Outcome {
  /** Undefined where the connection ended first. */
  readonly code: number | undefined;
  /** Both of its streams. */
  readonly output: string;
}

/** A command on a host that is spoken with. It reads the end of its input when the connection is gone. */
export interface Dialog {
  /** Waits for a line that it prints, or for its end. @returns undefined where it ended without one. */
  line(wanted: RegExp): Promise<string | undefined>;
  say(line: string): void;
  ended(): Promise<Outcome>;
}

/** A connection to a host, as root. */
export interface Session {
  /** Runs a script; what it reads from its input is `input`. */
  run(script: string, input?: Buffer | Readable): Promise<Outcome>;
  /** Starts a script that reads what is said to it. */
  dialog(script: string): Promise<Dialog>;
}

/**
 * The command that every script is started with: it takes its text from the input, so that none is in the list of
 * processes, and reads not one byte more, for the rest is what the script itself reads. Understood by any login shell.
 */
const loader = (bytes: number): string =>
  `/bin/sh -c 'as=; [ "$(id -u)" = 0 ] || as="sudo -n"; exec $as /bin/sh -c "eval \\"\\$(dd bs=1 count=${bytes} 2>/dev/null)\\""'`;

/** What can be run over a connection. */
export function sessionOn(client: Client, connection: HopInputs): Session {
  const start = (script: string): Promise<ClientChannel> =>
    new Promise((resolve, reject) => {
      const text = Buffer.from(script, "utf8");
      client.exec(loader(text.length), (error, channel) => {
        if (error !== undefined) {
          reject(unreachable(connection, `no command can be started: ${messageOf(error)}`));
          return;
        }
        channel.on("error", () => undefined);
        channel.stderr.on("error", () => undefined);
        channel.write(text);
        resolve(channel);
      });
    });
  return {
    run: async (script, input) => {
      const channel = await start(script);
      const outcome = outcomeOf(channel);
      if (input === undefined || Buffer.isBuffer(input)) channel.end(input);
      else {
        // The other side finds that something is missing.
        input.on("error", () => channel.end());
        input.pipe(channel);
      }
      return outcome;
    },
    dialog: async (script) => {
      const channel = await start(script);
      const outcome = outcomeOf(channel);
      const lines = linesOf(channel);
      void outcome.then(() => {
        lines.end();
      });
      return {
        line: lines.next,
        say: (line) => void channel.write(`${line}\n`),
        ended: async () => {
          channel.end();
          return outcome;
        },
      };
    },
  };
}

/** Collects what a command prints, until it ends. */
async function outcomeOf(channel: ClientChannel): Promise<Outcome> {
  const chunks: Buffer[] = [];
  const keep = (chunk: Buffer): void => void chunks.push(chunk);
  channel.on("data", keep);
  channel.stderr.on("data", keep);
  let code: number | undefined;
  channel.on("exit", (ended: number | null) => {
    code = ended ?? undefined;
  });
  await once(channel, "close");
  return { code, output: Buffer.concat(chunks).toString("utf8") };
}

/** The lines that a command prints, handed out as they are asked for. */
function linesOf(channel: ClientChannel) {
  let rest = "";
  let over = false;
  let wake: (() => void) | undefined;
  const told = (): void => {
    wake?.();
    wake = undefined;
  };
  channel.on("data", (chunk: Buffer) => {
    rest += chunk.toString("utf8");
    told();
  });
  return {
    end: (): void => {
      over = true;
      told();
    },
    next: async (wanted: RegExp): Promise<string | undefined> => {
      for (;;) {
        const end = rest.indexOf("\n");
        if (end >= 0) {
          const line = rest.slice(0, end);
          rest = rest.slice(end + 1);
          if (wanted.test(line)) return line;
          continue;
        }
        if (over) return undefined;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}
