import { execFileSync, spawn } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { root } from "../kit/harness.ts";
import { freePort } from "../../lib/free-port.ts";

/** What a command did. */
export interface Done {
  readonly code: number;
  /** Both streams, as a person sees them. */
  readonly text: string;
}

/** A copy of the checkout as a newcomer would have it, with a stack of its own on free ports. */
export interface Workspace {
  readonly folder: string;
  readonly stack: string;
  readonly ports: Readonly<Record<Service, number>>;
  /** Environment of every command there. */
  readonly env: NodeJS.ProcessEnv;
  /** A path below the folder of the stack's estate. */
  inHome(...path: string[]): string;
  /** Runs `./vigil up` there, which must succeed; gives back what it said. */
  up(): Promise<string>;
  /** Runs `./vigil <args>` there; `input` goes to its standard input, `more` into its environment. */
  vigil(args: readonly string[], input?: string, more?: NodeJS.ProcessEnv): Promise<Done>;
  /** Runs a line of the shell there, as somebody who pasted it. */
  shell(line: string, input?: string, more?: NodeJS.ProcessEnv): Promise<Done>;
  /** Starts `./vigil <args>` as the leader of a process group, to be killed as one. */
  start(args: readonly string[]): {
    /** By SIGKILL where no other signal is named. */
    readonly kill: (signal?: NodeJS.Signals) => void;
    readonly ended: Promise<void>;
  };
  /** Processes of the stack by service, found as the system shows them. */
  processes(): Record<string, number[]>;
  remove(): void;
}

const services = [
  "prometheus",
  "alertmanager",
  "grafana",
  "nodeExporter",
  "blackboxExporter",
  "processor",
] as const;
type Service = (typeof services)[number];

function copyCheckout(folder: string): void {
  const list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const files = execFileSync("git", list, { cwd: root, encoding: "utf8" }).split("\0");
  for (const file of files.filter((one) => one !== "")) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    copyFileSync(join(root, file), join(folder, file));
  }
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
}

/** Surroundings of somebody who never used Pulumi: no backend, no passphrase, no logged-in account, no `make` around it. */
function newcomer(stack: string, pulumiHome: string): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(?:CI$|MAKE|MFLAGS$|PULUMI_|STACK$|PURGE$)/.test(name),
  );
  return {
    ...Object.fromEntries(own),
    NO_COLOR: "1",
    PULUMI_HOME: pulumiHome,
    STACK: stack,
  };
}

function processesOf(home: string): Record<string, number[]> {
  const found: Record<string, number[]> = {};
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
      const mark = environment.find((one) => one.startsWith(`VIGIL_PROCESS=${home}:`));
      const name = mark?.slice(`VIGIL_PROCESS=${home}:`.length);
      if (name !== undefined) (found[name] ??= []).push(Number(pid));
    } catch {
      // Ended while we looked.
    }
  }
  return found;
}

/** How a workspace differs from this machine without containers. */
export interface WorkspaceOptions {
  /** @default "local" */
  readonly target?: string;
  /** Images by service, for containers. */
  readonly images?: Readonly<Partial<Record<Service, string>>>;
  /** Lines of the stack's file below `config:`. */
  readonly settings?: string;
  /** @default a folder of its own, without plugins */
  readonly pulumiHome?: string;
}

/** Makes a workspace. Scrapes often, so that tests need not wait. */
export async function createWorkspace(
  stack: string,
  { images = {}, pulumiHome, settings = "", target = "local" }: WorkspaceOptions = {},
): Promise<Workspace> {
  const folder = mkdtempSync(join(tmpdir(), `vigil-${stack}-`));
  copyCheckout(folder);
  const numbers = await Promise.all(services.map(freePort));
  const ports = Object.fromEntries(
    services.map((name, index) => [name, numbers[index] ?? 0]),
  ) as Record<Service, number>;
  const image = (name: Service): string =>
    images[name] === undefined ? "" : `\n    image: ${images[name]}`;
  const lines = services
    .filter((name) => name !== "prometheus")
    .map((name) => `  vigil:${name}:\n    port: ${ports[name]}${image(name)}`);
  writeFileSync(
    join(folder, `Pulumi.${stack}.yaml`),
    `config:
  vigil:environment: ${stack}
  vigil:target: ${target}
  vigil:prometheus:
    port: ${ports.prometheus}${image("prometheus")}
    scrapeInterval: 1s
    evaluationInterval: 1s
${lines.join("\n")}
${settings}`,
  );
  const env = newcomer(stack, pulumiHome ?? join(folder, ".pulumi-home"));
  const run = (
    program: string,
    args: readonly string[],
    { detached = false, more = {} }: { detached?: boolean; more?: NodeJS.ProcessEnv } = {},
  ) =>
    spawn(program, args, {
      cwd: folder,
      env: { ...env, ...more },
      detached,
      stdio: ["pipe", "pipe", "pipe"],
    });
  const done = (child: ReturnType<typeof run>, input: string): Promise<Done> =>
    new Promise((resolve, reject) => {
      let text = "";
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      }
      child.on("error", reject);
      child.on("close", (code) => {
        resolve({ code: code ?? -1, text });
      });
      // Who needs no input does not wait for it.
      child.stdin.on("error", () => undefined).end(input);
    });
  const program = join(folder, "vigil");
  const inHome = (...path: string[]): string => join(folder, ".vigil", stack, ...path);
  const vigil: Workspace["vigil"] = (args, input = "", more = {}) =>
    done(run(program, args, { more }), input);
  return {
    folder,
    stack,
    ports,
    env,
    inHome,
    vigil,
    up: async () => {
      const { code, text } = await vigil(["up"]);
      if (code !== 0) throw new Error(text);
      return text;
    },
    shell: (line, input = "", more = {}) =>
      done(run("bash", ["-o", "pipefail", "-ec", line], { more }), input),
    start: (args) => {
      const child = run(program, args, { detached: true });
      child.stdout.resume();
      child.stderr.resume();
      const ended = new Promise<void>((resolve) => {
        child.on("exit", () => {
          resolve();
        });
      });
      return {
        ended,
        kill: (signal = "SIGKILL") => {
          if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
            process.kill(-child.pid, signal);
        },
      };
    },
    processes: () => processesOf(inHome()),
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
