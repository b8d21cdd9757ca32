import { openEngine, stackArgs } from "../engine.ts";
import { stackOptions } from "../options.ts";

const help = `./vigil refresh [--stack NAME]

Compares what is recorded with what is really there: files edited by hand, processes that stopped.
Changes nothing; up repairs what it shows.
`;

/** `vigil refresh`. */
export async function run(args: string[]): Promise<number> {
  const options = stackOptions(args, help);
  if (options === undefined) return 0;
  const env = { ...process.env, VIGIL_CHECK_HOSTS: "1" };
  const engine = await openEngine({ ...options, env, to: "preview" });
  return engine.run([
    "refresh",
    "--preview-only",
    "--diff",
    "--suppress-outputs",
    ...stackArgs(engine.home),
  ]);
}
