import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Labels } from "../../../rules/lib/alert.ts";
import { freePort } from "../../free-port.ts";

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

/** An Alertmanager on loopback, without TLS and login: what is asked here is whom it tells. */
export interface Alertmanager {
  readonly url: string;
  readonly process: ChildProcess;
  readonly post: (alerts: readonly Posted[]) => Promise<void>;
  readonly shown: () => Promise<readonly Shown[]>;
  /** Once for each group that an alert is in. */
  readonly grouped: () => Promise<readonly Shown[]>;
  /** Ends it at once, as a power cut would. */
  readonly stop: () => Promise<void>;
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
}

/** @throws Error with what it said when it is not ready within 15 s. */
export async function startAlertmanager(options: AlertmanagerOptions): Promise<Alertmanager> {
  const {
    args = ["--cluster.listen-address="],
    config,
    files = {},
    program = "alertmanager",
  } = options;
  const folder = await mkdtemp(join(tmpdir(), "vigil-alertmanager-"));
  for (const [path, text] of Object.entries({ ...files, "alertmanager.yml": config })) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text, { mode: 0o600 });
  }
  const port = await freePort();
  const own = ["--config.file=alertmanager.yml", "--storage.path=data"];
  const child = spawn(program, [...own, `--web.listen-address=127.0.0.1:${port}`, ...args], {
    cwd: folder,
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
  const url = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    child.kill("SIGKILL");
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  const ready = async (): Promise<boolean> =>
    (await fetch(`${url}/-/ready`).catch(() => undefined))?.ok === true;
  for (let tries = 0; !(await ready()); tries++) {
    if (tries > 150 || child.exitCode !== null) {
      await stop();
      throw new Error(`Alertmanager is not ready: ${said}`);
    }
    await sleep(100);
  }
  return {
    url,
    process: child,
    stop,
    post: async (alerts) => {
      const answer = await fetch(`${url}/api/v2/alerts`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(alerts),
      });
      if (!answer.ok) throw new Error(`Alertmanager refused alerts: ${await answer.text()}`);
    },
    shown: async () => (await fetch(`${url}/api/v2/alerts`)).json() as Promise<Shown[]>,
    grouped: async () => {
      const answer = await fetch(`${url}/api/v2/alerts/groups`);
      return ((await answer.json()) as { alerts: Shown[] }[]).flatMap(({ alerts }) => alerts);
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
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > end) throw new Error(`${what}: not within ${seconds} s`);
    await sleep(50);
  }
}
