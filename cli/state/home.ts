import { join } from "node:path";

/** Where the state of a stack is kept and what opens its secrets. */
export interface StackHome {
  readonly root: string;
  readonly stack: string;
  /** True where Vigil keeps the state itself, in `.vigil/state`. */
  readonly own: boolean;
  /** Configuration file to hand to the engine; undefined for the one it finds on its own. */
  readonly configFile: string | undefined;
  /** Environment of the engine beside the caller's. */
  readonly env: Readonly<Record<string, string>>;
}

/** Name of a stack's own folder: its servers, how to sign in. */
export const stackFolder = (root: string, stack: string): string => join(root, ".vigil", stack);

/** A stack's configuration as it is under version control. */
export const stackFile = (root: string, stack: string): string =>
  join(root, `Pulumi.${stack}.yaml`);
