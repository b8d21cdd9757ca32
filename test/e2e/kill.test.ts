import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync, watch, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createWorkspace, type Workspace } from "./workspace.ts";

jest.setTimeout(300_000);

const services = ["alertmanager", "blackbox", "node", "processor", "prometheus"];

let place: Workspace;
beforeAll(async () => {
  place = await createWorkspace("kill");
});
afterAll(async () => {
  await place.vigil(["down", "--purge"]);
  place.remove();
});

/** Waits until every target answers; `status` says so by its exit code. */
async function answered(): Promise<void> {
  while ((await place.vigil(["status"])).code !== 0) await sleep(500);
}

/** Moments of one `up`, from before the engine starts to after the last process is ready. */
const moments = Array.from({ length: 5 }, (_, round) =>
  Math.round(500 + round * 900 + Math.random() * 900),
);

describe("up killed hard", () => {
  it.each(moments)("after %d ms is fixed by the next one", async (moment) => {
    const run = place.start(["up"]);
    await Promise.race([sleep(moment), run.ended]);
    run.kill();
    await run.ended;
    const { code, text } = await place.vigil(["up"]);
    expect([code, text]).toEqual([0, expect.stringContaining("Vigil watches")]);
    const running = place.processes();
    expect(Object.keys(running).sort()).toEqual(services);
    // Never started twice.
    expect(Object.values(running).map((pids) => pids.length)).toEqual(services.map(() => 1));
    await answered();
    const empty = await place.vigil(["pulumi", "preview", "--expect-no-changes"]);
    expect([empty.code, empty.text]).toEqual([0, expect.stringContaining("unchanged")]);
    // The next round begins with nothing, too, but for the last: killed while all is there.
    if (moment < 4000) await place.vigil(["down"]);
  });
});

describe("channels interrupted", () => {
  const stack = "moving";
  const secrets = {
    "receivers.slack.url": "https://hooks.slack.com/hidden-one",
    "processor.discord.url": "https://discord.com/api/webhooks/1/hidden-two",
  };
  const file = (): string => join(place.folder, `Pulumi.${stack}.yaml`);
  const read = (): string => readFileSync(file(), "utf8");
  const drafts = (): string[] =>
    [place.folder, join(place.folder, ".vigil/project")].flatMap((folder) =>
      readdirSync(folder)
        .filter((name) => name.includes("draft"))
        .map((name) => join(folder, name)),
    );

  /** Runs it until so many steps were written into its draft; says whether it ended before. */
  async function interrupted(after: number): Promise<boolean> {
    const run = place.start(["channels", "--stack", stack]);
    const draft = join(place.folder, ".vigil/project", `draft.${stack}.yaml`);
    const seen = new Set(["", read()]);
    let killed = false;
    const watcher = watch(dirname(draft), () => {
      seen.add(existsSync(draft) ? readFileSync(draft, "utf8") : "");
      if (killed || seen.size < after + 2) return;
      killed = true;
      // What Ctrl-C sends, every other time.
      run.kill(after % 2 === 0 ? "SIGINT" : "SIGKILL");
    });
    await run.ended;
    watcher.close();
    return !killed;
  }

  it("changes all of the stack's file or nothing, and shows no secret", async () => {
    writeFileSync(file(), "config:\n  vigil:environment: test\n  vigil:target: local\n");
    const pairs = Object.entries(secrets);
    const all = pairs.flatMap(([key, value]) => ["--secret", `vigil:${key}=${value}`]);
    await place.vigil(["pulumi", "config", "set-all", "--path", ...all], "", { STACK: stack });
    const before = read();
    expect(before.match(/secure:/g)).toHaveLength(pairs.length);

    let rounds = 0;
    for (; !(await interrupted(rounds + 1)) && read() === before; rounds += 1) {
      for (const draft of drafts()) expect(statSync(draft).mode & 0o077).toBe(0);
      const readable = ["-rlF", "--exclude-dir=node_modules", "hidden-", ".vigil", file()];
      expect(spawnSync("grep", readable, { cwd: place.folder, encoding: "utf8" }).stdout).toBe("");
    }
    // Each is set and taken away; the last step may be over before it is killed.
    expect(rounds).toBeGreaterThanOrEqual(2 * pairs.length - 1);

    const last = await place.vigil(["channels", "--stack", stack]);
    expect([last.code, last.text]).toEqual([0, "Nothing to move.\n"]);
    const after = read();
    expect(after).not.toMatch(/receivers|processor/);
    expect(after.match(/secure:/g)).toHaveLength(pairs.length);
    expect(drafts()).toEqual([]);
    const { text } = await place.vigil(["pulumi", "config", "--show-secrets", "--json"], "", {
      STACK: stack,
    });
    const shown = JSON.parse(text) as Record<string, { value: string }>;
    expect(JSON.parse(shown["vigil:channels"]?.value ?? "")).toEqual({
      discord: { url: secrets["processor.discord.url"] },
      slack: { url: secrets["receivers.slack.url"] },
    });
  });
});
