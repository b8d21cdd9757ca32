/**
 * What every server of an estate is given, as files that a review shows: its configuration and how it is started.
 * `./vigil test test/goldens.test.ts -u` writes them.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { stringify } from "yaml";
import { readConfig } from "../components/config.ts";
import type { RawConfig } from "../components/config/parse.ts";
import { Monitoring } from "../components/monitoring.ts";
import { plain, record, type Recorded, root, type Run, stackConfig } from "./kit/harness.ts";
import { throwAway } from "./kit/pki.ts";
import { makersOf } from "./kit/makers.ts";

const folder = join(root, "test", "goldens");

/** Whether jest was told to write what is new: `-u`. */
const writes = (): boolean =>
  (expect.getState() as { snapshotState?: { _updateSnapshot?: string } }).snapshotState
    ?._updateSnapshot === "all";

/** Rules are the catalogue's, and of a program only its version differs from commit to commit. */
const everywhere = (text: string): string =>
  text
    .replaceAll(root, "/checkout")
    .replaceAll(`${hostname()}:`, "machine:")
    .replaceAll(`host: ${hostname()}`, "host: machine")
    .replace(/PROCESSOR_VERSION: [0-9a-f]{12}/, "PROCESSOR_VERSION: 0123456789ab");

/** The same in one order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}

interface Upload {
  readonly file: string;
  readonly content: string;
}

/** Texts by the path that a server finds them under. */
function textsOf(inputs: Recorded["inputs"]): (readonly [path: string, text: string])[] {
  const files = (inputs["files"] ?? {}) as Record<string, string>;
  const uploads = (inputs["uploads"] ?? []) as readonly Upload[];
  return [
    ...Object.entries(files),
    ...uploads.map(({ content, file }) => [file.replace("/etc/vigil/", ""), content] as const),
  ];
}

/** Every golden of a run by its path below the stack's folder. */
function goldensOf({ resources }: Run): Map<string, string> {
  const found = new Map<string, string>();
  const servers = resources.filter(({ type }) =>
    ["docker:index/container:Container", "vigil:index:Process"].includes(type),
  );
  for (const one of servers) {
    const all = plain(one.inputs) as Recorded["inputs"];
    const left = new Set(["command", "files", "uploads"]);
    const inputs = Object.entries(all).filter(([key]) => !left.has(key));
    const { command } = all;
    const server = one.name.replace(/-files$/, "");
    const carries = one.name !== server;
    const texts = textsOf(all);
    const workload = {
      ...Object.fromEntries(inputs),
      // What carries files repeats them in its command.
      ...(!carries && command !== undefined && { command }),
      files: texts.map(([path]) => path).sort(),
    };
    found.set(
      `${server}/${carries ? "carrier" : "workload"}.yaml`,
      stringify(sorted(workload), { lineWidth: 0 }),
    );
    for (const [path, text] of texts) {
      // Rules have their own tests, and the engine of these tests makes no certificates.
      if (!/^rules\/|\.(?:crt|key)$/.test(path)) found.set(`${server}/${path}`, text);
    }
  }
  return found;
}

function filesBelow(path: string): string[] {
  if (!existsSync(path)) return [];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1))
    .sort();
}

/** With what many stacks have: a probe, a way to people on both sides, an image of the processor, receivers of samples. */
async function busy({ secretKeys, values }: RawConfig): Promise<RawConfig> {
  const { ca } = await throwAway([]);
  const prometheus = JSON.parse(values["prometheus"] ?? "{}") as object;
  const more = {
    machine: "machine",
    prometheus: {
      ...prometheus,
      remoteWrite: {
        long: {
          url: "https://metrics.example.com/api/v1/write",
          username: "vigil",
          password: "a word that nobody guesses",
          authority: ca,
          headers: { "X-Scope-OrgID": "shop" },
          labels: { cluster: "eu-1" },
          send: { keep: ["node_.*", "up"] },
        },
        short: { url: "https://10.0.0.7/write", private: true, token: "a token" },
      },
    },
    probes: { site: { url: "https://example.com" } },
    processor: {
      image: "registry.example.com/vigil-alert-processor:0.1.0",
      webhook: { url: "https://example.com/hook" },
    },
    receivers: {
      slack: { url: "https://hooks.slack.com/services/one", channel: "#alerts" },
      webhook: { url: "https://example.com/hook" },
    },
  };
  const texts = Object.entries(more).map(
    ([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)] as const,
  );
  return {
    values: { ...values, ...Object.fromEntries(texts) },
    secretKeys: new Set([...secretKeys, "processor", "prometheus", "receivers"]),
  };
}

const warn = jest.spyOn(console, "warn").mockImplementation(() => undefined);
afterAll(() => {
  warn.mockRestore();
});

describe.each(["local", "dev"])("the servers of stack %s", (stack) => {
  let goldens: Map<string, string>;

  beforeAll(async () => {
    process.env["DOCKER_CONTEXT"] = "an engine that is not asked";
    const config = await busy(stackConfig(stack));
    const makers = await makersOf(config);
    const run = await record(stack, config, async () => {
      new Monitoring("monitoring", { config: await readConfig(), makers, absent: new Set() });
    });
    delete process.env["DOCKER_CONTEXT"];
    goldens = new Map([...goldensOf(run)].map(([path, text]) => [path, everywhere(text)]));
    if (!writes()) return;
    rmSync(join(folder, stack), { recursive: true, force: true });
    for (const [path, text] of goldens) {
      mkdirSync(dirname(join(folder, stack, path)), { recursive: true });
      writeFileSync(join(folder, stack, path), text);
    }
  });

  it("are those of the goldens, no more and no less", () => {
    expect([...goldens.keys()].sort()).toEqual(filesBelow(join(folder, stack)));
  });

  it("are given what the goldens say, to the byte", () => {
    const kept = new Map(
      filesBelow(join(folder, stack)).map((path) => [
        path,
        readFileSync(join(folder, stack, path), "utf8"),
      ]),
    );
    for (const [path, text] of goldens) expect([path, text]).toEqual([path, kept.get(path)]);
  });
});
