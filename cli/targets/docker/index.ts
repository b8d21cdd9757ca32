import { attach } from "../../../lib/attach.ts";
import { describe, holdersOf } from "../../../provider/process/ports.ts";
import {
  checkers,
  type Data,
  type Holder,
  type Operations,
  type Part,
  type StackAt,
} from "../operations.ts";
import { processes, stopProcesses, strangers } from "../processes.ts";
import { claims } from "./claims.ts";
import { madeElsewhere, removeOrphans } from "./elsewhere.ts";
import {
  publishedBy,
  removeContainers,
  removeVolume,
  stackContainers,
  stackVolumes,
} from "./engine.ts";

async function parts(at: StackAt): Promise<Part[]> {
  const prefix = `vigil-${at.stack}-`;
  const containers = await stackContainers(at.stack);
  return [
    ...containers.map(({ name, status }) => ({
      name: name.startsWith(prefix) ? name.slice(prefix.length) : name,
      what: "container" as const,
      how: status,
    })),
    ...(await processes(at)),
  ];
}

/** A port held by a running container of the stack is its own, even where the system shows that to root only. */
async function holder(at: StackAt): Promise<Holder> {
  const { stack } = at;
  const own = await stackContainers(stack).catch(() => []);
  const running = new Set(own.filter((one) => one.state === "running").map(({ name }) => name));
  return async (part, port) => {
    const container = await publishedBy(port);
    const name = `vigil-${stack}-${part}`;
    if (container === name) return undefined;
    if (container !== undefined) return `container ${container}`;
    const [stranger] = await holdersOf(port);
    if (stranger === undefined || running.has(name)) return undefined;
    return (await strangers(at)(part, port)) ?? describe(stranger);
  };
}

async function data({ stack }: StackAt): Promise<Data> {
  const volumes = await stackVolumes(stack);
  return {
    where: volumes.length === 0 ? undefined : `volumes: ${volumes.join(", ")}`,
    remove: async () => {
      await Promise.all(volumes.map((name) => removeVolume(name)));
    },
  };
}

/** @param engine - Its address. @default the one that Docker's own variables name */
export function dockerLogs(
  { root, stack }: StackAt,
  service: string,
  follow: boolean,
  engine?: string,
): Promise<number> {
  const at = engine === undefined ? [] : ["--host", engine];
  const lines = ["--tail", "20", ...(follow ? ["--follow"] : [])];
  return attach("docker", [...at, "logs", ...lines, `vigil-${stack}-${service}`], {
    cwd: root,
    env: process.env,
  });
}

/** Containers of an engine, which starts them again itself. */
export const docker: Operations = {
  tools: checkers,
  plugin: {
    name: "docker",
    without: "Without Docker: STACK=local make up needs no plugin.",
  },
  images: true,
  takesOver: false,
  claims,
  parts,
  stop: async (at) => {
    await removeContainers(at.stack);
    await stopProcesses(at);
  },
  holder,
  data,
  logs: (at, service = "prometheus", follow) => dockerLogs(at, service, follow),
  madeElsewhere,
  removeOrphans,
};
