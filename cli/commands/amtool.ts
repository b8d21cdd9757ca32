import { defaultStack } from "../../lib/command.ts";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { attach } from "../../lib/attach.ts";
import { connect } from "../estate/client.ts";
import { openEngine } from "../engine.ts";
import { UsageError, UserError } from "../../lib/errors.ts";
import { checkout } from "../../lib/checkout.ts";
import { type Outputs, readOutputs } from "../estate/outputs.ts";
import { filledIn, unfilled } from "../estate/silences.ts";

const help = `./vigil amtool <arguments>

Runs the pinned amtool against the stack's Alertmanager, already authenticated:
  ./vigil amtool silence add alertname=HostDown host=db-1 --duration=2h --comment='new disk'
  ./vigil amtool silence query
`;

/** A runbook says `host='<host>'`: answered with what fires now rather than with a silence of nothing. */
async function refusePlaceholders(args: readonly string[], outputs: Outputs): Promise<void> {
  const labels = unfilled(args);
  if (labels.length === 0) return;
  const commands = filledIn(
    args,
    (await connect(outputs).alerts()).map((one) => one.labels),
  );
  throw new UsageError(`Say which ${labels.join(", ")}`, {
    details: [
      commands.length > 0 ? "Firing now:" : "No alert of that name is firing now; write the value.",
    ],
    advice: commands,
  });
}

/** `vigil amtool`. */
export async function run(args: string[]): Promise<number> {
  if (args.length === 0 || args[0] === "--help") {
    process.stdout.write(help);
    return args.length === 0 ? 2 : 0;
  }
  const engine = await openEngine({ root: checkout, stack: process.env["STACK"] || defaultStack });
  const outputs = await readOutputs(engine);
  const { alertmanager, authority, client } = outputs;
  if (alertmanager === null) {
    throw new UserError("Alertmanager of this stack cannot be reached from here");
  }
  await refusePlaceholders(args, outputs);
  const folder = await mkdtemp(join(tmpdir(), "vigil-amtool-"));
  try {
    const write = (name: string, text: string) =>
      writeFile(join(folder, name), text, { mode: 0o600 });
    await write("ca.crt", authority);
    // JSON is YAML; the key is in no argument.
    const { certificate: cert, key } = client;
    const config = { tls_config: { ca_file: join(folder, "ca.crt"), cert, key } };
    await write("http.yml", JSON.stringify(config));
    const access = [
      `--alertmanager.url=${alertmanager.url}`,
      `--http.config.file=${join(folder, "http.yml")}`,
    ];
    return await attach("amtool", [...access, ...args], { cwd: checkout, env: engine.env });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
