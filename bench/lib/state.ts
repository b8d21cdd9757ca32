import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { StackHome } from "../../cli/state/home.ts";

/** The engine's record of a stack. */
export interface State {
  /** Without the stack itself and the providers the engine adds. */
  readonly resources: number;
  readonly bytes: number;
  /** The largest resources' bytes by name, largest first. */
  readonly largest: readonly (readonly [name: string, bytes: number])[];
}

interface Checkpoint {
  readonly checkpoint: {
    readonly latest: { readonly resources: readonly { urn: string; type: string }[] };
  };
}

const added = /^pulumi:(?:pulumi:Stack$|providers:)/;

/** Reads the state file of a stack whose state Vigil keeps itself. */
export async function readState({
  root,
  stack,
}: Pick<StackHome, "root" | "stack">): Promise<State> {
  const file = join(root, ".vigil/state/.pulumi/stacks/vigil", `${stack}.json`);
  const text = await readFile(file, "utf8");
  const { resources } = (JSON.parse(text) as Checkpoint).checkpoint.latest;
  const sizes = resources.map((one): [string, number] => [
    one.urn.split("::").at(-1) ?? "",
    Buffer.byteLength(JSON.stringify(one)),
  ]);
  return {
    resources: resources.filter(({ type }) => !added.test(type)).length,
    bytes: Buffer.byteLength(text),
    largest: sizes.sort(([, a], [, b]) => b - a).slice(0, 3),
  };
}
