import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { Processor } from "../../services/alert-processor/test/proof/harness.ts";
import { token } from "../../services/alert-processor/test/proof/place.ts";
import { freePort } from "../../lib/free-port.ts";
import { timed } from "./command.ts";
import { checkout } from "./place.ts";
import type { Load, Loaded } from "./processor-load.ts";

/** A program that takes alerts in. */
export interface Target {
  /** Posts to it from a process of its own. */
  load(what: Omit<Load, "url" | "caFile" | "token">): Promise<Loaded>;
}

const script = (name: string): string => join(checkout, "bench/lib", name);

/** The processor's address, or another with its certificate. */
export function targetAt(processor: Processor, url = processor.url): Target {
  const caFile = join(processor.place.folder, "ca.pem");
  return {
    load: async (what) => {
      const load: Load = { ...what, url, caFile, token };
      const { stdout } = await timed(
        process.execPath,
        [script("processor-load.ts"), JSON.stringify(load)],
        { cwd: checkout, env: process.env },
      );
      return JSON.parse(stdout) as Loaded;
    },
  };
}

export interface Reference extends Target {
  stop(): Promise<void>;
}

/** The same service with a commit for each message, on a memory of its own. */
export async function startReference(processor: Processor): Promise<Reference> {
  const { config, folder } = processor.place;
  const port = await freePort();
  const child = spawn(
    process.execPath,
    [script("processor-reference.ts"), config, `${port}`, join(folder, "reference.db")],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const over = once(child, "exit");
  const ready = new Promise<void>((resolve) => {
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      if (text.includes("listening")) resolve();
    });
  });
  const ended = over.then(() => {
    throw new Error("the reference ended before it was asked to");
  });
  await Promise.race([ready, ended]);
  ended.catch(() => undefined);
  return {
    ...targetAt(processor, `https://127.0.0.1:${port}`),
    stop: async () => {
      child.kill("SIGKILL");
      await over;
    },
  };
}

/** Does something with a processor that runs, and takes all of it away. */
export async function withProcessor<T>(
  work: (processor: Processor) => Promise<T>,
  options?: Parameters<typeof Processor.create>[0],
): Promise<T> {
  const processor = await Processor.create(options);
  try {
    return await work(processor);
  } finally {
    await processor.remove();
  }
}
