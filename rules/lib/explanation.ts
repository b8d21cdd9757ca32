/** The meaning of an alert for a stack, as text for a terminal. Pure. */
import type { Alert } from "./alert.ts";
import { nobody, processorName } from "./alertmanager/receivers.ts";
import { type ProcessorWay, silencersOf, type Stack, type Told, toldOf } from "./explain.ts";
import { runbookOf } from "./rule-file.ts";
import { ownThresholds, spelledThreshold } from "./threshold.ts";

const label = (name: string): string => name.padEnd(13);

function thresholds({ name, threshold }: Alert, { options }: Stack): string[] {
  if (threshold === undefined) return [];
  const own = ownThresholds(name, options.instances).map(
    ({ instance, value }) =>
      `${" ".repeat(13)}${spelledThreshold(value, threshold)} on ${instance}`,
  );
  const set = options.thresholds[name];
  const origin =
    set === undefined
      ? `default; vigil:rules.thresholds.${name} sets another`
      : `set by this stack; the default is ${spelledThreshold(threshold.value, threshold)}`;
  const value = spelledThreshold(set ?? threshold.value, threshold);
  return [`${label("Threshold")}${value} ${threshold.unit}, ${origin}`, ...own];
}

/** A template as people read it: `<host>`, and the value that its test proves. */
const readable = (text: string, { fires }: Alert): string =>
  text
    .replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, "<$1>")
    .replaceAll(/\{\{ \$value[^}]*\}\}/g, fires.value ?? "<value>");

/** Seconds as people say them. */
function spelled(seconds: number): string {
  if (seconds % 3600 === 0) return `${seconds / 3600}h`;
  return seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`;
}

/** How the processor sends an alert one way. */
function remembering({ after: [first = 0, ...more], channel }: ProcessorWay): string {
  const times = [first === 0 ? "at once" : `after ${spelled(first)}`, ...more.map(spelled)];
  const taken = first > 0 || more.length > 0 ? ", unless somebody has taken it" : "";
  return `processor notifies ${channel} ${times.join(", ")}${taken}`;
}

function telling({ receiver, repeat, wait, windows, withinHours }: Told): string {
  const when = [
    ...(withinHours ? ["within hours"] : []),
    ...(windows.length > 0 ? [`not during ${windows.join(", ")}`] : []),
  ];
  const extra = when.length === 0 ? "" : `, ${when.join(", ")}`;
  if (receiver === processorName) return `processor at once, which stores it${extra}`;
  return `${receiver} after ${wait}, again every ${repeat}${extra}`;
}

/** Everybody who is notified, in the order of time: the processor, whom it tells, and Alertmanager's own. */
function tellings(alert: Alert, stack: Stack): string[] {
  const told = toldOf(alert, stack);
  const heard = told.some(({ receiver }) => receiver === processorName);
  const ways = stack.ways.filter(({ severities }) => severities?.includes(alert.severity) ?? true);
  const lines = told.flatMap((one) => [
    ...(one.receiver === nobody.name ? [] : [telling(one)]),
    ...(one.receiver === processorName ? ways.map(remembering) : []),
  ]);
  const people = lines.length - (heard ? 1 : 0);
  if (people > 0) return lines;
  return [...lines, `nobody${heard ? " else" : ""}: this stack has no receiver for it`];
}

/** Indents what follows the first line below it. */
const block = (name: string, lines: readonly string[]): string[] =>
  lines.map((text, index) => (index === 0 ? label(name) : " ".repeat(13)) + text);

/**
 * Everything about an alert in a stack, for a terminal.
 *
 * @param section - Its section of the runbook.
 * @param here - Whether it can fire there, in lines.
 */
export function renderExplanation(
  alert: Alert,
  stack: Stack,
  all: readonly Alert[],
  section: string,
  here: readonly string[] = [],
): string {
  const { options } = stack;
  const off = options.off[alert.name];
  const silencers = silencersOf(alert, all);
  return [
    alert.name,
    `${alert.severity} · team ${alert.team} · service ${alert.service} · layer ${alert.layer}`,
    "",
    ...block("For example", [readable(alert.description, alert)]),
    "",
    ...block("Here", here),
    ...(off ? block("Switched off", [`until ${off.until}: ${off.reason}`]) : []),
    ...block("Fires when", [alert.expression(options.thresholds[alert.name], options)]),
    ...thresholds(alert, stack),
    ...block("For", [
      alert.for === "0s" ? "at once" : alert.for,
      ...(alert.keepFiringFor ? [`and goes on for ${alert.keepFiringFor} after it ended`] : []),
    ]),
    ...block(
      "Notifies",
      alert.severity === "none" && alert.name !== "Watchdog"
        ? ["nobody: it only silences others"]
        : tellings(alert, stack),
    ),
    ...block(
      "Silenced by",
      silencers.length === 0
        ? ["nothing but a silence of yours"]
        : silencers.map(({ alerts, rule }) => `${alerts.join(", ")}: ${rule}`),
    ),
    ...block("Runbook", [`runbooks/${runbookOf(alert)}`]),
    "",
    section.trim().replaceAll(/^\*\*(\w+)\.\*\*/gm, "$1."),
    "",
  ].join("\n");
}
