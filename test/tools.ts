import { execFileSync } from "node:child_process";
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

/** What a tool says of these files; throws with its words when it refuses them. */
export function inspect(
  files: Readonly<Record<string, string>>,
  tool: string,
  ...args: string[]
): string {
  return withFiles(files, (cwd) => {
    try {
      return execFileSync(tool, args, { cwd, encoding: "utf8", stdio: "pipe" });
    } catch (error) {
      const { stderr, stdout } = error as { stderr?: string; stdout?: string };
      throw new Error(`${tool} ${args.join(" ")}: ${stdout ?? ""}${stderr ?? String(error)}`);
    }
  });
}
