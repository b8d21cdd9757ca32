import type { ConfigProblem } from "./parse.ts";

/** Text of every mistake: where, why, and the command that mends it. */
export function describeProblems(problems: readonly ConfigProblem[]): string {
  const count = problems.length === 1 ? "1 mistake" : `${problems.length} mistakes`;
  const list = problems.map(({ path, reason, fix }) => `  ${path} ${reason}\n      ${fix}`);
  return `The configuration has ${count}; nothing was changed.\n${list.join("\n")}`;
}
