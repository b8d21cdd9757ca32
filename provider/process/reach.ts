import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { VigilError } from "../errors.ts";
import { makeItYours, ownerProblem, requireOwnFolder } from "./own.ts";

/**
 * Hands `use` a path that leads to a socket, after it was seen that nobody else can have put it
 * there. On Linux the path goes through the open folder: it is that very folder which was looked at,
 * and it is short enough for a socket however deep the folder lies.
 *
 * @throws VigilError where the folder is somebody else's, or may be written to by others; an error
 * of the system where there is none.
 */
export async function reach<T>(
  socket: string,
  use: (path: string) => Promise<T>,
  platform: NodeJS.Platform = process.platform,
): Promise<T> {
  const folder = dirname(socket);
  if (platform !== "linux") {
    await requireOwnFolder(folder);
    return use(socket);
  }
  const opened = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    const why = ownerProblem(await opened.stat());
    if (why !== undefined) {
      throw new VigilError(
        `The socket ${socket} cannot be trusted`,
        `of its folder: ${why}`,
        makeItYours(folder),
      );
    }
    return await use(`/proc/self/fd/${opened.fd}/${basename(socket)}`);
  } finally {
    await opened.close();
  }
}
