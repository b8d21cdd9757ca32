import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { findMarked } from "../../provider/process/marks.ts";
import type { Progress } from "../../lib/progress.ts";
import { stopProcesses } from "../targets/processes.ts";
import { writeWhole } from "../../lib/write.ts";
import { stackFolder, type StackHome } from "./home.ts";
import { readRecord, recordFile } from "./record.ts";

interface Recorded {
  readonly type: string;
  readonly inputs?: { home?: unknown };
  readonly outputs?: { home?: unknown };
}

interface Checkpoint {
  readonly checkpoint: { readonly latest?: { readonly resources?: readonly Recorded[] | null } };
}

/**
 * A checkout that was copied brings a record along that speaks of the folder it comes from: what runs there
 * would be stopped from here. Before anything is changed such a record is made to speak of this folder,
 * and what was copied of programs that do not run here is removed. Data is kept.
 *
 * One that was moved while its programs run is left to the provider, which restarts them.
 */
export async function adoptRecord(
  { own, root, stack }: StackHome,
  progress: Progress,
): Promise<void> {
  if (!own) return;
  const path = recordFile({ root, stack });
  const found = await readRecord(path);
  if (found.state !== "readable") return;
  const here = stackFolder(root, stack);
  const record = JSON.parse(found.text) as Checkpoint;
  const others = (record.checkpoint.latest?.resources ?? [])
    .filter(({ type }) => type === "vigil:index:Process")
    .flatMap(({ inputs, outputs }) => [inputs ?? {}, outputs ?? {}])
    .filter(({ home }) => typeof home === "string" && home !== here);
  const [from] = others.map(({ home }) => String(home));
  if (from === undefined) return;
  if (!existsSync(from) && (await findMarked(here)).length > 0) return;
  await stopProcesses({ root, stack });
  for (const side of others) side.home = here;
  await writeWhole(path, JSON.stringify(record, undefined, 4));
  await rm(`${path}.attrs`, { force: true });
  progress.note(
    `The record of stack ${stack} belonged to ${from} and now belongs to ${here}; what runs there is left alone.`,
  );
}
