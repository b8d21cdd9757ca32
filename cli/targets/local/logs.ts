import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { attach } from "../../../lib/attach.ts";
import { UserError } from "../../../lib/errors.ts";
import { nearest } from "../../../lib/nearest.ts";
import { stackFolder } from "../../state/home.ts";
import type { StackAt } from "../operations.ts";

/** The last lines of each log, or of one service's. */
export async function logs(
  { root, stack }: StackAt,
  service: string | undefined,
  follow: boolean,
): Promise<number> {
  const folder = join(stackFolder(root, stack), "logs");
  const all = (existsSync(folder) ? await readdir(folder) : []).filter((file) =>
    file.endsWith(".log"),
  );
  const files = all.filter((file) => service === undefined || file === `${service}.log`).sort();
  if (files.length === 0 && all.length > 0) {
    const names = all.map((file) => file.slice(0, -".log".length)).sort();
    const meant = nearest(service ?? "", names);
    throw new UserError(`There is no log for ${service ?? ""}`, {
      details: [`There are ${names.join(", ")}`],
      advice: meant === undefined ? [] : [`make logs SERVICE=${meant}`],
    });
  }
  if (files.length === 0) {
    throw new UserError(
      service === undefined ? "There are no logs yet" : `There is no log for ${service}`,
      {
        advice: ["make up"],
      },
    );
  }
  return attach("tail", [...(follow ? ["-F"] : []), "-n", "20", ...files], { cwd: folder });
}
