import { openEngine } from "../engine.ts";
import { forStack } from "../../lib/command.ts";
import { stackOptions } from "../options.ts";
import { installedOnHosts } from "../state/hosts.ts";
import { tell } from "../tell.ts";

const help = `./vigil check-hosts [--stack NAME]

Compares what stands on every host with what the last up installed there: program, unit, files, who may read
them, where it listens, and whether it starts with the host. Changes nothing. Exit code 1 where something
differs or a host cannot be reached, so that a schedule can run it.
`;

/** `vigil check-hosts`. */
export async function run(args: string[]): Promise<number> {
  const options = stackOptions(args, help);
  if (options === undefined) return 0;
  const { stack } = options;
  const installed = await installedOnHosts(await openEngine(options));
  if (installed.length === 0) {
    tell("Nothing is installed on hosts.\n");
    return 0;
  }
  const { audit } = await import("../../provider/host/audit.ts");
  // All at once; as many connections as are good for them are open at a time.
  const findings = installed.map(({ state }) => audit(state));
  let wrong = 0;
  for (const one of findings) {
    const { differences, host, listens, name } = await one;
    const well = differences.length === 0;
    if (!well) wrong += 1;
    tell(
      well
        ? `✓ ${host} ${name}: as installed, listens on ${listens.join(", ")}\n`
        : `✗ ${host} ${name}\n${differences.map((text) => `  ${text}\n`).join("")}`,
    );
  }
  if (wrong > 0)
    tell(
      forStack(
        `\n${wrong} of ${installed.length} differ; ./vigil up --check-hosts installs them again.\n`,
        stack,
      ),
    );
  return wrong === 0 ? 0 : 1;
}
