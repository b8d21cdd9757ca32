import { escapeHtml } from "../channels/html.ts";
import { inOrder } from "../channels/text.ts";
import type { Alert } from "../core/alert.ts";
import type { SeenAlert, SeverityClass } from "../core/severity.ts";

/**
 * The first rows of the list as HTML, so that they are seen before any script has run. The page's script draws
 * the same over them (web/row.js); what depends on the reader's clock and zone is left to it. A test compares both.
 */

const htmlOf = (text: string): string => escapeHtml(inOrder(text));

/** Groups of the list, the worst first, each with its shape: those of web/shapes.js. */
const groups = {
  emergency: ["M6 1h8l5 5v8l-5 5H6l-5-5V6z", "M6 6l8 8M14 6l-8 8"],
  critical: ["M10 1l9.5 17H.5z", "M10 7v5M10 14.5v1"],
  warning: ["M10 .5L19.5 10 10 19.5.5 10z", "M10 5.5v5.5M10 13.5v1"],
  info: ["M10 1a9 9 0 110 18 9 9 0 010-18z", "M10 9v5.5M10 5.5v1"],
} as const satisfies Readonly<Record<SeverityClass, readonly [string, string]>>;

type Group = keyof typeof groups;

const names = Object.keys(groups) as Group[];

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function standing({ owner, status }: Alert): string {
  if (status === "snoozed") return "Snoozed";
  if (status === "stale") return owner === null ? "Stale, nobody has it" : `Stale, ${owner} has it`;
  return owner === null ? "Nobody has it" : `${owner} has it`;
}

function rowHtml(alert: SeenAlert, group: Group, mayAct: boolean): string {
  const { alertname, annotations, fingerprint, instance, owner, service, status, word } = alert;
  const [outline, mark] = groups[group];
  const free = owner === null;
  const place = instance || service;
  const title = escapeHtml(place === "" ? alertname : `${alertname} on ${place}`);
  const who = free && status === "firing" && mayAct ? "" : standing(alert);
  const texts = {
    name: htmlOf(alertname || "(without a name)"),
    summary: htmlOf(annotations["summary"] ?? annotations["description"] ?? ""),
  };
  return (
    `<li class="row ${group}" data-status="${status}"${free ? ' data-free=""' : ""}>` +
    `<span class="mark"><input type="checkbox" class="pick" aria-label="Select ${title}" disabled>` +
    `<svg viewBox="0 0 20 20" aria-hidden="true" class="shape ${group}">` +
    `<path class="outline" d="${outline}"></path><path class="mark" d="${mark}"></path></svg></span>` +
    `<div class="what"><p class="title"><span class="hidden">${capital(group)}: </span>` +
    `<a class="name" href="#/alerts/${fingerprint}">${texts.name}</a> ` +
    `<span class="place">${htmlOf(place)}</span> <span class="tag">${htmlOf(word)}</span></p>` +
    `<p class="summary">${texts.summary}</p></div>` +
    `<span class="team">${htmlOf(alert.team)}</span><time class="since"></time>` +
    `<div class="state"><span class="who">${htmlOf(who)}</span>` +
    `<button type="button" class="take" aria-label="Acknowledge ${title}"${free && mayAct ? "" : " hidden"}` +
    // Until the script is there it does nothing.
    ` disabled>Acknowledge</button></div></li>`
  );
}

/** @param alerts - The worst first. */
export function rowsHtml(alerts: readonly SeenAlert[], mayAct: boolean): string {
  const found = Map.groupBy(alerts, ({ level }) => level);
  return names
    .flatMap((name) => {
      const some = found.get(name);
      if (some === undefined) return [];
      const rows = some.map((alert) => rowHtml(alert, name, mayAct)).join("");
      const heading = `<h2 id="severity-${name}">${capital(name)} <span class="count"></span></h2>`;
      return [
        `<section class="group ${name}" aria-labelledby="severity-${name}">${heading}<ul class="rows">${rows}</ul></section>`,
      ];
    })
    .join("");
}
