import { rm } from "node:fs/promises";
import { relative } from "node:path";
import { type Engine, openEngine, recover, stackArgs, targetOf } from "../engine.ts";
import { reasonOf, type UserError } from "../../lib/errors.ts";
import { stackOptions } from "../options.ts";
import { removeAccess } from "../estate/outputs.ts";
import { createProgress, type Progress } from "../../lib/progress.ts";
import { madeElsewhere } from "../reality.ts";
import { backendChosen } from "../stack.ts";
import { keepCopy, setAside } from "../state/care.ts";
import { forgetStack } from "../state/forget.ts";
import { stackFolder } from "../state/home.ts";
import { readRecord, recordFile } from "../state/record.ts";
import { inTurn } from "../state/turn.ts";
import { operationsOf } from "../targets/index.ts";
import type { Operations, Part } from "../targets/operations.ts";
import { tell } from "../tell.ts";

const help = `./vigil down [--stack NAME] [--purge] [--orphans]

Stops everything in a stack and removes what it made. Data is kept, and the next up finds it. What runs
is stopped whatever condition the state is in: unreadable, without its passphrase, on a full disk.

  --purge    also deletes the data and every record containing secrets (or PURGE=1)
  --orphans  first removes the stack's containers that were made from a checkout that no longer exists
`;

/** `vigil down`. */
export async function run(args: string[]): Promise<number> {
  const options = stackOptions(args, help, {
    orphans: { type: "boolean" },
    purge: { type: "boolean" },
  });
  if (options === undefined) return 0;
  const { root, stack, values } = options;
  const progress = createProgress();
  const target = await targetOf(root, stack);
  const operations = operationsOf(target);
  const own = !(await backendChosen(root, process.env));
  if (values["orphans"] === true && operations.removeOrphans !== undefined) {
    const removed = await operations.removeOrphans(stack);
    tell(`From checkouts that no longer exist: ${removed.join(", ") || "nothing"}\n`);
  }
  const elsewhere = await madeElsewhere({ own, root, stack }, target);
  if (elsewhere !== undefined) throw elsewhere;
  const destroyed = await destroy(root, stack, progress);
  const stopped = await operations.parts({ root, stack });
  await operations.stop({ root, stack });
  if (stopped.length > 0) tell(sayStopped(stopped, destroyed.kind === "done"));
  if (destroyed.kind === "failed") {
    tell(
      destroyed.code > 128
        ? "\nEverything that ran is stopped. The rest is still recorded, because this was interrupted: run it again.\n"
        : "\nEverything that ran is stopped. The engine could not remove the rest: fix what it reports above, then run it again.\n",
    );
    return destroyed.code;
  }
  if (destroyed.kind === "impossible") tell(await forget(root, stack));
  await removeAccess(root, stack);
  const purge = values["purge"] === true || process.env["PURGE"] === "1";
  tell(`\n${await settle(root, stack, operations, purge)}\n`);
  return 0;
}

type Destroyed =
  | { readonly kind: "done" }
  /** The engine tried and said why it could not. */
  | { readonly kind: "failed"; readonly code: number }
  /** The engine cannot work here. */
  | { readonly kind: "impossible" };

/** The engine knows of no `--purge`, and its own way to it would take the stack's file away. */
const enginesAdvice =
  /^The resources in the stack have been deleted, but|^If you want to remove the stack completely, run/;

/** Lets the engine remove what it recorded, where it can work at all. */
async function destroy(root: string, stack: string, progress: Progress): Promise<Destroyed> {
  let engine: Engine;
  try {
    engine = await openEngine({ root, stack, progress, to: "change" });
  } catch (error) {
    const { details = [] } = error as Partial<UserError>;
    for (const line of [`✗ ${reasonOf(error)}`, ...details.map((one) => `  ${one}`)]) {
      if (!line.includes("Nothing was changed")) progress.note(line);
    }
    progress.note("  So the engine is skipped, and what runs is stopped directly.");
    return { kind: "impossible" };
  }
  const code = await inTurn(engine.home, progress, async () => {
    await keepCopy(engine.home);
    await recover(engine, progress).catch((error: unknown) => {
      progress.note(`  ${reasonOf(error)}`);
    });
    // Its output is read, so it does not see for itself whether colours are shown.
    const colour = process.stdout.isTTY && !process.env["NO_COLOR"] ? "always" : "auto";
    const args = ["destroy", "--yes", "--skip-preview", "--color", colour];
    return engine.run([...args, ...stackArgs(engine.home)], enginesAdvice);
  });
  await keepCopy(engine.home);
  return code === 0 ? { kind: "done" } : { kind: "failed", code };
}

function sayStopped(stopped: readonly Part[], afterEngine: boolean): string {
  const names = stopped.map(({ how, name, what }) => `${name} (${what} ${how})`).join(", ");
  return `\nStopped${afterEngine ? ", although it was not recorded" : ""}: ${names}\n`;
}

/** An old record of a stack that is gone must not be in the way of the next up. */
async function forget(root: string, stack: string): Promise<string> {
  const found = await readRecord(recordFile({ root, stack }));
  const elsewhere = found.state === "readable" && found.record.types.some(isElsewhere);
  const aside = await setAside({ root, stack });
  const lines = [
    ...(aside === undefined ? [] : [`Its record was moved to ${relative(root, aside)}.`]),
    ...(elsewhere ? ["Its content in a Grafana elsewhere is still there."] : []),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

/** Whether a resource is neither a part of the stack itself nor something that only its record has. */
const isElsewhere = (type: string): boolean => /^grafana:/.test(type);

/** The fate of the data, in one sentence. */
async function settle(
  root: string,
  stack: string,
  operations: Operations,
  purge: boolean,
): Promise<string> {
  const { remove, where } = await operations.data({ root, stack });
  const down = "Everything is down";
  if (purge) {
    await remove();
    await rm(stackFolder(root, stack), { recursive: true, force: true });
    await forgetStack({ root, stack });
    return where === undefined
      ? `${down}; there was no data.`
      : `${down}, and the data is deleted.`;
  }
  if (where === undefined) return `${down}.`;
  return `${down}. The data is kept in ${where}; make down PURGE=1 removes it.`;
}
