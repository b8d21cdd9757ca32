import { openEngine, stackArgs, targetOf } from "../engine.ts";
import { stackOptions } from "../options.ts";
import { groundProblems } from "../reality.ts";
import { stackExists } from "../stack.ts";

const help = `./vigil preview [--stack NAME]

Shows what up would change, with the text that changes in files. Changes nothing.
`;

/** `vigil preview`. */
export async function run(args: string[]): Promise<number> {
  const options = stackOptions(args, help);
  if (options === undefined) return 0;
  const engine = await openEngine({ ...options, to: "preview" });
  const { root, stack } = options;
  if (stackExists(engine.home) === true) {
    const problems = await groundProblems(root, stack, await targetOf(root, stack));
    for (const problem of problems) process.stdout.write(`✗ ${problem}\n`);
  }
  return engine.run(["preview", "--diff", "--suppress-outputs", ...stackArgs(engine.home)]);
}
