/** The small pages behind the links of messages. Pure. Their addresses are relative: there may be a path before. */
import { escapeHtml } from "../../channels/html.ts";
import { inOrder, timeOf, webAddress } from "../../channels/text.ts";
import { type Alert, isOpen } from "../../core/alert.ts";
import { linkActor } from "../../core/own.ts";
import { graphName } from "../../core/payload.ts";

/** @param more - HTML: what there is to press. */
export function page(title: string, texts: readonly string[], more = ""): string {
  const lines = texts
    .filter((text) => text !== "")
    .map((text) => `<p>${escapeHtml(inOrder(text))}</p>`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="../icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="../style.css">
</head>
<body class="take">
<main>
<h1>${escapeHtml(inOrder(title))}</h1>
${lines.join("\n")}
${more}
<p><a href="../">All open alerts</a></p>
</main>
</body>
</html>
`;
}

/** @param only - The one of several that it takes. */
const button = (text: string, only = ""): string =>
  `<form method="post"${only === "" ? "" : ` action="?only=${encodeURIComponent(only)}"`}>` +
  `<button type="submit">${escapeHtml(text)}</button></form>`;

const nameOf = ({ alertname }: Alert): string => alertname || "An alert without a name";

/** The alert's name and place, for the head of a page. */
const aboutOf = ({ annotations, instance, service, severity }: Alert): readonly string[] => [
  [severity, instance || service].filter((text) => text !== "").join(" · "),
  annotations["summary"] ?? "",
];

/** Links that help whoever has it now. */
const help = [
  ["runbook_url", "Runbook"],
  ["dashboard_url", "Board"],
  [graphName, "Graph"],
] as const;

const ownLink = ({ fingerprint }: Alert, text: string): string =>
  `<a href="../#/alerts/${fingerprint}">${escapeHtml(text)}</a>`;

function linksFor(alert: Alert): string {
  const found = help.flatMap(([key, name]) => {
    const url = webAddress(alert.annotations[key]);
    if (url === undefined) return [];
    return [`<a href="${escapeHtml(url)}" rel="noopener noreferrer">${name}</a>`];
  });
  return `<p class="links">${[...found, ownLink(alert, "Details")].join("\n")}</p>`;
}

/** An alert that a link is about. */
export interface Linked {
  readonly alert: Alert;
  /** When the episode began that the link was made for. */
  readonly startsAt: number;
}

/** Whether there is something to take. */
export const isWaiting = ({ alert }: Linked): boolean =>
  isOpen(alert) && alert.status !== "acknowledged";

/** It fires again, or its beginning moved: who follows the link must see that it is not the same. */
const firesAgain = ({ alert, startsAt }: Linked): string =>
  alert.startsAt === startsAt ? "" : `It fires again, since ${timeOf(alert.startsAt)}.`;

function stateOf({ alert }: Linked): string {
  if (!isOpen(alert)) return "It is over.";
  if (alert.status !== "acknowledged") return "";
  const { owner } = alert;
  return owner === linkActor
    ? "It was taken with a link like this one."
    : `${owner ?? "Somebody"} has it.`;
}

/** Several, each to be taken on its own, or all that nobody has. */
function manyPage(all: readonly Linked[]): string {
  const waiting = all.filter(isWaiting);
  const items = all.map((one) => {
    const { alert } = one;
    const [what = "", summary = ""] = aboutOf(alert);
    const texts = [what, summary, firesAgain(one), stateOf(one)].filter((text) => text !== "");
    const press = isWaiting(one) && waiting.length > 1 ? button("Take it", alert.fingerprint) : "";
    return `<li>${ownLink(alert, nameOf(alert))}<br>${texts.map(escapeHtml).join("<br>")}${press}</li>`;
  });
  const text =
    waiting.length === 0
      ? "None of them needs attention."
      : `Nobody has ${waiting.length} of them.`;
  const takeAll = waiting.length === 0 ? "" : button(`Take all ${waiting.length}`);
  return page(`${all.length} alerts`, [text], `${takeAll}\n<ul>${items.join("\n")}</ul>`);
}

/** The page behind a link. */
export function linkedPage(all: readonly Linked[]): string {
  const [one, ...more] = all;
  if (one === undefined) return overPage;
  if (more.length > 0) return manyPage(all);
  const { alert } = one;
  if (!isOpen(alert)) return overPage;
  if (!isWaiting(one)) return page(nameOf(alert), [stateOf(one)], linksFor(alert));
  return page(nameOf(alert), [...aboutOf(alert), firesAgain(one)], button("Take it"));
}

const overPage = page("It is over", ["The alerts of this link have ended."]);

/** @param taken - By this press. */
export function takenPage(taken: readonly Alert[]): string {
  const [alert, ...more] = taken;
  const told = "Nobody is notified again until";
  if (alert === undefined) return overPage;
  if (more.length === 0) {
    return page(nameOf(alert), [`It is yours. ${told} it is given back.`], linksFor(alert));
  }
  const items = taken.map((one) => `<li>${ownLink(one, nameOf(one))}</li>`);
  const text = `They are yours. ${told} they are given back.`;
  return page(`${taken.length} alerts`, [text], `<ul>${items.join("\n")}</ul>`);
}

export const usedPage = (alert: Alert): string =>
  page(
    nameOf(alert),
    ["This link has already been used. Sign in to take it again."],
    linksFor(alert),
  );

export const invalidPage = page("This link is not valid", [
  "It is older than a day, or incomplete. Sign in to see what is open.",
]);

export const laterPage = page("Not now", [
  "The alert processor's database does not answer. Nothing has changed: try again soon.",
]);
