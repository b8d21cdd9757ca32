import type Docker from "dockerode";
import { createOptions, uploadsOf } from "./engine-api.ts";
import type { ContainerInputs } from "./engine-api.ts";
import type { Recorded } from "../kit/record.ts";
import { plain } from "../kit/record.ts";
import { tar } from "./tar.ts";

/** How what was recorded differs from what is made of it. */
export interface RecreateOptions {
  /** Replaces the start of every physical name, so that a test never touches a running estate. */
  readonly rename?: readonly [from: string, to: string];
  /** Image to use instead of the one recorded. @default the one recorded */
  readonly image?: (reference: string) => string;
  /** Lets the engine choose the ports of the machine. @default true */
  readonly freePorts?: boolean;
}

/** What was made in the engine. */
export interface Recreated {
  /** By logical name. */
  readonly containers: ReadonlyMap<string, Docker.Container>;
  /** Waits until every container with a health check is healthy. */
  healthy(timeoutSeconds?: number): Promise<void>;
  /** Removes all of it, volumes included. */
  remove(): Promise<void>;
}

/**
 * Makes in a real engine what a program registered under mocks: the provider's networks, volumes
 * and containers, in the order of registration, each created as the provider creates it. Resources
 * of other kinds are passed over.
 */
export async function recreate(
  recorded: readonly Recorded[],
  docker: Docker,
  options: RecreateOptions = {},
): Promise<Recreated> {
  const containers = new Map<string, Docker.Container>();
  const undo: (() => Promise<unknown>)[] = [];
  const ids = new Map<string, string>();
  const remove = async () => {
    for (const step of undo.reverse()) await step().catch(ignoreMissing);
  };
  try {
    for (const { type, name, id, inputs } of recorded) {
      const given = substitute(plain(inputs), [
        ...ids,
        ...(options.rename ? [options.rename] : []),
      ]);
      if (type === "docker:index/network:Network") {
        const network = await docker.createNetwork(networkOptions(given as NetworkInputs));
        undo.push(() => network.remove());
      } else if (type === "docker:index/volume:Volume") {
        const { name: volume } = given as { name: string };
        await docker.createVolume({ Name: volume });
        undo.push(() => docker.getVolume(volume).remove());
      } else if (type === "docker:index/container:Container") {
        const wanted = given as ContainerInputs;
        const container = await docker.createContainer(createOptions(wanted, options));
        undo.push(() => container.remove({ force: true, v: true }));
        ids.set(id, container.id);
        containers.set(name, container);
        await fill(docker, container, wanted);
      }
    }
  } catch (error) {
    await remove();
    throw error;
  }
  const healthy = async (timeoutSeconds = 60) => {
    await Promise.all([...containers].map(([name, it]) => becomeHealthy(name, it, timeoutSeconds)));
  };
  return { containers, healthy, remove };
}

interface NetworkInputs {
  readonly name: string;
  readonly driver: string;
}

function networkOptions({ name, driver }: NetworkInputs) {
  return { Name: name, Driver: driver, CheckDuplicate: true };
}

/** Networks, files and the start, in the provider's order. */
async function fill(docker: Docker, container: Docker.Container, inputs: ContainerInputs) {
  for (const { name, aliases } of inputs.networksAdvanced ?? []) {
    const bridge = docker.getNetwork("bridge");
    await bridge.disconnect({ Container: container.id }).catch(() => undefined);
    const endpoint = { Aliases: [...(aliases ?? [])] };
    await docker.getNetwork(name).connect({ Container: container.id, EndpointConfig: endpoint });
  }
  for (const file of uploadsOf(inputs)) await container.putArchive(tar([file]), { path: "/" });
  if (inputs.start !== false) await container.start();
}

/** Ids that the mocks made up, and names, wherever they appear. */
function substitute(value: unknown, pairs: readonly (readonly [string, string])[]): unknown {
  if (typeof value === "string") {
    return pairs.reduce((text, [from, to]) => text.replaceAll(from, to), value);
  }
  if (Array.isArray(value)) return value.map((item) => substitute(item, pairs));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, substitute(item, pairs)]),
  );
}

async function becomeHealthy(name: string, container: Docker.Container, seconds: number) {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const { State, Config, HostConfig } = await container.inspect();
    const health = State.Health;
    // Between its end and its restart it is exited for a moment.
    const restarts = !["", "no"].includes(HostConfig.RestartPolicy?.Name ?? "");
    if (Config.Healthcheck?.Test?.[0] === "NONE" || health?.Status === "healthy") return;
    if (State.Status === "created" && health === undefined) return;
    if (Date.now() > deadline || (State.Status === "exited" && !restarts)) {
      const last = health?.Log.at(-1)?.Output ?? "no check yet";
      const log = await container.logs({ stdout: true, stderr: true, tail: 20 });
      throw new Error(
        `${name} is ${State.Status}, ${health?.Status ?? "unchecked"}: ${last}\n${log.toString()}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

function ignoreMissing(error: { statusCode?: number }) {
  if (error.statusCode !== 404) throw error as Error;
}
