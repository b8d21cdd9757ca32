import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathWith } from "../../lib/path.ts";
import { UserError, reasonOf } from "../../lib/errors.ts";
import { run } from "../../lib/process.ts";

const files = ["go.mod", "go.sum", "tools.go"] as const;

/**
 * The files that pin a Go program with all that it is built from, as `tools/go/NAME` has them.
 *
 * @param go - The program itself.
 * @throws UserError where Go finds no such version.
 */
export async function pinModule(
  go: string,
  main: string,
  version: string,
): Promise<Readonly<Record<(typeof files)[number], string>>> {
  const folder = await mkdtemp(join(tmpdir(), "vigil-module-"));
  const env = {
    ...process.env,
    PATH: pathWith([dirname(go)], process.env["PATH"]),
    GOTOOLCHAIN: process.env["GOTOOLCHAIN"] ?? "auto",
    GOWORK: "off",
  };
  const call = (...args: readonly string[]) => run(go, args, { cwd: folder, env, idle: 180_000 });
  try {
    await writeFile(
      join(folder, "tools.go"),
      `//go:build tools\n\npackage tools\n\nimport _ "${main}"\n`,
    );
    await call("mod", "init", "vigil/tools");
    await call("get", `${main}@v${version}`);
    await call("mod", "tidy");
    const texts = files.map(async (name) => [name, await readFile(join(folder, name), "utf8")]);
    return Object.fromEntries(await Promise.all(texts)) as Record<(typeof files)[number], string>;
  } catch (cause) {
    throw new UserError(`Go cannot pin ${main} ${version}; nothing was written`, {
      details: [reasonOf(cause)],
      advice: [`Look which versions there are: https://pkg.go.dev/${main}?tab=versions`],
      cause,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
