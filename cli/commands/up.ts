import { closing } from "../closing.ts";
import { type Engine, openEngine, recover, stackArgs } from "../engine.ts";
import { UserError } from "../../lib/errors.ts";
import { stackOptions } from "../options.ts";
import { readOutputs, writeAccess } from "../estate/outputs.ts";
import type { Planned } from "../plan.ts";
import { createProgress, type Progress } from "../../lib/progress.ts";
import { keepCopy } from "../state/care.ts";
import { fingerprint, noteDeployed } from "../state/deployed.ts";
import { forgetOldSecrets } from "../state/forget.ts";
import { inTurn } from "../state/turn.ts";

const help = `./vigil up [--stack NAME]

Deploys or updates the estate of a stack, and prints where it is. Repairs what was changed by
hand or left behind by a run that was killed. Run it as often as you like.

  --stack NAME   which Pulumi.NAME.yaml (or STACK=NAME); default: local
  --check-hosts  look at everything that stands on hosts, and install again what is not as it was installed
                 there; otherwise what Prometheus gets metrics from is taken to be in order
`;

/**
 * Previews quietly: a port that is taken or a file its server would refuse is found while nothing has
 * been touched yet.
 *
 * @returns what the stack is to become; undefined where only the engine could plan it.
 */
async function rehearse(engine: Engine, progress: Progress): Promise<Planned | undefined> {
  // Modules that need packages, which are there only now.
  const { planFor } = await import("../plan.ts");
  const { requireGround } = await import("../require-ground.ts");
  const { askPreview } = await import("../preview/ask.ts");
  const step = progress.start("preview", "checking whether it can work");
  try {
    const planned = await planFor(engine);
    await requireGround(engine, planned);
    const { code, preview } = await askPreview(engine, false);
    if (code !== 0) {
      throw new UserError(`Stack ${engine.home.stack} cannot be deployed`, {
        details: preview.errors.flatMap((error) => error.split("\n")),
        advice: ["Fix that and run it again; nothing was changed."],
      });
    }
    step.done("it can");
    return planned;
  } catch (error) {
    step.fail("it cannot, nothing was changed");
    throw error;
  }
}

/** `vigil up`. */
export async function run(args: string[]): Promise<number> {
  const options = stackOptions(args, help, { "check-hosts": { type: "boolean" } });
  if (options === undefined) return 0;
  const { root, stack } = options;
  const progress = createProgress();
  const closely = options.values["check-hosts"] === true;
  const env = { ...process.env, ...(closely && { VIGIL_CHECK_HOSTS: "1" }) };
  const engine = await openEngine({ root, stack, env, progress, to: "change" });
  const made = await fingerprint(root, stack);
  let planned: Planned | undefined;
  const code = await inTurn(engine.home, progress, async () => {
    await keepCopy(engine.home);
    await recover(engine, progress);
    planned = await rehearse(engine, progress);
    return engine.run([
      "up",
      "--yes",
      "--skip-preview",
      "--refresh",
      "--suppress-outputs",
      // A host that is down fails alone.
      ...(Object.keys(planned?.config.hosts ?? {}).length > 0 ? ["--continue-on-error"] : []),
      ...stackArgs(engine.home),
    ]);
  });
  await keepCopy(engine.home);
  if (code !== 0) return code;
  await forgetOldSecrets(engine.home);
  await noteDeployed(root, stack, made);
  const outputs = await readOutputs(engine);
  const access = await writeAccess(root, stack, outputs);
  const { without } = engine;
  const wanted = planned?.config;
  process.stdout.write(closing({ access, outputs, root, stack, wanted, without }));
  return 0;
}
