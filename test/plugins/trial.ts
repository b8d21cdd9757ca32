import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { EstateParts } from "../docker/estate.ts";

/** What the small program is asked to make. */
export interface Trial {
  readonly docker?: EstateParts & {
    readonly stack: string;
    readonly ports: Readonly<Record<string, number>>;
  };
  readonly grafana?: {
    readonly url: string;
    readonly auth: string;
    readonly ca?: string;
    readonly title: string;
  };
}

/** Why the official plugin cannot be tried here, or undefined. */
export function lacksPlugin(name: string, version: string): string | undefined {
  const home = process.env["PULUMI_HOME"] ?? join(homedir(), ".pulumi");
  const folder = `resource-${name}-v${version}`;
  if (!existsSync(join(home, "plugins", folder, `pulumi-resource-${name}`))) {
    return `no ${folder} in ${join(home, "plugins")}`;
  }
  const path = (process.env["PATH"] ?? "").split(delimiter);
  return path.some((at) => existsSync(join(at, "pulumi"))) ? undefined : "no pulumi on PATH";
}

/** The outcome of one command of the engine. */
export interface Outcome {
  readonly code: number;
  readonly output: string;
}

/** A stack of the small program, its state in a folder of its own. */
export class TrialStack {
  readonly #folder = mkdtempSync(join(tmpdir(), "vigil-trial-"));

  /** What the next command is to see. */
  write(trial: Trial): void {
    writeFileSync(join(this.#folder, "trial.json"), JSON.stringify(trial), { mode: 0o600 });
  }

  async init(): Promise<void> {
    const { code, output } = await this.run("stack", "init", "trial");
    if (code !== 0) throw new Error(output);
  }

  /** Runs `pulumi` with `args` on the stack. */
  run(...args: readonly string[]): Promise<Outcome> {
    const child = spawn("pulumi", ["--non-interactive", "--color=never", ...args], {
      cwd: join("test", "plugins", "program"),
      env: {
        ...process.env,
        PULUMI_BACKEND_URL: `file://${this.#folder}`,
        PULUMI_CONFIG_PASSPHRASE: "trial",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        PULUMI_SKIP_UPDATE_CHECK: "true",
        PULUMI_STACK: "trial",
        VIGIL_TRIAL: join(this.#folder, "trial.json"),
      },
    });
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
    return new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => {
        resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString() });
      });
    });
  }

  /** Like {@link run}; throws what was printed when the command fails. */
  async succeed(...args: readonly string[]): Promise<string> {
    const { code, output } = await this.run(...args);
    if (code !== 0) throw new Error(`pulumi ${args.join(" ")}:\n${output}`);
    return output;
  }

  forget(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
