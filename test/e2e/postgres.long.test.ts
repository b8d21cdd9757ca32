import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  chownSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { postgres } from "../../components/catalog/postgres.ts";
import { freePort } from "../../lib/free-port.ts";
import { throwAway } from "../kit/pki.ts";
import { openWebhook, type Webhook } from "./webhook.ts";
import { createWorkspace, type Workspace } from "./workspace.ts";

jest.setTimeout(1_200_000);

const password = "o'word=that/nobody,guesses?&%40";

/** Folder of a version's programs, the newest there is. */
const [version = ""] = readdirSync("/usr/lib/postgresql").sort().reverse();
const programs = `/usr/lib/postgresql/${version}/bin`;

/** PostgreSQL refuses to run as root. */
const modest = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};

/** A new folder that the server may write into. */
function folderOf(): string {
  const folder = mkdtempSync(join(tmpdir(), "vigil-postgres-"));
  if (modest.uid !== undefined) chownSync(folder, modest.uid, modest.gid);
  return folder;
}

/** A file that only the server may read. */
function write(path: string, text: string): void {
  writeFileSync(path, text, { mode: 0o600 });
  if (modest.uid !== undefined) chownSync(path, modest.uid, modest.gid);
}

/** A PostgreSQL of the test's own. Its superuser comes over the socket, everybody else by TLS and password. */
class Server {
  readonly port: number;
  /** Who signed its certificate. */
  authority = "";
  readonly #folder: string;
  readonly #process: ChildProcess;
  readonly #clients: ChildProcess[] = [];

  private constructor(port: number, folder: string) {
    this.port = port;
    this.#folder = folder;
    const options = ["-D", join(folder, "data"), "-p", `${port}`, "-k", folder];
    this.#process = spawn(join(programs, "postgres"), options, { ...modest, stdio: "ignore" });
  }

