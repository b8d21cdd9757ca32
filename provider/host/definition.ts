/** A process of a host, and how what belongs to it is called there. Pure. */
import { createHash } from "node:crypto";
import { hostFolder, type HostProcessInputs } from "../types.ts";
import { canonical } from "../values.ts";

/** One process of a host. */
export interface Definition {
  /** Of its folder, its unit and its account, each in its way. */
  readonly name: string;
  /** The estate that it belongs to. */
  readonly environment: string;
  readonly binary: string;
  /** SHA-256 of the program. */
  readonly checksum: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Texts by path below its configuration folder; some are secret. */
  readonly files: Readonly<Record<string, string>>;
  readonly port: number;
  readonly memoryMegabytes: number;
  /** Whether it must see the machine's mounts as they are. */
  readonly seesHost: boolean;
}

/** The part of a process's inputs that stands on its host. */
export const definitionOf = (inputs: HostProcessInputs, checksum: string): Definition => {
  const { args, binary, env, environment, files, memoryMegabytes, name, port, seesHost } = inputs;
  return {
    name,
    environment,
    binary,
    checksum,
    args,
    env,
    files,
    port,
    memoryMegabytes,
    seesHost,
  };
};

/**
 * Name of what a definition makes: the same for the same. There is always a private key in it, so that nobody can
 * guess a password from it.
 */
export const generationOf = (definition: Definition): string =>
  createHash("sha256").update(canonical(definition)).digest("hex").slice(0, 16);

/** Folder of a service. */
export const folderOf = (name: string): string => `${hostFolder}/${name}`;

export const unitOf = (name: string): string => `vigil-${name}.service`;

/** Letters that the name of an account may have on Linux. */
const longestAccount = 31;

/** The account that a service runs as. */
export function accountOf(name: string): string {
  const account = `vigil-${name}`;
  if (account.length <= longestAccount) return account;
  const mark = createHash("sha256").update(name).digest("hex").slice(0, 8);
  return `${account.slice(0, longestAccount - mark.length - 1)}-${mark}`;
}
