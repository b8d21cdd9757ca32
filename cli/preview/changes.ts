import { diff } from "node:util";
import { isRecord } from "../../provider/values.ts";
import type { Change, Preview, State } from "./digest.ts";
import type { Meanings, Rule } from "./meaning.ts";
import { type Given, isRule, partName, partOf, textsOf } from "./parts.ts";
import { count, indent, kindOf, some } from "./words.ts";

/** Marks at the beginning of a line. */
export const signs = { create: "+", delete: "-", replace: "±", update: "~" } as const;

/** Lines of a file, or alerts, shown before they are only counted. */
const most = 12;

/** Changes to each part, and the lines that change in its files. */
export function partChanges({ changes, recorded }: Preview): string[] {
  const byPart = new Map<string, Change[]>();
  for (const change of changes) {
    const name = partName(change.next ?? change.old ?? { type: "" });
    if (name !== undefined) byPart.set(name, [...(byPart.get(name) ?? []), change]);
  }
  return [...byPart]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, own]) => {
      const main = own.find(({ next, old }) => partOf(next ?? old ?? { type: "" })) ?? own[0];
      if (main === undefined) return [];
      const files = own.flatMap((change) => filesOf(change, recorded.get(change.urn)));
      return [`${signs[main.op]} ${name}: ${effectOf(main)}`, ...indent(files, "    ")];
    });
}

/** Properties of a process outside its files: any change of them restarts the process. */
const calm = /^(?:checks|files|health|onChange|running)\b/;

function effectOf({ next, op, old, paths }: Change): string {
  if (op === "create") return `starts ${partOf(next ?? { type: "" })?.at ?? ""}`.trim();
  if (op === "delete") return "is stopped and removed; its data is kept";
  if (op === "replace") return "is replaced by a new one";
  if (paths.includes("running")) return "is not running, and starts";
  const told = next?.inputs?.["onChange"];
  const kinds = fileNames(paths).map((file) => (isRecord(told) ? told[file] : undefined));
  if (old?.type !== "vigil:index:Process") return "changes while it runs";
  if (paths.some((path) => !calm.test(path)) || kinds.includes(undefined)) return "restarts";
  return kinds.includes("reload") ? "reloads its files" : "picks up the changed files on its own";
}

const fileNames = (paths: readonly string[]): string[] =>
  paths.flatMap((path) => {
    const [, quoted, plain] = /^files(?:\["(.+)"\]|\.(\w+))/.exec(path) ?? [];
    return quoted ?? plain ?? [];
  });

function filesOf(change: Change, recorded: State | undefined): string[] {
  if (change.op === "create" || change.op === "delete") return [];
  const [old, next] = [textsOf(change.old), textsOf(change.next)];
  const paths = next.complete ? [...old.texts.keys(), ...next.texts.keys()] : next.texts.keys();
  const texts = new Set(paths);
  const differ = [...texts].filter((path) => old.texts.get(path) !== next.texts.get(path));
  const hidden = fileNames(change.paths).filter((path) => !texts.has(path));
  const left = textsOf(recorded).texts;
  const titled = (path: string): string => {
    if (recorded === undefined || left.get(path) === old.texts.get(path)) return path;
    return `${path}, which somebody ${old.texts.has(path) ? "changed" : "removed"}`;
  };
  const [rules, others] = [differ.filter(isRule), differ.filter((path) => !isRule(path))];
  return [
    ...others.sort().flatMap((path) => [titled(path), ...indent(linesOf(path, old, next))]),
    // Changes in them are shown as alerts.
    ...some(rules.sort().map(titled), 3),
    ...hidden.sort().map((path) => `${path} (not shown)`),
  ];
}

const splitLines = (text: string): string[] =>
  text === "" ? [] : text.replace(/\n$/, "").split("\n");

/** Changed lines; of those that belong together the old ones first. None of what only machines read. */
function linesOf(path: string, old: Given, next: Given): string[] {
  if (path.endsWith(".crt")) return [];
  const [was, is] = [old, next].map(({ texts }) => splitLines(texts.get(path) ?? ""));
  const lines: string[] = [];
  let gone: string[] = [];
  let added: string[] = [];
  for (const [kind, line] of [...diff(is ?? [], was ?? []), [0, ""] as const]) {
    if (kind < 0) gone.push(`- ${line}`);
    if (kind > 0) added.push(`+ ${line}`);
    if (kind !== 0) continue;
    lines.push(...gone, ...added);
    [gone, added] = [[], []];
  }
  return some(lines, most);
}

