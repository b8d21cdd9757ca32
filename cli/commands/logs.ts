import { targetOf } from "../engine.ts";
import { stackOptions } from "../options.ts";
import { logsElsewhere } from "../targets/elsewhere.ts";
import { operationsOf } from "../targets/index.ts";

const help = `./vigil logs [SERVICE] [--stack NAME] [--follow]

The servers' logs: the last lines of each, or of one service. Containers are shown one at
a time, Prometheus when none is named.

  --follow   keeps following until Ctrl-C
`;

/** `vigil logs`. */
export async function run(args: string[]): Promise<number> {
  const options = stackOptions(args, help, { follow: { type: "boolean", short: "f" } }, true);
  if (options === undefined) return 0;
  const { rest, root, stack, values } = options;
  const service = rest[0] ?? process.env["SERVICE"];
  const follow = values["follow"] === true;
  const code = service && (await logsElsewhere({ root, stack }, service, follow));
  if (typeof code === "number") return code;
  const operations = operationsOf(await targetOf(root, stack));
  return operations.logs({ root, stack }, service, follow);
}
