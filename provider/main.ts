import { main } from "@pulumi/pulumi/provider/server.js";
import { createProvider } from "./dispatch.ts";

/** Starts the provider for the engine whose address is the last of `args`. */
export async function start(args: string[]): Promise<void> {
  const engine = process.ppid;
  // A CLI killed hard leaves its plugins behind; one that went on working would race the next `up`.
  setInterval(() => {
    if (process.ppid !== engine) process.exit(1);
  }, 500).unref();
  await main(createProvider("0.1.0"), args);
}
