import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, realpathSync } from "node:fs";
import { rm } from "node:fs/promises";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { delimiter, join, relative, resolve } from "node:path";
import { findMarked } from "../../provider/process/marks.ts";
import { stopLeftOvers } from "../../provider/process/supervisor.ts";
import { findOnPath } from "../../lib/path.ts";
import type { ProcessInputs } from "../../provider/types.ts";
import type { Identity } from "../kit/pki.ts";

export { freePort } from "../../lib/free-port.ts";
export { eventually } from "../kit/eventually.ts";
export { identity, type Identity } from "../kit/pki.ts";

// The provider starts known programs only: one of them is a stand-in here, see fixtures/bin.
process.env["PATH"] = [resolve("test/provider/fixtures/bin"), process.env["PATH"]].join(delimiter);

/** Fails the suite at once, with the reason, where a real tool is missing. */
export function requireTools(...names: readonly string[]): void {
  for (const name of names) {
    if (findOnPath(name) === undefined) {
      throw new Error(`These tests need ${name} on PATH, for example from .vigil/bin`);
    }
  }
}

const homes: string[] = [];
const children: ChildProcess[] = [];

/** A folder that does not outlive the suite, nor does what runs from it. */
export function temporaryHome(below = "stack"): string {
  const home = join(realpathSync(mkdtempSync(join(tmpdir(), "vigil-provider-test-"))), below);
  homes.push(home);
  return home;
}

/** Starts a program that ends with the suite. */
export function startProgram(
  file: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): ChildProcess {
  const child = spawn(file, args, { stdio: "ignore", env });
  children.push(child);
  return child;
}

/** Call in afterAll. */
export async function cleanUp(): Promise<void> {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  for (const home of homes.splice(0)) {
    await stopLeftOvers(home);
    await rm(join(tmpdir(), relative(realpathSync(tmpdir()), home).split("/")[0] as string), {
      recursive: true,
      force: true,
    });
  }
}

export const password = "correct-horse-battery";

/** The fixture server as a process of `home`. */
export function fixture(
  home: string,
  name: string,
  port: number,
  { authority, leaf }: Identity,
): ProcessInputs {
  const script = resolve("test/provider/fixtures/server.mjs");
  return {
    name,
    home,
    binary: "blackbox_exporter",
    args: [script, String(port), join(home, "services", name)],
    env: { HUE: "green" },
    files: {
      "tls.crt": leaf.certificate,
      "tls.key": leaf.key,
      "login.txt": `vigil:${password}`,
      "greeting.txt": "hello",
      "behaviour.txt": "well",
      "rules/one.txt": "1",
    },
    onChange: { "greeting.txt": "reload", "rules/one.txt": "reread" },
    checks: [],
    ports: [port],
    health: {
      url: `https://127.0.0.1:${port}/-/ready`,
      ca: authority.certificate,
      username: "vigil",
      password,
      timeoutSeconds: 20,
    },
  };
}

export interface Greeting {
  readonly greeting: string;
  readonly reloads: number;
  readonly pid: number;
  readonly args: readonly string[];
}

/** What the fixture server answers. */
export function greet({ health }: ProcessInputs): Promise<Greeting> {
  return new Promise((done, fail) => {
    const auth = `${health.username}:${health.password}`;
    request(health.url, { ca: health.ca, auth, agent: false }, (answer) => {
      let text = "";
      answer.on("data", (chunk: Buffer) => (text += chunk.toString()));
      answer.on("end", () => {
        done(JSON.parse(text) as Greeting);
      });
    })
      .on("error", fail)
      .end();
  });
}

/** Work while PATH is another one. */
export async function withPath<T>(path: string, work: () => Promise<T>): Promise<T> {
  const before = process.env["PATH"];
  process.env["PATH"] = path;
  try {
    return await work();
  } finally {
    process.env["PATH"] = before;
  }
}

/** Pids of `name` in `home`; of the supervisor without a name. */
export async function pidsOf(home: string, name?: string): Promise<number[]> {
  const wanted = name === undefined ? undefined : `${home}:${name}`;
  const found = await findMarked(home);
  return found.filter((one) => one.process === wanted).map((one) => one.pid);
}
