import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { redis } from "../../components/catalog/redis.ts";
import { freePort } from "../../lib/free-port.ts";
import { openWebhook, type Webhook } from "./webhook.ts";
import { createWorkspace, type Workspace } from "./workspace.ts";

jest.setTimeout(900_000);

const password = "a word that nobody guesses";

/** A Redis of the test's own, with the account that the documentation says. */
class Server {
  readonly port: number;
  readonly #folder: string;
  readonly #process: ChildProcess;

  private constructor(port: number, folder: string, settings: readonly string[]) {
    this.port = port;
    this.#folder = folder;
    const common = ["--port", `${port}`, "--bind", "127.0.0.1", "--dir", folder, "--save", ""];
    this.#process = spawn("redis-server", [...common, ...settings], { stdio: "ignore" });
  }

  static async start(...settings: readonly string[]): Promise<Server> {
    const folder = mkdtempSync(join(tmpdir(), "vigil-redis-"));
    const server = new Server(await freePort(), folder, settings);
    while (server.run("PING") !== "PONG") await sleep(50);
    const make = redis.account?.commands["Redis and Valkey"]?.replace("PASSWORD", password) ?? "";
    const answer = server.run(make);
    if (answer !== "OK") throw new Error(`The account was not made: ${answer}`);
    return server;
  }

  /** What it answers to a line that is typed in; nothing where it does not run. */
  run(line: string): string {
    try {
      const options = { input: `${line}\n`, encoding: "utf8" as const, stdio: "pipe" as const };
      return execFileSync("redis-cli", ["-p", `${this.port}`], options).trim();
    } catch {
      return "";
    }
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const gone = once(this.#process, "exit");
    this.#process.kill("SIGKILL");
    await gone;
    rmSync(this.#folder, { recursive: true });
  }
}

let place: Workspace;
let webhook: Webhook;
let cache: Server;
let queue: Server;

beforeAll(async () => {
  webhook = await openWebhook();
  cache = await Server.start();
  queue = await Server.start("--maxclients", "20");
  const instances = { cache, queue };
  const settings = Object.entries(instances).map(
    ([name, { port }]) =>
      `      ${name}:\n        address: 127.0.0.1:${port}\n        username: vigil\n`,
  );
  place = await createWorkspace("redis", {
    settings: `  vigil:redis:\n    port: ${await freePort()}\n    instances:\n${settings.join("")}`,
  });
  const set = ["pulumi", "config", "set", "--secret", "--path"];
  await place.vigil([...set, "vigil:receivers.webhook.url"], webhook.url);
  for (const name of Object.keys(instances)) {
    await place.vigil([...set, `vigil:redis.instances.${name}.password`], password);
  }
  await place.up();
});

afterAll(async () => {
  await place.vigil(["down", "--purge"]);
  webhook.close();
  await Promise.all([cache, queue].map((one) => one.stop()));
  place.remove();
});

it("is watched by an account that may do no more than it needs", async () => {
  expect(await place.vigil(["verify"])).toMatchObject({ code: 0 });
  const { text } = await place.vigil(["status"]);
  for (const { port } of [cache, queue]) expect(text).toContain(`:${port}`);
  for (const server of [cache, queue]) {
    expect(server.run("ACL LOG")).toBe("");
    // What it was refused is counted, and nothing was.
    expect(server.run("INFO errorstats")).not.toContain("NOPERM");
  }
});

it("a second preview is empty", async () => {
  const { text } = await place.vigil(["preview"]);
  expect(text).toMatch(/[Nn]othing (?:would change|to change)|unchanged|No changes/);
});

/** Opens more connections than a server takes, and closes them. */
async function crowd(port: number): Promise<void> {
  const sockets = Array.from({ length: 40 }, () => connect(port, "127.0.0.1"));
  for (const socket of sockets) socket.on("error", () => undefined);
  await sleep(500);
  for (const socket of sockets) socket.destroy();
}

it("a server that is gone and one that turns clients away are told of", async () => {
  await cache.stop();
  const crowded = webhook.until("RedisRejectedConnections", "firing");
  for (let round = 0; round < 20; round++) {
    await crowd(queue.port);
    await sleep(1000);
  }
  expect((await crowded).labels["instance"]).toMatch(new RegExp(`:${queue.port}$`));
  const down = await webhook.until("RedisDown", "firing");
  expect(down.labels).toMatchObject({ job: "redis", severity: "critical", team: "dba" });
  expect(down.labels["instance"]).toMatch(new RegExp(`:${cache.port}$`));
});
