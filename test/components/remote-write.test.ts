import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseConfig } from "../kit/parse.ts";
import { remoteWriteFiles } from "../../components/render/remote-write.ts";
import { renderPrometheus } from "../../components/render/prometheus.ts";
import { freePort } from "../../lib/free-port.ts";
import { newAuthority, newCertificate } from "../../provider/pki.ts";
import { stackConfig } from "../kit/harness.ts";
import { SampleReceiver } from "../kit/sample-receiver.ts";
import { until } from "../kit/servers.ts";

const password = "a word that nobody guesses";

/** The sender's own folder: configuration and credentials as an estate has them, on one target. */
class Sender {
  readonly port: number;
  readonly folder = mkdtempSync(join(tmpdir(), "vigil-sender-"));
  readonly remoteWrite: Record<string, object>;
  #process: ChildProcess | undefined;

  private constructor(port: number, remoteWrite: Record<string, object>) {
    this.port = port;
    this.remoteWrite = remoteWrite;
  }

  static async start(remoteWrite: Record<string, object>): Promise<Sender> {
    const sender = new Sender(await freePort(), remoteWrite);
    sender.write();
    const args = [
      "--config.file=prometheus.yml",
      "--storage.tsdb.path=data",
      "--storage.remote.flush-deadline=10s",
      "--web.enable-lifecycle",
      `--web.listen-address=127.0.0.1:${sender.port}`,
    ];
    sender.#process = spawn("prometheus", args, { cwd: sender.folder, stdio: "ignore" });
    await until("the sender", 60, async () => ((await sender.ready()) ? true : undefined));
    return sender;
  }

