import { setTimeout as sleep } from "node:timers/promises";
import type { Estate } from "./estate.ts";
import { type Random, randomOf } from "./random.ts";
import type { Fault } from "./fault.ts";
import { describeFault, type Schedule } from "./schedule.ts";
import type { Timeline } from "./timeline.ts";

function part<T>(parts: ReadonlyMap<string, T>, name: string): T {
  const found = parts.get(name);
  if (found === undefined) throw new Error(`there is no part ${name}`);
  return found;
}

/** Alertmanager's message of Prometheus, with beginnings moved. */
function moved(body: string, by: number): string {
  const alerts = JSON.parse(body) as { startsAt: string }[];
  return JSON.stringify(
    alerts.map((one) => ({
      ...one,
      startsAt: new Date(Date.parse(one.startsAt) + by).toISOString(),
    })),
  );
}

const shuffled = <T>(list: readonly T[], random: Random): T[] =>
  list
    .map((one) => ({ one, rank: random.real() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ one }) => one);

/** Breaks something. @returns What heals it. */
async function begin(estate: Estate, fault: Fault, random: Random): Promise<() => unknown> {
  const { channels, clocks, disks, proxies, relays, servers } = estate;
  switch (fault.kind) {
    case "kill":
    case "forget": {
      const server = part(servers, fault.part);
      await server.kill();
      if (fault.kind === "forget") estate.forget(fault.part);
      return () => {
        server.start();
      };
    }
    case "stop": {
      const server = part(servers, fault.part);
      server.signal("SIGSTOP");
      return () => {
        server.signal("SIGCONT");
      };
    }
    case "cut": {
      const proxy = part(proxies, fault.part);
      proxy.cut(fault.way);
      return () => {
        proxy.heal();
      };
    }
    case "full": {
      const disk = part(disks, fault.part);
      disk.fill();
      return () => {
        disk.free();
      };
    }
    case "clock": {
      const clock = part(clocks, fault.part);
      clock.step(fault.by);
      return () => {
        clock.step(0);
      };
    }
    case "late": {
      const relay = part(relays, fault.part);
      relay.hold();
      return () => relay.release();
    }
    case "double":
      await part(relays, fault.part).repeat((all) => shuffled(all, random));
      return () => undefined;
    case "moved": {
      const relay = part(relays, fault.part);
      relay.change = (body) => moved(body, fault.by);
      return () => {
        relay.change = (body) => body;
      };
    }
    case "refuse": {
      const channel = part(channels, fault.part);
      channel.answer(fault.status);
      return () => {
        channel.answer(undefined);
      };
    }
  }
}

/**
 * Does what a schedule says, when it says it.
 *
 * @param signal - Ends it early; what is broken is healed all the same.
 */
export async function perform(
  estate: Estate,
  schedule: Schedule,
  timeline: Timeline,
  signal?: AbortSignal,
): Promise<void> {
  const begun = performance.now();
  const random = randomOf(`${schedule.seed}/order`);
  const until = (at: number): Promise<unknown> =>
    sleep(Math.max(0, begun + at - performance.now()), undefined, { signal }).catch(
      () => undefined,
    );
  const failures: unknown[] = [];
  const breaks = schedule.breaks.map(async ({ at, fault, until: end }) => {
    await until(at);
    if (signal?.aborted === true) return;
    const what = describeFault(fault);
    timeline.note("fault", what);
    const heal = await begin(estate, fault, random);
    await until(end);
    await heal();
    timeline.note("healed", what);
  });
  const flips = schedule.flips.map(async ({ at, object, value }) => {
    await until(at);
    estate.exporter.show(object, value);
    timeline.note("exporter", `${object} becomes ${value}`);
  });
  for (const result of await Promise.allSettled([...breaks, ...flips, until(schedule.length)])) {
    if (result.status === "rejected") failures.push(result.reason);
  }
  if (failures.length > 0) throw new AggregateError(failures, "a fault could not be made");
}
