import { hostname } from "node:os";
import type { z } from "zod";
import type { dockerFields } from "./fields.ts";
import type { DockerTargetConfig } from "./names.ts";

/**
 * The machine under the engine that Docker's own variables name. A context has its address in files of Docker's:
 * its name stands for it.
 */
function machineOf({ DOCKER_CONTEXT, DOCKER_HOST }: NodeJS.ProcessEnv): string {
  if (DOCKER_CONTEXT && DOCKER_CONTEXT !== "default") return DOCKER_CONTEXT;
  if (!DOCKER_HOST || DOCKER_HOST.startsWith("unix:") || !URL.canParse(DOCKER_HOST)) {
    return hostname();
  }
  return new URL(DOCKER_HOST).hostname || hostname();
}

/** The engine of the core. @param host - Value of the label `host`, where the stack names one. */
export const dockerHere = (stack: string, host = machineOf(process.env)): DockerTargetConfig => ({
  stack,
  host,
});

type Settings = z.output<z.ZodObject<typeof dockerFields, z.core.$strict>>;

/** An engine beside that of the core. */
export const dockerElsewhere = (
  stack: string,
  target: string,
  { address, bind, engine, machine = address }: Settings,
): DockerTargetConfig => ({ stack, target, host: machine, engine, bind, address });
