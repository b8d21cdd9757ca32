import type { FastifyInstance } from "fastify";
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

/**
 * The web page: static files, all that changes comes from the API. They hold no secret: they are served to
 * strangers. They are read once, so that no path of a request ever reaches the disk.
 */
export async function pageRoutes(app: FastifyInstance): Promise<void> {
  for (const file of await readdir(folder)) {
    const type = types[extname(file)];
    if (type === undefined) continue;
    const content = await readFile(join(folder, file));
    const path = file === "index.html" ? "/" : `/${file}`;
    app.get(path, { schema: { hide: true } }, (_, reply) =>
      reply.type(type).header("cache-control", "no-cache").send(content),
    );
  }
}
