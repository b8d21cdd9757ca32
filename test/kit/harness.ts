import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { rawConfig } from "../../components/config/stack-file.ts";
import type { RawConfig } from "../../components/config/parse.ts";
import type { Plan } from "../../components/plan.ts";

export { isSecret, plain } from "./record.ts";

/** The checkout. */
export const root = join(__dirname, "../..");

/** Files of the checkout that are, or would be, under version control, by pattern: `*.md`. */
export function trackedFiles(pattern: string): string[] {
  const args = ["ls-files", "--cached", "--others", "--exclude-standard", pattern];
  const names = execFileSync("git", args, { cwd: root, encoding: "utf8" }).split("\n");
  return names.filter((name) => name !== "" && existsSync(join(root, name)));
}

/** A resource as the program registered it. */
export interface Recorded {
  readonly type: string;
  readonly name: string;
  /** As the engine would get them: secrets wrapped. */
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** What a run of the program registered and returned. */
export interface Run {
  readonly resources: readonly Recorded[];
  /** `parent type$type::name` of each, sorted: what belongs to what. */
  readonly tree: readonly string[];
  readonly outputs: unknown;
  /** The one resource of that type and name. */
  readonly find: (type: string, name: string) => Recorded;
}

/** Configuration of a stack as its files say. */
export function stackConfig(stack: string): RawConfig {
  return rawConfig(
    readFileSync(join(root, "Pulumi.yaml"), "utf8"),
    readFileSync(join(root, `Pulumi.${stack}.yaml`), "utf8"),
  );
}

/** A text of a planned estate by its path: `prometheus.yml`. */
export function textOf({ deployments }: Plan, path: string): string {
  const found = deployments.flatMap(({ texts }) => texts()[path] ?? []);
  if (found.length === 1 && found[0] !== undefined) return found[0];
  throw new Error(`${found.length} texts ${path}`);
}

/** What the mocked engine answers beside the inputs. */
function invented(type: string, name: string): Record<string, unknown> {
  switch (type) {
    case "vigil:index:Login":
      return {
        password: pulumi.secret(`password of ${name}`),
        passwordHash: pulumi.secret(`hash of ${name}`),
      };
    case "vigil:index:Authority":
    case "vigil:index:Certificate":
      return { certificate: `certificate of ${name}`, key: pulumi.secret(`key of ${name}`) };
    default:
      return {};
  }
}

/** Part of the SDK, though its type declarations leave it out. */
interface MockMonitor {
  getRegisteredResources(): ReadonlyMap<string, unknown>;
}

/** Runs `program` against a mocked engine and records what it registers. */
export async function record(
  stack: string,
  config: RawConfig,
  program: () => unknown,
): Promise<Run> {
  const resources: Recorded[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ id, inputs, name, type }) => {
        resources.push({ type, name, inputs: inputs as Recorded["inputs"] });
        return { id: id ?? `${name}-id`, state: { ...inputs, ...invented(type, name) } as object };
      },
      call: () => ({}),
    },
    "vigil",
    stack,
  );
  const values = Object.entries(config.values).map(([key, text]) => [`vigil:${key}`, text]);
  pulumi.runtime.setAllConfig(
    Object.fromEntries(values) as Record<string, string>,
    [...config.secretKeys].map((key) => `vigil:${key}`),
  );
  const { getMonitor } = pulumi.runtime as unknown as { getMonitor: () => MockMonitor };
  const monitor = getMonitor();
  let outputs: unknown;
  try {
    outputs = await program();
  } finally {
    // What was begun goes on, and must not do so in the next test.
    await pulumi.runtime.disconnect();
  }
  const tree = [...monitor.getRegisteredResources().keys()].map((urn) =>
    urn.split("::").slice(2).join("::"),
  );
  const find = (type: string, name: string): Recorded => {
    const found = resources.filter((one) => one.type === type && one.name === name);
    if (found.length === 1 && found[0]) return found[0];
    throw new Error(`${found.length} resources ${type} ${name}`);
  };
  return { resources, tree: tree.sort(), outputs, find };
}
