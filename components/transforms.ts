import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type * as pulumi from "@pulumi/pulumi";
import { quote } from "../lib/command.ts";
import { nearest } from "../lib/nearest.ts";
import { ConfigError } from "./config.ts";
import { removeCommand } from "./config/commands.ts";
import { type ConfigProblem, mistake } from "./config/mistakes.ts";
import type { Changed, Options, Transform } from "./transform-types.ts";

const at = ["transform"];

type AnyTransform = Transform<Readonly<Record<string, unknown>>>;

/** How a module is loaded, by its absolute path. */
type Load = (path: string) => Promise<unknown>;

const byNode: Load = (path) => import(pathToFileURL(path).href) as Promise<unknown>;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

/** A stack's own changes to single resources: `vigil:transform`. */
export class Transforms {
  readonly #source: Source;
  readonly #functions: ReadonlyMap<string, AnyTransform>;
  readonly #problems: ConfigProblem[];
  readonly #seen = new Set<string>();

  constructor(
    source: Source,
    functions: ReadonlyMap<string, AnyTransform>,
    problems: readonly ConfigProblem[],
  ) {
    this.#source = source;
    this.#functions = functions;
    this.#problems = [...problems];
  }

  /**
   * Runs `make` with every resource changed that the stack changes.
   *
   * @param make - Makes all resources at once, below one that takes these options.
   * @throws {@link ConfigError} with everything that is wrong with the transforms, beside what `make` complains of.
   */
  applied<T>(make: (opts: pulumi.ComponentResourceOptions) => T): T {
    try {
      const made = make({ transformations: [(args) => this.#change(args)] });
      this.#unknown();
      if (this.#problems.length === 0) return made;
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      throw this.#problems.length === 0
        ? error
        : new ConfigError([...error.problems, ...this.#problems]);
    }
    throw new ConfigError(this.#problems);
  }

  #change({
    name,
    opts,
    props,
    type,
  }: pulumi.ResourceTransformationArgs): pulumi.ResourceTransformationResult | undefined {
    const key = `${type}::${name}`;
    this.#seen.add(key);
    const change = this.#functions.get(key);
    if (change === undefined) return undefined;
    try {
      const changed = checked(change(props, opts), opts);
      return { props: changed.args, opts: { ...opts, ...changed.opts } };
    } catch (error) {
      this.#problems.push(this.#mistake(`${key} in ${located(this.#source, error)}`, error));
      return undefined;
    }
  }

  /** Names that no resource has. Everything is registered by now. */
  #unknown(): void {
    const known = [...this.#seen].sort();
    for (const key of this.#functions.keys()) {
      if (this.#seen.has(key)) continue;
      const name = key.split("::").at(-1) ?? "";
      const namesakes = known.filter((one) => one.endsWith(`::${name}`));
      const meant = namesakes.length > 0 ? namesakes.join(" or ") : nearest(key, known);
      const hint = meant === undefined ? "" : `; did you mean ${meant}?`;
      const reason = `${this.#source.path} changes ${key}, which this stack does not have${hint}`;
      this.#problems.push(mistake(at, reason, "./vigil pulumi stack"));
    }
  }

  #mistake(what: string, error: unknown): ConfigProblem {
    const reason = error instanceof Error ? error.message : String(error);
    return mistake(
      at,
      `${what}: ${reason.split("\n", 1)[0] ?? ""}`,
      `node ${quote(this.#source.path)}`,
    );
  }
}

/** A file of transforms, and how it is called in messages. */
interface Source {
  readonly path: string;
  /** Absolute. */
  readonly file: string;
}

/** `transforms.ts:12`, as far as an error says where it comes from. */
function located({ file, path }: Source, error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  const [, after] = stack.split(`${file}:`, 2);
  const [line] = /^\d+/.exec(after ?? "") ?? [];
  return line === undefined ? path : `${path}:${line}`;
}

function checked(result: unknown, given: Readonly<Options>): Changed<Record<string, unknown>> {
  if (!isRecord(result) || !isRecord(result["args"]) || result instanceof Promise) {
    throw new Error("it must return { args } or { args, opts }");
  }
  const { args, opts = {} } = result;
  if (!isRecord(opts)) throw new Error("its opts must be options of a resource");
  if ("parent" in opts && opts["parent"] !== given.parent) {
    throw new Error("a resource cannot get another parent");
  }
  return { args, opts };
}

/** Loads the file of a stack that has one, and nothing for one that has none. */
export async function loadTransforms(
  { transform: path }: { readonly transform?: string | undefined },
  { load = byNode, root = process.cwd() }: { readonly load?: Load; readonly root?: string } = {},
): Promise<Transforms> {
  const functions = new Map<string, AnyTransform>();
  if (path === undefined) return new Transforms({ path: "", file: "" }, functions, []);
  const source = { path, file: join(root, path) };
  const broken = (reason: string, fix = `node ${quote(path)}`): Transforms =>
    new Transforms(source, new Map(), [mistake(at, `${path} ${reason}`, fix)]);
  if (!existsSync(source.file)) return broken("is not there", removeCommand(at));
  let loaded: unknown;
  try {
    loaded = await load(source.file);
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n", 1)[0] : String(error);
    return broken(`cannot be loaded (${located(source, error)}): ${reason ?? ""}`);
  }
  const exported = isRecord(loaded) ? loaded["default"] : undefined;
  if (!isRecord(exported) || Object.keys(exported).length === 0) {
    return broken("has no transforms: its default export must have functions by resource");
  }
  const wrong = Object.entries(exported).filter(([, one]) => typeof one !== "function");
  for (const [key, one] of Object.entries(exported)) functions.set(key, one as AnyTransform);
  if (wrong.length === 0) return new Transforms(source, functions, []);
  return broken(`has something other than a function for ${wrong.map(([key]) => key).join(", ")}`);
}
