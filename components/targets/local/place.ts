import { realpathSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join, resolve } from "node:path";
import { findOnPath } from "../../../lib/path.ts";
import { kinds } from "../kinds.ts";
import type { Ground, Place, Site } from "../target.ts";

const loopback = "127.0.0.1";

function placeIn(home: string, { name, port }: Site): Place {
  const address = `${loopback}:${port}`;
  return {
    name,
    config: join(home, "services", name),
    data: join(home, "data", name),
    listen: address,
    address,
    url: `https://${address}`,
    machinePort: port,
    subjects: { dnsNames: ["localhost"], ipAddresses: [loopback] },
  };
}

/** Folder of a stack's estate. */
export const homeOf = (stack: string): string => resolve(".vigil", stack);

/** Where the processes of a stack stand: on the loopback of this machine. */
export const localGround = (stack: string, host = hostname()): Ground => ({
  traits: kinds.local,
  host,
  place: (site) => placeIn(homeOf(stack), site),
  // Beside it lie the files the program brings: bin/grafana next to public/ and conf/.
  programHome: (binary) => dirname(dirname(realpathSync(findOnPath(binary) ?? "."))),
});
