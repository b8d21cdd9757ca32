/**
 * Carries connections through a file: a socket of the file system is the same inside and outside of
 * a network namespace, a port is not.
 *
 * As a program: `node bridge.ts in FILE PORT` listens at a port and passes on to the
 * file; `out FILE PORT` listens at the file and passes on to the port.
 */
import { createConnection, createServer, type NetConnectOpts, type Server } from "node:net";

const at = (place: number | string): NetConnectOpts =>
  typeof place === "number" ? { host: "127.0.0.1", port: place } : { path: place };

/** Listens at one place and passes everything on to another: ports of loopback, or files. */
export function bridge(from: number | string, to: number | string): Server {
  const server = createServer((socket) => {
    const other = createConnection(at(to));
    socket.on("error", () => other.destroy());
    other.on("error", () => socket.destroy());
    socket.pipe(other).pipe(socket);
  });
  return server.listen(at(from));
}

const [, main, way, file = "", port = ""] = process.argv;
if (import.meta.filename === main && way === "in") bridge(Number(port), file);
if (import.meta.filename === main && way === "out") bridge(file, Number(port));
