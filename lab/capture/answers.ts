/** Small servers that give a prober something to see. */
import { createSocket } from "node:dgram";
import { createServer, type AddressInfo } from "node:net";
import { createServer as createTlsServer } from "node:https";
import { createSecureServer, constants } from "node:http2";
import { newAuthority, newCertificate, type Pair } from "../../provider/pki.ts";
import type { Session } from "./session.ts";

/** Anything that can listen and be closed. */
interface Listener {
  listen(port: number, host: string, done: () => void): unknown;
  address(): AddressInfo | string | null;
  close(done: () => void): unknown;
}

async function listen(session: Session, server: Listener): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  session.later(() => {
    server.close(() => undefined);
  });
  return (server.address() as AddressInfo).port;
}

/** Files of a server certificate for 127.0.0.1 and of the authority that signed it. */
export interface TlsFiles {
  readonly authority: string;
  readonly authorityKey: string;
  readonly certificate: string;
  readonly key: string;
}

/** Writes them again; `pair` is what the certificate's files hold. */
export async function tlsFiles(session: Session): Promise<TlsFiles & { readonly pair: Pair }> {
  const common = { days: 1, renewBeforeDays: 0 };
  const now = Date.now();
  const signer = await newAuthority({ ...common, commonName: "capture" }, now);
  const pair = await newCertificate(
    {
      ...common,
      commonName: "localhost",
      dnsNames: ["localhost"],
      ipAddresses: ["127.0.0.1"],
      authorityCertificate: signer.certificate,
      authorityKey: signer.key,
    },
    now,
  );
  return {
    pair,
    authority: await session.file("tls/ca.crt", signer.certificate),
    authorityKey: await session.file("tls/ca.key", signer.key),
    certificate: await session.file("tls/server.crt", pair.certificate),
    key: await session.file("tls/server.key", pair.key),
  };
}

/** A site: `/` redirects to a page with a date; `/json` is JSON. */
export const answerHttps = (session: Session, { certificate, key }: Pair): Promise<number> =>
  listen(
    session,
    createTlsServer({ cert: certificate, key }, ({ url }, response) => {
      if (url === "/") response.writeHead(302, { location: "/page" }).end();
      else
        response
          .writeHead(200, { "last-modified": new Date(0).toUTCString(), connection: "close" })
          .end(url === "/json" ? '{"down": false}' : "a page");
    }),
  );

/** The health service of gRPC, which is well: a message whose first field is 1. */
export const answerGrpc = (session: Session, { certificate, key }: Pair): Promise<number> => {
  const server = createSecureServer({ cert: certificate, key });
  server.on("stream", (stream) => {
    stream.respond(
      { ":status": constants.HTTP_STATUS_OK, "content-type": "application/grpc" },
      { waitForTrailers: true },
    );
    stream.on("wantTrailers", () => {
      stream.sendTrailers({ "grpc-status": "0" });
    });
    stream.end(Buffer.from([0, 0, 0, 0, 2, 8, 1]));
  });
  return listen(session, server);
};

/** A greeting, as SSH gives one. */
export const answerTcp = (session: Session): Promise<number> =>
  listen(
    session,
    createServer((socket) =>
      socket.on("error", () => undefined).end("SSH-2.0-OpenSSH_9.2 here\r\n"),
    ),
  );

/** DNS: every question has one answer, the start of authority of example.org. */
export async function answerDns(session: Session): Promise<number> {
  const socket = createSocket("udp4");
  socket.on("message", (query, from) => {
    const question = query.subarray(12, query.indexOf(0, 12) + 5);
    const head = Buffer.from(query.subarray(0, 12));
    head.writeUInt16BE(0x8580, 2);
    head.writeUInt16BE(1, 4);
    head.writeUInt16BE(1, 6);
    head.writeUInt32BE(0, 8);
    // Name (as in the question), type SOA, class IN, one hour; names of the root, then five numbers.
    const record = Buffer.alloc(12 + 22);
    record.set([0xc0, 12, 0, 6, 0, 1, 0, 0, 0x0e, 0x10, 0, 22]);
    record.writeUInt32BE(2026, 14);
    socket.send(Buffer.concat([head, question, record]), from.port, from.address);
  });
  await new Promise<void>((resolve) => {
    socket.bind(0, "127.0.0.1", resolve);
  });
  session.later(() => {
    socket.close();
  });
  return socket.address().port;
}
