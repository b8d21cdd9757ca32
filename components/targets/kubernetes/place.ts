import { kinds } from "../kinds.ts";
import type { Ground } from "../target.ts";

/**
 * Where the parts of a stack stand in a cluster, as far as their files name it: each is a service of its name in
 * a namespace of the stack's own.
 */
export const kubernetesGround = (stack: string, host: string): Ground => ({
  traits: kinds.kubernetes,
  host,
  // Where the official images keep their pages and consoles.
  programHome: (binary) => `/usr/share/${binary}`,
  place: ({ beside, data, name, port }) => {
    const address = beside === undefined ? `${name}:${port}` : `127.0.0.1:${port}`;
    return {
      name,
      config: "/etc/vigil",
      data: data ?? `/var/lib/${name}`,
      listen: beside === undefined ? `:${port}` : address,
      address,
      url: undefined,
      machinePort: undefined,
      subjects: {
        dnsNames: [name, `${name}.vigil-${stack}.svc`, "localhost"],
        ipAddresses: ["127.0.0.1"],
      },
    };
  },
});
