import { connect } from "../estate/client.ts";
import { openEngine } from "../engine.ts";
import { forStack } from "../../lib/command.ts";
import { reasonOf } from "../../lib/errors.ts";
import { secondsIn, type StackOptions, stackOptions } from "../options.ts";
import { selectionOf } from "../selection.ts";
import { type Outputs, readOutputs } from "../estate/outputs.ts";
import { groundClaims } from "../reality.ts";
import { tell } from "../tell.ts";
import { settle } from "../claim.ts";
import { warmUp } from "../estate/pace.ts";
import { claimsFor } from "../estate/verify.ts";

const help = `./vigil verify [--stack NAME] [--seconds N]

Proves that the running estate works: every listener requires TLS and a login, every target answers,
every rule can be evaluated, and an alert gets from Prometheus to Alertmanager. Retries until all
is well or the time is up. Says then how many of the loaded alerts have had no series.

  --seconds N   how long; default: 60, longer for an estate that has just started and scrapes rarely
`;

/** Seconds until an alert of an estate can have arrived that was just told what to do; below 0 long after. */
async function stillWarming(outputs: Outputs): Promise<number> {
  const pace = await connect(outputs)
    .pace()
    .catch(() => undefined);
  return pace === undefined ? 0 : warmUp(pace) - pace.age;
}

/** How many alerts are loaded, and how many of them lack their series. */
async function reachLine(outputs: Outputs, { root, stack }: StackOptions): Promise<string> {
  const { loadedBy, unseenLine } = await import("../estate/loaded.ts");
  const { unseenAlerts } = await import("../estate/unseen.ts");
  const jobs = Object.keys(outputs.watched);
  const loaded = await loadedBy({ ...(await selectionOf(root, stack)), jobs });
  const unseen = await unseenAlerts(connect(outputs), loaded, root);
  return forStack(unseenLine(loaded.length, unseen), stack);
}

/** `vigil verify`. */
export async function run(args: string[]): Promise<number> {
  const options = stackOptions(args, help, { seconds: { type: "string" } });
  if (options === undefined) return 0;
  const { root, stack } = options;
  const given = options.values["seconds"] === undefined ? undefined : secondsIn(options);
  const outputs = await readOutputs(await openEngine(options));
  const seconds = given ?? Math.max(60, await stillWarming(outputs));
  const ground = groundClaims(root, stack, outputs.target);
  const claims = [...ground, ...claimsFor(outputs)];
  const problems = claims.map((one) => settle(one, seconds));
  let well = true;
  // All are asked at once, and told in the order in which an alert goes its way.
  for (const [index, { claim }] of claims.entries()) {
    const problem = await problems[index];
    tell(problem === undefined ? `✓ ${claim}\n` : `✗ ${claim}\n  ${problem}\n`);
    well &&= problem === undefined;
  }
  if (well) tell(`\n${await reachLine(outputs, options).catch(reasonOf)}\n`);
  return well ? 0 : 1;
}
