import { openEngine } from "../engine.ts";
import { secondsIn, stackOptions } from "../options.ts";
import { readOutputs } from "../outputs.ts";
import { groundChecks } from "../reality.ts";
import { checksFor, settle } from "../verify.ts";

const help = `./vigil verify [--stack NAME] [--seconds N]

Proves that the running estate works: every listener wants TLS and a login, every target answers,
every rule can be evaluated, and an alert gets from Prometheus to Alertmanager. Asks again until all
is well or the time is over.

  --seconds N   how long; default: 60
`;

/** `vigil verify`. */
export async function run(args: string[]): Promise<number> {
  const options = stackOptions(args, help, { seconds: { type: "string", default: "60" } });
  if (options === undefined) return 0;
  const { root, stack } = options;
  const seconds = secondsIn(options);
  const outputs = await readOutputs(await openEngine(options));
  const ground = groundChecks(root, stack, outputs.target);
  const deadline = Date.now() + seconds * 1000;
  const results = await Promise.all(
    [...ground, ...checksFor(outputs)].map(async (check) => {
      const problem = await settle(check, deadline);
      process.stdout.write(
        problem === undefined ? `✓ ${check.claim}\n` : `✗ ${check.claim}\n  ${problem}\n`,
      );
      return problem === undefined;
    }),
  );
  return results.every(Boolean) ? 0 : 1;
}
