import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Labels } from "../../rules/lib/alert.ts";
import { freePort } from "../../lib/free-port.ts";
import { poll } from "../../lib/poll.ts";

/** An alert as Alertmanager is told of it. */
export interface Posted {
  readonly labels: Labels;
  readonly startsAt?: string;
}

/** An alert as Alertmanager shows it. */
export interface Shown {
  readonly labels: Labels;
  readonly fingerprint: string;
  readonly receivers: readonly { readonly name: string }[];
  readonly status: {
    readonly state: string;
    readonly inhibitedBy: readonly string[];
    /** Time intervals. Known of the alerts of a group only. */
    readonly mutedBy: readonly string[];
  };
}

/** A program with a listener on loopback, without TLS and login: what is asked is whom it tells. */
export interface Server {
  readonly url: string;
  readonly process: ChildProcess;
  /** Ends it at once, as a power cut would. */
  readonly stop: () => Promise<void>;
}

export interface ServerOptions {
  readonly program: string;
  /** Arguments, but for the address to listen on. */
  readonly args: readonly string[];
  /** Files of its folder, which is its working directory, by path from there. */
  readonly files: Readonly<Record<string, string>>;
  /** Beside this process's own. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Starts Prometheus or Alertmanager in a folder of its own.
 *
 * @throws Error with what it said when it is not ready within a minute.
 */
export async function startServer({ args, env, files, program }: ServerOptions): Promise<Server> {
  const folder = await mkdtemp(join(tmpdir(), "vigil-server-"));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text, { mode: 0o600 });
  }
  const listen = `127.0.0.1:${await freePort()}`;
  const child = spawn(program, [...args, `--web.listen-address=${listen}`], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr
    .setEncoding("utf8")
    .on("data", (text: string) => (said = (said + text).slice(-4000)));
  const ended = new Promise<void>((resolve) => {
    child.once("close", resolve);
    child.once("error", (error) => {
      said += error.message;
      resolve();
    });
  });
  const url = `http://${listen}`;
  const stop = async (): Promise<void> => {
    child.kill("SIGKILL");
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await until(program, 60, async () => {
      if (child.exitCode !== null || child.pid === undefined) throw new Error(`${program} ended`);
      const answer = await fetch(`${url}/-/ready`).catch(() => undefined);
      return answer?.ok === true ? true : undefined;
    });
  } catch (error) {
    await stop();
    throw new Error(`${String(error)}: ${said}`, { cause: error });
  }
  return { url, process: child, stop };
}

export interface Alertmanager extends Server {
  readonly post: (alerts: readonly Posted[]) => Promise<void>;
  readonly shown: () => Promise<readonly Shown[]>;
  /** Once for each group that an alert is in. */
  readonly grouped: () => Promise<readonly Shown[]>;
}

export interface AlertmanagerOptions {
  /** Text of alertmanager.yml. */
  readonly config: string;
  /** Files of its folder, by path from there: secrets. */
  readonly files?: Readonly<Record<string, string>>;
  /** @default no cluster */
  readonly args?: readonly string[];
  /** @default from PATH */
  readonly program?: string;
  /** Beside this process's own. */
  readonly env?: Readonly<Record<string, string>>;
}

/** @throws Error with what it said when it is not ready within a minute. */
export async function startAlertmanager({
  args = ["--cluster.listen-address="],
  config,
  env = {},
  files = {},
  program = "alertmanager",
}: AlertmanagerOptions): Promise<Alertmanager> {
  const server = await startServer({
    program,
    env,
    args: ["--config.file=alertmanager.yml", "--storage.path=data", ...args],
    files: { ...files, "alertmanager.yml": config },
  });
  const api = `${server.url}/api/v2/alerts`;
  return {
    ...server,
    post: async (alerts) => {
      const headers = { "content-type": "application/json" };
      const answer = await fetch(api, { method: "POST", headers, body: JSON.stringify(alerts) });
      if (!answer.ok) throw new Error(`Alertmanager refused alerts: ${await answer.text()}`);
    },
    shown: async () => (await fetch(api)).json() as Promise<Shown[]>,
    grouped: async () => {
      const groups = (await (await fetch(`${api}/groups`)).json()) as { alerts: Shown[] }[];
      return groups.flatMap(({ alerts }) => alerts);
    },
  };
}

/** One notification as it came. */
export interface Notification {
  /** Path it was posted to: which receiver it was for. */
  readonly path: string;
  /** Milliseconds of `performance.now()`. */
  readonly at: number;
  readonly alerts: readonly { readonly status: string; readonly labels: Labels }[];
}

/** What receivers are, here: a listener on loopback that writes down what it is told. */
export interface Inbox {
  readonly url: string;
  readonly got: readonly Notification[];
  readonly close: () => void;
}

export function openInbox(): Promise<Inbox> {
  const got: Notification[] = [];
  const server = createServer((request, response) => {
    let text = "";
    request.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    request.on("end", () => {
      const { alerts = [] } = JSON.parse(text) as Partial<Notification>;
      got.push({ path: request.url ?? "", at: performance.now(), alerts });
      response.end("ok");
    });
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      resolve({
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        got,
        close: () => {
          server.close();
          server.closeAllConnections();
        },
      });
    });
  });
}

/** Looks again and again until `look` finds something. @throws Error after `seconds`. */
export async function until<T>(
  what: string,
  seconds: number,
  look: () => T | undefined | Promise<T | undefined>,
): Promise<T> {
  const found = await poll(look, (one) => one !== undefined, {
    every: 50,
    within: seconds * 1000,
  });
  if (found === undefined) throw new Error(`${what}: not within ${seconds} s`);
  return found;
}
