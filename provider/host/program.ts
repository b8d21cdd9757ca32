/** Programs of this machine that are brought to hosts. */
import { createHash } from "node:crypto";
import { createReadStream, realpathSync, statSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { requireOnPath } from "../process/tool.ts";

/** A program as it lies here. */
export interface Program {
  readonly path: string;
  readonly bytes: number;
  /** SHA-256. */
  readonly checksum: string;
}

/** By path and what changes with its content: an estate of hundreds of hosts asks for the same few. */
const known = new Map<string, Promise<Program>>();

/** @throws VigilError where it is not on PATH. */
export function programOf(binary: string): Promise<Program> {
  const path = realpathSync(requireOnPath(binary));
  const { mtimeMs, size: bytes } = statSync(path);
  const key = `${path} ${mtimeMs} ${bytes}`;
  const made = known.get(key) ?? checksumOf(path).then((checksum) => ({ path, bytes, checksum }));
  known.set(key, made);
  return made;
}

async function checksumOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}
