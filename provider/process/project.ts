import { createHash } from "node:crypto";
import { basename } from "node:path";
import { fromYaml, toYaml } from "../../lib/yaml.ts";
import type { ProcessInputs } from "../types.ts";
import { canonical, isRecord } from "../values.ts";
import { foldersOf, type Layout } from "./layout.ts";
import { marks } from "./marks.ts";

/** The description of one process for the supervisor. */
export interface Fragment {
  readonly name: string;
  /** Absolute path of the program. */
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly ports: readonly number[];
  /** Hash of the files whose change restarts. */
  readonly restartHash: string;
  /** Hash of the files whose change is announced by SIGHUP, as last announced. */
  readonly reloadHash: string;
}

const configMark = "VIGIL_CONFIG";

/** Hashes of the files that restart and of those that reload a process. */
export function hashesOf(
  inputs: Pick<ProcessInputs, "files" | "onChange">,
): Pick<Fragment, "restartHash" | "reloadHash"> {
  const hashOf = (kind: "reload" | undefined): string => {
    const chosen = Object.entries(inputs.files).filter(([path]) => inputs.onChange[path] === kind);
    return createHash("sha256")
      .update(canonical(Object.fromEntries(chosen)))
      .digest("hex");
  };
  return { restartHash: hashOf(undefined), reloadHash: hashOf("reload") };
}

/** The supervisor's project file: the same fragments in any order give the same text. */
export function renderProject(layout: Layout, fragments: readonly Fragment[]): string {
  const sorted = [...fragments].sort((a, b) => (a.name < b.name ? -1 : 1));
  const project = {
    version: "0.5",
    is_tui_disabled: true,
    // Named so that bash need not exist; no process uses a shell.
    shell: { shell_command: "sh", shell_argument: "-c" },
    processes: Object.fromEntries(sorted.map((one) => [one.name, entryOf(layout, one)])),
  };
  const text = toYaml(project);
  // The supervisor puts its environment in place of every `$NAME`, quoted or not; `$$` is a dollar.
  return `# Written by Vigil; changes made here are undone by the next up.\n${text.replaceAll("$", "$$$$")}`;
}

function entryOf(layout: Layout, fragment: Fragment): Readonly<Record<string, unknown>> {
  const folders = foldersOf(layout, fragment.name);
  const env = Object.entries(fragment.env).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    entrypoint: [fragment.program, ...fragment.args],
    working_dir: folders.config,
    environment: [
      ...env.map(([name, value]) => `${name}=${value}`),
      `${marks.process}=${layout.home}:${fragment.name}`,
      // The supervisor compares neither programs nor files: these two make it restart.
      `${configMark}=${fragment.restartHash}`,
      `VIGIL_PROGRAM=${fragment.program}`,
    ],
    is_dotenv_disabled: true,
    availability: { restart: "always", backoff_seconds: 2 },
    shutdown: { signal: 15, timeout_seconds: 15 },
    log_location: folders.log,
    log_configuration: {
      no_metadata: true,
      disable_json: true,
      no_color: true,
      fields_order: ["message"],
      flush_each_line: true,
      rotation: { max_size_mb: 10, max_backups: 3 },
    },
  };
}

/** The entry of one process in a project file. */
export interface Written {
  readonly binary: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** The entry of `name`, or undefined where the file has none that can be read. */
export function readEntry(text: string, name: string): Written | undefined {
  let project: unknown;
  try {
    project = fromYaml(text.replaceAll("$$", "$"));
  } catch {
    return undefined;
  }
  const processes = isRecord(project) ? project["processes"] : undefined;
  const entry = isRecord(processes) ? processes[name] : undefined;
  if (!isRecord(entry)) return undefined;
  const [program = "", ...args] = strings(entry["entrypoint"]);
  const env = strings(entry["environment"])
    .filter((line) => !line.startsWith("VIGIL_"))
    .map((line): [string, string] => {
      const at = line.indexOf("=");
      return [line.slice(0, at), line.slice(at + 1)];
    });
  return { binary: basename(program), args, env: Object.fromEntries(env) };
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

/** A fragment's file back as a value; undefined where it was damaged. */
export function parseFragment(text: string): Fragment | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const whole =
      isRecord(value) &&
      ["name", "program", "restartHash", "reloadHash"].every(
        (key) => typeof value[key] === "string",
      ) &&
      Array.isArray(value["args"]) &&
      Array.isArray(value["ports"]) &&
      isRecord(value["env"]);
    return whole ? (value as unknown as Fragment) : undefined;
  } catch {
    return undefined;
  }
}