/** Changes to everything else: certificates, logins, dashboards. */
export function otherChanges({ changes }: Preview): string[] {
  const others = changes.filter(({ next, old }) => {
    const state = next ?? old ?? { type: "" };
    return partName(state) === undefined && isTold(state.type, state.custom);
  });
  const lines = others.map(({ next, old, op, paths, urn }) => {
    const { type } = next ?? old ?? { type: "" };
    const what = `${signs[op]} ${kindOf(type)} ${urn.split("::").at(-1) ?? ""}`;
    return paths.length === 0 ? what : `${what}: ${[...new Set(paths)].join(", ")}`;
  });
  return some(lines.sort(), most);
}

/** Whether people know a resource of this type as a thing: a resource that only groups or proves others is not one. */
export const isTold = (type: string, custom: boolean | undefined): boolean =>
  custom !== false && !/^vigil:index:CheckedFiles$|:Container$/.test(type);

/** Changes to alerts, targets and receivers. */
export function meaningChanges({ after, before }: Meanings): string[] {
  return [
    ...section("Alerts", ruleChanges(before.rules, after.rules)),
    ...section("Targets", some(members(before.targets, after.targets), most)),
    ...section("Notifies", members(before.told, after.told)),
  ];
}

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ["", title, ...indent(lines)];

function members(old: ReadonlySet<string>, next: ReadonlySet<string>): string[] {
  const added = [...next].filter((one) => !old.has(one)).sort();
  const gone = [...old].filter((one) => !next.has(one)).sort();
  return [...added.map((one) => `+ ${one}`), ...gone.map((one) => `- ${one}`)];
}

/** Severities, the worst first. */
export const worst = ["emergency", "critical", "warning", "info"];
const rank = ({ severity }: Rule): number => {
  const place = worst.indexOf(severity);
  return place < 0 ? worst.length : place;
};

function ruleChanges(old: ReadonlyMap<string, Rule>, next: ReadonlyMap<string, Rule>): string[] {
  const names = [...new Set([...old.keys(), ...next.keys()])];
  const found = names.flatMap((name) => {
    const [was, is] = [old.get(name), next.get(name)];
    const rule = is ?? was;
    if (rule === undefined || was?.whole === is?.whole) return [];
    // A changed alert needs a closer look than a new one.
    const place = (was === undefined ? 10 : 0) + rank(rule);
    return [{ lines: ruleLines(name, was, is), name, place, alert: rule.severity !== recording }];
  });
  const alerts = found
    .filter(({ alert }) => alert)
    .sort((a, b) => a.place - b.place || (a.name < b.name ? -1 : 1));
  const shown = alerts.slice(0, alerts.length > most + 1 ? most : undefined);
  const [more, recorded] = [alerts.length - shown.length, found.length - alerts.length];
  return [
    ...shown.flatMap(({ lines }) => lines),
    ...(more === 0 ? [] : [`… and ${more} more`]),
    ...(recorded === 0 ? [] : [`and ${count(recorded, "rule")} that only record`]),
  ];
}

const recording = "recording";

function ruleLines(name: string, was: Rule | undefined, is: Rule | undefined): string[] {
  if (was === undefined) return [`+ ${name} (${is?.severity ?? ""})`];
  if (is === undefined) return [`- ${name} (${was.severity})`];
  const severity = was.severity === is.severity ? is.severity : `${was.severity} → ${is.severity}`;
  const lines = [
    ...was.when.filter((one) => !is.when.includes(one)).map((one) => `- ${one}`),
    ...is.when.filter((one) => !was.when.includes(one)).map((one) => `+ ${one}`),
  ];
  const about = lines.length === 0 && was.severity === is.severity ? ": labels or text" : "";
  return [`~ ${name} (${severity})${about}`, ...indent(lines, "    ")];
}