  static async #ready(folder: string): Promise<Server> {
    const server = new Server(await freePort(), folder);
    while (server.run("SELECT 'ready'") !== "ready") await sleep(50);
    return server;
  }

  /** A primary with the account that the documentation says. */
  static async start(settings: Readonly<Record<string, string>>): Promise<Server> {
    const folder = folderOf();
    const data = join(folder, "data");
    const made = ["-D", data, "-A", "trust", "-U", "postgres", "--no-sync", "--locale=C.UTF-8"];
    execFileSync(join(programs, "initdb"), made, { ...modest, stdio: "ignore" });
    const { ca, server: pair } = await throwAway([]);
    write(join(data, "server.crt"), pair.certificate);
    write(join(data, "server.key"), pair.key);
    const all = { ssl: "on", listen_addresses: "127.0.0.1", log_directory: folder, ...settings };
    const lines = Object.entries({ ...all, logging_collector: "on", log_filename: "log" });
    const text = lines.map(([key, value]) => `${key} = '${value}'\n`).join("");
    appendFileSync(join(data, "postgresql.conf"), text);
    const hba = [
      "local all,replication all trust",
      "hostssl all all 127.0.0.1/32 scram-sha-256",
      "host replication postgres 127.0.0.1/32 trust",
    ];
    write(join(data, "pg_hba.conf"), `${hba.join("\n")}\n`);
    const server = await Server.#ready(folder);
    server.authority = ca;
    const commands = Object.entries(postgres.account?.commands ?? {});
    const [, make = ""] =
      commands.find(([what]) => Number(version) < 16 === / to 15/.test(what)) ?? [];
    server.run(make.replace("'PASSWORD'", `'${password.replaceAll("'", "''")}'`));
    return server;
  }

  /** A standby that streams from this server. */
  async standby(): Promise<Server> {
    const folder = folderOf();
    const data = join(folder, "data");
    const from = ["-h", "127.0.0.1", "-p", `${this.port}`, "-U", "postgres"];
    const copy = ["-D", data, "-R", "-X", "stream", "-c", "fast", "-C", "-S", "standby"];
    execFileSync(join(programs, "pg_basebackup"), [...from, ...copy], {
      ...modest,
      stdio: "ignore",
    });
    appendFileSync(join(data, "postgresql.conf"), `log_directory = '${folder}'\n`);
    return Server.#ready(folder);
  }

  /** What went wrong, as the server logged it. */
  get errors(): string[] {
    const lines = readFileSync(join(this.#folder, "log"), "utf8").split("\n");
    return lines.filter((line) => /(?:ERROR|FATAL|PANIC):/.test(line) && !/starting up/.test(line));
  }

  #psql(user: string): string[] {
    return ["-h", this.#folder, "-p", `${this.port}`, "-U", user, "-d", "postgres", "-AtX"];
  }

  /** What it answers to a line that is typed in; nothing where it does not run. */
  run(line: string): string {
    try {
      const args = [...this.#psql("postgres"), "-v", "ON_ERROR_STOP=1", "-c", line];
      return execFileSync("psql", args, { encoding: "utf8", stdio: "pipe" }).trim();
    } catch {
      return "";
    }
  }

  /** A client that types these lines and stays. */
  type(user: string, ...lines: readonly string[]): void {
    const client = spawn("psql", this.#psql(user), { stdio: ["pipe", "ignore", "ignore"] });
    client.stdin.on("error", () => undefined).write(`${lines.join("\n")}\n`);
    this.#clients.push(client);
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.kill();
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const gone = once(this.#process, "exit");
    this.#process.kill("SIGINT");
    await gone;
    rmSync(this.#folder, { recursive: true });
  }
}

let place: Workspace;
let webhook: Webhook;
let primary: Server;
let standby: Server;

/** Values of an expression in the estate's Prometheus, by instance. */
function valuesOf(expression: string): Record<string, string> {
  const access = ["--netrc-file", place.inHome("access", "login")];
  const authority = ["--cacert", place.inHome("access", "ca.crt")];
  const query = ["-G", "--data-urlencode", `query=${expression}`];
  const url = `https://127.0.0.1:${place.ports.prometheus}/api/v1/query`;
  const answer = execFileSync("curl", ["-sS", ...access, ...authority, ...query, url]);
  const { data } = JSON.parse(answer.toString()) as {
    data: { result: { metric: { instance: string }; value: [number, string] }[] };
  };
  return Object.fromEntries(data.result.map(({ metric, value }) => [metric.instance, value[1]]));
}

/** Name of a server's series. */
function instanceOf({ port }: Server): string {
  const found = Object.keys(valuesOf("pg_up")).find((one) => one.endsWith(`:${port}`));
  if (found === undefined) throw new Error(`Nothing is known of port ${port}`);
  return found;
}

beforeAll(async () => {
  webhook = await openWebhook();
  primary = await Server.start({
    max_connections: "40",
    shared_preload_libraries: "pg_stat_statements",
    wal_level: "replica",
  });
  primary.run("CREATE EXTENSION pg_stat_statements");
  primary.run("CREATE ROLE app LOGIN; CREATE TABLE hot (id int); ALTER TABLE hot OWNER TO app");
  standby = await primary.standby();
  const instances = { shop: primary, standby };
  const settings = await Promise.all(
    Object.entries(instances).map(
      async ([name, { port }]) =>
        `      ${name}:
        address: 127.0.0.1:${port}
        sslmode: verify-full
        statements: true
        port: ${await freePort()}
`,
    ),
  );
  place = await createWorkspace("postgres", {
    settings: `  vigil:postgres:\n    instances:\n${settings.join("")}`,
  });
  const set = ["pulumi", "config", "set", "--path"];
  await place.vigil([...set, "--secret", "vigil:receivers.webhook.url"], webhook.url);
  await place.vigil([...set, "vigil:postgres.authority", "--", primary.authority]);
  // The exporter waits for a second before it says that a server is gone.
  await place.vigil([...set, "vigil:prometheus.scrapeInterval", "5s"]);
  for (const name of Object.keys(instances)) {
    await place.vigil([...set, "--secret", `vigil:postgres.instances.${name}.password`], password);
  }
  await place.up();
});

afterAll(async () => {
  await place.vigil(["down", "--purge"]);
  webhook.close();
  for (const one of [standby, primary]) await one.stop();
  place.remove();
});

it("is watched by an account that may do no more than it needs", async () => {
  expect(await place.vigil(["verify"])).toMatchObject({ code: 0 });
  const { text } = await place.vigil(["status"]);
  for (const { port } of [primary, standby]) expect(text).toContain(`:${port}`);
  expect(valuesOf("pg_replication_is_replica")).toEqual({
    [instanceOf(primary)]: "0",
    [instanceOf(standby)]: "1",
  });
  expect(valuesOf("min by (instance) (pg_scrape_collector_success)")).toEqual({
    [instanceOf(primary)]: "1",
    [instanceOf(standby)]: "1",
  });
  expect(valuesOf("pg_exporter_last_scrape_error == 1")).toEqual({});
  for (const server of [primary, standby]) {
    expect(server.errors).toEqual([]);
    const roles = "pg_stat_ssl s JOIN pg_stat_activity a USING (pid) WHERE usename = 'vigil'";
    expect(server.run(`SELECT DISTINCT ssl FROM ${roles}`)).toBe("t");
  }
  expect(primary.run("SET ROLE vigil; SELECT * FROM hot")).toBe("");
});

it("keeps its password out of what others on the machine can read", () => {
  const pids = Object.entries(place.processes()).flatMap(([name, all]) =>
    name.startsWith("postgres-") ? all : [],
  );
  expect(pids).toHaveLength(2);
  for (const pid of pids) {
    for (const file of ["environ", "cmdline"]) {
      expect(readFileSync(`/proc/${pid}/${file}`, "utf8")).not.toContain("nobody,guesses");
    }
  }
});

it("a second preview is empty", async () => {
  const { text } = await place.vigil(["preview"]);
  expect(text).toMatch(/[Nn]othing (?:would change|to change)|unchanged|No changes/);
});

/** Sessions of the application. */
const sessions = (): number =>
  Number(primary.run("SELECT count(*) FROM pg_stat_activity WHERE usename = 'app'"));

it("a server that is gone, one without connections and a queue for a lock are told of", async () => {
  const [mine, other] = [instanceOf(primary), instanceOf(standby)];
  await standby.stop();
  primary.type("app", "BEGIN; LOCK TABLE hot;");
  // All that there are for users but the one that the exporter keeps.
  const room = 40 - 3 - 1;
  while (sessions() < room) {
    for (let more = sessions(); more < room; more++) primary.type("app", "SELECT * FROM hot;");
    await sleep(1000);
  }
  const full = await webhook.until("PostgresConnectionsExhausted", "firing");
  expect(full.labels).toMatchObject({ instance: mine, severity: "critical", team: "dba" });
  const down = await webhook.until("PostgresDown", "firing");
  expect(down.labels).toMatchObject({ instance: other, job: "postgres", severity: "critical" });
  const queue = await webhook.until("PostgresLockQueue", "firing");
  expect(queue.labels).toMatchObject({ instance: mine, severity: "critical" });
  // With all connections taken it still has its own.
  expect(valuesOf("pg_up")).toEqual({ [mine]: "1", [other]: "0" });
  const wrong = webhook.told.filter(({ labels }) => labels["alertname"] === "TargetDown");
  expect(wrong).toEqual([]);
});
