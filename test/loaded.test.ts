import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { root, stackConfig } from "./kit/harness.ts";

/** Writes down what Node loads; preloaded into the process that is looked at. */
const trace = `
import { writeFileSync } from "node:fs";
import { registerHooks } from "node:module";
const loaded = [];
registerHooks({
  load(url, context, next) {
    loaded.push(url);
    return next(url, context);
  },
});
process.on("exit", () => writeFileSync(process.env.VIGIL_LOADED, loaded.join("\\n")));
`;

/** Files that a module loads, own ones by path from the root, those of packages by package. */
function loadedBy(args: readonly string[], env: NodeJS.ProcessEnv = {}): string[] {
  const folder = mkdtempSync(join(tmpdir(), "vigil-loaded-"));
  const list = join(folder, "list");
  const hooks = `data:text/javascript,${encodeURIComponent(trace)}`;
  const flags = ["--disable-warning=ExperimentalWarning", `--import=${hooks}`];
  try {
    execFileSync(process.execPath, [...flags, ...args], {
      cwd: root,
      env: { ...process.env, NODE_OPTIONS: "", ...env, VIGIL_LOADED: list },
      stdio: ["ignore", "ignore", "pipe"],
    });
    const files = readFileSync(list, "utf8").split("\n");
    const base = pathToFileURL(`${root}/`).href;
    return files
      .filter((url) => url.startsWith(base))
      .map((url) => relative(base, url))
      .map((file) => /^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** How the program of stack local is run under a mocked engine, with more said in its configuration. */
function programArgs(more: Readonly<Record<string, unknown>> = {}): string[] {
  const { values } = stackConfig("local");
  const said = Object.entries(more).map(([key, value]) => [key, JSON.stringify(value)] as const);
  const all = { ...values, ...Object.fromEntries(said) };
  const config = Object.fromEntries(
    Object.entries(all).map(([key, text]) => [`vigil:${key}`, text]),
  );
  return ["bench/lib/load.ts", "vigil", JSON.stringify(config)];
}

const program = (more?: Readonly<Record<string, unknown>>): string[] =>
  loadedBy(programArgs(more), { VIGIL_WITHOUT: "grafana" });

/** Which of the folders and files of rules there are. */
const rulesOf = (files: readonly string[]): string[] => {
  const own = files.flatMap((file) => /^rules\/(?!lib\/|routing\/)([\w-]+)/.exec(file)?.[1] ?? []);
  return [...new Set(own)].sort();
};

describe("the program of stack local", () => {
  const loaded = program();

  it("loads the rules of what it scrapes, and no others", () => {
    const light = ["loading", "routing", "selection"];
    const scraped = ["alertmanager", "host", "macos", "processor", "prometheus", "security"];
    const always = ["general", "slo"];
    expect(rulesOf(loaded)).toEqual([...light, ...scraped, ...always].sort());
  });

  it("loads no board and nothing of Grafana's without Grafana", () => {
    expect(
      loaded.filter((file) => /^dashboards\/|grafana-foundation|@pulumiverse/.test(file)),
    ).toEqual([]);
  });

  it("loads no target and no provider but its own", () => {
    expect(loaded).toContain("components/targets/local/index.ts");
    expect(loaded.filter((file) => /targets\/docker\/index|@pulumi\/docker/.test(file))).toEqual(
      [],
    );
  });

  it("loads nothing of the provider but its classes", () => {
    const provider = loaded.filter((file) => file.startsWith("provider/")).sort();
    expect(provider).toEqual(["provider/resources.ts", "provider/types.ts", "provider/wake.ts"]);
  });

  it("loads no second library for YAML beside the SDK's", () => {
    expect(loaded).not.toContain("node_modules/yaml");
    expect(loaded).toContain("node_modules/js-yaml");
  });
});

describe("the program of a stack that says more", () => {
  it("loads the rules of a service with what watches it", () => {
    const redis = { instances: { cache: { address: "cache-1.example.com:6379" } } };
    const rules = rulesOf(program({ redis }));
    expect(rules).toContain("redis");
    expect(rules).not.toContain("kafka");
  });

  it("loads every alert to hold names against them", () => {
    const rules = rulesOf(program({ rules: { thresholds: { HostCpuHigh: 0.8 } } }));
    expect(rules).toEqual(expect.arrayContaining(["host", "kafka", "index"]));
  });
});

it("the provider starts without what an up that changes nothing does not use", () => {
  const loaded = loadedBy(["--input-type=module", "-e", 'await import("./provider/main.ts")']);
  expect(loaded).toContain("provider/resources/process.ts");
  const heavy = /bcrypt|x509|\/yaml$|zod|provider\/process\/(?:work|apply|supervisor|project)/;
  expect(loaded.filter((file) => heavy.test(file))).toEqual([]);
});

it("the program has no stack trace looked up in source maps: the SDK takes one of every promise", () => {
  const hook = "Error.prepareStackTrace = String;";
  const end = 'process.on("exit", () => (process.exitCode = Error.prepareStackTrace ? 3 : 0));';
  const args = [
    `--import=data:text/javascript,${encodeURIComponent(hook + end)}`,
    ...programArgs(),
  ];
  expect(() => loadedBy(args, { VIGIL_WITHOUT: "grafana" })).not.toThrow();
});
