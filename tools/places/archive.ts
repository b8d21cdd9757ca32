import { mkdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { assertSum, publishedSum, recordedSum, recordSum, sha256 } from "../checksums.ts";
import { platformKey } from "../platform.ts";
import { run } from "../../lib/process.ts";
import type { Place, Tool, Workshop } from "../tool.ts";

/** Where accepted checksums are recorded, inside the checkout. */
export const lockFileOf = (root: string): string => join(root, "tools/checksums.lock.json");

/** The official release archive of a tool. */
export function archivePlace(tool: Tool, shop: Workshop): Place | undefined {
  const archive = tool.archive?.(shop.platform);
  if (archive === undefined) return undefined;
  const { url, checksums, strip, folder: inside = "." } = archive;
  const host = new URL(url).host;
  const file = basename(new URL(url).pathname);
  const key = `${tool.name}/${tool.version}/${platformKey(shop.platform)}`;
  const lockFile = lockFileOf(shop.root);

  const expectedSum = async () => {
    const recorded = await recordedSum(lockFile, key);
    if (recorded !== undefined) return { sum: recorded, from: `${key} in ${lockFile}` };
    const published = publishedSum(await shop.network.text(checksums), file);
    if (published === undefined) throw new Error(`${checksums} does not list ${file}`);
    return { sum: published, from: checksums };
  };

  return {
    label: `release archive from ${host}`,
    async fill(folder, step) {
      step.update(`asking ${host}`);
      const expected = await expectedSum();
      const path = join(folder, "..", file);
      await shop.network.download(url, path, (bytes, total) => {
        step.update(`downloading from ${host}, ${showBytes(bytes, total)}`);
      });
      const got = await sha256(path);
      if (got !== expected.sum) await rm(path);
      assertSum({ url, got }, expected);
      step.update("unpacking");
      await mkdir(folder, { recursive: true });
      await run("tar", [
        "-xzf",
        path,
        "-C",
        folder,
        "--no-same-owner",
        "--strip-components",
        `${strip}`,
      ]);
      await recordSum(lockFile, key, got);
      return {
        version: tool.version,
        binaries: Object.fromEntries(tool.binaries.map((name) => [name, join(inside, name)])),
      };
    },
  };
}

/** `12 MB` or `12 of 98 MB`. */
export function showBytes(bytes: number, total?: number): string {
  const mega = (value: number) => Math.round(value / 1e6).toString();
  return total === undefined ? `${mega(bytes)} MB` : `${mega(bytes)} of ${mega(total)} MB`;
}
