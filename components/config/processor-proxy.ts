import { BlockList, isIP } from "node:net";
import { traitsOf } from "../targets/kinds.ts";
import { setCommand } from "./commands.ts";
import { type ConfigProblem, mistake } from "./mistakes.ts";
import { network, partsOf } from "./processor-proxy-schema.ts";
import type { Config } from "./schema.ts";

/** Whether one of the addresses or networks is this machine itself. */
function hasLoopback(from: string): boolean {
  const list = new BlockList();
  for (const one of partsOf(from)) {
    const [, address = "", bits] = network.exec(one) ?? [];
    const family = isIP(address) === 4 ? "ipv4" : "ipv6";
    list.addSubnet(address, Number(bits ?? (family === "ipv4" ? 32 : 128)), family);
  }
  return list.check("127.0.0.1") || list.check("::1", "ipv6");
}

/** Begins of the processor's own addresses. */
const own = ["-", "metrics", "openapi.json", "take", "v1"];

function urlProblem(text: string): string | undefined {
  const { hash, password, pathname, protocol, search, username } = new URL(text);
  if (protocol !== "https:") return "must begin with https://: people sign in there";
  if (hash + password + search + username !== "") return "must consist of a host and a path only";
  if (!/^(?:\/[\w.~-]+)*\/?$/.test(pathname))
    return "has a path with characters other than letters, digits, - . _ ~ and /";
  const [, first = ""] = pathname.split("/");
  return own.includes(first)
    ? `must not begin with /${first}: the processor has addresses there`
    : undefined;
}

/** Contradictions between the processor's address and its sign-in. */
export function proxyProblems({ processor, target }: Partial<Config>): ConfigProblem[] {
  if (processor === undefined) return [];
  const problems: ConfigProblem[] = [];
  const add = (field: readonly string[], reason: string, value?: string): void => {
    const path = ["processor", ...field];
    problems.push(mistake(path, reason, setCommand(path, value)));
  };
  const wrong = processor.url === undefined ? undefined : urlProblem(processor.url);
  if (wrong !== undefined) add(["url"], wrong);
  if (processor.proxy === undefined) return problems;
  const { act = "", from, groupsHeader, look = "", userHeader } = processor.proxy;
  if (processor.url === undefined) {
    add(
      ["url"],
      "is missing: with vigil:processor.proxy people reach the processor at the proxy's address",
    );
  }
  if (partsOf(act).length + partsOf(look).length === 0) {
    add(["proxy", "act"], "is empty, and so is look: nobody could be let in");
  }
  if (partsOf(act).includes("*") && partsOf(look).length > 0) {
    add(["proxy", "act"], "lets everybody act: vigil:processor.proxy.look has no effect then");
  }
  if (userHeader.toLowerCase() === groupsHeader.toLowerCase()) {
    add(["proxy", "groupsHeader"], "is also the header of the user name", "X-Forwarded-Groups");
  }
  if (target !== undefined && traitsOf(target).loopbackOnly && !hasLoopback(from)) {
    const reason = `cannot reach the processor: on target ${target} it listens on 127.0.0.1 only`;
    add(["proxy", "from"], reason, "127.0.0.1");
  }
  return problems;
}
