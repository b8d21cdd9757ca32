import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { allFields } from "../../../components/config/fields-of.ts";
import { parseConfig } from "../../kit/parse.ts";
import { rawConfig } from "../../../components/config/stack-file.ts";

jest.setTimeout(120_000);

const now = new Date("2026-06-01T00:00:00Z");
let folder: string;
const env = () => ({
  ...process.env,
  PULUMI_BACKEND_URL: `file://${folder}`,
  PULUMI_CONFIG_PASSPHRASE: "a passphrase",
  PULUMI_SKIP_UPDATE_CHECK: "true",
});

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "vigil-mends-"));
  writeFileSync(join(folder, "Pulumi.yaml"), "name: vigil\nruntime: nodejs\n");
  // As ./vigil does it: the real engine, on the stack at hand.
  const script =
    '#!/bin/sh\nverb=$2\nshift 2\nexec pulumi "$verb" --stack case --non-interactive "$@"\n';
  writeFileSync(join(folder, "vigil"), script, { mode: 0o755 });
  execFileSync("pulumi", ["stack", "init", "case"], { cwd: folder, env: env(), stdio: "pipe" });
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const file = () => join(folder, "Pulumi.case.yaml");
const problemsNow = () =>
  parseConfig(rawConfig("", readFileSync(file(), "utf8")), now).problems ?? [];

/** Types a command into a shell; what it asks for is `answer`. */
const paste = (command: string, answer: string): void => {
  execFileSync("sh", ["-ec", command], { cwd: folder, env: env(), input: answer, stdio: "pipe" });
};

/** What somebody would type who is asked for a secret. */
const answerTo = (command: string): string =>
  /url/i.test(command) ? "https://hooks.example.com/T/B/x" : "a text of twelve or more";

/**
 * Follows every advice, and again what is advised then. Nothing may be told twice, and in the end
 * nothing is left.
 */
function follow(config: Record<string, unknown>): string[] {
  const values = { environment: "dev", target: "local", ...config };
  const entries = Object.entries(values).map(([key, value]) => [`vigil:${key}`, value]);
  writeFileSync(file(), stringify({ config: Object.fromEntries(entries) as unknown }));
  const told: string[] = [];
  for (let found = problemsNow(); found.length > 0; found = problemsNow()) {
    for (const { fix, path, reason } of found) {
      expect(told).not.toContain(`${path} ${reason}`);
      told.push(`${path} ${reason}`);
      paste(fix, answerTo(fix));
    }
  }
  return told;
}

