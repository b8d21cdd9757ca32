import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { checkout, temporary, write } from "../kit/workshop.ts";

/** A checkout in a folder with an odd name, whose command line only says what it was called with. */
function small(): { readonly root: string; readonly elsewhere: string } {
  const outer = temporary();
  const root = join(outer, "of an admin's  own $HOME");
  mkdirSync(root);
  write(root, {
    Makefile: readFileSync(join(checkout, "Makefile"), "utf8"),
    vigil: `#!/bin/sh\necho "$(basename "$0") of $(cd -- "$(dirname -- "$0")" && pwd): $* for $VIGIL_FROM"\n`,
  });
  chmodSync(join(root, "vigil"), 0o755);
  const elsewhere = join(outer, "elsewhere");
  mkdirSync(elsewhere);
  symlinkSync(join(root, "Makefile"), join(elsewhere, "Makefile"));
  return { root, elsewhere };
}

describe("make finds its own folder", () => {
  it.each([
    ["in it", (root: string) => ({ cwd: root, args: [] })],
    [
      "called by -f",
      (root: string, cwd: string) => ({ cwd, args: ["-f", join(root, "Makefile")] }),
    ],
    ["called by -C", (root: string, cwd: string) => ({ cwd, args: ["-C", root] })],
    ["through a link", (_: string, cwd: string) => ({ cwd, args: [] })],
  ])("%s", (_, way) => {
    const { elsewhere, root } = small();
    const { args, cwd } = way(root, elsewhere);
    const make = (goal: string) =>
      execFileSync("make", ["--no-print-directory", ...args, goal], {
        cwd,
        // As a shell has it, and as it leaves it when make goes somewhere else.
        env: { ...process.env, CDPATH: "/:/tmp", PWD: cwd, STACK: "x" },
        encoding: "utf8",
        stdio: "pipe",
      });
    expect(make("up")).toBe(`vigil of ${root}: up for ${cwd}\n`);
    expect(make("help")).toContain("make up ");
  });
});
