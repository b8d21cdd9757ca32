import type { FastifyRequest } from "fastify";
import { BlockList, isIP } from "node:net";
import { isOwnActor } from "../core/own.ts";
import { isOneOf } from "./tokens.ts";

/** The header in which a proxy sends its secret. */
export const secretHeader = "x-vigil-proxy-secret";

/** A proxy that signs people in, and says in headers who they are. */
export interface Proxy {
  /** Addresses and networks that it comes from. */
  readonly from: readonly string[];
  /** One or two: two while one is replaced. */
  readonly secrets: readonly string[];
  readonly userHeader: string;
  readonly groupsHeader: string;
  /** Groups whose people may act, and look; `*` is everybody whom the proxy lets in. */
  readonly act: readonly string[];
  readonly look: readonly string[];
  /** Where its session ends; empty where that is not known. */
  readonly signOutUrl: string;
}

/** The identity that a request's headers claim. */
export type Claim =
  | { readonly kind: "none" }
  /** Not by the proxy, or by nobody who may look. */
  | { readonly kind: "refused"; readonly why: string }
  | { readonly kind: "person"; readonly name: string; readonly mayAct: boolean };

const longest = 200;

const cidr = /^(.+)\/(\d{1,3})$/;

/** Why a text is neither an address nor a network; undefined where it is one. */
export function addressProblem(text: string): string | undefined {
  const [, address = text, bits] = cidr.exec(text) ?? [];
  const family = isIP(address);
  if (family === 0) return "is neither an address nor a network: write 10.0.0.5 or 10.0.0.0/24";
  if (bits === undefined) return undefined;
  if (Number(bits) === 0) return "covers every address: give the proxy's own";
  return Number(bits) > (family === 4 ? 32 : 128) ? "has a prefix that is too long" : undefined;
}

/** Whether an address is one of some. */
export function among(from: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const one of from) {
    const [, address = one, bits] = cidr.exec(one) ?? [];
    const family = isIP(address) === 4 ? "ipv4" : "ipv6";
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return (address) =>
    isIP(address) !== 0 && list.check(address, isIP(address) === 4 ? "ipv4" : "ipv6");
}

/** Header values arrive as Latin-1; names of people are UTF-8. */
const decoded = (value: string): string => Buffer.from(value, "latin1").toString("utf8").trim();

/** Identifies the sender of a request by the proxy's headers. Never by them alone: others can write headers, too. */
export function claimsOf(proxy: Proxy): (request: FastifyRequest) => Claim {
  const isFrom = among(proxy.from);
  const refused = (why: string): Claim => ({ kind: "refused", why });
  const isIn = (groups: readonly string[], some: readonly string[]): boolean =>
    some.includes("*") || some.some((group) => groups.includes(group));

  return (request) => {
    const { headersDistinct, socket } = request.raw;
    const sent = (name: string): readonly string[] => headersDistinct[name] ?? [];
    const { groupsHeader, userHeader } = proxy;
    const headers = [secretHeader, userHeader, groupsHeader];
    if (headers.every((name) => sent(name).length === 0)) return { kind: "none" };
    if (!isFrom(socket.remoteAddress ?? "")) {
      return refused(`${socket.remoteAddress ?? "this address"} is not an address of the proxy`);
    }
    // Where one is there twice, one of them may be the visitor's own.
    const twice = headers.find((name) => sent(name).length > 1);
    if (twice !== undefined) return refused(`the proxy sent ${twice} twice: it must replace it`);
    const [secret = ""] = sent(secretHeader);
    if (!isOneOf(proxy.secrets, secret)) {
      return refused(
        `${secretHeader} is ${secret === "" ? "missing" : "wrong"}: the proxy must set it`,
      );
    }
    const name = decoded(sent(userHeader)[0] ?? "");
    // A request that the proxy passes on without a sign-in.
    if (name === "") return { kind: "none" };
    if (name.length > longest || /[\p{C}\ufffd]/u.test(name) || isOwnActor(name)) {
      return refused(`${userHeader} has no usable name`);
    }
    const groups = decoded(sent(groupsHeader)[0] ?? "")
      .split(",")
      .map((group) => group.trim())
      .filter((group) => group !== "");
    if (isIn(groups, proxy.act)) return { kind: "person", name, mayAct: true };
    if (isIn(groups, proxy.look)) return { kind: "person", name, mayAct: false };
    const theirs = groups.length === 0 ? "no group" : `the groups ${groups.join(", ")}`;
    return refused(`${name} has ${theirs}, and none of them may read here`);
  };
}
