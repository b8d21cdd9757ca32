import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createWorkspace, type Done, type Workspace } from "./workspace.ts";

jest.setTimeout(300_000);

const services = ["alertmanager", "blackbox", "node", "processor", "prometheus"];
const asRoot = process.getuid?.() === 0 && process.platform === "linux" ? describe : describe.skip;

let place: Workspace;
const vigil = (): string => join(place.folder, ".vigil");
const inEngine = (...path: string[]): string => join(vigil(), "state/.pulumi", ...path);
const running = (): string[] => Object.keys(place.processes()).sort();

async function succeed(...args: string[]): Promise<string> {
  const { code, text } = await place.vigil(args);
  if (code !== 0) throw new Error(text);
  return text;
}

/** Fills the disk of `.vigil` to the last byte. */
function fill(): void {
  try {
    execFileSync("dd", ["if=/dev/zero", `of=${join(vigil(), "filler")}`, "bs=4k"], {
      stdio: "pipe",
    });
  } catch {
    // It says that no space is left, which is what was wanted.
  }
}

/** Whatever went wrong: nothing runs, and the next `up` works. */
function isDown(done: Done): void {
  expect([done.code, done.text]).toEqual([0, expect.stringContaining("Everything is down")]);
  expect(running()).toEqual([]);
}

asRoot("there is a way back", () => {
  beforeAll(async () => {
    place = await createWorkspace("way");
    mkdirSync(vigil());
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=48m,mode=700", "tmpfs", vigil()]);
    await succeed("up");
  });
  afterAll(async () => {
    await place.vigil(["down", "--purge"]);
    execFileSync("umount", ["--lazy", vigil()]);
    place.remove();
  });

  it("from a full disk: up does not begin, and goes on when there is room", async () => {
    fill();
    const { code, text } = await place.vigil(["up"]);
    expect([code, text]).toEqual([1, expect.stringContaining("There is not enough disk space")]);
    expect(running()).toEqual(services);
    rmSync(join(vigil(), "filler"));
    // As the engine leaves it when the disk fills up in the middle of its work.
    const locks = inEngine("locks/organization/vigil/way");
    mkdirSync(locks, { recursive: true });
    writeFileSync(join(locks, "a.json"), "");
    writeFileSync(join(locks, "b.json.18ec.tmp"), "");
    writeFileSync(inEngine("stacks/vigil/way.json"), "");
    const mended = await succeed("up");
    expect(mended).toContain("Removed a leftover of a run that did not finish: a.json");
    expect(mended).toMatch(/record of stack way could not be read \(it is empty\); the copy of/);
    expect(mended).toMatch(/^Resources:\n +\d+ unchanged$/m);
    expect(readdirSync(locks)).toEqual([]);
  });

  it("from a full disk: down works on it, and keeps the data", async () => {
    fill();
    const done = await place.vigil(["down"]);
    isDown(done);
    expect(done.text).toContain("Stopped: supervisor (process ");
    expect(done.text).toContain("The data is kept in .vigil/way");
    rmSync(join(vigil(), "filler"));
    await succeed("up");
  });

  it("from a record that cannot be read, and all of its copies neither", async () => {
    for (const path of readdirSync(vigil(), { recursive: true, encoding: "utf8" })) {
      if (/^(?:kept|state)\/.*way.*\.(?:json|bak)$/.test(path))
        writeFileSync(join(vigil(), path), "");
    }
    const done = await place.vigil(["down"]);
    isDown(done);
    expect(done.text).toContain("starts from scratch");
    await succeed("up");
  });

  it("from a lost passphrase", async () => {
    const elsewhere = join(place.folder, "passphrase");
    copyFileSync(join(vigil(), "passphrase"), elsewhere);
    rmSync(join(vigil(), "passphrase"));
    const refused = await place.vigil(["up"]);
    expect([refused.code, refused.text]).toEqual([
      1,
      expect.stringContaining("✗ The passphrase of stack way is missing"),
    ]);
    const given = { PULUMI_CONFIG_PASSPHRASE_FILE: elsewhere };
    expect((await place.vigil(["preview"], "", given)).code).toBe(0);
    isDown(await place.vigil(["down"]));
    await succeed("up");
  });

  it("from a lost state folder", async () => {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=48m,mode=700", "tmpfs", vigil()]);
    try {
      const done = await place.vigil(["down"]);
      isDown(done);
      expect(done.text).toContain("although it was not recorded: supervisor (process ");
      expect(done.text).not.toContain("The data is kept");
    } finally {
      execFileSync("umount", ["--lazy", vigil()]);
    }
  });

  it("from secrets of somebody else: they are named, and can be replaced", async () => {
    const file = join(place.folder, "Pulumi.way.yaml");
    const path = "vigil:receivers.webhook.url";
    const set = ["pulumi", "config", "set", "--secret", "--path"];
    await place.vigil([...set, path], "https://example.com/a");
    expect(readFileSync(file, "utf8")).toContain("encryptionsalt");
    await place.vigil(["down"]);
    rmSync(join(vigil(), "passphrase"));
    const second = await place.vigil(
      [...set, "vigil:processor.slack.url"],
      "https://example.com/b",
    );
    expect([second.code, second.text]).toEqual([
      1,
      expect.stringContaining(`${path} in Pulumi.way.yaml`),
    ]);
    expect(readFileSync(file, "utf8")).not.toContain("slack");
    await succeed("pulumi", "config", "rm", "--path", path);
    expect(readFileSync(file, "utf8")).not.toContain("encryptionsalt");
    expect((await place.vigil([...set, path], "https://example.com/c")).code).toBe(0);
    expect((await place.vigil(["preview"])).code).toBe(0);
  });
});
