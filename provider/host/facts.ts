/** What a host is and has. Pure. */
import type { Definition } from "./definition.ts";

/** Facts about a host, and about one service on it. */
export interface Facts {
  /** `Linux`. */
  readonly system: string;
  /** `x86_64`. */
  readonly machine: string;
  /** Name of its first process. */
  readonly init: string;
  /** `Debian GNU/Linux 12 (bookworm)`. */
  readonly name: string;
  readonly freeKilobytes: number;
  /** Undefined where its file system makes them as they are needed. */
  readonly freeInodes: number | undefined;
  /** The generation that is in use. */
  readonly current: string | undefined;
  /** The estate that it belongs to. */
  readonly estate: string | undefined;
  /** Whether its process runs, in systemd's word. */
  readonly state: string;
  /** Checksum of the program where it belongs; undefined where there is none. */
  readonly program: string | undefined;
  /** Whoever listens on its port and is not it. */
  readonly holder: Holder | undefined;
}

interface Holder {
  /** The account that it runs as. */
  readonly user: string;
  /** Its process, unit and program; empty where they cannot be seen. */
  readonly pid: string;
  readonly unit: string;
  readonly program: string;
}

/** Reads what the script of facts prints. */
export function parseFacts(text: string): Facts {
  const lines = text.split("\n").map((line) => {
    const at = line.indexOf(" ");
    return [line.slice(0, at), line.slice(at + 1).trim()] as const;
  });
  const found = new Map(lines);
  const known = (name: string): string => found.get(name) ?? "";
  const inodes = Number(known("inodes"));
  const [pid = "", unit = "", ...program] = known("holder").split(" ");
  const user = found.get("taken");
  return {
    system: known("system"),
    machine: known("machine"),
    init: known("init"),
    name: known("name") || known("system"),
    freeKilobytes: Number(known("kilobytes")),
    freeInodes: inodes > 0 ? inodes : undefined,
    current: found.get("current"),
    estate: found.get("estate"),
    state: known("state"),
    program: found.get("program"),
    holder:
      user === undefined
        ? undefined
        : { user, pid, unit: unit === "-" ? "" : unit, program: program.join(" ") },
  };
}

/** Room that a service needs beside its program, in KB. */
const spare = 20_000;

/** Machines that a program of this one runs on. */
const machines: Readonly<Record<string, string>> = { x64: "x86_64", arm64: "aarch64" };

/**
 * Why a host cannot have a service, each in words that follow its name.
 *
 * @param bytes - Size of the program.
 * @param arch - What the program was made for, in Node's word.
 */
export function obstacles(
  facts: Facts,
  { environment, name, port }: Pick<Definition, "environment" | "name" | "port">,
  bytes: number,
  arch: string = process.arch,
): string[] {
  const { current, estate, holder } = facts;
  const owner = current === undefined || estate === environment ? undefined : estate;
  const needed = Math.ceil(bytes / 1024) * (facts.program === undefined ? 1 : 0) + spare;
  const machine = machines[arch] ?? arch;
  return [
    ...(facts.system === "Linux" ? [] : [`runs ${facts.system || "an unknown system"}, not Linux`]),
    ...(facts.init === "systemd" ? [] : [`is started by ${facts.init}, not by systemd`]),
    ...(facts.machine === machine
      ? []
      : [`is ${facts.machine}, and the program at hand is for ${machine}`]),
    ...(facts.freeKilobytes >= needed
      ? []
      : [
          `has ${Math.floor(facts.freeKilobytes / 1024)} MB left below /opt, of ${Math.ceil(needed / 1024)} MB that are needed`,
        ]),
    ...(facts.freeInodes === undefined || facts.freeInodes > 100
      ? []
      : ["has no inodes left below /opt (df -i)"]),
    ...(owner === undefined
      ? []
      : [`has ${name} of the estate ${owner} already: take the host out of one of the two`]),
    ...(holder === undefined ? [] : [heldBy(holder, port)]),
  ];
}

function heldBy({ pid, program, unit, user }: Holder, port: number): string {
  const who =
    program === "" ? `a process of ${user}` : `${program} (process ${pid}, ${unit || user})`;
  const away = unit === "" ? "stop it there" : `systemctl disable --now ${unit}`;
  return `has ${who} on port ${port} already: ${away}, or give Vigil's another port`;
}
