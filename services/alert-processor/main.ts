import { flushCompileCache } from "node:module";
import { parseArgs } from "node:util";
import { backUp, restore } from "./service/backup.ts";
import { ConfigError, readConfig } from "./service/config.ts";
import { createLogger } from "./service/logger.ts";
import { serve } from "./service/serve.ts";

const help = `The alert processor: the durable memory behind Alertmanager.

  alert-processor serve   --config FILE         receive alerts and notify people
  alert-processor check   --config FILE         report mistakes in a configuration
  alert-processor backup  --config FILE TO      copy the database while it runs
  alert-processor restore --config FILE FROM    restore a copy; the service must be stopped

Environment: LOG_LEVEL (debug, info, warn, error; default info).
`;

async function run(config: string): Promise<void> {
  const logger = createLogger();
  const running = await serve(readConfig(config), logger);
  // It must survive unforeseen errors: alerts would reach nobody while it restarts.
  process.on("unhandledRejection", (error) => {
    logger.error({ err: error }, "unexpected failure in the background");
  });
  // With NODE_COMPILE_CACHE the next start is faster and smaller, also after this one is killed.
  flushCompileCache();
  let stopping: Promise<void> | undefined;
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      stopping ??= running.stop();
    });
  }
}

async function main(): Promise<number | undefined> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { config: { type: "string" }, help: { type: "boolean", short: "h" } },
  });
  const [command, file] = positionals;
  if (values.help === true || command === undefined) {
    process.stdout.write(help);
    return values.help === true ? 0 : 2;
  }
  if (values.config === undefined) throw new ConfigError("--config FILE is missing");
  switch (command) {
    case "serve":
      await run(values.config);
      return undefined;
    case "check":
      readConfig(values.config);
      process.stdout.write(`${values.config} is fine.\n`);
      return 0;
    case "backup":
    case "restore": {
      if (file === undefined)
        throw new ConfigError(`${command} needs the path of a file: ${command} --config FILE PATH`);
      const { store } = readConfig(values.config);
      await (command === "backup" ? backUp : restore)(store, file);
      process.stdout.write(`${command === "backup" ? "Written" : "Restored"}: ${file}\n`);
      return 0;
    }
    default:
      throw new ConfigError(`unknown command ${command}: --help lists the commands`);
  }
}

try {
  const code = await main();
  if (code !== undefined) process.exitCode = code;
} catch (error) {
  const known = error instanceof Error && error.name !== "TypeError";
  process.stderr.write(`${known ? error.message : String((error as Error).stack)}\n`);
  process.exitCode = 1;
}
