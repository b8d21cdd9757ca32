import { hostname } from "node:os";
import { join, resolve } from "node:path";
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
export const localGround = (stack: string): Ground => ({
  traits: kinds.local,
  host: hostname(),
  place: (site) => placeIn(homeOf(stack), site),
});
