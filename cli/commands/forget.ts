import { UserError, UsageError } from "../../lib/errors.ts";
import { nearest } from "../../lib/nearest.ts";
import { createProgress } from "../../lib/progress.ts";
import { openEngine } from "../engine.ts";
import { stackOptions } from "../options.ts";
import { installedOnHosts } from "../state/hosts.ts";
import { inTurn } from "../state/turn.ts";
import { tell } from "../tell.ts";

const help = `./vigil forget HOST [--stack NAME]

Drops the record of what is installed on a host that is gone for good, without connecting to it: up and down no
longer try to remove anything there. Take the host out of vigil:hosts, too, or the next up installs it again.
`;

/** `vigil forget`. */
export async function run(args: string[]): Promise<number> {
  const options = stackOptions(args, help, {}, true);
  if (options === undefined) return 0;
  const [host, ...more] = options.rest;
  if (host === undefined || more.length > 0) {
    throw new UsageError("Which host is to be forgotten?", { advice: help.trim().split("\n") });
  }
  const engine = await openEngine(options);
  const installed = await installedOnHosts(engine);
  const mine = installed.filter(({ state }) => state.host === host);
  if (mine.length === 0) {
    const hosts = [...new Set(installed.map(({ state }) => state.host))];
    const close = nearest(host, hosts);
    throw new UserError(`Nothing is installed on a host ${host}`, {
      advice: [close === undefined ? "./vigil check-hosts lists them" : `./vigil forget ${close}`],
    });
  }
  await inTurn(engine.home, createProgress(), async () => {
    for (const { urn } of mine) {
      await engine.capture([
        ...["state", "delete", urn, "--yes", "--target-dependents"],
        ...["--stack", engine.home.stack],
      ]);
    }
  });
  tell(`Forgotten: ${mine.map(({ state }) => `${state.host} ${state.name}`).join(", ")}\n`);
  return 0;
}
