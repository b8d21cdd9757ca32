import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { user } from "./own.ts";

/** Bytes a socket's path may have on macOS: 104, less the closing zero. */
const longestSocket = 103;

/** Where the parts of a stack lie below its `home`. */
export interface Layout {
  readonly home: string;
  readonly project: string;
  readonly services: string;
  readonly data: string;
  readonly logs: string;
  /** Everything of the supervisor's own. */
  readonly supervisor: string;
  readonly fragments: string;
  /** XDG_CONFIG_HOME of the supervisor: with an empty folder in it, it does not warn. */
  readonly xdg: string;
  readonly log: string;
  readonly lock: string;
  readonly socket: string;
}

/** Pure: the same `home`, the same paths. */
export function layoutOf(home: string): Layout {
  const supervisor = join(home, "supervisor");
  return {
    home,
    project: join(home, "process-compose.yaml"),
    services: join(home, "services"),
    data: join(home, "data"),
    logs: join(home, "logs"),
    supervisor,
    fragments: join(supervisor, "fragments"),
    xdg: join(supervisor, "xdg"),
    log: join(supervisor, "log"),
    lock: join(home, ".lock"),
    socket: socketOf(supervisor, process.platform),
  };
}

/**
 * Beside the supervisor's files, which nobody else can enter. Linux reaches a socket by its folder
 * (see reach.ts), however long the path; macOS cannot, and there the temp dir is the user's own. Not
 * below XDG_RUNTIME_DIR, which goes when its user logs out.
 */
export function socketOf(supervisor: string, platform: NodeJS.Platform): string {
  const near = join(supervisor, "socket");
  if (platform === "linux" || Buffer.byteLength(near) <= longestSocket) return near;
  const hash = createHash("sha256").update(supervisor).digest("hex").slice(0, 16);
  return join(tmpdir(), `vigil-${user()}`, hash);
}

/** Folders and files of one process. */
export interface Folders {
  readonly config: string;
  readonly data: string;
  readonly log: string;
  readonly fragment: string;
}

export function foldersOf(layout: Layout, name: string): Folders {
  return {
    config: join(layout.services, name),
    data: join(layout.data, name),
    log: join(layout.logs, `${name}.log`),
    fragment: join(layout.fragments, `${name}.json`),
  };
}
