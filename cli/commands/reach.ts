import { connect } from "../estate/client.ts";
import { ensureDependencies } from "../../tools/dependencies.ts";
import { openEngine } from "../engine.ts";
import { reasonOf } from "../../lib/errors.ts";
import { stackOptions } from "../options.ts";
import { type Outputs, readOutputs } from "../estate/outputs.ts";
import { selectionOf } from "../selection.ts";
import { tell } from "../tell.ts";
import type { Loaded, Unseen } from "../estate/unseen.ts";
import { watchingNow } from "../estate/watching.ts";

const help = `./vigil reach [--stack NAME] [--detail]

Which alerts can fire in a stack: those left out, with what they would need, and, where the
estate is running, those that have had no series for a day, with the reason.

  --detail   list every alert (or DETAIL=1)
`;

/** Alerts whose series a running estate has not seen; or, while that means nothing yet, why not. */
async function seenIn(
  outputs: Outputs,
  loaded: readonly Loaded[],
  root: string,
): Promise<Unseen[] | string> {
  const estate = connect(outputs);
  const watched = await watchingNow(estate, outputs.watched);
  const waiting = watched.find(({ state }) => state === "starting");
  if (waiting !== undefined) return `${waiting.job} ${waiting.instance}: ${waiting.why}`;
  const { unseenAlerts } = await import("../estate/unseen.ts");
  return unseenAlerts(estate, loaded, root);
}

/** `vigil reach`. */
export async function run(args: string[]): Promise<number> {
  const options = stackOptions(args, help, { detail: { type: "boolean" } });
  if (options === undefined) return 0;
  const { root, stack, values } = options;
  await ensureDependencies({ root });
  const detail = values["detail"] === true || process.env["DETAIL"] === "1";
  const { forStack } = await import("../../lib/command.ts");
  const { loadedBy } = await import("../estate/loaded.ts");
  const { renderReach } = await import("../estate/reach.ts");
  const planned = await selectionOf(root, stack);
  const outputs = await openEngine(options).then(readOutputs).catch(reasonOf);
  // Parts that `up` left out, such as a Grafana that is not available here, are not watched.
  const selection =
    typeof outputs === "string" ? planned : { ...planned, jobs: Object.keys(outputs.watched) };
  const seen =
    typeof outputs === "string"
      ? outputs
      : await seenIn(outputs, await loadedBy(selection), root).catch(reasonOf);
  tell(forStack(renderReach(stack, selection, seen, detail), stack));
  return 0;
}
