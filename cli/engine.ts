import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { attach } from "../lib/attach.ts";
import { cacheFolder, trimCompiled } from "../tools/cache.ts";
import { ensureDependencies } from "../tools/dependencies.ts";
import { type Ensured, ensureTools } from "../tools/ensure.ts";
import { type MissingPlugin, requirePlugin, tryPlugin } from "../tools/plugins.ts";
import { collect, type Collected, run } from "../lib/process.ts";
import { programPath } from "../tools/program-path.ts";
import { createProgress, type Progress } from "../lib/progress.ts";
import { noBackend, openStack, stackExists, unknownStack } from "./stack.ts";
import { kindsElsewhere, readStackFiles } from "./stack-config.ts";
import { adoptRecord } from "./state/adopt.ts";
import { careForState, setAside } from "./state/care.ts";
import { dropSalt, initFolder, targetIn } from "./state/config-file.ts";
import { stackFile, type StackHome } from "./state/home.ts";
import { passphraseProblem, sealedFor } from "./state/passphrase.ts";
import { readRecord, recordFile } from "./state/record.ts";
import { requireRoom } from "./state/room.ts";
import { runsOf } from "./state/runs.ts";
import { operationsOf } from "./targets/index.ts";
import type { Operations } from "./targets/operations.ts";
import { toolNames, tools, type ToolName } from "../tools/tools.ts";

/** The engine with everything a stack needs around it. */
export interface Engine {
  readonly home: StackHome;
  readonly env: NodeJS.ProcessEnv;
  /** Parts that could not be obtained and are left out, with the reason. */
  readonly without: ReadonlyMap<string, string>;
  /** Key of the record that Vigil keeps; undefined where another backend has it. */
  readonly recordKey: Buffer | undefined;
  /** Runs `pulumi` on the terminal of the caller, without the lines to hide; gives back its exit code. */
  readonly run: (args: readonly string[], hidden?: RegExp) => Promise<number>;
  /** Runs `pulumi` and gives back what it printed. */
  readonly capture: (args: readonly string[]) => Promise<string>;
  /** Runs `pulumi` and gives back how it ended and all it printed, however much. */
  readonly collect: (args: readonly string[]) => Promise<Collected>;
}

export interface EngineOptions {
  readonly root: string;
  readonly stack: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly progress?: Progress;
  /**
   * The purpose. `configure` needs no passphrase, and `look` needs no space on the disk. Only `change` and `preview`
   * ask the providers, and so need their plugins.
   * @default "look"
   */
  readonly to?: "change" | "configure" | "look" | "preview";
}

/** Whether a stack's file has a section of the configuration. */
const hasSection = (text: string, section: string): boolean =>
  new RegExp(`^\\s+["']?vigil:${section}["']?:`, "m").test(text);

/** What a stack is checked and run with; of what only some stacks have, what its file has a section for. */
function toolsOf(text: string, { images, tools: always }: Operations): readonly ToolName[] {
  // What stands on hosts is brought there from here.
  const hosted = hasSection(text, "hosts");
  if (images && !hosted) return always;
  const more = toolNames.filter((name) => {
    const { onHosts, section } = tools[name];
    return (hosted && onHosts) || (section !== undefined && hasSection(text, section));
  });
  return [...new Set([...always, ...more])];
}

const textOf = (root: string, stack: string): Promise<string> =>
  readFile(stackFile(root, stack), "utf8").catch(async (error: unknown) => {
    throw (error as NodeJS.ErrnoException).code === "ENOENT"
      ? await unknownStack(root, stack)
      : error;
  });

/** Target of a stack as its file says. */
export async function targetOf(root: string, stack: string): Promise<string> {
  return targetIn(await textOf(root, stack));
}

/** Arguments by which a command of the engine finds its stack. */
export function stackArgs({ stack, configFile }: StackHome): string[] {
  return ["--stack", stack, ...(configFile === undefined ? [] : ["--config-file", configFile])];
}

function missingOf(tools: Ensured, plugins: readonly MissingPlugin[]): Map<string, string> {
  const without = new Map(
    tools.missing.map((error) => [error.tool, error.details.at(-1) ?? error.message]),
  );
  for (const { name, reason } of plugins) if (!without.has(name)) without.set(name, reason);
  return without;
}

interface Surroundings {
  readonly root: string;
  readonly stack: string;
  /** The stack's file. */
  readonly text: string;
  readonly env: NodeJS.ProcessEnv;
  readonly tools: Ensured;
  readonly progress: Progress;
}

const withoutTargets = <Plugin>(plugin: Plugin) => ({
  ...plugin,
  without: "Without targets beside the core: ./vigil pulumi config rm vigil:targets",
});

