import type { Socket } from "node:net";
import { isHeldBy } from "./caller.ts";
import { messageOf } from "./errors.ts";

/** The one caller, and the log for refusing others. */
export interface Audience {
  /** The one process that may speak to the provider. */
  readonly caller: () => number;
  readonly warn: (text: string) => void;
}

/** Lets the caller's connections in and closes all others; the first of those is told of. */
export function doorkeeper(
  { caller, warn }: Audience,
  letIn: (socket: Socket) => void,
): (socket: Socket) => void {
  let told = false;
  const refuse = (socket: Socket, why: string): void => {
    socket.destroy();
    if (!told) warn(`vigil: ${why}\n`);
    told = true;
  };
  return (socket) => {
    // A caller that hangs up while it is being checked is not our error.
    socket.on("error", () => undefined);
    isHeldBy(caller(), socket).then(
      (held) => {
        // Paused until now, so that whoever takes it finds every byte.
        if (held) letIn(socket.resume());
        else refuse(socket, "a connection to the provider was refused: it is not the engine's");
      },
      (error: unknown) => {
        refuse(socket, messageOf(error));
      },
    );
  };
}
