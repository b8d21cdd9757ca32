import type { Socket } from "node:net";

/**
 * Ends a connection as if its program had died. One whose end is on its way cannot be reset: Node would answer
 * EINVAL, never close it, and spin for ever when this process ends.
 */
export function reset(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}
