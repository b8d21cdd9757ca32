import { appendFile, mkdir, readFile, readdir, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { layoutOf } from "../../provider/process/layout.ts";
import { run } from "../../provider/process/tool.ts";
import { cleanUp, eventually, freePort, pidsOf, requireTools, temporaryHome } from "./helpers.ts";

const home = temporaryHome();
const project = join(home, "..", "project");
const environment: Record<string, string> = {};

/** Runs the CLI and expects it to succeed, or to fail. */
async function pulumi(
  args: string,
  more: Record<string, string> = {},
  ends: "well" | "badly" = "well",
): Promise<string> {
  const settings = { ...environment, ...more };
  const words = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  const command = ["pulumi", ...args.split(" "), "--non-interactive", "--cwd", project];
  const outcome = await run("/usr/bin/env", [...words, ...command], { timeoutSeconds: 100 });
  if ((outcome.code === 0) !== (ends === "well")) {
    throw new Error(`pulumi ${args} ended with ${outcome.code ?? "a signal"}:\n${outcome.output}`);
  }
  return outcome.output;
}

/** What the engine shows between the stack's own lines and the count, without urns. */
function changesIn(output: string): string[] {
  const lines = output.split("\n").map((line) => line.trim());
  const start = lines.findIndex((line) => line.startsWith("~ vigil:"));
  return lines.slice(start, lines.indexOf("Resources:")).filter((line) => !/^\[urn=/u.test(line));
}

beforeAll(async () => {
  requireTools("pulumi", "pulumi-language-nodejs", "process-compose");
  requireTools("prometheus", "promtool", "node_exporter");
  await mkdir(join(project, "state"), { recursive: true });
  await symlink(resolve("node_modules"), join(project, "node_modules"));
  const plugin = { name: "vigil", path: resolve("provider") };
  const settings = { name: "tiny", runtime: "nodejs", plugins: { providers: [plugin] } };
  await writeFile(join(project, "Pulumi.yaml"), JSON.stringify(settings));
  const manifest = { name: "tiny", type: "module", main: "index.ts" };
  await writeFile(join(project, "package.json"), JSON.stringify(manifest));
  const source = await readFile("test/provider/fixtures/estate.ts.txt", "utf8");
  const text = source.replace("@RESOURCES@", resolve("provider/resources.ts"));
  await writeFile(join(project, "index.ts"), text);
  Object.assign(environment, {
    HOME_FOLDER: home,
    ports: `${await freePort()},${await freePort()}`,
    PULUMI_BACKEND_URL: `file://${join(project, "state")}`,
    PULUMI_HOME: join(project, "pulumi-home"),
    PULUMI_CONFIG_PASSPHRASE: "test",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  });
  await pulumi("stack init dev");
});

afterAll(cleanUp);

test("the engine makes, watches, fixes and removes a small estate", async () => {
  const folder = join(home, "services", "prometheus");
  await pulumi("up --yes --skip-preview");
  expect(await pidsOf(home, "prometheus")).toHaveLength(1);
  expect(await pidsOf(home, "node")).toHaveLength(1);
  await pulumi("preview --expect-no-changes");
  const untouched = await pulumi("refresh --yes --expect-no-changes");
  expect(untouched).not.toContain("[diff:");
  expect(await pulumi("up --yes --refresh --skip-preview")).not.toContain("[diff:");

  const password = (await pulumi("stack output password --show-secrets")).trim();
  const state = await readFile(join(project, "state/.pulumi/stacks/tiny/dev.json"), "utf8");
  expect(state).toContain("BEGIN CERTIFICATE");
  expect(password).toHaveLength(32);
  for (const hidden of [password, "PRIVATE KEY", "$2b$10$", "basic_auth_users"]) {
    expect(state).not.toContain(hidden);
  }

  const rejected = await pulumi("preview --diff", { INTERVAL: "seven" }, "badly");
  expect(rejected).toContain('not a valid duration string: "seven"');
  expect(rejected).not.toContain("PRIVATE KEY");
  expect(rejected).not.toContain(password);
  expect(await readFile(join(folder, "prometheus.yml"), "utf8")).toContain("scrape_interval: 5s");

  const planned = await pulumi("preview --diff --suppress-outputs", { INTERVAL: "7s" });
  expect(changesIn(planned)).toEqual([
    "~ vigil:index:Process: (update)",
    "[id=prometheus]",
    "~ files: {",
    "~ prometheus.yml:",
    "- global: { scrape_interval: 5s }",
    "+ global: { scrape_interval: 7s }",
    "rule_files: [rules.yml]",
    "}",
  ]);
  expect(await pulumi("preview", { INTERVAL: "7s" })).toContain("prometheus update [diff: ~files]");

  await appendFile(join(folder, "prometheus.yml"), "# by hand\n");
  await writeFile(join(folder, "pw"), "by hand");
  expect(changesIn(await pulumi("refresh --preview-only --diff"))).toEqual([
    "~ vigil:index:Process: (update)",
    "[id=prometheus]",
    "~ files: {",
    "~ prometheus.yml:",
    "global: { scrape_interval: 5s }",
    "rule_files: [rules.yml]",
    "+ # by hand",
    "~ pw            : [secret] => [secret]",
    "}",
  ]);
  await pulumi("up --yes --refresh --skip-preview");
  expect(await readFile(join(folder, "prometheus.yml"), "utf8")).not.toContain("by hand");

  const [pid] = await pidsOf(home, "prometheus");
  const unchecked = { INTERVAL: "seven", UNCHECKED: "yes" };
  const refused = await pulumi("up --yes --skip-preview", unchecked, "badly");
  expect(refused).toContain("prometheus does not accept its changed files");
  expect(refused).toContain("not a valid duration string");
  expect(refused).toContain("The previous configuration was put back and is ready");
  expect(await readFile(join(folder, "prometheus.yml"), "utf8")).toContain("scrape_interval: 5s");
  await pulumi("up --yes --skip-preview", { INTERVAL: "7s" });
  expect(await pidsOf(home, "prometheus")).toEqual([pid]);
  const log = join(home, "logs", "prometheus.log");
  await eventually(async () => /(Completed loading[^]*){3}/u.test(await readFile(log, "utf8")));

  await pulumi("destroy --yes --skip-preview");
  expect(await pidsOf(home, "prometheus")).toEqual([]);
  expect(await pidsOf(home)).toEqual([]);
  expect(await readdir(home)).toEqual(["data"]);
  expect(await readdir(layoutOf(home).data)).toEqual(["prometheus"]);
});
