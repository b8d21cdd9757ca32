import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathWith } from "../../lib/path.ts";
import { layoutOf } from "../../provider/process/layout.ts";
import { exclusively } from "../../provider/process/lock.ts";
import { requireOwnFolder } from "../../provider/process/own.ts";
import { startIfDown } from "../../provider/process/supervisor.ts";
import { targetOf } from "../engine.ts";
import { ensureTools } from "../../tools/ensure.ts";
import { UserError } from "../../lib/errors.ts";
import { stackOptions } from "../options.ts";
import { groundChecks } from "../reality.ts";
import { stackFolder } from "../state/home.ts";
import { tell } from "../tell.ts";
import { settle } from "../check.ts";

const help = `./vigil start [--stack NAME]

Starts what the last up made and is not running: after a reboot, say. Changes nothing else, asks no
engine and needs no passphrase. What runs is left alone. ./vigil autostart has it done by itself.
`;

/** How long everything may take until it runs, in seconds. */
const patience = 60;

/** `vigil start`. */
export async function run(args: string[]): Promise<number> {
  const options = stackOptions(args, help);
  if (options === undefined) return 0;
  const { root, stack } = options;
  const target = await targetOf(root, stack);
  if (target !== "local") {
    tell(`The container engine starts what stack ${stack} has; nothing to do.\n`);
    return 0;
  }
  const layout = layoutOf(stackFolder(root, stack));
  if (!existsSync(layout.project)) {
    tell(`Stack ${stack} is not up: there is nothing to start.\n`);
    return 0;
  }
  await requireOwnFolder(layout.home);
  const { binFolder } = await ensureTools(["process-compose"], { root });
  process.env["PATH"] = pathWith([binFolder]);
  // An up that is under way starts it as well.
  await exclusively(layout.lock, () => startIfDown(layout));
  for (const check of groundChecks(root, stack, target)) {
    const problem = await settle(check, patience);
    if (problem === undefined) continue;
    throw new UserError(`Stack ${stack} could not be started as it was`, {
      details: [problem, `Logs are in ${join(layout.home, "logs")}`],
      advice: [`${stack === "local" ? "" : `STACK=${stack} `}make up`],
    });
  }
  tell(`Stack ${stack} is running.\n`);
  return 0;
}
