import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { openEngine } from "../../cli/engine.ts";
import { readOutputs } from "../../cli/estate/outputs.ts";
import { createWorkspace, type Workspace } from "./workspace.ts";
import { openWebhook, type Webhook } from "./webhook.ts";

jest.setTimeout(300_000);

let place: Workspace;
let webhook: Webhook;

/** True where somebody listens. */
const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => {
      resolve(false);
    });
  });

beforeAll(async () => {
  webhook = await openWebhook();
  place = await createWorkspace("e2e");
});

afterAll(async () => {
  await place.vigil(["down", "--purge"]);
  webhook.close();
  place.remove();
});

describe("one command monitors this machine", () => {
  let closing: string;
  let password: string;

  it("a secret is set from standard input and lies encrypted in the stack's file", async () => {
    const path = "vigil:receivers.webhook.url";
    const { code, text } = await place.vigil(
      ["pulumi", "config", "set", "--secret", "--path", path],
      webhook.url,
    );
    expect([code, text]).toEqual([0, expect.not.stringContaining("error")]);
    const file = readFileSync(join(place.folder, "Pulumi.e2e.yaml"), "utf8");
    expect(file).toMatch(/url:\s+secure: v1:/);
    expect(file).not.toContain("a-secret-path");
    // Without the salt nobody else could ever open it, whoever has the passphrase.
    expect(file).toContain("encryptionsalt");
  });

  it("the first preview is short: what will be there, where, and what is odd", async () => {
    const { code, text } = await place.vigil(["preview"]);
    expect(code).toBe(0);
    expect(text.split("\n").length).toBeLessThan(40);
    expect(text).toMatch(
      new RegExp(`prometheus +process +https://127.0.0.1:${place.ports.prometheus}`),
    );
    expect(text).toMatch(/Alerts +\d+ emergency, \d+ critical/);
    expect(text).toMatch(/Notifies +webhook/);
    expect(text).not.toContain("\u001b");
    const whole = await place.vigil(["preview"], "", { DETAIL: "1" });
    expect(whole.text).toContain("HostCpuHigh");
  });

  it("up ends with what a person wants to know, and never prints the password", async () => {
    closing = await place.up();
    const login = readFileSync(place.inHome("access", "login"), "utf8");
    password = /password (\S+)/.exec(login)?.[1] ?? "";
    expect(password.length).toBeGreaterThanOrEqual(24);
    expect(closing).toContain(`https://127.0.0.1:${place.ports.prometheus}`);
    expect(closing).toContain(`https://127.0.0.1:${place.ports.alertmanager}`);
    expect(closing).toContain(".vigil/e2e/access/login");
    expect(closing).toMatch(/Watched .*node .*prometheus/);
    expect(closing).toMatch(/Notifies +webhook/);
    expect(closing).not.toContain(password);
    expect(closing).not.toContain("a-secret-path");
    expect(statSync(place.inHome("access", "login")).mode & 0o777).toBe(0o600);
  });

  it("right after it, status and reach report what has just begun, not of trouble", async () => {
    const { code, text } = await place.vigil(["status"]);
    expect([code, text]).toEqual([0, expect.stringMatching(/[✓…] +node/)]);
    expect(text).not.toContain("✗");
    const reach = await place.vigil(["reach"]);
    expect([reach.code, reach.text]).toEqual([
      0,
      expect.not.stringContaining("nothing is scraped as job"),
    ]);
  });

  it("verify finds every target up through TLS with a login, and strangers turned away", async () => {
    const { code, text } = await place.vigil(["verify"]);
    expect(text).toMatch(/\n\d+ alerts loaded, of which \d+ had no series within a day/);
    expect(text).toContain("✓ All 5 targets answer their scrapes");
    expect(text).toContain("✓ Prometheus speaks TLS and turns strangers away");
    expect(text).toContain("✓ An alert gets from Prometheus to Alertmanager");
    expect(text).toContain("✓ An alert gets from Alertmanager to the processor");
    expect(code).toBe(0);
  });

  it("curl gets in with the files the closing text names", () => {
    const url = `https://127.0.0.1:${place.ports.prometheus}/api/v1/query?query=up`;
    const access = [
      "--netrc-file",
      place.inHome("access", "login"),
      "--cacert",
      place.inHome("access", "ca.crt"),
    ];
    const answer = execFileSync("curl", ["-sS", ...access, url], { encoding: "utf8" });
    const { data } = JSON.parse(answer) as {
      data: { result: { metric: object; value: [number, string] }[] };
    };
    expect(data.result.map(({ value }) => value[1])).toEqual(["1", "1", "1", "1", "1"]);
    for (const { metric } of data.result) {
      expect(Object.keys(metric)).toEqual(
        expect.arrayContaining(["env", "host", "instance", "job"]),
      );
    }
  });

  it("secrets are in no argument list, and no file is for others to read", () => {
    for (const pid of Object.values(place.processes()).flat()) {
      const line = readFileSync(`/proc/${pid}/cmdline`, "utf8");
      expect(line).not.toContain(password);
      expect(line).not.toContain("a-secret-path");
    }
    for (const file of readdirSync(place.inHome("services"), {
      recursive: true,
      encoding: "utf8",
    })) {
      const { mode } = statSync(place.inHome("services", file));
      expect([file, mode & 0o077]).toEqual([file, 0]);
    }
  });

  it("outputs that are read from the record are those that the engine gives", async () => {
    const engine = await openEngine({ root: place.folder, stack: "e2e", env: place.env });
    const asked = ["stack", "output", "--json", "--show-secrets", "--stack", "e2e"];
    const { vigil } = JSON.parse(await engine.capture(asked)) as { vigil: unknown };
    const blind = { ...engine, capture: () => Promise.reject(new Error("asked the engine")) };
    expect(await readOutputs(blind)).toEqual(vigil);
    expect(JSON.stringify(vigil)).toContain(password);
  });

  it("a second preview is empty", async () => {
    const { code, text } = await place.vigil(["pulumi", "preview", "--expect-no-changes"]);
    expect([code, text]).toEqual([0, expect.stringContaining("unchanged")]);
  });

  it("a file edited by hand is seen by refresh and fixed by up, which touches that process alone", async () => {
    const before = place.processes();
    const file = place.inHome("services", "prometheus", "rules", "host-memory.yml");
    const good = readFileSync(file, "utf8");
    writeFileSync(file, good.replace("Memory of", "Edited by hand:"));
    const { code, text } = await place.vigil(["refresh"]);
    expect(code).toBe(0);
    expect(text).toContain("Edited by hand:");
    const preview = await place.vigil(["preview"]);
    expect(preview.text).toContain("rules/host-memory.yml, which somebody changed");
    expect(text).toMatch(/1 to update/);
    await place.up();
    expect(readFileSync(file, "utf8")).toBe(good);
    expect(place.processes()).toEqual(before);
  });

  it("a test alert arrives where a real one would, and ends", async () => {
    const { code, text } = await place.vigil(["alerts-test", "HostDown", "--host", "db-1"]);
    expect(text).toContain("HostDown (critical, team sre) for db-1\nRouted to processor, webhook");
    expect([code, text]).toEqual([0, expect.stringContaining("✓ webhook by webhook")]);
    expect(text).toContain("✓ processor by webhook");
    const told = await webhook.until("HostDown", "resolved");
    expect(told.labels).toMatchObject({ host: "db-1", test: "true", env: "e2e" });
  });

  it("a silence of a runbook works when pasted, and with its placeholder says what fires", async () => {
    const silence = ["amtool", "silence", "add", "alertname=Watchdog"];
    const pasted = await place.vigil([...silence, "env=<env>", "--comment=<why>"]);
    const offered =
      "./vigil amtool silence add alertname=Watchdog env=e2e --comment='being worked on'";
    expect([pasted.code, pasted.text]).toEqual([2, expect.stringContaining(offered)]);
    const done = await place.vigil([...silence, "env=nowhere", "--comment=a test"]);
    expect([done.code, done.text]).toEqual([0, expect.stringMatching(/^[\da-f-]{36}$/m)]);
    const { text } = await place.vigil(["amtool", "silence", "query"]);
    expect(text).toMatch(/env="nowhere".*a test/);
  });

  it("explain says who is notified of an alert here", async () => {
    const { code, text } = await place.vigil(["explain", "HostDown"]);
    expect([code, text]).toEqual([
      0,
      expect.stringMatching(/Notifies +processor at once.*\n +webhook after 10s/),
    ]);
  });

  it("a rule file of one's own that promtool refuses changes nothing", async () => {
    const before = place.processes();
    writeFileSync(
      join(place.folder, "mine.yml"),
      "groups: [{ name: mine, rules: [{ alert: Mine, expr: 'rate(up[5m' }] }]\n",
    );
    await place.vigil(["pulumi", "config", "set", "--path", "vigil:rules.extra.mine", "mine.yml"]);
    const { code, text } = await place.vigil(["up"]);
    expect(code).not.toBe(0);
    expect(text).toMatch(/rules\/extra-mine\.yml: .*could not parse expression/);
    expect(place.processes()).toEqual(before);
    await place.vigil(["pulumi", "config", "rm", "--path", "vigil:rules.extra"]);
  });

  it("status says what is firing and what is watched", async () => {
    const { code, text } = await place.vigil(["status"]);
    expect([code, text]).toEqual([0, expect.stringMatching(/✓ +node/)]);
  });

  it("logs show what one server says", async () => {
    const { code, text } = await place.vigil(["logs", "prometheus"]);
    expect([code, text]).toEqual([0, expect.stringContaining("Server is ready")]);
    const unknown = await place.vigil(["logs", "nothing"]);
    expect([unknown.code, unknown.text]).toEqual([
      1,
      expect.stringContaining("no log for nothing"),
    ]);
  });

  it("a mistake in the configuration changes nothing and says how to fix it", async () => {
    const before = place.processes();
    await place.vigil(["pulumi", "config", "set", "--path", "vigil:prometheus.prot", "1"]);
    const { code, text } = await place.vigil(["up"]);
    expect(code).not.toBe(0);
    expect(text).toContain("vigil:prometheus.prot is not known; did you mean port?");
    expect(text).toContain("STACK=e2e ./vigil pulumi config rm --path 'vigil:prometheus.prot'");
    expect(text).not.toMatch(/at .*\.ts:\d+/);
    expect(place.processes()).toEqual(before);
    await place.vigil(["pulumi", "config", "rm", "--path", "vigil:prometheus.prot"]);
  });

  it("down leaves no process, no port and no file but data", async () => {
    const { code, text } = await place.vigil(["down"]);
    expect([code, text]).toEqual([0, expect.stringContaining("The data is kept in .vigil/e2e")]);
    expect(text).not.toContain("stack rm");
    expect(place.processes()).toEqual({});
    const { alertmanager, blackboxExporter, nodeExporter, processor, prometheus } = place.ports;
    const ports = [alertmanager, blackboxExporter, nodeExporter, processor, prometheus];
    expect(await Promise.all(ports.map(listens))).toEqual(ports.map(() => false));
    expect(readdirSync(place.inHome())).toEqual(["data"]);
  });

  it("up again finds the data, and a purge leaves nothing", async () => {
    expect(readdirSync(place.inHome("data", "prometheus")).length).toBeGreaterThan(0);
    await place.up();
    expect((await place.vigil(["verify"])).code).toBe(0);
    const { code, text } = await place.vigil(["down", "--purge"]);
    expect([code, text]).toEqual([0, expect.stringContaining("the data is deleted")]);
    expect(existsSync(place.inHome())).toBe(false);
  });
});
