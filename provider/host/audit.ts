/** What stands on a host, compared with what should. Changes nothing there. */
import { createHash } from "node:crypto";
import { messageOf } from "../errors.ts";
import type { HostProcessState } from "../types.ts";
import { type Definition, definitionOf, generationOf, unitOf } from "./definition.ts";
import { type Facts, parseFacts } from "./facts.ts";
import { auditScript, factsScript } from "./scripts.ts";
import { withHost } from "./ssh.ts";
import { renderUnit } from "./unit.ts";

/** What the script of an audit prints. */
export interface Standing {
  /** Checksums by path below the folder of the generation. */
  readonly files: ReadonlyMap<string, string>;
  /** Paths that others than root and the service's own account may read or write. */
  readonly open: readonly string[];
  /** Addresses on which somebody listens on the service's port. */
  readonly listens: readonly string[];
  readonly enabled: boolean;
  /** Whether the unit that systemd has loaded is the one on disk. */
  readonly loaded: boolean;
}

/** An address of the kernel's list: `0100007F` is 127.0.0.1. */
export function spelledAddress(hex: string): string {
  const words = hex.match(/.{8}/g) ?? [];
  const bytes = words.flatMap((word) => (word.match(/../g) ?? []).reverse());
  if (bytes.every((byte) => byte === "00")) return "every address";
  if (bytes.length === 4) return bytes.map((byte) => Number.parseInt(byte, 16)).join(".");
  const groups = Array.from({ length: 8 }, (_, at) => `${bytes[2 * at]}${bytes[2 * at + 1]}`);
  const text = groups.map((group) => group.toLowerCase().replace(/^0{1,3}/, "")).join(":");
  return text.replace(/(?:^|:)(?:0:)+0?/, "::");
}

/** Reads what the script of an audit prints. */
export function parseStanding(text: string): Standing {
  const lines = text.split("\n").map((line) => line.split(" "));
  const of = (kind: string): string[][] => lines.filter(([first]) => first === kind);
  const files = of("file").map(([, mode = "", sum = "", ...path]) => ({
    mode,
    sum,
    path: path.join(" "),
  }));
  return {
    files: new Map(files.map(({ path, sum }) => [path, sum])),
    open: files
      .filter(({ mode, path }) => path.startsWith("config/") && !mode.endsWith("0"))
      .map(({ path }) => path),
    listens: [...new Set(of("listens").map(([, hex = ""]) => spelledAddress(hex)))],
    enabled: of("enabled").length > 0,
    loaded: of("stale").length === 0,
  };
}

const sum = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Every difference between what should stand on a host and what does. Pure. */
export function differences(definition: Definition, facts: Facts, standing: Standing): string[] {
  const { checksum, files, name, port } = definition;
  if (facts.current === undefined) return ["is not installed"];
  const wanted = new Map([
    [unitOf(name), sum(renderUnit(definition))],
    ...Object.entries(files).map(([path, text]) => [`config/${path}`, sum(text)] as const),
  ]);
  const changed = [...wanted].filter(([path, hash]) => {
    const found = standing.files.get(path);
    return found !== undefined && found !== hash;
  });
  const missing = [...wanted.keys()].filter((path) => !standing.files.has(path));
  const added = [...standing.files.keys()].filter((path) => !wanted.has(path));
  const listed = (what: string, paths: readonly string[]): string[] =>
    paths.length === 0 ? [] : [`${what}: ${[...paths].sort().join(", ")}`];
  return [
    ...(facts.state === "active" ? [] : [`does not run (${facts.state})`]),
    ...(facts.current === generationOf(definition) ? [] : ["is another generation"]),
    ...(facts.program === checksum
      ? []
      : [facts.program === undefined ? "has lost its program" : "has another program"]),
    ...listed(
      "changed",
      changed.map(([path]) => path),
    ),
    ...listed("missing", missing),
    ...listed("added", added),
    ...listed("open to others", standing.open),
    ...(standing.enabled ? [] : ["does not start with the host"]),
    ...(standing.loaded ? [] : ["runs by a unit that was changed since"]),
    ...(facts.state === "active" && standing.listens.length === 0
      ? [`does not listen on port ${port}`]
      : []),
    ...(facts.holder === undefined ? [] : [`has ${facts.holder.user} on its port ${port}`]),
  ];
}

/** What was found of one process of a host. */
export interface Finding {
  readonly host: string;
  readonly name: string;
  /** Empty where all is as it should be. */
  readonly differences: readonly string[];
  /** Where it listens. */
  readonly listens: readonly string[];
}

/** Looks at one process of a host; what keeps it from looking is a difference as well. */
export async function audit(state: HostProcessState): Promise<Finding> {
  const { connection, host, name } = state;
  const definition = definitionOf(state, state.checksum);
  try {
    const [facts, standing] = await withHost(connection, async (session) => {
      const first = await session.run(factsScript(definition));
      const second = await session.run(auditScript(definition));
      if (first.code !== 0 || second.code !== 0) {
        throw new Error(`${first.output}${second.output}`.trim() || "the connection ended");
      }
      return [parseFacts(first.output), parseStanding(second.output)];
    });
    const { listens } = standing;
    return { host, name, listens, differences: differences(definition, facts, standing) };
  } catch (error) {
    const [first = ""] = messageOf(error).split("\n");
    return { host, name, listens: [], differences: [first] };
  }
}