  /** Writes all of its files again. */
  write(): void {
    const base = stackConfig("local");
    const section = {
      scrapeInterval: "1s",
      evaluationInterval: "1s",
      remoteWrite: this.remoteWrite,
    };
    const { config, problems } = parseConfig(
      {
        values: { ...base.values, prometheus: JSON.stringify(section) },
        secretKeys: new Set(["prometheus"]),
      },
      new Date(),
    );
    if (config === undefined) throw new Error(JSON.stringify(problems));
    const { authorities, certificates, secrets } = remoteWriteFiles(config.prometheus.remoteWrite);
    const self = { address: `127.0.0.1:${this.port}`, labels: { instance: "self" } };
    const files: Record<string, string> = {
      ...authorities,
      ...certificates,
      ...Object.fromEntries(Object.entries(secrets).map(([path, one]) => [path, one.reveal()])),
      "prometheus.yml": renderPrometheus({
        environment: "test",
        settings: config.prometheus,
        jobs: [{ name: "prometheus", access: "open", targets: [self] }],
        alertmanager: undefined,
        ruleFiles: [],
      }),
    };
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.folder, path)), { recursive: true });
      writeFileSync(join(this.folder, path), text);
    }
  }

  async reload(): Promise<void> {
    await fetch(`http://127.0.0.1:${this.port}/-/reload`, { method: "POST" });
  }

  async ready(): Promise<boolean> {
    const answer = await fetch(`http://127.0.0.1:${this.port}/-/ready`).catch(() => undefined);
    return answer?.ok === true;
  }

  /** What it says of a receiver now, after `prometheus_remote_storage_`. */
  async counter(metric: string, name = "long"): Promise<number> {
    const text = await (await fetch(`http://127.0.0.1:${this.port}/metrics`)).text();
    const line = `^prometheus_remote_storage_${metric}\\{remote_name="${name}"[^}]*\\} (\\S+)$`;
    return Number(new RegExp(line, "m").exec(text)?.[1]);
  }

  async remove(): Promise<void> {
    const gone = this.#process && once(this.#process, "exit");
    this.#process?.kill("SIGKILL");
    await gone;
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const failed = "samples_failed_total";

describe("a real receiver", () => {
  let receiver: SampleReceiver;
  let sender: Sender;

  beforeAll(async () => {
    receiver = await SampleReceiver.start(password);
    sender = await Sender.start({
      long: {
        url: receiver.url,
        private: true,
        username: receiver.username,
        password,
        authority: receiver.authority,
        labels: { cluster: "eu$1" },
        send: { keep: ["prometheus_.*", "up", "go_.*"], drop: ["go_.*"] },
      },
    });
  });
  afterAll(async () => {
    await sender.remove();
    await receiver.remove();
  });

  const arrives = (expression: string): Promise<number> =>
    until(expression, 60, () => receiver.valueOf(expression));

  it("gets what was chosen, with its labels, and nothing else", async () => {
    await arrives("up");
    expect(await receiver.seriesOf("up")).toEqual([
      { __name__: "up", cluster: "eu$1", env: "test", instance: "self", job: "prometheus" },
    ]);
    await arrives("prometheus_build_info");
    expect(await receiver.seriesOf('{__name__=~"go_.*|process_.*|scrape_.*"}')).toEqual([]);
  });

  it("loses nothing while it is away", async () => {
    await receiver.goAway();
    const since = Math.floor(Date.now() / 1000);
    await sleep(15_000);
    const back = Math.floor(Date.now() / 1000);
    await receiver.comeBack();
    const seen = `count_over_time(up[${back - since}s] @ ${back})`;
    await until("all that was missed", 60, async () =>
      ((await receiver.valueOf(seen)) ?? 0) >= back - since - 1 ? true : undefined,
    );
    expect(await sender.counter(failed)).toBe(0);
  });

  /** Waits until something newer than what is there has come. */
  async function moves(): Promise<number> {
    const before = await arrives("timestamp(up)");
    return until("newer samples", 60, async () => {
      const now = await receiver.valueOf("timestamp(up)");
      return now !== undefined && now > before + 2 ? now : undefined;
    });
  }

  it("refuses a password for good, and a new one takes effect without a reload", async () => {
    receiver.admit("another word that nobody guesses");
    const refused = await until(
      "refusals",
      60,
      async () => (await sender.counter(failed)) || undefined,
    );
    expect(refused).toBeGreaterThan(0);
    Object.assign(sender.remoteWrite["long"] ?? {}, { password: receiver.password });
    sender.write();
    expect(await moves()).toBeGreaterThan(0);
  });

  it("takes a client certificate beside the login, and another one when that is changed", async () => {
    for (const round of ["first", "second"]) {
      const terms = { days: 1, renewBeforeDays: 0 };
      const now = Date.now();
      const clients = await newAuthority({ ...terms, commonName: round }, now);
      const common = { commonName: "vigil", use: "client", dnsNames: ["vigil"] } as const;
      const signer = { authorityCertificate: clients.certificate, authorityKey: clients.key };
      const one = await newCertificate({ ...terms, ...common, ipAddresses: [], ...signer }, now);
      receiver.admit(receiver.password, { authority: clients.certificate, holder: one });
      Object.assign(sender.remoteWrite["long"] ?? {}, one);
      sender.write();
      // Which files there are stands in the configuration; what is in them is looked at all the time.
      if (round === "first") await sender.reload();
      expect(await moves()).toBeGreaterThan(0);
    }
  });
});

describe("a receiver that does not take everything", () => {
  const asked: Record<string, string[]> = {};
  let server: Server;
  let sender: Sender;

  beforeAll(async () => {
    server = createServer((request, response) => {
      const path = request.url ?? "";
      const before = (asked[path] ??= []).push(request.method ?? "");
      request.resume().on("end", () => {
        if (path === "/moved") response.writeHead(302, { location: "/elsewhere" });
        else if (path === "/picky") response.writeHead(400);
        else if (path === "/busy" && before < 4) response.writeHead(429, { "retry-after": "1" });
        else if (path === "/broken" && before < 4) response.writeHead(500);
        else response.writeHead(204);
        response.end();
      });
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const address = server.address();
    if (typeof address !== "object" || address === null) throw new Error("It does not listen");
    const url = (name: string) => `http://127.0.0.1:${address.port}/${name}`;
    const names = ["moved", "picky", "busy", "broken"];
    sender = await Sender.start(
      Object.fromEntries(
        names.map((name) => [name, { url: url(name), private: true, plain: true }]),
      ),
    );
  });
  afterAll(async () => {
    await sender.remove();
    server.closeAllConnections();
    server.close();
  });

  it.each(["moved", "picky"])("is told of, and not asked for the same again: %s", async (name) => {
    await until(name, 60, async () => (await sender.counter(failed, name)) || undefined);
    expect(new Set(asked[`/${name}`])).toEqual(new Set(["POST"]));
    // A redirect is a GET, and a page that answers it would count as samples taken.
    expect(asked["/elsewhere"]).toBeUndefined();
  });

  it.each(["busy", "broken"])("gets it later where it only cannot now: %s", async (name) => {
    await until(name, 60, () => ((asked[`/${name}`] ?? []).length > 4 ? true : undefined));
    expect(await sender.counter("samples_retried_total", name)).toBeGreaterThan(0);
    expect(await sender.counter(failed, name)).toBe(0);
  });
});
