import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, rename, writeFile } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { explainDisk, FatalError } from "../lib/errors.ts";

/** SHA-256 of each archive ever accepted, by `tool/version/platform`. Committed, so binding for all. */
type Recorded = Record<string, string>;

/** SHA-256 of a file, in hexadecimal. */
export async function sha256(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

/** The checksum of a file in a published list: `<sum>  <name>` lines, or the sum alone. */
export function publishedSum(list: string, file: string): string | undefined {
  for (const line of list.split("\n")) {
    const [sum = "", name = file] = line.trim().split(/\s+\*?/);
    if (/^[0-9a-f]{64}$/i.test(sum) && name === file) return sum.toLowerCase();
  }
  return undefined;
}

/** The recorded checksum, if this archive has been accepted before. */
export async function recordedSum(lockFile: string, key: string): Promise<string | undefined> {
  return (await readLock(lockFile))[key];
}

/** Records a checksum on first use. */
export async function recordSum(lockFile: string, key: string, sum: string): Promise<void> {
  const recorded = await readLock(lockFile);
  if (recorded[key] !== undefined) return;
  const sorted = Object.entries({ ...recorded, [key]: sum }).sort(([a], [b]) => (a < b ? -1 : 1));
  const draft = `${lockFile}.${process.pid}`;
  try {
    await writeFile(draft, `${JSON.stringify(Object.fromEntries(sorted), undefined, 2)}\n`);
    await rename(draft, lockFile);
  } catch (error) {
    throw explainDisk(error, lockFile);
  }
}

/**
 * @throws FatalError when a download is not what was published: another place is never tried instead, because somebody should look.
 */
export function assertSum(
  file: { readonly url: string; readonly got: string },
  expected: { readonly sum: string; readonly from: string },
): void {
  if (file.got === expected.sum) return;
  throw new FatalError(`${file.url} is not what its checksum says`, {
    details: [`expected  ${expected.sum}`, `got       ${file.got}`, `recorded  ${expected.from}`],
    advice: [
      "The download was deleted. Try again; if that does not help, the file was changed there or in transit: ask whoever runs the site.",
    ],
  });
}

async function readLock(lockFile: string): Promise<Recorded> {
  const text = await readFile(lockFile, "utf8").catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "{}";
    throw error;
  });
  try {
    return JSON.parse(text) as Recorded;
  } catch (cause) {
    throw new FatalError(`${lockFile} is not valid JSON`, {
      advice: ["Restore it from version control: it says which downloads are trusted."],
      cause,
    });
  }
}
