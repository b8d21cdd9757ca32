import { readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { services } from "../components/catalog/index.ts";
import { kinds } from "../components/targets/kinds.ts";
import { root, trackedFiles } from "./kit/harness.ts";

const files = trackedFiles("*.ts");

const text = (file: string): string => readFileSync(join(root, file), "utf8");

/** What a file imports: packages by name, own files by path from the root. */
function importsOf(file: string): string[] {
  const found = text(file).matchAll(/(?:from|import\()\s*"([^"]+)"/g);
  return [...found].map(([, to = ""]) =>
    to.startsWith(".") ? normalize(join(dirname(file), to)) : to,
  );
}

/** A way of imports that leads from a file back to it, for every file that is on one. */
function circles(of: readonly string[]): string[] {
  const graph = new Map(of.map((file) => [file, importsOf(file)]));
  const wayBack = (start: string): string[] | undefined => {
    const ways = [[start]];
    const seen = new Set<string>();
    for (const way of ways) {
      for (const next of graph.get(way.at(-1) ?? "") ?? []) {
        if (next === start) return [...way, next];
        if (seen.has(next)) continue;
        seen.add(next);
        ways.push([...way, next]);
      }
    }
    return undefined;
  };
  return of.flatMap((file) => wayBack(file)?.join(" → ") ?? []);
}

/** Own files by layer; a layer may import itself and those before it. */
const layers: readonly [name: string, holds: RegExp][] = [
  ["lib", /^lib\//],
  ["rules", /^rules\//],
  ["dashboards", /^dashboards\//],
  ["provider", /^provider\//],
  ["components", /^components\//],
  ["index", /^index\.ts$/],
];

const rank = (file: string): number => layers.findIndex(([, holds]) => holds.test(file));
const program = files.filter((file) => rank(file) >= 0);

const violations = (
  of: readonly string[],
  wrong: (file: string, imported: string) => boolean,
): string[] =>
  of.flatMap((file) =>
    importsOf(file)
      .filter((one) => wrong(file, one))
      .map((one) => `${file} imports ${one}`),
  );

describe("imports", () => {
  it("point one way: lib ← rules ← dashboards ← provider ← components ← index", () => {
    expect(violations(program, (file, one) => rank(one) > rank(file))).toEqual([]);
  });

  it("make no circle, not of types either", () => {
    expect(circles(files)).toEqual([]);
  });

  it("of the program stay inside it: not tools, cli, lab, test or bench", () => {
    const outside = /^(?:tools|cli|lab|test|bench)\//;
    expect(violations(program, (_file, one) => outside.test(one))).toEqual([]);
  });

  it("of tools are Node's own and lib: they run before packages are there", () => {
    const tools = files.filter((file) => /^(?:tools|lib)\//.test(file));
    const allowed = /^(?:tools\/|lib\/|node:)/;
    const outside = violations(tools, (_file, one) => !allowed.test(one));
    expect(outside).toEqual([
      // Once for its types, and once when something is asked.
      ...Array<string>(2).fill("lib/ask.ts imports undici"),
      "lib/yaml.ts imports js-yaml",
    ]);
    expect(violations(tools, (_file, one) => one === "lib/yaml.ts")).toEqual([]);
    const loading = /^import (?!type ).*"undici"/m;
    expect(text("lib/ask.ts")).not.toMatch(loading);
    expect(violations(tools, (file, one) => /^lib\//.test(file) && /^tools\//.test(one))).toEqual(
      [],
    );
  });

  it("of lab reach neither commands nor tests", () => {
    const lab = files.filter((file) => file.startsWith("lab/"));
    expect(violations(lab, (_file, one) => /^(?:cli|test|bench)\//.test(one))).toEqual([]);
  });

  it("of commands reach no test", () => {
    const commands = files.filter((file) => file.startsWith("cli/"));
    expect(violations(commands, (_file, one) => /^test\//.test(one))).toEqual([]);
  });

  it("of rules are pure: no Pulumi, no Grafana", () => {
    const rules = program.filter((file) => file.startsWith("rules/"));
    expect(violations(rules, (_file, one) => /^@(?:pulumi|grafana)/.test(one))).toEqual([]);
  });

  it("of definitions of services reach Pulumi for types only", () => {
    const catalog = program.filter((file) => /^components\/catalog\/[^/]+$/.test(file));
    const loads = (file: string): boolean =>
      /^import (?!type ).*"@pulumi/m.test(text(file)) ||
      importsOf(file).some(
        (one) => /\/shells\//.test(one) && !text(file).includes(`import("./shells/`),
      );
    expect(catalog.filter(loads)).toEqual([]);
  });

  it("of dashboards and renderers never reach Pulumi", () => {
    const pure = program.filter((file) =>
      /^(?:dashboards|components\/(?:render|config))\//.test(file),
    );
    expect(violations(pure, (_file, one) => one.startsWith("@pulumi/"))).toEqual([]);
  });

  it("of the provider's program side know nothing of its inside", () => {
    const outside = program.filter((file) => file.startsWith("components/"));
    const inside = (one: string): boolean =>
      one.startsWith("provider/") && !/^provider\/(?:resources|types)\.ts$/.test(one);
    expect(violations(outside, (_file, one) => inside(one))).toEqual([]);
  });
});

describe("imports of the alert processor", () => {
  const processor = files.filter((file) => /^services\/alert-processor\/(?!test\/)/.test(file));

  it("stay inside it, and nothing of the program imports it", () => {
    const outside = (one: string): boolean =>
      /^(?:bench|cli|components|dashboards|lab|lib|provider|rules|test|tools)\//.test(one);
    expect(violations(processor, (_file, one) => outside(one))).toEqual([]);
    expect(violations(program, (_file, one) => one.startsWith("services/"))).toEqual([]);
  });

  it("of its tests know what suites share, and nothing of the program", () => {
    const tests = files.filter((file) => file.startsWith("services/alert-processor/test/"));
    const outside =
      /^(?:bench|cli|components|dashboards|lab|lib|provider|rules|test(?!\/kit\/)|tools)\//;
    expect(violations(tests, (_file, one) => outside.test(one))).toEqual([]);
  });

  it("of its core are pure: no store, no channel, no server", () => {
    const core = processor.filter((file) => /\/core\//.test(file));
    const allowed = /^(?:services\/alert-processor\/core\/|node:crypto$|zod$)/;
    expect(violations(core, (_file, one) => !allowed.test(one))).toEqual([]);
  });

  it("that make requests over HTTP stand in few places", () => {
    const asking = processor.filter((file) =>
      importsOf(file).some((one) => /^(?:node:https?|undici)$/.test(one)),
    );
    for (const file of asking) {
      expect(file).toMatch(/\/(?:channels\/http|service\/(?:alertmanager-api|changes))\.ts$/);
    }
  });

  it("are those of small files", () => {
    expect(processor.filter((file) => text(file).split("\n").length > 260)).toEqual([]);
  });
});

describe("each thing in one place", () => {
  const importers = (pattern: RegExp): string[] =>
    program.filter((file) => importsOf(file).some((one) => pattern.test(one)));

  it("only the docker target knows Docker's provider", () => {
    for (const file of importers(/^@pulumi\/docker/))
      expect(file).toMatch(/^components\/targets\/docker/);
  });

  it("only the local target runs processes", () => {
    const users = program.filter((file) =>
      /\bProcess\b.*from "[./]*provider\/resources\.ts"/.test(text(file)),
    );
    expect(users).toEqual(["components/targets/local/index.ts"]);
  });

  it("only Grafana's content knows Grafana's provider", () => {
    expect(importers(/^@pulumiverse\/grafana/)).toEqual(["components/grafana-content.ts"]);
  });

  it("only components/config.ts reads configuration", () => {
    const readers = program.filter((file) =>
      /runtime\.allConfig|new pulumi\.Config/.test(text(file)),
    );
    expect(readers).toEqual(["components/config.ts"]);
  });

  const commands = files.filter((file) => /^(?:cli|components|lib|provider|tools)\//.test(file));

  it("only poll waits for what comes on its own, beside locks and one more attempt", () => {
    expect(commands.filter((file) => /\bsleep\(/.test(text(file))).sort()).toEqual([
      "lib/lock.ts",
      "lib/poll.ts",
      "provider/host/connect.ts",
      "provider/process/apply.ts",
    ]);
  });

  it("HTTP requests are made in one place, beside what runs before packages are there", () => {
    const asking =
      /import \{[^}]*\b(?:Agent|get|request)\b[^}]*\} from "node:https?"|require\("node:https?"\)|"undici"|\bfetch\(/;
    const askers = files.filter(
      (file) => !/^(?:services|test)\//.test(file) && asking.test(text(file)),
    );
    expect(askers).toEqual([
      "cli/targets/docker/engine.ts",
      "components/targets/docker/engine.ts",
      "lib/ask.ts",
      "tools/network.ts",
    ]);
  });

  it("PATH is searched and put together in one place", () => {
    const knowing = commands.filter((file) => /\bdelimiter\b/.test(text(file)));
    expect(knowing).toEqual(["lib/path.ts"]);
  });

  it("a service is named by its own definition, not by what deploys it", () => {
    const naming = new RegExp(
      `"(?:${services.flatMap(({ key, name }) => [key, name]).join("|")})"`,
    );
    const deploying = ["monitoring", "part", "plan"].map((name) => `components/${name}.ts`);
    expect(deploying.filter((file) => naming.test(text(file)))).toEqual([]);
  });

  it("nothing outside targets compares a target's kind or names one", () => {
    const naming = new RegExp(`"(?:${Object.keys(kinds).join("|")})"`);
    const outside = files.filter(
      (file) => /^(?:cli|components|tools)\//.test(file) && !/^\w+\/targets\//.test(file),
    );
    // An example of a value is one that works.
    const code = (file: string): string => text(file).replaceAll(/^\s*example: .*$/gm, "");
    expect(outside.filter((file) => naming.test(code(file)))).toEqual([]);
  });

  it("words of containers stay in targets", () => {
    const outside = program.filter(
      (file) => file.startsWith("components/") && !file.startsWith("components/targets/"),
    );
    for (const file of outside)
      expect(text(file)).not.toMatch(/\b(?:StatefulSet|cgroup|containerPath|systemd)\b/i);
  });
});

describe("size", () => {
  it("of index.ts stays at 60 lines or less", () => {
    expect(text("index.ts").split("\n").length).toBeLessThanOrEqual(60);
  });

  it("of every file of the program stays at about 200 lines", () => {
    // The catalogue is data: a service's alerts belong together as long as one can read them.
    const limit = (file: string): number => (/^rules\/(?!lib\/)/.test(file) ? 460 : 260);
    const long = program.filter((file) => text(file).split("\n").length > limit(file));
    expect(long).toEqual([]);
  });
});
