import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { nearest } from "../../lib/nearest.ts";
import { attach } from "../../lib/attach.ts";
import { targetOf } from "../engine.ts";
import { UserError } from "../../lib/errors.ts";
import { stackOptions } from "../options.ts";
import { stackFolder } from "../state/home.ts";

const help = `./vigil logs [SERVICE] [--stack NAME] [--follow]

What the servers say: the last lines of each log, or of one service's. Containers are looked at one at
a time, Prometheus when none is named.

  --follow   goes on as they write, until Ctrl-C
`;

/** `vigil logs`. */
export async function run(args: string[]): Promise<number> {
  const options = stackOptions(args, help, { follow: { type: "boolean", short: "f" } }, true);
  if (options === undefined) return 0;
  const { rest, root, stack, values } = options;
  const service = rest[0] ?? process.env["SERVICE"];
  const target = await targetOf(root, stack);
  const follow = values["follow"] === true;
  if (target === "docker") {
    const container = `vigil-${stack}-${service ?? "prometheus"}`;
    const lines = ["--tail", "20", ...(follow ? ["--follow"] : [])];
    return attach("docker", ["logs", ...lines, container], { cwd: root });
  }
  const folder = join(stackFolder(root, stack), "logs");
  const all = (existsSync(folder) ? await readdir(folder) : []).filter((file) =>
    file.endsWith(".log"),
  );
  const files = all.filter((file) => service === undefined || file === `${service}.log`).sort();
  if (files.length === 0 && all.length > 0) {
    const names = all.map((file) => file.slice(0, -".log".length)).sort();
    const meant = nearest(service ?? "", names);
    throw new UserError(`There is no log of ${service ?? ""}`, {
      details: [`There are ${names.join(", ")}`],
      advice: meant === undefined ? [] : [`make logs SERVICE=${meant}`],
    });
  }
  if (files.length === 0) {
    throw new UserError(
      service === undefined ? "There are no logs yet" : `There is no log of ${service}`,
      {
        advice: ["make up"],
      },
    );
  }
  return attach("tail", [...(follow ? ["-F"] : []), "-n", "20", ...files], { cwd: folder });
}
