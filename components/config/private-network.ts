import { BlockList, isIP, isIPv6 } from "node:net";

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

/**
 * Whether a host is in a private network or on this machine. Names are looked up when something is sent; this
 * is what is known before.
 */
export function isInside(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, "");
  if (isIP(host) === 0) return /(?:^|\.)localhost$/.test(host);
  return inside.check(host, isIPv6(host) ? "ipv6" : "ipv4");
}