/** What targets cannot do without, and what puts content into a Grafana where there is one. */
async function pluginsFor(
  operations: Operations,
  { env, progress, root, stack, text, tools }: Surroundings,
): Promise<MissingPlugin[]> {
  const { images } = operations;
  const elsewhere = hasSection(text, "targets") ? await kindsElsewhere(root, stack) : [];
  const needed = [
    ...elsewhere.flatMap((kind) => operationsOf(kind).plugin ?? []).map(withoutTargets),
    ...(operations.plugin ? [operations.plugin] : []),
  ];
  // Of one for both the last is taken: without the core there is nothing.
  for (const plugin of new Map(needed.map((one) => [one.name, one])).values()) {
    await requirePlugin(plugin, { env, progress, root });
  }
  const hasServer = images || existsSync(join(tools.binFolder, "grafana"));
  if (!hasServer && !(await grafanaElsewhere(root, stack))) return [];
  return tryPlugin("grafana", { env, progress, root });
}

/** Whether the content goes into a Grafana that somebody else runs. */
async function grafanaElsewhere(root: string, stack: string): Promise<boolean> {
  const { values } = await readStackFiles(root, stack);
  const { url } = JSON.parse(values["grafana"] ?? "{}") as { url?: unknown };
  return url !== undefined;
}

/** Gets tools, packages and plugins, and opens the stack; made if it is new. */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const {
    root,
    stack,
    env: given = process.env,
    progress = createProgress(),
    to = "look",
  } = options;
  const home = await openStack(root, stack, given);
  if (to === "change") {
    await trimCompiled(cacheFolder(given));
    await requireRoom(home);
  }
  await careForState(home, progress);
  if (to === "change") await adoptRecord(home, progress);
  const asked = { ...given, ...home.env };
  const looking = home.own ? sealedFor(home, asked) : undefined;
  await ensureDependencies({ root, env: given, progress });
  const text = await textOf(root, stack);
  const operations = operationsOf(targetIn(text));
  const found = await ensureTools(toolsOf(text, operations), { root, env: given, progress });
  const env: NodeJS.ProcessEnv = {
    ...given,
    ...home.env,
    PATH: programPath(root, found.binFolder, given["PATH"]),
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_ENABLE_STREAMING_JSON_PREVIEW: "false",
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
  const plugins =
    to === "change" || to === "preview"
      ? await pluginsFor(operations, { root, stack, text, env, tools: found, progress })
      : [];
  const without = missingOf(found, plugins);
  // For the commands that our provider names.
  env["VIGIL_STACK"] = stack;
  env["VIGIL_WITHOUT"] = [...without.keys()].join(",");
  const sealed = await looking;
  const engine: Engine = {
    home,
    env,
    without,
    recordKey: sealed?.recordKey,
    run: (args, hidden) =>
      attach("pulumi", args, { cwd: root, env, outlivesReader: true, ...(hidden && { hidden }) }),
    capture: (args) => run("pulumi", args, { cwd: root, env }),
    collect: (args) => collect("pulumi", args, { cwd: root, env }),
  };
  const problem = sealed && (await passphraseProblem(home, asked, sealed));
  if (problem !== undefined && to !== "configure") throw problem;
  // There is nothing in it that could be missed.
  if (sealed?.record === "empty") await setAside(home);
  if (sealed?.salt === true && problem === undefined) await dropSalt(home);
  await makeStack(engine, problem !== undefined);
  return engine;
}

/** @param sealed - With a passphrase that does not fit: made with none, so that it can be configured. */
async function makeStack({ capture, env, home }: Engine, sealed: boolean): Promise<void> {
  if (stackExists(home) === true) return;
  if (!home.own) {
    const select = ["stack", "select", home.stack, "--create", "--non-interactive"];
    await capture(select).catch((error: unknown) => {
      throw noBackend(home.stack, env, error);
    });
    return;
  }
  const init = ["stack", "init", home.stack, "--no-select"];
  if (sealed) {
    const folder = await initFolder(home);
    await run("pulumi", ["-C", folder, ...init], {
      cwd: home.root,
      env: { ...env, PULUMI_CONFIG_PASSPHRASE: "", PULUMI_CONFIG_PASSPHRASE_FILE: undefined },
    });
    return;
  }
  const folder = home.configFile === undefined ? home.root : join(home.root, ".vigil/project");
  await capture(["-C", folder, ...init]);
}

/** Clears up after a run that was killed: its lock and the operations it never ended. */
export async function recover({ capture, home }: Engine, progress: Progress): Promise<void> {
  const runs = await runsOf(home);
  if (runs.length > 0 && runs.every(({ state }) => state === "dead")) {
    progress.note("An earlier run was killed; its lock is removed.");
    await capture(["cancel", "--yes", "--stack", home.stack]);
  }
  const found = home.own ? await readRecord(recordFile(home)) : undefined;
  if (found?.state === "readable" && found.record.pending > 0) {
    progress.note("An earlier run was killed half-way; checking what it left behind.");
    await capture([
      "refresh",
      "--clear-pending-creates",
      "--yes",
      "--skip-preview",
      ...stackArgs(home),
    ]);
  }
}
