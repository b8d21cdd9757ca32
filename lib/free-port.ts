import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/**
 * Ports that systems do not hand out on their own: Linux does from 32768 on, macOS and Windows from
 * 49152. One of theirs could become the end of somebody's connection before a server has it.
 */
const range = { first: 20_000, last: 32_000 } as const;

const given = new Set<number>();

/** A port of 127.0.0.1 that nobody listens on now; never the same one twice in a process. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(range.first, range.last + 1);
    if (given.has(port)) continue;
    // Before anybody else asks: while it is tried another caller may draw the same.
    given.add(port);
    if (await canListen(port)) return port;
  }
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on("error", () => {
      resolve(false);
    });
    server.listen(port, "127.0.0.1", () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
