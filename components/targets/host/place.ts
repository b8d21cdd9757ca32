import { isIP } from "node:net";
import { hostConfig } from "../../../provider/types.ts";
import { hostTraits } from "../kinds.ts";
import type { Ground } from "../target.ts";
import type { Host } from "./fields.ts";

/** Name of what stands on a host, there: on the host itself it need not say which one it is. */
export const nameThere = (host: string, name: string): string =>
  name.endsWith(`-${host}`) ? name.slice(0, -host.length - 1) : name;

/** Where things stand on a host: each in a folder of its own, listening for Prometheus. */
export const hostGround = (host: string, { address, labels }: Host): Ground => ({
  traits: hostTraits,
  host,
  labels,
  // Nothing that brings more than its program stands on a host.
  programHome: () => "/usr/share",
  place: ({ name, port }) => ({
    name,
    config: hostConfig(nameThere(host, name)),
    data: `/var/lib/vigil-${nameThere(host, name)}`,
    listen: `:${port}`,
    address: `${address}:${port}`,
    url: undefined,
    machinePort: undefined,
    apart: true,
    subjects: {
      dnsNames: isIP(address) === 0 ? [address, "localhost"] : ["localhost"],
      ipAddresses: isIP(address) === 0 ? ["127.0.0.1"] : [address, "127.0.0.1"],
    },
  }),
});
