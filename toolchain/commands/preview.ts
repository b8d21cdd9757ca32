import { openEngine, stackArgs } from "../engine.ts";
import { stackOptions } from "../options.ts";

const help = `vigil preview [--stack NAME]

Shows what up would change, with the text that changes in files. Changes nothing.
`;

/** `vigil preview`. */
export async function run(args: string[]): Promise<number> {
  const options = stackOptions(args, help);
  if (options === undefined) return 0;
  const engine = await openEngine(options);
  return engine.run(["preview", "--diff", "--suppress-outputs", ...stackArgs(engine.home)]);
}
