import { flushCompileCache } from "node:module";
import { createProvider } from "./dispatch.ts";
import { serve } from "./server.ts";

/** Starts the provider, which needs nothing of the engine but to be asked. */
export async function start(): Promise<void> {
  const engine = process.ppid;
  // A CLI killed hard leaves its plugins behind; one that went on working would race the next `up`.
  setInterval(() => {
    if (process.ppid !== engine) process.exit(1);
  }, 500).unref();
  const { port } = await serve(createProvider("0.1.0"), {
    // Asked again: the id of an engine that ended may be given to a stranger's process.
    caller: () => (process.ppid === engine ? engine : 0),
    warn: (text) => process.stderr.write(text),
  });
  process.stdout.write(`${port}\n`);
  // The engine ends its plugins by a signal, and Node keeps what it compiled only when it ends itself.
  setTimeout(flushCompileCache, 400).unref();
}
