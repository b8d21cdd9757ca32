import type { FastifyInstance } from "fastify";
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { extname, join } from "node:path";

const folder = join(import.meta.dirname, "../../web");

/** What is served of the folder, by extension; all else in it is not for browsers. */
const types: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

const hashOf = (content: string | Buffer): string =>
  createHash("sha256").update(content).digest("base64url").slice(0, 22);

/**
 * The web page: static files, all that changes comes from the API. They hold no secret: they are served to
 * strangers. They are read once, so that no path of a request ever reaches the disk.
 */
export async function pageRoutes(app: FastifyInstance): Promise<void> {
  const names = (await readdir(folder)).filter((file) => extname(file) in types);
  const files = await Promise.all(
    names.map(async (name) => ({ name, content: await readFile(join(folder, name)) })),
  );
  // A folder that is another in each version, so that a browser keeps what is in it without asking.
  const version = hashOf(files.map(({ content, name }) => name + hashOf(content)).join());
  for (const { content, name } of files) {
    const type = types[extname(name)] ?? "";
    if (name === "index.html") {
      served(app, "/", type, pageOf(content.toString(), names, version));
      continue;
    }
    served(app, `/${name}`, type, content);
    app.get(`/${version}/${name}`, { schema: { hide: true } }, (_, reply) =>
      reply.type(type).header("cache-control", "public, max-age=31536000, immutable").send(content),
    );
  }
}

/** What a browser asks for each time, and has already: that costs a question only. */
function served(app: FastifyInstance, path: string, type: string, content: string | Buffer): void {
  const tag = `"${hashOf(content)}"`;
  app.get(path, { schema: { hide: true } }, (request, reply) => {
    void reply.header("cache-control", "no-cache").header("etag", tag);
    const known = request.headers["if-none-match"]?.replace("W/", "") === tag;
    if (known) return reply.code(304).send();
    return reply.type(type).send(content);
  });
}

/** The page with its files in the folder, and all modules named: a browser asks for them together. */
function pageOf(page: string, names: readonly string[], version: string): string {
  const modules = names.filter((name) => extname(name) === ".js");
  const links = modules.map((name) => `<link rel="modulepreload" href="${name}" />`);
  const local = new RegExp(
    `(href|src)="(${names.filter((name) => name !== "index.html").join("|")})"`,
    "g",
  );
  return page
    .replace("<script", `${links.join("\n    ")}\n    <script`)
    .replaceAll(local, `$1="${version}/$2"`);
}
