import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { marked, seenIn, type Marked } from "../kit/marked.ts";
import { createWorkspace, type Workspace } from "./workspace.ts";

jest.setTimeout(300_000);

let place: Workspace;
let all: Marked;
/** Everything that commands said. */
let said = "";

/** `a.b.c` and its text of every value, as `config set-all` takes them. */
function leaves(value: unknown, path: string): [string, string][] {
  if (typeof value !== "object" || value === null) return [[path, String(value)]];
  return Object.entries(value).flatMap(([key, one]) => leaves(one, `${path}.${key}`));
}

async function vigil(...args: string[]): Promise<number> {
  const { code, text } = await place.vigil(args);
  said += text;
  return code;
}

/** Sets what `values` has; through the real engine, which encrypts what is secret. */
async function set(values: Marked["values"]): Promise<void> {
  const pairs = leaves(values, "vigil:").map(([path, text]) => {
    const kind = seenIn(text, all).length > 0 ? "--secret" : "--plaintext";
    return [kind, `${path.replace("vigil:.", "vigil:")}=${text}`];
  });
  const { code, text } = await place.vigil([
    "pulumi",
    "config",
    "set-all",
    "--path",
    ...pairs.flat(),
  ]);
  if (code !== 0) throw new Error(text);
}

/** Files in which a secret can be read, with the keys of those, by path. */
function readable(): Record<string, string[]> {
  const marks = Object.values(all.marks).flatMap((mark) => ["-e", mark]);
  // Samples and programs are large: grep looks through them once, whatever it looks for.
  const args = ["-rlaF", "--exclude-dir=node_modules", ...marks, "."];
  const { status, stdout } = spawnSync("grep", args, { cwd: place.folder, encoding: "utf8" });
  // 2 is a file that went away meanwhile.
  expect([0, 1, 2]).toContain(status);
  return Object.fromEntries(
    stdout
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => {
        const file = line.replace(/^\.\//, "");
        return [file, seenIn(readFileSync(join(place.folder, file), "latin1"), all)];
      }),
  );
}

beforeAll(async () => {
  all = await marked();
  place = await createWorkspace("marked", {
    settings: "  vigil:rules:\n    extra:\n      always: always.yml\n",
  });
  // So that everybody is notified, those on call and a team, and it is said that nobody could be.
  const rule = {
    alert: "Always",
    expr: "vector(1)",
    labels: { severity: "emergency", team: "sre" },
  };
  mkdirSync(place.folder, { recursive: true });
  writeFileSync(
    join(place.folder, "always.yml"),
    JSON.stringify({ groups: [{ name: "always", interval: "1s", rules: [rule] }] }),
  );
  await set(all.values);
});

afterAll(async () => {
  await place.vigil(["down", "--purge"]);
  place.remove();
});

it("a preview and rendered files of every secret that there is show none", async () => {
  expect(await vigil("preview")).toBe(0);
  expect(await vigil("render", "--out", "rendered")).toBe(0);
  expect(readdirSync(join(place.folder, "rendered"))).not.toEqual([]);
  expect(seenIn(said, all)).toEqual([]);
  expect(readable()).toEqual({});
});

it("in an estate that runs, each lies in the files of who needs it and nowhere else", async () => {
  // There is neither a PostgreSQL nor a Grafana to run with, nor a host.
  for (const one of ["processor.postgres", "grafana.auth", "grafana.url", "hosts"]) {
    const { code } = await place.vigil(["pulumi", "config", "rm", "--path", `vigil:${one}`]);
    expect(code).toBe(0);
  }
  expect(await vigil("up")).toBe(0);
  const log = (name: string): string =>
    readFileSync(join(place.folder, ".vigil", place.stack, "logs", `${name}.log`), "utf8");
  while (!/not sent/.test(log("processor")) || !/hooks\.example\.com/.test(log("alertmanager"))) {
    await sleep(200);
  }
  for (const command of ["status", "logs", "preview"]) await vigil(command);
  expect(seenIn(said, all)).toEqual([]);

  const pids = Object.values(place.processes()).flat();
  expect(pids.length).toBeGreaterThan(4);
  const shown = pids.map((pid) =>
    ["cmdline", "environ"].map((one) => readFileSync(`/proc/${pid}/${one}`, "latin1")).join(),
  );
  expect(seenIn(shown.join(), all)).toEqual([]);

  const files = readable();
  for (const file of Object.keys(files)) {
    expect(file).toMatch(/^\.vigil\/marked\/(?:services\/|access\/login$)/);
    expect((statSync(join(place.folder, file)).mode & 0o777).toString(8)).toBe("600");
  }
  const missing = [
    ...["vigil:grafana.auth", "vigil:processor.postgres.url"],
    ...["vigil:ssh.key", "vigil:ssh.passphrase"],
  ];
  // Of the person's password servers hold a hash.
  expect([...new Set([...Object.values(files).flat(), ...missing])].sort()).toEqual(
    Object.keys(all.marks).sort(),
  );
});
