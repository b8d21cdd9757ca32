import { UserError } from "../../lib/errors.ts";
import { stackOptions } from "../options.ts";
import { renderStack } from "../render.ts";
import { ensureDependencies } from "../../tools/dependencies.ts";

const help = `./vigil render --out FOLDER [--stack NAME]

Writes prometheus.yml, alertmanager.yml, rules/*.yml and dashboards/*.json of a stack. Needs no engine
and no server; secrets are not part of these files.

  --out FOLDER   where to (or OUT=FOLDER)
`;

/** `vigil render`. */
export async function run(args: string[]): Promise<number> {
  const options = stackOptions(args, help, { out: { type: "string" } });
  if (options === undefined) return 0;
  const out = options.values["out"] ?? process.env["OUT"];
  if (typeof out !== "string" || out === "") {
    throw new UserError("render needs a folder to write to", {
      advice: ["make render OUT=folder"],
    });
  }
  await ensureDependencies({ root: options.root });
  const files = await renderStack(options.root, options.stack, out);
  process.stdout.write(files.map((file) => `${file}\n`).join(""));
  return 0;
}
