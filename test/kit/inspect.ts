import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A temporary folder with these files, gone after `work`. */
export function withFiles<T>(
  files: Readonly<Record<string, string>>,
  work: (folder: string) => T,
): T {
  const folder = mkdtempSync(join(tmpdir(), "vigil-files-"));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What a tool says of these files, on both streams; throws with its words when it refuses them. */
export function inspect(
  files: Readonly<Record<string, string>>,
  tool: string,
  ...args: string[]
): string {
  return withFiles(files, (cwd) => {
    const { error, status, stderr, stdout } = spawnSync(tool, args, { cwd, encoding: "utf8" });
    if (error) throw error;
    if (status === 0) return stdout + stderr;
    throw new Error(`${tool} ${args.join(" ")}: ${stdout}${stderr}`);
  });
}
