/** The alerts that can fire in a stack, as text for a terminal. Pure. */
import { setCommand } from "../../components/config/commands.ts";
import { groups } from "../../rules/index.ts";
import { leftOut, type Selection } from "../../rules/selection.ts";
import { needs } from "../../rules/lib/needs.ts";
import { formatTable } from "../../lib/table.ts";
import { count } from "../preview/words.ts";
import type { Unseen } from "./unseen.ts";

/** Names in lines of bearable length. */
function wrapped(names: readonly string[], indent: string): string {
  const lines: string[] = [];
  for (const name of names) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + name.length < 96) {
      lines[lines.length - 1] = `${last}, ${name}`;
    } else lines.push(`${indent}${name}`);
  }
  return lines.map((line, index) => `${line}${index < lines.length - 1 ? "," : ""}\n`).join("");
}

/** Rows of reasons with how many alerts each has, the most first; with their names where asked for. */
function reasons(found: readonly (readonly [reason: string, alert: string])[], detail: boolean) {
  const rows = [...Map.groupBy(found, ([reason]) => reason)].sort(
    ([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1),
  );
  const width = Math.max(...rows.map(([, alerts]) => String(alerts.length).length));
  return rows
    .map(([reason, alerts]) => {
      const names = detail
        ? wrapped(alerts.map(([, alert]) => alert).sort(), " ".repeat(width + 4))
        : "";
      return `  ${String(alerts.length).padStart(width)}  ${reason}\n${names}`;
    })
    .join("");
}

/** The alerts that a stack leaves out because something is missing, or because it does not watch the service. */
function leftOutText(stack: string, selection: Selection, detail: boolean): string {
  const all = groups.flatMap((group) =>
    Object.values(group.alerts).map((alert) => ({
      alert,
      reason: leftOut(alert, group, selection),
    })),
  );
  const out = all.flatMap(({ alert, reason }) => (reason ? [{ alert, reason }] : []));
  const lacking = out.flatMap(({ alert, reason }) =>
    "need" in reason ? [[`${needs[reason.need]}: ${reason.because}`, alert.name] as const] : [],
  );
  const foreign = out.filter(({ reason }) => "job" in reason);
  const services = [...Map.groupBy(foreign, ({ alert }) => alert.service)].sort();
  const [service = ""] = services.map(([name]) => name);
  return [
    `Stack ${stack} loads ${all.length - out.length} of ${all.length} alerts: those that can fire on what it scrapes.\n`,
    ...(lacking.length === 0 ? [] : [`\nLeft out, because they need\n`, reasons(lacking, detail)]),
    ...(services.length === 0
      ? []
      : [
          `\nLeft out, because nothing is scraped under that job: ${count(foreign.length, "alert")} of ${count(services.length, "service")}\n`,
          detail
            ? formatTable(
                services.map(([name, alerts]) => [
                  " ",
                  name,
                  String(alerts.length),
                  [
                    ...new Set(alerts.map(({ reason }) => ("job" in reason ? reason.job : ""))),
                  ].join(", "),
                ]),
              )
            : wrapped(
                services.map(([name]) => name),
                "  ",
              ),
          "  → where something else scrapes one, load its rules:\n",
          `    ${setCommand(["rules", "services", selection.services.length], service)}\n`,
        ]),
  ].join("");
}

function unseenText(unseen: readonly Unseen[], detail: boolean): string {
  const rows = (kinds: readonly Unseen["kind"][]) =>
    unseen
      .filter(({ kind }) => kinds.includes(kind))
      .map(({ alert, why }) => [why, alert] as const);
  const missing = rows(["down", "missing"]);
  const waiting = rows(["event"]);
  return [
    missing.length === 0
      ? "\nAll others have had series within the last day.\n"
      : "\nLoaded, but without series for a day\n",
    ...(missing.length === 0 ? [] : [reasons(missing, detail)]),
    ...(waiting.length === 0
      ? []
      : [
          `\n${count(waiting.length, "alert")} will get series with the first event of their kind\n`,
          ...(detail ? [reasons(waiting, true)] : []),
        ]),
  ].join("");
}

/**
 * The whole page.
 *
 * @param seen - What a running estate shows, or why it could not be asked.
 */
export function renderReach(
  stack: string,
  selection: Selection,
  seen: readonly Unseen[] | string,
  detail: boolean,
): string {
  return [
    leftOutText(stack, selection, detail),
    typeof seen === "string"
      ? `\nCannot tell whether the others have had series: ${seen}\n`
      : unseenText(seen, detail),
    ...(detail
      ? []
      : ["\nmake reach DETAIL=1 lists every alert; make explain ALERT=… explains one.\n"]),
  ].join("");
}