it.each<[string, Record<string, unknown>]>([
  [
    "ports",
    { prometheus: { port: 443 }, alertmanager: { port: 9100 }, nodeExporter: { port: 9115 } },
  ],
  ["an unknown key and section", { zabbix: { a: 1 }, prometheus: { scrapeIntervall: "5s" } }],
  [
    "names with dots and quotes",
    { probes: { "it's.here": { url: "x" }, "a b": { url: "https://a.example" } } },
  ],
  ["keys set without --path", { "prometheus.port": "9091", "login.password": "twelve letters" }],
  [
    "texts for objects",
    { prometheus: "9090", receivers: { email: "me@example.com" }, maintenance: "never" },
  ],
  [
    "empty values",
    { prometheus: { port: null }, receivers: { slack: { url: null, channel: null } } },
  ],
  ["a window without matchers", { maintenance: { night: { times: "22:00-24:00" } } }],
  ["a window with nothing", { maintenance: { night: {} } }],
  [
    "a window of the wrong shape",
    { maintenance: { night: { matchers: "host", times: "x", weekdays: "mon" } } },
  ],
  ["thresholds", { rules: { thresholds: { HostCpuHigh: 85, Nope: 1, HostMemoryLow: "much" } } }],
  ["instances", { rules: { instances: { "db.1:9100": { HostCpuHigh: 99, Nope: 1 } } } }],
  ["arguments and files of one's own", { prometheus: { extraArgs: ["x"], scrapes: { a: "/x" } } }],
  [
    "receivers of samples",
    {
      prometheus: {
        remoteWrite: {
          near: { url: "http://10.0.0.7/write", token: "x", headers: { Authorization: "x" } },
          far: { url: "https://a.example/write", username: "a:b", labels: { job: "x" } },
          none: { send: { keep: ["(", "{job}"], drop: [] }, queue: { shards: 0, maxAge: "long" } },
        },
      },
    },
  ],
  [
    "switched off",
    { rules: { off: { HostDown: {}, HostDwn: { reason: "x", until: "2027-01-31" } } } },
  ],
  [
    "objectives and services",
    {
      rules: { objectives: { "scrape-success": 99.9, x: 0.9 }, services: ["redis", "hosst", "A"] },
    },
  ],
  [
    "secrets in clear",
    { login: { password: "twelve letters" }, receivers: { webhook: { url: "https://a.example" } } },
  ],
  [
    "receivers that lack parts",
    {
      receivers: {
        email: { to: "x" },
        teams: { dba: { email: { to: "dba@example.com" } }, ops: {} },
      },
    },
  ],
  ["teams that notify nobody", { receivers: { teams: { dba: {} } } }],
  ["a Grafana without a way in", { grafana: { url: "grafana.example.com" } }],
  [
    "the processor",
    { processor: { escalation: { to: "x" }, retentionDays: 0, remind: "now", image: "x" } },
  ],
  [
    "two Redis that are one",
    { redis: { instances: { a: { address: "c:6379" }, b: { address: "c:6379" } } } },
  ],
  ["hosts", { hosts: { web: { address: "", hostKey: "x" } } }],
  [
    "ranges of hosts",
    {
      hosts: {
        web: { address: "w[2:1]", hostKey: "any" },
        db: { address: "d[1:2]", hostKey: "any" },
        "db-1": { address: "x", hostKey: "any" },
        core: { address: "y", hostKey: "any" },
      },
    },
  ],
  [
    "hours without bounds",
    { receivers: { webhook: { url: null }, hours: { location: "Vienna" } } },
  ],
])("the advice on %s fixes when it is followed", (_what, config) => {
  expect(follow(config).length).toBeGreaterThan(0);
});

it("every key that can be set has a value that works, or is asked for", () => {
  const without = allFields().filter(
    ({ example, secret }) => example === undefined && secret !== true,
  );
  expect(without.map(({ key }) => key)).toEqual([]);
});

it("the engine's own reading of a stack's file is ours", () => {
  const text = `config:
  vigil:environment: 2024
  vigil:login:
  vigil:rules:
    off:
      HostDown: { reason: "x", until: 2027-01-31 }
    thresholds: { HostCpuHigh: 0.85, HostMemoryLow: 1e-1 }
  vigil:maintenance:
    night: { days: 15, times: 02:00-04:00, weekdays: "sunday", matchers: { host: yes, job: "on" } }
`;
  writeFileSync(file(), text);
  const args = ["config", "--json", "--stack", "case"];
  const shown = execFileSync("pulumi", args, {
    cwd: folder,
    env: env(),
    encoding: "utf8",
    stdio: "pipe",
  });
  const engine = Object.entries(JSON.parse(shown) as Record<string, { value: string }>).map(
    ([key, { value }]) => [key.replace("vigil:", ""), value],
  );
  const theirs = parseConfig(
    { values: Object.fromEntries(engine) as Record<string, string>, secretKeys: new Set() },
    now,
  );
  const ours = parseConfig(rawConfig("", text), now);
  expect(ours.problems?.map(({ path, reason }) => `${path} ${reason}`)).toEqual(
    theirs.problems?.map(({ path, reason }) => `${path} ${reason}`),
  );
  expect(JSON.stringify(ours.config)).toBe(JSON.stringify(theirs.config));
});
