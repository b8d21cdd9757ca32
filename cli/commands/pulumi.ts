import { defaultStack } from "../../lib/command.ts";
import { openEngine } from "../engine.ts";
import { keepConfig } from "../state/config-file.ts";
import { UserError } from "../../lib/errors.ts";
import { checkout } from "../../lib/checkout.ts";

const help = `./vigil pulumi <arguments>

Runs the pinned pulumi with the stack's configuration and state:
  STACK=dev ./vigil pulumi config set vigil:environment test
`;

/** Commands of the engine that work on a stack, and whether they read its configuration. */
const onStack = new Map([
  ["cancel", false],
  ["config", true],
  ["destroy", true],
  ["preview", true],
  ["refresh", true],
  ["stack", false],
  ["state", false],
  ["up", true],
]);

/** Commands that only ask the providers. */
const asking = new Set(["preview", "refresh"]);

/** Commands that change what runs. */
const changing = new Set(["destroy", "import", "up", "watch"]);

/** Commands that open no secret, and so work without the passphrase. */
const free = new Set(["cancel", "config", "plugin", "version"]);

/** `vigil pulumi`. */
export async function run(args: string[]): Promise<number> {
  const [command, ...rest] = args;
  if (command === undefined || command === "--help") {
    process.stdout.write(help);
    return command === undefined ? 2 : 0;
  }
  if (rest.includes("--stack") || rest.includes("-s")) {
    throw new UserError("The stack is chosen by STACK=NAME here, not by --stack", {
      advice: [`STACK=NAME ./vigil pulumi ${command} …`],
    });
  }
  const [verb = ""] = rest;
  const opens =
    command === "config" && (rest.includes("--secret") || !["rm", "rm-all", "set"].includes(verb));
  const engine = await openEngine({
    root: checkout,
    stack: process.env["STACK"] || defaultStack,
    // A secret set with another passphrase than the others could be read by nobody together with them.
    to: changing.has(command)
      ? "change"
      : asking.has(command)
        ? "preview"
        : free.has(command) && !opens
          ? "configure"
          : "look",
  });
  const { configFile, stack } = engine.home;
  const readsConfig = onStack.get(command);
  const code = await engine.run([
    command,
    ...(readsConfig === undefined ? [] : ["--stack", stack]),
    ...(readsConfig === true && configFile !== undefined ? ["--config-file", configFile] : []),
    ...rest,
  ]);
  if (command === "config") await keepConfig(engine.home, verb === "rm" || verb === "rm-all");
  return code;
}
