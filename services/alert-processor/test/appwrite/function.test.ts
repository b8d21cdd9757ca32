/** The function as it is deployed: packed, uploaded, unpacked, run in a runtime, called over HTTP. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FakeAlertmanager, login, startAlertmanager } from "./fake-alertmanager.ts";
import { type FakeAppwrite, startFake } from "./fake.ts";
import {
  deploy,
  deployScopes,
  environmentFor,
  fileWith,
  folder,
  nextToken,
  peopleToken,
  token,
} from "./setup.ts";

let fake: FakeAppwrite;
let alertmanager: FakeAlertmanager;
let place: string;
let runtime: ChildProcess;
let address: string;
let log = "";

const fingerprint = "00000000000000a1";
const base = Date.now();
const labels = {
  alertname: "DiskFull",
  instance: "db-1:9100",
  severity: "critical",
  team: "platform",
};

const alert = (fields: object = {}) => ({
  status: "firing",
  labels,
  annotations: { summary: "The disk of db-1 is full" },
  startsAt: new Date(base).toISOString(),
  fingerprint,
  ...fields,
});

/** An execution as Appwrite makes it: with a key of the function's scopes. */
async function execute(
  path: string,
  body: string,
  headers: Record<string, string>,
  method: string,
) {
  const { scopes } = fake.services.function("vigil-alert-processor").fields;
  const response = await fetch(`${address}${path}`, {
    method,
    headers: {
      "x-appwrite-trigger": "http",
      "x-appwrite-key": fake.key(...(scopes as string[])),
      "x-open-runtimes-timeout": "30",
      ...headers,
    },
    ...(method === "POST" && { body }),
  });
  return { status: response.status, headers: response.headers, body: await response.text() };
}

const post = (path: string, body: unknown, bearer = token, method = "POST") =>
  execute(path, JSON.stringify(body), { authorization: `Bearer ${bearer}` }, method);

const tick = () => execute("/", "", { "x-appwrite-trigger": "schedule" }, "POST");

const messages = (): string[] =>
  [...fake.services.messages.values()].map(
    ({ kind, title, topics }) => `${topics.join()} ${kind} ${title ?? ""}`,
  );

const rows = (table: string) => [...fake.tables.table("vigil", table).rows.values()];

