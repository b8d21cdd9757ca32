/** Where requests may go, so that neither a configuration nor a name's answer leads astray. */
import { type LookupAddress, lookup as resolve } from "node:dns";
import { BlockList, isIP, isIPv6, type LookupFunction } from "node:net";

/** What the configuration of a channel permits. */
export interface Access {
  /** Private and loopback addresses. @default false */
  readonly private?: boolean | undefined;
  /** HTTP without TLS, to loopback addresses only. @default false */
  readonly plain?: boolean | undefined;
}

/** An address that this channel may not use. The message says why and what to do, and never contains it. */
export class AddressError extends Error {
  readonly code = "ADDRESS_NOT_ALLOWED";
}

/** Subnets by family; those of IPv4 also as NAT64 writes them, so that no gateway leads around. */
function listOf(...subnets: readonly string[]): BlockList {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [net = "", bits] = subnet.split("/");
    if (isIPv6(net)) list.addSubnet(net, Number(bits), "ipv6");
    else {
      list.addSubnet(net, Number(bits), "ipv4");
      list.addSubnet(`64:ff9b::${net}`, 96 + Number(bits), "ipv6");
    }
  }
  return list;
}

const loopback = listOf("127.0.0.0/8", "::1/128");

const inside = listOf(
  ...["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "198.18.0.0/15"],
  ...["fc00::/7", "fec0::/10"],
);

/** Link-local, clouds' metadata, unspecified, multicast, reserved, and IPv4 in a tunnel. */
const never = listOf(
  ...["0.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "224.0.0.0/4", "240.0.0.0/4"],
  ...["100.100.100.200/32", "168.63.129.16/32", "fd00:ec2::254/128"],
  ...["::/128", "fe80::/10", "ff00::/8", "2002::/16", "2001::/32"],
);

/** A link-local address may carry a zone, which no list knows. */
const within = (list: BlockList, address: string): boolean => {
  const bare = address.replace(/%.*$/, "");
  return list.check(bare, isIPv6(bare) ? "ipv6" : "ipv4");
};

/**
 * Checks an address that a name stands for.
 *
 * @throws {@link AddressError}
 */
export function checkAddress(address: string, access: Access): void {
  if (within(never, address)) {
    throw new AddressError(
      "its address is link-local, multicast or reserved, which is never allowed",
    );
  }
  const local = within(loopback, address);
  if ((local || within(inside, address)) && access.private !== true) {
    throw new AddressError(
      "its address is private or loopback: set private: true if that is meant",
    );
  }
}

/**
 * Checks the address of a service as it is configured.
 *
 * @throws {@link AddressError}
 */
export function checkUrl(text: string, access: Access): URL {
  const url = URL.parse(text);
  if (url === null) throw new AddressError("it must be a URL");
  if (url.username !== "" || url.password !== "") {
    throw new AddressError("it must not carry a user or a password");
  }
  const plain = url.protocol === "http:" && access.plain === true;
  if (url.protocol !== "https:" && !plain) {
    throw new AddressError(
      "it must begin with https://; plain: true allows http:// to loopback addresses",
    );
  }
  const host = url.hostname.replace(/^\[|\]$/g, "");
  // No name is looked up for these, so they are checked only here.
  if (isIP(host) !== 0) checkConnection(host, access, url.protocol);
  return url;
}

function checkConnection(address: string, access: Access, protocol: string): void {
  checkAddress(address, access);
  if (protocol === "http:" && !within(loopback, address)) {
    throw new AddressError("plain HTTP is allowed to loopback addresses only: use https://");
  }
}

/**
 * A look-up that answers only when every address of the name is allowed. It is the one look-up of
 * the connection, so that a name cannot mean something else between the check and the use.
 */
export function guarded(
  access: Access,
  protocol: string,
  lookup: LookupFunction = resolve,
): LookupFunction {
  return (host, options, done) => {
    lookup(host, { ...options, all: true }, (error, found) => {
      // With an error there is nothing at all, whatever the type says.
      const addresses = Array.isArray(found) ? found : [];
      const wrong = error ?? wrongWith(addresses, access, protocol);
      const [first] = addresses;
      if (wrong !== undefined) done(wrong, []);
      else if (options.all === true || first === undefined) done(null, addresses);
      else done(null, first.address, first.family);
    });
  };
}

function wrongWith(
  addresses: readonly LookupAddress[],
  access: Access,
  protocol: string,
): Error | undefined {
  try {
    for (const { address } of addresses) checkConnection(address, access, protocol);
    return addresses.length > 0 ? undefined : new AddressError("its name has no address");
  } catch (error) {
    return error as Error;
  }
}
