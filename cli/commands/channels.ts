import { spawn } from "node:child_process";
import { once } from "node:events";
import { forStack } from "../../lib/command.ts";
import { UserError } from "../../lib/errors.ts";
import { createProgress } from "../../lib/progress.ts";
import { type Engine, openEngine, stackArgs } from "../engine.ts";
import { stackOptions } from "../options.ts";
import { openStack } from "../stack.ts";
import { rewriteConfig } from "../state/config-file.ts";
import type { StackHome } from "../state/home.ts";
import { inTurn } from "../state/turn.ts";
import { tell } from "../tell.ts";

const help = `./vigil channels [--stack NAME]

Moves channels from vigil:receivers and vigil:processor, where they were configured before, to
vigil:channels. Secrets stay encrypted and are never shown. The stack's file changes at the very end, in one
step: if the command is interrupted before, nothing has changed.
`;

/** The part of the engine that moving needs. */
export type Mover = Pick<Engine, "collect" | "env" | "home">;

/** Sets one value; a secret goes in by a pipe, where no list of processes shows it. */
async function set(
  env: NodeJS.ProcessEnv,
  home: StackHome,
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
  if (code !== 0) throw new UserError(`Could not set ${key}; nothing was changed`);
}

interface Shown {
  readonly value?: string;
  readonly secret: boolean;
}

/** What is to be moved of what the engine reads in a stack's file. */
async function plan({ collect, home }: Mover) {
  const { planMove } = await import("../../components/config/move-channels.ts");
  const { groups } = await import("../../rules/index.ts");
  const shown = await collect("config --show-secrets --json".split(" ").concat(stackArgs(home)));
  if (shown.code !== 0) throw new UserError(shown.stderr.trim());
  const all = Object.entries(JSON.parse(shown.stdout) as Record<string, Shown>).filter(
    ([key, { value }]) => key.startsWith("vigil:") && value !== undefined,
  );
  const name = (key: string): string => key.slice("vigil:".length);
  return planMove(
    {
      values: Object.fromEntries(all.map(([key, { value = "" }]) => [name(key), value])),
      secretKeys: new Set(all.flatMap(([key, { secret }]) => (secret ? [name(key)] : []))),
    },
    new Date(),
    groups,
  );
}

/** Moves what can be moved. @returns whether nothing had to stay. */
export async function moveChannels({ collect, env, home }: Mover): Promise<boolean> {
  const { remove, stays } = await rewriteConfig(home, async (draft) => {
    const move = await plan({ collect, env, home: draft });
    for (const { key, secret, value } of move.sets) await set(env, draft, key, value, secret);
    for (const { from } of move.remove) {
      const args = ["config", "rm", ...stackArgs(draft), "--path", from];
      const { code, stderr } = await collect(args);
      if (code !== 0) throw new UserError(stderr.trim());
    }
    return move;
  });
  for (const { from, to } of remove) tell(`✓ ${from} is now ${to}\n`);
  for (const { fix, from, reason } of stays) {
    tell(forStack(`! ${from} stays where it is: ${reason}\n  → ${fix}\n`, home.stack));
  }
  if (remove.length + stays.length === 0) tell("Nothing to move.\n");
  return stays.length === 0;
}

/** `vigil channels`. */
export async function run(args: string[]): Promise<number> {
  const options = stackOptions(args, help);
  if (options === undefined) return 0;
  const { root, stack } = options;
  const engine = await openEngine(options);
  const move = async (): Promise<boolean> => {
    // Whoever was waited for may have changed the stack's file.
    const home = await openStack(root, stack, process.env);
    return moveChannels({ ...engine, home });
  };
  return (await inTurn(engine.home, createProgress(), move)) ? 0 : 1;
}
