import { forStack } from "../lib/command.ts";
import { reasonOf, UserError } from "../lib/errors.ts";
import type { Claim } from "./claim.ts";
import type { StackHome } from "./state/home.ts";
import { readRecord, recordFile } from "./state/record.ts";
import { operationsOf } from "./targets/index.ts";

/**
 * Conditions of the ground that an estate stands on, checked on the machine and not in a record:
 * the one place for all commands that say something about it.
 */
export function groundClaims(root: string, stack: string, target: string): Claim[] {
  const claims = operationsOf(target).claims({ root, stack });
  return claims.map(({ ask, claim }) => ({
    claim,
    ask: async () => {
      const problem = await ask();
      return problem && forStack(problem, stack);
    },
  }));
}

/**
 * Parts of another clone of the project, whose stack has the same name. Undefined where the record is kept
 * elsewhere, for then several checkouts may share it.
 */
export const madeElsewhere = async (
  { own, root, stack }: Pick<StackHome, "own" | "root" | "stack">,
  target: string,
): Promise<UserError | undefined> =>
  own ? operationsOf(target).madeElsewhere?.({ root, stack }) : undefined;

/**
 * The parts of a stack that exist although nothing is recorded of it: the record is lost, or another clone of the
 * project made it. Undefined where all is as recorded, or the record is kept elsewhere.
 */
export async function unrecorded(
  { own, root, stack }: Pick<StackHome, "own" | "root" | "stack">,
  target: string,
): Promise<UserError | undefined> {
  if (!own) return undefined;
  const elsewhere = await madeElsewhere({ own, root, stack }, target);
  if (elsewhere !== undefined) return elsewhere;
  const found = await readRecord(recordFile({ root, stack }));
  if (found.state === "readable" && found.record.types.length > 0) return undefined;
  const { parts: partsOf, takesOver } = operationsOf(target);
  const parts = await partsOf({ root, stack }).catch(() => []);
  if (parts.length === 0) return undefined;
  const names = [...new Set(parts.map(({ name }) => name))].sort().join(", ");
  return new UserError(`Nothing is recorded about stack ${stack} here, but parts of it exist`, {
    details: [names],
    advice: [
      ...(takesOver ? ["make up takes them over"] : []),
      "make down removes them and keeps the data",
    ].map((line) => forStack(line, stack)),
  });
}

/** The problems of the ground, asked once. */
export async function groundProblems(
  root: string,
  stack: string,
  target: string,
): Promise<string[]> {
  const claims = groundClaims(root, stack, target);
  const answers = await Promise.all(claims.map(({ ask }) => ask().catch(reasonOf)));
  return answers.filter((problem) => problem !== undefined);
}
