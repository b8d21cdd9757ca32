import { rm } from "node:fs/promises";
import { relative } from "node:path";
import { removeVolume, stackVolumes } from "../docker.ts";
import { openEngine, recover, stackArgs, targetOf } from "../engine.ts";
import { stackOptions } from "../options.ts";
import { removeAccess } from "../outputs.ts";
import { createProgress } from "../progress.ts";
import { stackFolder } from "../stack.ts";

const help = `vigil down [--stack NAME] [--purge]

Stops everything of a stack and removes what it made. Data stay, and the next up finds them.

  --purge   the data go, too (or PURGE=1)
`;

/** `vigil down`. */
export async function run(args: string[]): Promise<number> {
  const options = stackOptions(args, help, { purge: { type: "boolean" } });
  if (options === undefined) return 0;
  const { root, stack, values } = options;
  const progress = createProgress();
  const engine = await openEngine({ root, stack, progress });
  await recover(engine, progress);
  const code = await engine.run(["destroy", "--yes", "--skip-preview", ...stackArgs(engine.home)]);
  if (code !== 0) return code;
  await removeAccess(root, stack);
  const purge = values["purge"] === true || process.env["PURGE"] === "1";
  process.stdout.write(`\n${await settle(root, stack, purge)}\n`);
  return 0;
}

/** What becomes of the data, said in one sentence. */
async function settle(root: string, stack: string, purge: boolean): Promise<string> {
  const folder = stackFolder(root, stack);
  const target = await targetOf(root, stack);
  if (target === "docker") {
    const volumes = await stackVolumes(stack);
    if (!purge) {
      return `Everything is down. The data are kept in volumes: ${volumes.join(", ")}; make down PURGE=1 removes them.`;
    }
    await Promise.all(volumes.map((name) => removeVolume(name)));
    return `Everything is down, and the data are gone: ${volumes.join(", ")}`;
  }
  if (!purge) {
    return `Everything is down. The data are kept in ${relative(root, folder)}; make down PURGE=1 removes them.`;
  }
  await rm(folder, { recursive: true, force: true });
  return "Everything is down, and the data are gone.";
}
