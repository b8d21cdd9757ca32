import { forStack } from "../../lib/command.ts";
import { join } from "node:path";
import { UserError } from "../../lib/errors.ts";
import { settle } from "../claim.ts";
import { targetOf } from "../engine.ts";
import { stackOptions } from "../options.ts";
import { groundClaims } from "../reality.ts";
import { stackFolder } from "../state/home.ts";
import { operationsOf } from "../targets/index.ts";
import { tell } from "../tell.ts";

const help = `./vigil start [--stack NAME]

Starts what the last up deployed and is not running: after a reboot, say. Changes nothing else, uses no
engine and needs no passphrase. What runs is left alone. ./vigil autostart does this automatically.
`;

/** How long everything may take until it runs, in seconds. */
const patience = 60;

/** `vigil start`. */
export async function run(args: string[]): Promise<number> {
  const options = stackOptions(args, help);
  if (options === undefined) return 0;
  const { root, stack } = options;
  const target = await targetOf(root, stack);
  const { start } = operationsOf(target);
  if (start === undefined) {
    tell(`The container engine starts stack ${stack} on its own; nothing to do.\n`);
    return 0;
  }
  if (!(await start({ root, stack }))) {
    tell(`Stack ${stack} is not up: there is nothing to start.\n`);
    return 0;
  }
  for (const one of groundClaims(root, stack, target)) {
    const problem = await settle(one, patience);
    if (problem === undefined) continue;
    throw new UserError(`Stack ${stack} could not be started as it was`, {
      details: [problem, `Logs are in ${join(stackFolder(root, stack), "logs")}`],
      advice: [forStack("make up", stack)],
    });
  }
  tell(`Stack ${stack} is running.\n`);
  return 0;
}
