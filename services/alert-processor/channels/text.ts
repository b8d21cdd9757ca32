/** The words of messages, for all channels. Pure. Labels are untrusted: see `clean`. */
import type { Alert, Occasion } from "../core/alert.ts";
import { rankOf } from "../core/severity.ts";
import type { Message } from "./channel.ts";

export interface Link {
  readonly name: "Acknowledge" | "Acknowledge all" | "Open" | "Runbook" | "Dashboard";
  readonly url: string;
}

/** The wording of a message, without any markup; each text is one clean line. */
export interface Wording {
  /** At most 256 characters. */
  readonly title: string;
  readonly lines: readonly string[];
  /** Names with values: since when, who has it. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly links: readonly Link[];
}

const longestTitle = 256;
const longestLine = 1000;
const longestUrl = 2048;

/** How many alerts of a storm are named; the page lists them all. */
const named = 10;

/**
 * One line that shows what it holds: no control characters, no line ends, nothing that turns the
 * direction of what follows, nothing invisible but the joiners that some scripts and emoji need.
 */
export function clean(text: string): string {
  return text
    .toWellFormed()
    .replace(/(?![\u200c\u200d])\p{Cf}/gu, "")
    .replace(/[\p{Cc}\s]+/gu, " ")
    .trim();
}

/** Without characters that change the order in which others are shown: "txt.exe" as "exe.txt". */
export const inOrder = (text: string): string => text.replaceAll(/[\u202d\u202e]/g, "");

/** At most `limit` code points, so that no character is cut in half. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const points = Array.from(text);
  return points.length <= limit ? text : `${points.slice(0, limit - 1).join("")}…`;
}

/** Measures that services use for their limits. */
export const units = (text: string): number => text.length;
export const bytes = (text: string): number => Buffer.byteLength(text);

/** At most `limit` in terms of `measure`, so that no character is cut in half. */
export function cutBy(text: string, limit: number, measure: (text: string) => number): string {
  if (measure(text) <= limit) return text;
  let room = limit - measure("…");
  let short = "";
  for (const point of text) {
    room -= measure(point);
    if (room < 0) break;
    short += point;
  }
  return `${short}…`;
}

const line = (text: string, limit = longestLine): string => cut(clean(text), limit);

const calendarEnd = 8.64e15;

/** Milliseconds since 1970 as people read them, in UTC; as they are outside the calendar. */
export const timeOf = (at: number): string =>
  Math.abs(at) <= calendarEnd ? new Date(at).toISOString().replace(".000Z", "Z") : String(at);

/** An address that a browser may open, without a login in it that only looks like a host. */
export function webAddress(text: string | undefined): string | undefined {
  const url = URL.parse(text ?? "");
  const fine =
    url !== null &&
    ["http:", "https:"].includes(url.protocol) &&
    url.username + url.password === "" &&
    url.href.length <= longestUrl;
  return fine ? url.href : undefined;
}

const severityOf = ({ severity }: Alert): string => line(severity, 20) || "unknown";

/** Worst first. */
const worstFirst = (a: string, b: string): number => rankOf(a) - rankOf(b);

const nameOf = ({ alertname }: Alert): string => line(alertname, 100) || "An alert without a name";

/** Name and place: "DiskFull on db-1:9100". */
function subjectOf(alert: Alert): string {
  const where = line(alert.instance, 100);
  return where === "" ? nameOf(alert) : `${nameOf(alert)} on ${where}`;
}

/** How its end is worded: Alertmanager reported the end, or no longer lists the alert. */
const endOf = ({ status }: Alert): string =>
  status === "stale" ? "No longer reported" : "Resolved";

const takenHow = ({ snoozedUntil }: Alert): string =>
  snoozedUntil === null ? "has it" : `snoozed it until ${timeOf(snoozedUntil)}`;

function titleOfOne(alert: Alert, occasion: Occasion): string {
  const severity = severityOf(alert).toUpperCase();
  const subject = subjectOf(alert);
  const summary = line(alert.annotations["summary"] ?? "");
  const what = summary === "" ? subject : `${subject}: ${summary}`;
  switch (occasion) {
    case "firing":
      return `${severity}: ${what}`;
    case "reminder":
      return `Still ${severity}${alert.owner === null ? ", nobody has it" : ""}: ${what}`;
    case "acknowledged":
      return `${line(alert.owner ?? "", 60) || "Somebody"} ${takenHow(alert)}: ${what}`;
    case "resolved":
      return `${endOf(alert)}: ${what}`;
  }
}

const many: Readonly<Record<Occasion, string>> = {
  firing: "alerts",
  reminder: "alerts still open",
  acknowledged: "alerts acknowledged",
  resolved: "alerts ended",
};

/** How many of each severity: "3 critical, 9 warning". */
function countOf(alerts: readonly Alert[]): string {
  const counts = Map.groupBy(alerts, severityOf);
  return [...counts]
    .sort(([a], [b]) => worstFirst(a, b))
    .map(([severity, { length }]) => `${length} ${severity}`)
    .join(", ");
}

/** How many names a message's title has. */
const namesInTitle = 3;

/** The alerts' names, each once and the worst first: "DiskFull on db-1, HighLoad (12) and 2 more". */
function namesOf(alerts: readonly Alert[]): string {
  const sorted = alerts.toSorted((a, b) => worstFirst(a.severity, b.severity));
  const groups = [...Map.groupBy(sorted, ({ alertname }) => alertname).values()];
  const names = groups.map((group) => {
    const [first] = group as [Alert, ...Alert[]];
    return group.length === 1 ? subjectOf(first) : `${nameOf(first)} (${group.length})`;
  });
  const shown = names.slice(0, namesInTitle);
  const rest = names.length - shown.length;
  return rest > 0 ? `${shown.join(", ")} and ${rest} more` : shown.join(", ");
}

/** The title of a message: at most `limit` characters. */
export function titleOf({ alerts, occasion }: Message, limit = longestTitle): string {
  const [alert, ...more] = alerts;
  if (alert === undefined) throw new Error("A message must contain at least one alert");
  if (more.length === 0) return cut(titleOfOne(alert, occasion), limit);
  return cut(`${alerts.length} ${many[occasion]} (${countOf(alerts)}): ${namesOf(alerts)}`, limit);
}

/** The worst severity among the alerts, as the alerts spell it. */
export function worstOf(alerts: readonly Alert[]): string {
  return alerts.map(({ severity }) => severity).sort(worstFirst)[0] ?? "";
}

function factsOf(alert: Alert): [string, string][] {
  const { endsAt, environment, owner, service, snoozedUntil, startsAt, team } = alert;
  const facts: [string, string][] = [
    ["Severity", severityOf(alert)],
    ["Since", timeOf(startsAt)],
    ["Until", endsAt === null ? "" : timeOf(endsAt)],
    ["Taken by", line(owner ?? "", 100)],
    ["Snoozed until", snoozedUntil === null ? "" : timeOf(snoozedUntil)],
    ["Team", line(team, 100)],
    ["Service", line(service, 100)],
    ["Environment", line(environment, 100)],
  ];
  return facts.filter(([, value]) => value !== "");
}

/** How many alerts one link takes: more would make an address too long for some programs. */
const inLink = 50;

/** Whether somebody is to do something; a message about an end, or about who has it, asks for nothing. */
export const asks = (occasion: Occasion): boolean =>
  occasion === "firing" || occasion === "reminder";

/** There may be no address to give: the function has no page. */
const linksOf = (message: Message): Link[] => allLinks(message).filter(({ url }) => url !== "");

function allLinks({ alerts: [alert, ...more], links, occasion }: Message): Link[] {
  if (alert === undefined || more.length > 0) {
    const all = alert === undefined ? [] : [alert, ...more];
    const mayTake = asks(occasion) && all.length <= inLink;
    return [
      ...(mayTake ? [{ name: "Acknowledge all", url: links.acknowledge(...all) } as const] : []),
      { name: "Open", url: links.page },
    ];
  }
  const runbook = webAddress(alert.annotations["runbook_url"]);
  const dashboard = webAddress(alert.annotations["dashboard_url"]);
  return [
    ...(asks(occasion) ? [{ name: "Acknowledge", url: links.acknowledge(alert) } as const] : []),
    { name: "Open", url: links.alert(alert) },
    ...(runbook === undefined ? [] : [{ name: "Runbook", url: runbook } as const]),
    ...(dashboard === undefined ? [] : [{ name: "Dashboard", url: dashboard } as const]),
  ];
}

function linesOf(alerts: readonly Alert[]): string[] {
  const [alert, ...more] = alerts;
  if (alert !== undefined && more.length === 0) {
    return ["summary", "description"]
      .map((name) => line(alert.annotations[name] ?? ""))
      .filter((text) => text !== "");
  }
  const first = alerts
    .toSorted((a, b) => worstFirst(a.severity, b.severity))
    .slice(0, named)
    .map((one) => cut(`${timeOf(one.startsAt)} ${titleOfOne(one, "firing")}`, longestTitle));
  const rest = alerts.length - first.length;
  return rest > 0 ? [...first, `and ${rest} more`] : first;
}

/** Renders the wording of a message. */
export function wordingOf(message: Message): Wording {
  const [alert, ...more] = message.alerts;
  return {
    title: titleOf(message),
    lines: linesOf(message.alerts),
    facts: alert === undefined || more.length > 0 ? [] : factsOf(alert),
    links: linksOf(message),
  };
}

/** As plain text, its title left out. */
export function plainText({ facts, lines, links }: Omit<Wording, "title">): string {
  const pairs = facts.map(([name, value]) => `${name}: ${value}`);
  const addresses = links.map(({ name, url }) => `${name}: ${url}`);
  return [lines, pairs, addresses]
    .filter((part) => part.length > 0)
    .map((part) => part.join("\n"))
    .join("\n\n");
}
