import { spawn } from "node:child_process";
import { once } from "node:events";
import { ensureDependencies } from "../../tools/dependencies.ts";
import { UserError } from "../../lib/errors.ts";
import { type Engine, openEngine, stackArgs } from "../engine.ts";
import { stackOptions } from "../options.ts";
import { keepConfig } from "../state/config-file.ts";
import { tell } from "../tell.ts";

const help = `./vigil channels [--stack NAME]

Moves channels from vigil:receivers and vigil:processor, where they were configured before, to
vigil:channels. Secrets stay encrypted and are never shown. Killed half-way, it ends when it is run again.
`;

/** What the moving needs of the engine. */
export type Mover = Pick<Engine, "collect" | "env" | "home">;

/** Sets one value; a secret goes in by a pipe, where no list of processes shows it. */
async function set(
  { env, home }: Mover,
  key: string,
  value: unknown,
  secret: boolean,
): Promise<void> {
  const text = String(value);
  const how = secret ? ["--secret"] : typeof value === "string" ? ["--type", "string"] : [];
  const args = ["config", "set", ...stackArgs(home), ...how, "--path", key];
  const child = spawn("pulumi", secret ? args : [...args, "--", text], {
    cwd: home.root,
    env,
    stdio: ["pipe", "ignore", "inherit"],
  });
  child.stdin.end(secret ? text : "");
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new UserError(`Could not set ${key}; run the command again`);
}

interface Shown {
  readonly value?: string;
  readonly secret: boolean;
}

/** Moves what can be moved. @returns whether nothing had to stay. */
export async function moveChannels(mover: Mover): Promise<boolean> {
  const { collect, home } = mover;
  const { planMove } = await import("../../components/config/move-channels.ts");
  const { groups } = await import("../../rules/index.ts");
  const shown = await collect("config --show-secrets --json".split(" ").concat(stackArgs(home)));
  if (shown.code !== 0) throw new UserError(shown.stderr.trim());
  const all = Object.entries(JSON.parse(shown.stdout) as Record<string, Shown>).filter(
    ([key, { value }]) => key.startsWith("vigil:") && value !== undefined,
  );
  const name = (key: string): string => key.slice("vigil:".length);
  const { remove, sets, stays } = planMove(
    {
      values: Object.fromEntries(all.map(([key, { value = "" }]) => [name(key), value])),
      secretKeys: new Set(all.flatMap(([key, { secret }]) => (secret ? [name(key)] : []))),
    },
    new Date(),
    groups,
  );
  // First all that is new, then nothing of what was before: whenever this ends, nothing is lost.
  for (const { key, secret, value } of sets) await set(mover, key, value, secret);
  await keepConfig(home);
  for (const { from } of remove) {
    const { code, stderr } = await collect(["config", "rm", ...stackArgs(home), "--path", from]);
    if (code !== 0) throw new UserError(stderr.trim());
  }
  await keepConfig(home, true);
  for (const { from, to } of remove) tell(`✓ ${from} is now ${to}\n`);
  for (const { from, reason } of stays) tell(`! ${from} stays where it is: ${reason}\n`);
  if (remove.length + stays.length === 0) tell("Nothing to move.\n");
  return stays.length === 0;
}

/** `vigil channels`. */
export async function run(args: string[]): Promise<number> {
  const options = stackOptions(args, help);
  if (options === undefined) return 0;
  await ensureDependencies({ root: options.root });
  return (await moveChannels(await openEngine(options))) ? 0 : 1;
}
