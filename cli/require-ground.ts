import { holdersOf } from "../provider/process/ports.ts";
import type { Engine } from "./engine.ts";
import { UserError } from "../lib/errors.ts";
import type { Planned } from "./plan.ts";
import { unrecorded } from "./reality.ts";
import { operationsOf } from "./targets/index.ts";

/** The next port from `port` on that nobody has and no part of the stack is to have. */
async function freeFrom(port: number, wanted: Set<number>): Promise<number> {
  for (let next = port + 1; ; next++) {
    if (wanted.has(next) || (await holdersOf(next)).length > 0) continue;
    wanted.add(next);
    return next;
  }
}

/**
 * Whatever would only show half-way: ports that somebody else has, and parts of the stack that nothing is
 * recorded of where the engine could not take them over.
 *
 * @param planned - Undefined where it cannot be planned, which the engine says.
 * @throws UserError with all of it, and the commands that fix it.
 */
export async function requireGround(
  { home }: Pick<Engine, "home">,
  planned: Planned | undefined,
): Promise<void> {
  if (planned === undefined) return;
  const { root, stack } = home;
  const { config, plan } = planned;
  const { holder: holderIn, takesOver } = operationsOf(config.target);
  const lost = takesOver ? undefined : await unrecorded(home, config.target);
  if (lost !== undefined) throw lost;
  const ask = await holderIn({ root, stack });
  const { core } = await import("../components/targets/fields.ts");
  // Ports of other machines are not seen from here.
  const ports = plan.deployments.flatMap(({ name, on, place, service: { key } }) =>
    on !== core || place?.machinePort === undefined ? [] : [{ key, name, port: place.machinePort }],
  );
  const wanted = new Set(ports.map(({ port }) => port));
  const { setCommand } = await import("../components/config/commands.ts");
  const { forStack } = await import("../lib/command.ts");
  const details: string[] = [];
  const advice: string[] = [];
  for (const { key, name, port } of ports) {
    const holder = await ask(name, port);
    if (holder === undefined) continue;
    details.push(`vigil:${key}.port ${port} is in use by ${holder}`);
    const other = String(await freeFrom(port, wanted));
    advice.push(forStack(setCommand([key, "port"], other), stack));
  }
  if (details.length === 0) return;
  throw new UserError(`Ports that stack ${stack} needs are in use`, {
    details: [...details, "Nothing was changed."],
    advice: [...advice, "or stop what uses them"],
  });
}
