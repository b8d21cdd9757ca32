import { readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { stackFolder } from "../../state/home.ts";
import { checkers, type Data, type Operations, type StackAt } from "../operations.ts";
import { processes, stopProcesses, strangers } from "../processes.ts";
import { claims } from "./claims.ts";
import { logs } from "./logs.ts";
import { start } from "./start.ts";

/** In the stack's own folder, which goes as a whole. */
async function data({ root, stack }: StackAt): Promise<Data> {
  const folder = stackFolder(root, stack);
  const names = await readdir(join(folder, "data")).catch(() => []);
  return {
    where: names.length === 0 ? undefined : relative(root, folder),
    remove: () => Promise.resolve(),
  };
}

/** Processes of this machine under a supervisor, which nothing restarts after a reboot automatically. */
export const local: Operations = {
  tools: [...checkers, "process-compose", "node_exporter", "grafana"],
  images: false,
  takesOver: true,
  claims,
  parts: processes,
  stop: stopProcesses,
  holder: (at) => Promise.resolve(strangers(at)),
  data,
  logs,
  start,
};
