import { copyFileSync, cpSync, renameSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { createWorkspace, type Done, type Workspace } from "./workspace.ts";

jest.setTimeout(300_000);

const services = ["alertmanager", "blackbox", "node", "processor", "prometheus"];

describe("two clones on one machine, and one that is moved", () => {
  let first: Workspace;
  let second: Workspace;
  const clones: Workspace[] = [];

  beforeAll(async () => {
    first = await createWorkspace("clone");
    second = await createWorkspace("clone");
    clones.push(first, second);
    // Both as the repository has them: on the same ports.
    const [from, to] = [first, second].map(({ folder }) => join(folder, "Pulumi.clone.yaml"));
    copyFileSync(from ?? "", to ?? "");
    const { code, text } = await first.vigil(["up"]);
    if (code !== 0) throw new Error(text);
  });
  afterAll(async () => {
    for (const one of clones) {
      await one.vigil(["down", "--purge"]);
      one.remove();
    }
  });

  /** What a command said that failed, whole. */
  const failed = ({ code, text }: Done): string => (code === 0 ? "" : text);
  const running = (place: Workspace): string[] => Object.keys(place.processes()).sort();
  const told = ({ code, text }: Done, ...wanted: readonly (RegExp | string)[]): void => {
    for (const one of wanted) {
      expect([code, text]).toEqual([
        code,
        typeof one === "string" ? expect.stringContaining(one) : expect.stringMatching(one),
      ]);
    }
  };

  it.each(["preview", "up"])(
    "%s of the second names the first, and what fixes it",
    async (command) => {
      const done = await second.vigil([command]);
      expect(done.code).not.toBe(0);
      const { nodeExporter, prometheus } = first.ports;
      told(
        done,
        `vigil:prometheus.port ${prometheus} is in use by prometheus of stack clone in ${first.folder} (process `,
        `vigil:nodeExporter.port ${nodeExporter} is in use by node of stack clone in ${first.folder} (process `,
        /STACK=clone \.\/vigil pulumi config set --path 'vigil:prometheus\.port' \d+$/m,
        "Nothing was changed.",
      );
      expect(running(second)).toEqual([]);
    },
  );

  it("the commands that are offered fix it", async () => {
    const { text } = await second.vigil(["preview"]);
    const offered = [...text.matchAll(/→ (STACK=.* config set .*)$/gm)].map(([, one = ""]) => one);
    expect(offered).toHaveLength(services.length);
    for (const command of offered) {
      const { code, text: said } = await second.shell(command);
      expect([code, said]).toEqual([0, said]);
    }
    expect((await second.vigil(["preview"])).code).toBe(0);
  });

  it("a port that some other program has is told with the program", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as { port: number };
    const path = "vigil:alertmanager.port";
    await first.vigil(["pulumi", "config", "set", "--path", path, String(port)]);
    for (const command of ["preview", "up"]) {
      const done = await first.vigil([command]);
      expect(done.code).not.toBe(0);
      told(done, `vigil:alertmanager.port ${port} is in use by process ${process.pid} (`);
    }
    other.close();
    const before = String(first.ports.alertmanager);
    await first.vigil(["pulumi", "config", "set", "--path", path, before]);
    expect(running(first)).toEqual(services);
  });

  it("a copy of a clone whose estate runs leaves that alone, and has an estate of its own", async () => {
    const copied = `${first.folder}-copied`;
    const there = (line: string): Promise<Done> => second.shell(`cd '${copied}' && ${line}`);
    const before = first.processes();
    cpSync(first.folder, copied, { recursive: true, verbatimSymlinks: true });
    try {
      told(await there("./vigil down"), "Everything is down");
      expect(first.processes()).toEqual(before);
      copyFileSync(join(second.folder, "Pulumi.clone.yaml"), join(copied, "Pulumi.clone.yaml"));
      expect(failed(await there("./vigil up"))).toBe("");
      told(await there("./vigil verify"), "✓ Everything is running", "✓ All 5 targets answer");
      expect(failed(await there("./vigil down --purge"))).toBe("");
      expect(first.processes()).toEqual(before);
    } finally {
      rmSync(copied, { recursive: true, force: true });
    }
  });

  it("a record that is lost while the estate runs: all say so, and up takes it over", async () => {
    rmSync(join(first.folder, ".vigil/state"), { recursive: true });
    for (const command of ["status", "verify", "preview"]) {
      told(
        await first.vigil([command]),
        "Nothing is recorded about stack clone here, but parts of it exist",
        "→ STACK=clone make up takes them over",
      );
    }
    const done = await first.vigil(["up"]);
    expect(failed(done)).toBe("");
    expect(running(first)).toEqual(services);
    told(await first.vigil(["verify"]), "✓ Everything is running");
  });

  it("a clone that is moved while its estate runs: all say so, and up starts it again", async () => {
    const moved = `${first.folder}-moved`;
    renameSync(first.folder, moved);
    const there = (command: string): Promise<Done> =>
      second.shell(`cd '${moved}' && ./vigil ${command}`);
    const wanted = `It was started in ${first.folder}/.vigil/clone, which is now ${moved}/.vigil/clone`;
    for (const command of ["status", "verify --seconds 1", "preview"]) {
      told(await there(command), wanted, "STACK=clone make up restarts it");
    }
    const done = await there("up");
    expect(failed(done)).toBe("");
    expect(running(first)).toEqual([]);
    told(await there("verify"), "✓ Everything is running", "✓ All 5 targets answer");
    renameSync(moved, first.folder);
    const down = await first.vigil(["down"]);
    told(down, "Everything is down");
    expect(down.code).toBe(0);
  });
});
