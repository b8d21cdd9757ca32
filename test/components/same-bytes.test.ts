import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../kit/harness.ts";

jest.setTimeout(60_000);

/** What a process of its own renders, by path: whose clock, time zone and language are others'. */
function rendered(stack: string, more: NodeJS.ProcessEnv): Record<string, string> {
  const out = mkdtempSync(join(tmpdir(), "vigil-render-"));
  try {
    const args = [join(root, "cli/vigil.ts"), "render", "--stack", stack, "--out", out];
    const env = { ...process.env, ...more };
    execFileSync(process.execPath, ["--disable-warning=ExperimentalWarning", ...args], {
      cwd: tmpdir(),
      env,
      stdio: "pipe",
    });
    const files = readdirSync(out, { recursive: true, encoding: "utf8" }).sort();
    return Object.fromEntries(
      files
        .filter((file) => statSync(join(out, file)).isFile())
        .map((file) => [
          file,
          createHash("sha256")
            .update(readFileSync(join(out, file)))
            .digest("hex"),
        ]),
    );
  } finally {
    rmSync(out, { recursive: true });
  }
}

test.each(["local", "dev"])("stack %s is the same bytes from process to process", (stack) => {
  const here = rendered(stack, { TZ: "UTC", LC_ALL: "C", LANG: "C" });
  const there = rendered(stack, {
    TZ: "Pacific/Chatham",
    LC_ALL: "tr_TR.UTF-8",
    LANG: "tr_TR.UTF-8",
  });
  expect(Object.keys(here).length).toBeGreaterThan(10);
  expect(there).toEqual(here);
});
