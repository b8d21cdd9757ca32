import { existsSync } from "node:fs";
import { forStack, quote } from "../../../lib/command.ts";
import { UserError } from "../../../lib/errors.ts";
import { readRecord, recordFile } from "../../state/record.ts";
import type { StackAt } from "../operations.ts";
import { removeContainers, type StackContainer, stackContainers } from "./engine.ts";

/**
 * Containers of another clone of the project, whose stack has the same name: they would be taken for this
 * one's. Undefined where there are none, or no engine answers.
 */
export async function madeElsewhere(at: StackAt): Promise<UserError | undefined> {
  const { root, stack } = at;
  const record = await readRecord(recordFile(at));
  // A checkout that was moved has them recorded under its old name; one that was copied, too.
  const recorded = new Set(record.state === "readable" ? record.record.containerIds : []);
  const found = await stackContainers(stack).catch(() => []);
  const others = found.filter(
    ({ folder, id }) =>
      folder !== undefined && folder !== root && (existsSync(folder) || !recorded.has(id)),
  );
  const [folder] = others.flatMap((one) => one.folder ?? []).sort();
  if (folder === undefined) return undefined;
  const make = forStack("make down", stack);
  const there = existsSync(folder)
    ? `To remove it there: cd ${quote(folder)} && ${make}`
    : `If that folder no longer exists on any machine: ${forStack("./vigil down --orphans", stack)}`;
  return new UserError(`Stack ${stack} was put into containers from another folder, ${folder}`, {
    details: [...others.map(({ name }) => name), "Nothing was changed."],
    advice: [
      there,
      `To have both, give this one its own name: cp Pulumi.${stack}.yaml Pulumi.${stack}2.yaml`,
    ],
  });
}

/** Whether the checkout that a container was made from is not on this machine. */
const isOrphan = ({ folder }: StackContainer): boolean =>
  folder !== undefined && !existsSync(folder);

/**
 * Removes the containers of a stack whose checkout is gone, and nothing of one that is there.
 *
 * @returns their names.
 */
export const removeOrphans = (stack: string): Promise<string[]> =>
  removeContainers(stack, isOrphan);
