import type { FastifyInstance } from "fastify";

/** The part of a connection that is needed. */
interface Connection {
  destroy: () => void;
  once: (event: "close", listener: () => void) => unknown;
}

/**
 * Ends a server within a time. One that closes waits for every connection, and a peer that has said nothing, or
 * half of what it wanted to say, can keep one open for as long as it likes.
 *
 * @param close - Ends it in good order.
 * @param grace - Milliseconds that what is under way is given.
 * @returns Begin it before the server listens, call it to end it.
 */
export function closingWithin(
  server: Pick<FastifyInstance["server"], "on">,
  close: () => Promise<unknown>,
  grace = 5_000,
): () => Promise<void> {
  const open = new Set<Connection>();
  // Of the connection itself: before its handshake is done, no request and no TLS stream knows it.
  server.on("connection", (socket: Connection) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
  });
  return async () => {
    const late = setTimeout(() => {
      for (const socket of open) socket.destroy();
    }, grace);
    try {
      await close();
    } finally {
      clearTimeout(late);
    }
  };
}
