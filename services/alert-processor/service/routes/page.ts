import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { bundle } from "../bundle.ts";
import { rowsHtml } from "../first-rows.ts";
import type { First } from "../first.ts";

const folder = join(import.meta.dirname, "../../web");

const html = "text/html; charset=utf-8";

const types: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".webmanifest": "application/manifest+json",
};

/** Makes the page installable on a phone; the manifest says where it begins by its own address. */
const installed = ["icon-180.png", "icon-192.png", "icon-512.png", "manifest.webmanifest"];

const hashOf = (content: string | Buffer): string =>
  createHash("sha256").update(content).digest("base64url").slice(0, 22);

export interface PageRoutes {
  /** Data that comes with the page; undefined: then the page asks for it, and says what is wrong. */
  readonly first: (request: FastifyRequest) => Promise<First | undefined>;
  /** The path that people reach it under; empty where there is none. */
  readonly base: string;
}

/** The only script within the page: whoever comes for something else does not see the list for a moment. */
const routed = 'if(!/^#?\\/?$/.test(location.hash))document.documentElement.dataset.elsewhere=""';

/** For the page's policy. */
export const inlineScript = `'sha256-${createHash("sha256").update(routed).digest("base64")}'`;

/**
 * The web page: static files, and in the page itself the first rows for whoever is signed in. The files hold no
 * secret: they are served to strangers. They are read once, so that no path of a request ever reaches the disk.
 */
export async function pageRoutes(app: FastifyInstance, { base, first }: PageRoutes): Promise<void> {
  const sources = await readFolder();
  const source = (name: string): string => sources.get(name) ?? "";
  const files = new Map([
    ["app.js", bundle(source, "app.js")],
    ["icon.svg", source("icon.svg")],
    ["style.css", stylesOf(source("index.html")).map(source).join("\n")],
  ]);
  // A folder that is another in each version, so that a browser keeps what is in it without asking.
  const version = hashOf([...files.values()].join());
  for (const [name, content] of files) {
    const type = types[extname(name)] ?? "";
    app.get(`/${name}`, { schema: { hide: true } }, answerOf(type, content));
    app.get(`/${version}/${name}`, { schema: { hide: true } }, (_, reply) =>
      reply.type(type).header("cache-control", "public, max-age=31536000, immutable").send(content),
    );
  }
  for (const name of installed) {
    const content = await readFile(join(folder, name));
    app.get(`/${name}`, { schema: { hide: true } }, answerOf(types[extname(name)] ?? "", content));
  }
  const page = pageOf(source("index.html"), [...files.keys()], version, base);
  const ofStranger = answerOf(html, page);
  app.get("/", { schema: { hide: true } }, async (request, reply) => {
    const known = await first(request);
    if (known === undefined) return ofStranger(request, reply);
    return reply.type(html).header("cache-control", "no-store").send(pageWith(page, known));
  });
}

async function readFolder(): Promise<ReadonlyMap<string, string>> {
  const names = (await readdir(folder)).filter((file) => /\.(?:css|html|js|svg)$/.test(file));
  const texts = names.map(
    async (name) => [name, await readFile(join(folder, name), "utf8")] as const,
  );
  return new Map(await Promise.all(texts));
}

/** Files that a browser asks for each time and already has: that costs one request only. */
function answerOf(type: string, content: string | Buffer) {
  const tag = `"${hashOf(content)}"`;
  return (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    void reply.header("cache-control", "no-cache").header("etag", tag);
    const known = request.headers["if-none-match"]?.replace("W/", "") === tag;
    return known ? reply.code(304).send() : reply.type(type).send(content);
  };
}

const style = /^ *<link rel="stylesheet" href="(.+)" \/>\n/gm;

/** The page's styles, in their order. */
const stylesOf = (page: string): string[] =>
  [...page.matchAll(style)].map(([, name]) => name ?? "");

/**
 * The page with its files in the folder, its styles as one. All its addresses are relative: under a path they are
 * so to that, with or without a slash at its end.
 */
function pageOf(page: string, names: readonly string[], version: string, base: string): string {
  const local = new RegExp(`(href|src)="(${names.join("|")})"`, "g");
  return page
    .replace("<head>", base === "" ? "<head>" : `<head>\n    <base href="${base}/" />`)
    .replaceAll(style, "")
    .replace(
      "</head>",
      `  <link rel="stylesheet" href="style.css" />\n    <script>${routed}</script>\n  </head>`,
    )
    .replaceAll(local, `$1="${version}/$2"`);
}

/** The page as it is seen before its script has run. */
function pageWith(page: string, first: First): string {
  const { me, open } = first;
  // No text in it can end the element that it is in.
  const data = JSON.stringify(first).replaceAll("<", "\\u003c");
  return page
    .replace('<div id="page" hidden>', '<div id="page">')
    .replace('<section id="view-open" hidden>', '<section id="view-open">')
    .replace('<div id="groups">', () => `<div id="groups">${rowsHtml(open.alerts, me.mayAct)}`)
    .replace("</body>", () => `<script type="application/json" id="first">${data}</script></body>`);
}
