import { forStack } from "../../lib/command.ts";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Engine, openEngine } from "../engine.ts";
import { UserError } from "../../lib/errors.ts";
import { stackOptions } from "../options.ts";
import { deployed, fingerprint } from "../state/deployed.ts";
import { recordFile } from "../state/record.ts";
import { run as up } from "./up.ts";
import { tell } from "../tell.ts";

const help = `./vigil renew [--stack NAME]

Renews the estate's own certificates that are past two thirds of their lifetime; does nothing if none
is. It does so by running up, but only if the checkout is unchanged since the last up: what nobody deployed is
not deployed unattended. ./vigil autostart schedules it every day.
`;

/** A certificate of the estate's own, as it is recorded. */
export interface Recorded {
  readonly name: string;
  readonly certificate: string;
  readonly renewBeforeDays: number;
}

interface Resource {
  readonly urn: string;
  readonly type: string;
  readonly outputs?: { readonly certificate?: unknown; readonly renewBeforeDays?: unknown };
}

/** The certificates of a record as the engine keeps or exports it. */
export function certificatesIn(text: string): Recorded[] {
  const { checkpoint, deployment } = JSON.parse(text) as {
    checkpoint?: { latest?: { resources?: readonly Resource[] } };
    deployment?: { resources?: readonly Resource[] };
  };
  const resources = (checkpoint?.latest ?? deployment)?.resources ?? [];
  return resources.flatMap(({ outputs = {}, type, urn }) => {
    const { certificate, renewBeforeDays } = outputs;
    const isOne = /^vigil:index:(?:Authority|Certificate)$/.test(type);
    if (!isOne || typeof certificate !== "string") return [];
    const name = urn.slice(urn.lastIndexOf("::") + 2);
    return [{ name, certificate, renewBeforeDays: Number(renewBeforeDays) }];
  });
}

async function recordOf({ capture, home }: Engine): Promise<string> {
  if (home.own) return readFile(recordFile(home), "utf8");
  const folder = await mkdtemp(join(tmpdir(), "vigil-record-"));
  try {
    const file = join(folder, "record.json");
    await capture(["stack", "export", "--stack", home.stack, "--file", file]);
    return await readFile(file, "utf8");
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** `vigil renew`. */
export async function run(args: string[]): Promise<number> {
  const options = stackOptions(args, help);
  if (options === undefined) return 0;
  const { root, stack } = options;
  // Opened each time: what will be missing when a certificate is due, the passphrase say, is told now.
  const engine = await openEngine(options);
  const { isDue } = await import("../../provider/pki.ts");
  const found = certificatesIn(await recordOf(engine));
  const due: string[] = [];
  for (const { certificate, name, renewBeforeDays } of found) {
    if (await isDue(certificate, renewBeforeDays, Date.now())) due.push(name);
  }
  const names = due.sort().join(", ");
  if (due.length === 0) {
    tell(`None of the ${found.length} certificates of stack ${stack} is due.\n`);
    return 0;
  }
  if ((await fingerprint(root, stack)) !== (await deployed(root, stack))) {
    throw new UserError(`Certificates of stack ${stack} are due but were not renewed`, {
      details: [
        `Due: ${names}.`,
        "The checkout has changed since the last up, and the changes may not be meant to be deployed.",
      ],
      advice: [forStack("make up", stack)],
    });
  }
  tell(`Due: ${names}.\n`);
  return up(["--stack", stack]);
}
