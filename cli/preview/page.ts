import { defaultStack } from "../../lib/command.ts";
import { formatTable } from "../../lib/table.ts";
import { isTold, meaningChanges, otherChanges, partChanges, worst } from "./changes.ts";
import type { Preview, State } from "./digest.ts";
import { type Meaning, meaningsOf } from "./meaning.ts";
import { partOf, type Texts } from "./parts.ts";
import { count, indent, kindOf, tally } from "./words.ts";

/** The context of a preview. */
export interface PageOptions {
  readonly stack: string;
  /** Files by part as planned. */
  readonly planned: Readonly<Record<string, Texts>>;
  /** Why what is really there could not be asked; undefined where it was. */
  readonly unseen?: string | undefined;
}

/** A preview as people read it: what will be there, where, what changes, and what is odd. */
export function renderPage(preview: Preview, { planned, stack, unseen }: PageOptions): string {
  const prefix = stack === defaultStack ? "" : `STACK=${stack} `;
  const { after, before, changes, warnings } = preview;
  const meanings = meaningsOf(preview, planned);
  const isNew = before.size === 0 && changes.length > 0;
  const body = isNew
    ? creation([...after.values()], meanings.after, stack)
    : changes.length === 0
      ? ["Nothing would change."]
      : difference(preview, meaningChanges(meanings));
  return [
    ...body,
    "",
    ...warnings.map((warning) => `! ${warning.replaceAll("\n", "\n  ")}`),
    ...seen(preview, unseen, prefix),
    ...(changes.length === 0 ? [] : [`Every line that changes: DETAIL=1 ${prefix}make preview`]),
    "",
  ].join("\n");
}

/** Targets that are named one by one. */
const few = 20;

/** What is watched: `node (web-1:9100), redis (cache:6379)`, or of many how many there are of each job. */
function watched(targets: readonly string[]): string {
  if (targets.length <= few) return targets.join(", ");
  const byJob = Map.groupBy(targets, (target) => target.split(" ")[0] ?? "");
  return [...byJob].map(([job, { length }]) => `${job} (${count(length, "target")})`).join(", ");
}

/** Of what is not there yet nothing changes: it is shown as it will be. */
function creation(
  states: readonly State[],
  { rules, targets, told }: Meaning,
  stack: string,
): string[] {
  const parts = states.flatMap((state) => partOf(state) ?? []);
  const others = states.filter(
    (state) => partOf(state) === undefined && isTold(state.type, state.custom),
  );
  const severities = [...rules.values()].map(({ severity }) => severity);
  const alerts = worst.flatMap((severity) => {
    const number = severities.filter((one) => one === severity).length;
    return number === 0 ? [] : [`${number} ${severity}`];
  });
  const table = formatTable(
    [...parts]
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ at, name, what }) => ["+", name, what, at]),
  );
  const facts = formatTable([
    ["Also", tally(others.map(({ type }) => kindOf(type)))],
    ["Watched", watched([...targets].sort())],
    ["Alerts", alerts.join(", ")],
    ["Notifies", [...told].sort().join(", ") || "nobody yet"],
  ]);
  const lines = (text: string): string[] => text.trimEnd().split("\n");
  return [
    `Nothing of stack ${stack} exists yet. make up would create it:`,
    "",
    ...indent(lines(table)),
    "",
    ...indent(lines(facts)),
  ];
}

function difference(preview: Preview, meaning: readonly string[]): string[] {
  const { changes } = preview;
  const parts = partChanges(preview);
  const others = otherChanges(preview);
  return [
    `make up would change this (${count(changes.length, "resource")}):`,
    ...(parts.length === 0 ? [] : ["", ...indent(parts)]),
    ...(others.length === 0 ? [] : ["", ...indent(others)]),
    ...indent(meaning),
  ];
}

/** What was checked for this, and what was not. */
function seen({ before, changes }: Preview, unseen: string | undefined, prefix: string): string[] {
  if (unseen !== undefined) {
    return [
      "! Compared with the record only; what is really there could not be checked:",
      ...indent(unseen.split("\n"), "  "),
    ];
  }
  if (before.size === 0 && changes.length > 0) {
    return [
      "Checked: the configuration, by the programs that read it, and the ports. Not checked: data.",
    ];
  }
  const parts = [...before.values()].flatMap((state) => partOf(state) ?? []);
  const looked = tally([...parts.map(({ what }) => what)]);
  return [
    `Checked: ${looked === "" ? "" : `${looked}, `}their files, everything else recorded. ` +
      `Not checked: data, and whether everything answers (${prefix}make verify).`,
  ];
}

/** Why an estate cannot be what the program says. */
export function renderErrors({ errors }: Preview): string {
  const lines = errors.flatMap((error) => error.split("\n"));
  const told = lines.some((line) => /nothing was changed/i.test(line));
  return [...lines, ...(told ? [] : ["Nothing was changed."])]
    .map((line, index) => (index === 0 ? `✗ ${line}\n` : `  ${line}\n`))
    .join("");
}
