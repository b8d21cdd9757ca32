import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Facts } from "../../../lab/new/facts.ts";
import { runbookText } from "../../../lab/new/files/runbook.ts";
import { likeness, sectionsOf } from "../../../rules/lint/runbook.ts";
import { createWorkspace, type Workspace } from "../../e2e/workspace.ts";

jest.setTimeout(900_000);

let place: Workspace;

beforeAll(async () => {
  place = await createWorkspace("new");
  git("init", "--quiet");
  git("add", "--all");
});
afterAll(() => {
  place.remove();
});

const git = (...args: readonly string[]): string =>
  execFileSync("git", args, { cwd: place.folder, encoding: "utf8" });

/** Paths that differ from those of the checkout, and that it does not have. */
const changed = (): string[] =>
  git("status", "--porcelain", "--untracked-files=all")
    .split("\n")
    .filter((line) => /^.[M?]/.test(line))
    .map((line) => line.slice(3))
    .sort();

const memcached = [
  ...["--title", "Memcached", "--binary", "memcached_exporter", "--version", "0.15.3"],
  ...["--module", "-", "--image", "docker.io/prom/memcached-exporter", "--port", "9150"],
  ...["--up", "memcached_up", "--tls", "web-config", "--watches", "many"],
];

const pgbouncer = [
  ...["--title", "PgBouncer", "--binary", "pgbouncer_exporter", "--version", "0.12.1"],
  ...["--module", "github.com/prometheus-community/pgbouncer_exporter", "--port", "9127"],
  ...["--image", "docker.io/prometheuscommunity/pgbouncer-exporter"],
  ...["--tls", "web-config", "--watches", "itself"],
];

describe("a service is refused", () => {
  it.each([
    ["whose name is taken", ["redis", ...memcached], /redis is taken: components\/catalog has/],
    ["whose section is", ["probes", ...memcached], /taken: the configuration has a section/],
    ["whose rules are another's", ["macos", ...memcached], /taken: rules\/ has alerts/],
    ["whose name is none", ["Mem_cached", ...memcached], /cannot be the name of a service/],
    ["whose name is a word of the language", ["class", ...memcached], /cannot be the name/],
    [
      "with all that is missing or wrong, at once",
      ["memcached", ...memcached.slice(2), "--port", "80"],
      /--title: is missing[^]*--port: "80" is not valid[^]*→ \.\/vigil new memcached --title Memcached/,
    ],
    [
      "of whose exporter nothing is known, and alerts are there",
      ["pgbouncer", ...pgbouncer, "--version", "9.9.9"],
      /rules\/metrics has pgbouncer_exporter-0\.12\.1/,
    ],
  ])("%s", async (_why, args, reason) => {
    const { code, text } = await place.vigil(["new", ...args]);
    expect(text).toMatch(reason);
    expect(code).toBeGreaterThan(0);
    expect(changed()).toEqual([]);
  });

  it("by a list that looks otherwise, and nothing is half written", async () => {
    const list = join(place.folder, "rules/proof.json");
    const before = readFileSync(list, "utf8");
    // What comes last cannot read it.
    const { code, text } = await place.shell(
      `echo broken > rules/proof.json; git add --all; ./vigil new memcached ${memcached.join(" ")}`,
    );
    expect([code, text]).toEqual([1, expect.stringContaining("nothing was written")]);
    expect(changed()).toEqual([]);
    await place.shell(
      `printf %s ${JSON.stringify("$TEXT")} > rules/proof.json; git add --all`,
      "",
      {
        TEXT: before,
      },
    );
    expect(readFileSync(list, "utf8")).toBe(before);
  });
});

it("a service that is new and one whose alerts are there pass what is asked of the others", async () => {
  for (const args of [
    ["memcached", ...memcached],
    ["pgbouncer", ...pgbouncer],
  ]) {
    const { code, text } = await place.vigil(["new", ...args]);
    expect([code, text]).toEqual([0, expect.stringContaining("docs/adding-a-service.md")]);
  }
  const written = changed();
  expect(written).toEqual(
    expect.arrayContaining(["rules/memcached.ts", "components/catalog/pgbouncer.ts"]),
  );
  expect(written).not.toContain("rules/pgbouncer.ts");
  expect(written).not.toContain("runbooks/pgbouncer.md");
  const code = written.filter((path) => path.endsWith(".ts"));
  const formatted = written.filter((path) => /\.(?:ts|md)$/.test(path) && !/scorecard/.test(path));
  const bin = "node_modules";
  for (const line of [
    `node ${bin}/prettier/bin/prettier.cjs --check ${formatted.join(" ")}`,
    `node ${bin}/eslint/bin/eslint.js ${code.join(" ")}`,
    `node ${bin}/typescript/bin/tsc --noEmit`,
    "./vigil test test/components/catalog test/rules/loading test/rules/runbooks test/dashboards",
    "./vigil test test/architecture test/docs.test test/rules/scorecard test/components/alert-lacks",
    "./vigil test test/rules/rules.test test/rules/catalogue -t memcached",
  ]) {
    const done = await place.shell(line);
    expect([line, done.code, done.text]).toEqual([line, 0, done.text]);
  }
});

it("two runbooks that nobody has filled in yet are not near-copies", () => {
  const of = (title: string, binary: string) =>
    sectionsOf(runbookText({ title, binary, pascal: title, up: "x_up" } as Facts))[0]?.text ?? "";
  expect(likeness(of("Memcached", "memcached_exporter"), of("Bind", "bind_exporter"))).toBeLessThan(
    0.4,
  );
});
