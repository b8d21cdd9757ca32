import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { identity } from "../../../../test/kit/pki.ts";
import { attributes } from "../../core/alert.ts";
import { type FakeAppwrite, startFake } from "./fake.ts";
import {
  deploy,
  deployScopes,
  environmentFor,
  fileWith,
  folder,
  nextToken,
  token,
} from "./setup.ts";

let fake: FakeAppwrite;
let environment: ReturnType<typeof environmentFor>;

const functionOf = () => fake.services.function("vigil-alert-processor");
const done = (lines: readonly string[]): Set<string> =>
  new Set(lines.map((line) => line.slice(0, 15).trim()));

beforeEach(async () => {
  fake = await startFake();
  environment = environmentFor(fake, fake.key(...deployScopes));
});
afterEach(() => fake.close());

describe("the deployment", () => {
  test("makes everything in an empty project, and says so line by line", async () => {
    const { code, lines } = await deploy(environment);
    expect(lines.filter((line) => line.startsWith("problem"))).toEqual([]);
    expect(code).toBe(0);
    expect(done(lines)).toEqual(new Set(["created"]));
    const { columns, indexes } = fake.tables.table("vigil", "alerts");
    expect([...columns.keys()]).toEqual(attributes);
    expect([...indexes.values()].map(({ key, type }) => `${type} ${key}`)).toEqual([
      "unique fingerprint",
      "key status",
      "key severity",
      "key instance",
      "key startsAt",
    ]);
    expect([...fake.tables.database("vigil").keys()]).toEqual([
      "alerts",
      "alert_events",
      "outbox",
      "quarantine",
      "receipts",
      "used",
      "commits",
    ]);
    expect([...fake.services.topics.keys()]).toEqual(["critical-alerts", "monitoring-alerts"]);
    expect(functionOf().fields).toMatchObject({
      runtime: "node-22",
      schedule: "* * * * *",
      timeout: 60,
      scopes: ["rows.read", "rows.write", "messages.write"],
    });
    const { deploymentId, deployments } = functionOf();
    expect(deployments.get(deploymentId)?.status).toBe("ready");
  });

  test("changes nothing the second time", async () => {
    const first = await deploy(environment);
    const before = fake.changes();
    const { code, lines } = await deploy(environment);
    expect(code).toBe(0);
    expect(done(lines)).toEqual(new Set(["as it should be"]));
    expect(lines).toHaveLength(first.lines.length);
    expect(fake.changes()).toBe(before);
  });

  test("does nothing in a dry run, and says what it would do", async () => {
    const before = fake.changes();
    const { code, lines } = await deploy(environment, "--dry-run");
    expect(code).toBe(0);
    expect(done(lines)).toEqual(new Set(["to be created"]));
    expect(fake.changes()).toBe(before);
    const real = await deploy(environment);
    expect(lines).toHaveLength(real.lines.length);
  });

  test("goes on where it was interrupted", async () => {
    fake.fail("/columns/varchar", 500);
    expect((await deploy(environment)).code).toBe(1);
    fake.fail("", 0);
    const { code, lines } = await deploy(environment);
    expect(code).toBe(0);
    expect(done(lines)).toEqual(new Set(["as it should be", "created"]));
  });

  test("puts right what somebody changed, and nothing else", async () => {
    await deploy(environment);
    functionOf().fields["schedule"] = "";
    fake.tables.table("vigil", "outbox").enabled = false;
    fake.tables.table("vigil", "alerts").$permissions.push('read("any")');
    const { lines } = await deploy(environment);
    expect(lines.filter((line) => line.startsWith("changed"))).toEqual([
      "changed          table alerts: clients other than API keys could use it",
      "changed          table outbox: it was disabled",
      "changed          function vigil-alert-processor: schedule",
    ]);
    expect(done((await deploy(environment)).lines)).toEqual(new Set(["as it should be"]));
  });

  test("never shows the key, a token, or what could be guessed from", async () => {
    const runs = [await deploy(environment), await deploy(environment)];
    const all = JSON.stringify([runs, functionOf().deployments.get("deployment1")?.entrypoint]);
    expect(all).not.toContain(environment.APPWRITE_API_KEY);
    expect(all).not.toContain(token);
    const { variables } = functionOf();
    const secrets = [...variables.values()].filter(({ secret }) => secret);
    expect(secrets.map(({ key }) => key)).toEqual([
      "VIGIL_ALERTMANAGER_PASSWORD",
      "VIGIL_HEARTBEAT_URL",
      "VIGIL_PEOPLE_TOKENS",
      "VIGIL_TOKENS",
    ]);
  });

  test("sets a new token, and deploys so that the function gets it", async () => {
    await deploy(environment);
    const tokens = fileWith(`${token}\n${nextToken}\n`);
    const { lines } = await deploy({ ...environment, VIGIL_TOKENS_FILE: tokens });
    const changed = lines.filter((line) => line.startsWith("changed"));
    expect(changed).toHaveLength(5);
    expect(changed[4]).toMatch(/code vigil-[0-9a-f]{16}: vigil-[0-9a-f]{16} was running/);
    const values = [...functionOf().variables.values()];
    expect(values.find(({ key }) => key === "VIGIL_TOKENS")?.value).toBe(`${token}\n${nextToken}`);
    expect(functionOf().deploymentId).toBe("deployment2");
  });

  test("lets the code run that runs where the new one cannot be built", async () => {
    await deploy(environment);
    fake.services.lastStep = "failed";
    const page = { ...environment, VIGIL_PAGE: "https://status.example.org" };
    const { code, lines } = await deploy(page);
    expect(code).toBe(1);
    expect(lines.at(-1)).toContain("its build failed, nothing was activated");
    expect(functionOf().deploymentId).toBe("deployment1");
  });

  test("stops at a column of another kind, and names all of them", async () => {
    await deploy(environment);
    const { columns, indexes } = fake.tables.table("vigil", "alerts");
    for (const key of ["startsAt", "team"]) {
      columns.set(key, { key, type: "datetime", required: true, status: "available" });
    }
    const wrong = await deploy(environment);
    expect(wrong.code).toBe(1);
    expect(wrong.lines.filter((line) => line.startsWith("problem"))).toEqual([
      expect.stringContaining("column alerts.team: it is datetime and should be mediumtext; "),
      expect.stringContaining("column alerts.startsAt: it is datetime and should be integer; "),
    ]);
    expect(indexes.size).toBe(5);
  });

  test("stops at what Appwrite could not make", async () => {
    await deploy(environment);
    const { indexes } = fake.tables.table("vigil", "used");
    const index = indexes.get("until");
    if (index) index.status = "failed";
    const { code, lines } = await deploy(environment);
    expect(code).toBe(1);
    expect(lines.at(-1)).toContain("indexes of used: until is failed");
  });

  test("names all that is missing in its environment at once", async () => {
    const { code, lines } = await deploy({ VIGIL_PEOPLE_TOKENS_FILE: "/nowhere/tokens" });
    expect(code).toBe(1);
    expect(lines).toHaveLength(5);
    const short = await deploy({
      ...environment,
      VIGIL_TOKENS_FILE: fileWith("short"),
      VIGIL_PAGE: "status",
      VIGIL_KEEP_DAYS: "0",
    });
    expect(short.lines).toEqual([
      "problem         VIGIL_TOKENS: a token must have at least 32 characters, such as openssl rand -hex 32",
      "problem         VIGIL_PAGE must begin with https://",
      "problem         VIGIL_KEEP_DAYS must be a number from 1 to 9999",
    ]);
    expect(fake.changes()).toBe(0);
  });

  test("hands on what the function needs to listen and to compare, its secrets from files", async () => {
    const { authority } = await identity();
    const environmentOf = (secret: string) => ({
      ...environment,
      VIGIL_SILENCE_SECONDS: "600",
      VIGIL_HEARTBEAT_URL_FILE: fileWith(`https://heartbeat.example.com/${secret}\n`),
      VIGIL_ALERTMANAGER_URL: "https://alertmanager.example.com",
      VIGIL_ALERTMANAGER_USERNAME: "ada",
      VIGIL_ALERTMANAGER_PASSWORD_FILE: fileWith(`${secret}\n`),
      VIGIL_ALERTMANAGER_CA_FILE: fileWith(authority.certificate),
    });
    const first = await deploy(environmentOf("lovelace"));
    expect(first.code).toBe(0);
    expect(first.lines.join("\n")).not.toContain("lovelace");
    const values = () =>
      Object.fromEntries(
        [...functionOf().variables.values()].map(({ key, value }) => [key, value]),
      );
    expect(values()).toMatchObject({
      VIGIL_SILENCE_SECONDS: "600",
      VIGIL_HEARTBEAT_URL: "https://heartbeat.example.com/lovelace",
      VIGIL_ALERTMANAGER_URL: "https://alertmanager.example.com",
      VIGIL_ALERTMANAGER_USERNAME: "ada",
      VIGIL_ALERTMANAGER_PASSWORD: "lovelace",
      VIGIL_ALERTMANAGER_CA: authority.certificate.trim(),
      VIGIL_ALERTMANAGER_RECEIVER: "vigil",
    });
    expect((await deploy(environmentOf("hopper"))).code).toBe(0);
    expect(values()).toMatchObject({ VIGIL_ALERTMANAGER_PASSWORD: "hopper" });
    // What is left out is gone in the function, too.
    expect((await deploy(environment)).code).toBe(0);
    expect(values()).toMatchObject({
      VIGIL_ALERTMANAGER_URL: "",
      VIGIL_ALERTMANAGER_PASSWORD: "",
      VIGIL_HEARTBEAT_URL: "",
      VIGIL_SILENCE_SECONDS: "300",
    });
  });

  test("names what is wrong with files and with what is in them at once, each once", async () => {
    const empty = fileWith("\n");
    const { code, lines } = await deploy({
      ...environment,
      APPWRITE_ENDPOINT: "",
      VIGIL_KEEP_DAYS: "0",
      VIGIL_HEARTBEAT_URL: "https://heartbeat.example.com/lovelace",
      VIGIL_ALERTMANAGER_URL: "http://alertmanager.example.com",
      VIGIL_ALERTMANAGER_USERNAME: "ada",
      VIGIL_ALERTMANAGER_PASSWORD_FILE: empty,
      VIGIL_ALERTMANAGER_CA_FILE: "/nowhere/ca.pem",
    });
    expect(code).toBe(1);
    expect(lines.map((line) => line.slice(16))).toEqual([
      "APPWRITE_ENDPOINT must be the address of the API, which ends in /v1",
      "VIGIL_HEARTBEAT_URL is not read directly: write it to a file and set VIGIL_HEARTBEAT_URL_FILE to its path",
      `VIGIL_ALERTMANAGER_PASSWORD_FILE: ${empty} is empty: write VIGIL_ALERTMANAGER_PASSWORD into it`,
      expect.stringContaining("VIGIL_ALERTMANAGER_CA_FILE: ENOENT"),
      "VIGIL_KEEP_DAYS must be a number from 1 to 9999",
      "VIGIL_ALERTMANAGER_URL must begin with https:// and hold neither user nor password",
    ]);
    expect(fake.changes()).toBe(0);
  });

  test("says which right a key lacks", async () => {
    const { code, lines } = await deploy(environmentFor(fake, fake.key("databases.read")));
    expect(code).toBe(1);
    expect(lines.join()).toContain('missing scopes (["databases.write"]): give the API key');
  });

  test("says that Appwrite cannot be reached", async () => {
    await fake.close();
    const { code, lines } = await deploy(environment);
    fake = await startFake();
    expect(code).toBe(1);
    expect(lines.join()).toContain("ECONNREFUSED");
  });

  test("is a command that reads a file of variables and explains itself", () => {
    const run = (...args: string[]) =>
      spawnSync(process.execPath, [join(folder, "appwrite", "deploy.ts"), ...args], {
        encoding: "utf8",
        env: {},
      });
    expect(run("--help")).toMatchObject({ status: 0 });
    expect(run("--help").stdout).toContain("--dry-run");
    const file = fileWith("APPWRITE_PROJECT_ID=one\nAPPWRITE_ENDPOINT=ftp://example.org\n");
    const { status, stdout } = run("--env", file);
    expect(status).toBe(1);
    expect(stdout).toContain("APPWRITE_ENDPOINT must look like");
    expect(stdout).not.toContain("APPWRITE_PROJECT_ID");
    expect(run("--nonsense").stdout).toContain("Unknown option '--nonsense'");
  });
});