beforeAll(async () => {
  fake = await startFake();
  alertmanager = await startAlertmanager();
  const environment = {
    ...environmentFor(fake, fake.key(...deployScopes)),
    VIGIL_ALERTMANAGER_URL: alertmanager.url,
    VIGIL_ALERTMANAGER_USERNAME: login.username,
    VIGIL_ALERTMANAGER_PASSWORD_FILE: fileWith(`${login.password}\n`),
    VIGIL_ALERTMANAGER_CA_FILE: fileWith(alertmanager.ca),
  };
  expect((await deploy(environment)).code).toBe(0);
  const { deploymentId, deployments, variables } = fake.services.function("vigil-alert-processor");
  const { code, entrypoint } = deployments.get(deploymentId) ?? { code: "", entrypoint: "" };
  place = mkdtempSync(join(tmpdir(), "vigil-function-"));
  writeFileSync(join(place, "code.tar.gz"), code);
  execFileSync("tar", ["xzf", "code.tar.gz"], { cwd: place });
  // In place of npm ci, which needs a network: the same versions, by the same lock file.
  symlinkSync(join(folder, "..", "..", "node_modules"), join(place, "node_modules"));
  runtime = spawn(process.execPath, [join(__dirname, "runtime.ts"), place, entrypoint], {
    env: {
      APPWRITE_FUNCTION_API_ENDPOINT: fake.endpoint,
      APPWRITE_FUNCTION_PROJECT_ID: fake.project,
      ...Object.fromEntries([...variables.values()].map(({ key, value }) => [key, value])),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  runtime.stderr?.on("data", (chunk: Buffer) => {
    log += chunk.toString();
  });
  const [port] = (await once(runtime.stdout as NodeJS.ReadableStream, "data")) as [Buffer];
  address = `http://127.0.0.1:${port.toString().trim()}`;
});

beforeEach(() => {
  log = "";
});

afterAll(async () => {
  runtime.kill();
  await fake.close();
  await alertmanager.close();
  rmSync(place, { recursive: true });
});

describe("the deployed function", () => {
  test("refuses who has no valid token, and other paths and methods", async () => {
    expect(await post("/v1/alerts", { alerts: [] }, "wrong")).toMatchObject({ status: 401 });
    expect(await post("/v1/alerts", { alerts: [] }, nextToken)).toMatchObject({ status: 401 });
    expect(await post("/v1/alerts", { alerts: [] }, peopleToken)).toMatchObject({ status: 401 });
    expect(await post("/elsewhere", {})).toMatchObject({ status: 404 });
    expect(await post("/v1/alerts", {}, token, "GET")).toMatchObject({ status: 405 });
    expect(await post("/v1/alerts", { alerts: 1 })).toMatchObject({ status: 400 });
    const text = await execute("/v1/alerts", "{", { authorization: `Bearer ${token}` }, "POST");
    expect(text).toMatchObject({ status: 400, body: '{"error":"the body must be JSON"}' });
    expect(rows("receipts")).toEqual([]);
  });

  test("keeps alerts, and reports a critical one at once", async () => {
    const warning = alert({
      fingerprint: "00000000000000a2",
      labels: { ...labels, severity: "warning" },
    });
    const answer = await post("/v1/alerts", { alerts: [alert(), warning] });
    expect(answer).toMatchObject({ status: 200, body: '{"taken":2,"quarantined":0}' });
    expect(rows("alerts")).toMatchObject([
      { $id: fingerprint, status: "firing", severity: "critical", instance: "db-1:9100" },
      { $id: "00000000000000a2", status: "firing", severity: "warning" },
    ]);
    const sent = messages();
    expect(sent).toHaveLength(3);
    expect(sent).toContain(
      "critical-alerts push CRITICAL: DiskFull on db-1:9100: The disk of db-1 is full",
    );
    expect(sent).toContain("critical-alerts sms ");
    expect(sent.join("\n")).toContain(
      "monitoring-alerts push 2 alerts (1 critical, 1 warning): DiskFull (2)",
    );
    expect(log).toBe("");
  });

  test("notifies nobody twice of what comes twice", async () => {
    const before = messages();
    expect(await post("/v1/alerts", { alerts: [alert()] })).toMatchObject({ status: 200 });
    expect(await tick()).toMatchObject({ status: 200 });
    expect(messages()).toEqual(before);
    expect(rows("alert_events")).toHaveLength(2);
  });

  test("puts what it cannot understand in quarantine, and keeps the rest", async () => {
    const rest = alert({ fingerprint: "00000000000000a3", labels: { alertname: "Fine" } });
    const answer = await post("/v1/alerts", { alerts: [{ status: "burning" }, rest] });
    expect(answer).toMatchObject({ status: 200, body: '{"taken":1,"quarantined":1}' });
    expect(rows("quarantine")).toMatchObject([{ raw: '{"status":"burning"}' }]);
    expect(log).toContain("an alert was put in quarantine: status");
  });

  test("lets people act, with their own token and their name", async () => {
    const path = `/v1/alerts/${fingerprint}/actions`;
    const action = { kind: "acknowledge", actor: "ada", text: "on it", version: 1 };
    expect(await post(path, action)).toMatchObject({ status: 401 });
    expect(await post(path, { kind: "acknowledge" }, peopleToken)).toMatchObject({ status: 400 });
    expect(await post(path, { actor: "ada" }, peopleToken)).toMatchObject({ status: 400 });
    const done = await post(path, action, peopleToken);
    expect(done.status).toBe(200);
    expect(JSON.parse(done.body)).toMatchObject({ owner: "ada", status: "acknowledged" });
    expect(messages().at(-1)).toContain("critical-alerts");
    expect(await post(path, action, peopleToken)).toMatchObject({ status: 409 });
    const early = { kind: "snooze", actor: "ada", until: 1 };
    expect(await post(path, early, peopleToken)).toMatchObject({ status: 422 });
    const missing = "/v1/alerts/ffff/actions";
    expect(await post(missing, action, peopleToken)).toMatchObject({ status: 404 });
  });

  test("asks to be tried again when the store fails, never with a 4xx", async () => {
    const late = { alerts: [alert({ fingerprint: "00000000000000a4" })] };
    for (const status of [400, 401, 429, 500]) {
      fake.fail("/tablesdb", status);
      const answer = await post("/v1/alerts", late);
      expect(answer).toMatchObject({
        status: 503,
        body: '{"error":"temporarily unavailable, try again"}',
      });
      expect(answer.headers.get("retry-after")).toBe("1");
    }
    fake.fail("", 0);
    expect(rows("alerts").map(({ $id }) => $id)).not.toContain("00000000000000a4");
    expect(await post("/v1/alerts", late)).toMatchObject({ status: 200 });
  });

  test("has kept what it could not tell, and tells it later", async () => {
    fake.fail("/messaging", 503);
    const one = { alerts: [alert({ fingerprint: "00000000000000a5" })] };
    expect(await post("/v1/alerts", one)).toMatchObject({ status: 200 });
    expect(log).toContain("not sent, will be retried: critical-alerts: push: Appwrite 503");
    fake.fail("", 0);
    const pending = rows("outbox").filter(
      ({ attempts, state }) => attempts === 1 && state === "pending",
    );
    expect(pending).toMatchObject([
      { why: expect.stringContaining("sms: Appwrite 503") as string },
      {},
    ]);
  });

  test("tells the end, wakes snoozes and forgets, each minute", async () => {
    const ended = { ...alert(), status: "resolved", endsAt: new Date(base + 1000).toISOString() };
    expect(await post("/v1/alerts", { alerts: [ended] })).toMatchObject({ status: 200 });
    expect(messages().at(-1)).toContain("monitoring-alerts push Resolved: DiskFull on db-1:9100");
    const { body, status } = await tick();
    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject({ woken: 0, forgotten: 0, dead: 0, quarantined: 1 });
    expect(log).toContain('log {"woken":0');
  });

  test("says on its own that the heartbeat is silent, each minute until it is heard", async () => {
    const watchdog = alert({
      fingerprint: "00000000000000f1",
      labels: { alertname: "Watchdog", severity: "none" },
    });
    expect(await post("/v1/alerts", { alerts: [watchdog] })).toMatchObject({ status: 200 });
    const heard = { heard: true, pinged: false, failed: [] };
    expect(JSON.parse((await tick()).body)).toMatchObject(heard);
    const [row] = rows("alerts").filter(({ alertname }) => alertname === "Watchdog");
    Object.assign(row ?? {}, { lastSeenAt: Date.now() - 301_000 });
    expect(JSON.parse((await tick()).body)).toMatchObject({ heard: false });
    const told = "critical-alerts push EMERGENCY: WatchdogSilent";
    expect(messages().join("\n")).toContain(told);
    expect(await post("/v1/alerts", { alerts: [watchdog] })).toMatchObject({ status: 200 });
    expect(JSON.parse((await tick()).body)).toMatchObject(heard);
    expect(messages().join("\n")).toContain("Resolved: WatchdogSilent");
  });

  test("compares with Alertmanager's list, and goes on where it cannot", async () => {
    const missed = {
      fingerprint: "00000000000000a6",
      labels: { ...labels, alertname: "Missed" },
      annotations: {},
      startsAt: base - 120_000,
    };
    alertmanager.alerts = [missed];
    expect(JSON.parse((await tick()).body)).toMatchObject({ found: 1, lost: 0, failed: [] });
    expect(messages().join("\n")).toContain("critical-alerts push CRITICAL: Missed");
    const row = () => rows("alerts").find(({ $id }) => $id === missed.fingerprint) ?? {};
    Object.assign(row(), { lastSeenAt: Date.now() - 301_000 });
    alertmanager.alerts = [];
    alertmanager.status = 503;
    const { body, status } = await tick();
    expect(status).toBe(200);
    const failed = ["comparing with Alertmanager"];
    expect(JSON.parse(body)).toMatchObject({ heard: true, lost: 0, failed });
    expect(log).toContain("it answered 503");
    alertmanager.status = 200;
    expect(JSON.parse((await tick()).body)).toMatchObject({ found: 0, lost: 1, failed: [] });
    expect(row()).toMatchObject({ status: "stale" });
  });
});
