import type { FastifyInstance } from "fastify";
import { promisify } from "node:util";
import { gzip } from "node:zlib";

const pack = promisify(gzip);

/** Smaller ones fit into a packet as they are: bytes. */
const least = 1_400;

const packable = /^(?:application\/(?:json|manifest\+json)|text\/|image\/svg)/;

/** Whether the other side unpacks gzip. */
export const takesGzip = (header: string | string[] | undefined): boolean =>
  /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:,|$))/.test(String(header ?? ""));

/** Packs what is worth it, for whoever unpacks it. Bodies hold no secret that a guess could be packed with. */
export function compressAnswers(app: FastifyInstance): void {
  app.addHook("onSend", async (request, reply, payload) => {
    const isText = typeof payload === "string" || Buffer.isBuffer(payload);
    if (!isText || reply.hasHeader("content-encoding")) return payload;
    if (!packable.test(String(reply.getHeader("content-type") ?? ""))) return payload;
    void reply.header("vary", "accept-encoding");
    const size = Buffer.byteLength(payload);
    if (size < least || !takesGzip(request.headers["accept-encoding"])) return payload;
    // A long list is packed fast rather than well: somebody waits for it.
    const packed = await pack(payload, { level: size > 200_000 ? 1 : 6 });
    void reply.header("content-encoding", "gzip").header("content-length", packed.length);
    return packed;
  });
}
