import { forStack } from "../../lib/command.ts";
import type { ConfigProblem } from "./mistakes.ts";

/** A note on a stack's configuration in one line. */
export const describeNote = ({ fix, path, reason }: ConfigProblem, stack: string): string =>
  forStack(`${path} ${reason}; ${fix}`, stack);

/** Text of every mistake of a stack: where, why, and the command that fixes it. */
export function describeProblems(problems: readonly ConfigProblem[], stack: string): string {
  const count = problems.length === 1 ? "1 mistake" : `${problems.length} mistakes`;
  const list = problems.map(({ path, reason, fix }) => `  ${path} ${reason}\n      ${fix}`);
  return forStack(
    `The configuration has ${count}; nothing was changed.\n${list.join("\n")}`,
    stack,
  );
}
