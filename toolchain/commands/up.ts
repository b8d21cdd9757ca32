import { closing } from "../closing.ts";
import { openEngine, recover, stackArgs } from "../engine.ts";
import { stackOptions } from "../options.ts";
import { readOutputs, writeAccess } from "../outputs.ts";
import { createProgress } from "../progress.ts";

const help = `vigil up [--stack NAME]

Makes the estate of a stack what the program says, and says where it is. Mends what was changed by
hand or left behind by a run that was killed. Run it as often as you like.

  --stack NAME   which Pulumi.NAME.yaml (or STACK=NAME); default: local
`;

/** `vigil up`. */
export async function run(args: string[]): Promise<number> {
  const options = stackOptions(args, help);
  if (options === undefined) return 0;
  const { root, stack } = options;
  const progress = createProgress();
  const engine = await openEngine({ root, stack, progress });
  await recover(engine, progress);
  const code = await engine.run([
    "up",
    "--yes",
    "--skip-preview",
    "--refresh",
    "--suppress-outputs",
    ...stackArgs(engine.home),
  ]);
  if (code !== 0) return code;
  const outputs = await readOutputs(engine);
  const access = await writeAccess(root, stack, outputs);
  process.stdout.write(closing({ access, outputs, root, stack, without: engine.without }));
  return 0;
}
