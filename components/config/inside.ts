import { BlockList, isIP, isIPv6 } from "node:net";
import type { Address } from "../channels/channel.ts";
import { configured } from "../channels/index.ts";
import { setCommand } from "./commands.ts";
import { encryptedSecret } from "./fields.ts";
import { type ConfigProblem, mistake } from "./mistakes.ts";
import type { Config } from "./schema.ts";

const inside = new BlockList();
for (const [net, bits, family] of [
  ["127.0.0.0", 8, "ipv4"],
  ["10.0.0.0", 8, "ipv4"],
  ["172.16.0.0", 12, "ipv4"],
  ["192.168.0.0", 16, "ipv4"],
  ["100.64.0.0", 10, "ipv4"],
  ["::1", 128, "ipv6"],
  ["fc00::", 7, "ipv6"],
] as const) {
  inside.addSubnet(net, bits, family);
}

/** Names are looked up when something is sent; these are known before. */
function isInside(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, "");
  if (isIP(host) === 0) return /(?:^|\.)localhost$/.test(host);
  return inside.check(host, isIPv6(host) ? "ipv6" : "ipv4");
}

/**
 * Addresses that the processor would refuse when it starts: without TLS, or private where that is not said.
 * The reasons do not name them, as they are secrets.
 */
export function addressesInside({ processor }: Partial<Config>): ConfigProblem[] {
  const heartbeat = processor?.heartbeat;
  const addresses: readonly (readonly [section: string, Address])[] = [
    ...configured(processor).flatMap(([kind, settings]) =>
      (kind.addresses?.(settings) ?? []).map((one) => [kind.name, one] as const),
    ),
    [
      "heartbeat",
      { field: "url", url: heartbeat?.url.reveal(), private: heartbeat?.private },
    ] as const,
  ];
  return addresses.flatMap(([section, { field, private: allowed, url }]) => {
    if (url === undefined || url === encryptedSecret) return [];
    const { hostname, protocol } = new URL(url);
    const full = ["processor", section, field];
    if (protocol !== "https:") return [mistake(full, "must begin with https://")];
    if (allowed === true || !isInside(hostname)) return [];
    if (allowed === undefined) {
      return [
        mistake(full, "is in a private network or on this machine, where no such service is"),
      ];
    }
    const fix = setCommand(["processor", section, "private"], "true");
    return [mistake(full, "is in a private network or on this machine, and that is not said", fix)];
  });
}
