import type { Wording } from "./text.ts";

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text as it may stand in HTML, in attributes too. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => entities[character] ?? "");

/** A message as a small HTML page; mail programs know little more than this. */
export function htmlText({ facts, lines, links, title }: Wording): string {
  const paragraphs = lines.map((text) => `<p>${escapeHtml(text)}</p>`);
  const rows = facts.map(
    ([name, value]) => `<tr><th align="left">${name}</th><td>${escapeHtml(value)}</td></tr>`,
  );
  const anchors = links.map(({ name, url }) => `<a href="${escapeHtml(url)}">${name}</a>`);
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    `<title>${escapeHtml(title)}</title></head><body>`,
    `<h1 style="font-size:1.2em">${escapeHtml(title)}</h1>`,
    ...paragraphs,
    ...(rows.length > 0 ? [`<table>${rows.join("")}</table>`] : []),
    `<p>${anchors.join(" · ")}</p></body></html>`,
  ].join("\n");
}
