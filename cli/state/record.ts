import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { StackHome } from "./home.ts";

/** The engine's record of a stack, as far as it matters outside the engine. */
export interface StackRecord {
  /** Types of the resources: `vigil:index:Process`. */
  readonly types: readonly string[];
  /** Names of the containers it made on the engine of the core: `vigil-dev-prometheus`. */
  readonly containers: readonly string[];
  /** Their ids, which no other container ever has. */
  readonly containerIds: readonly string[];
  /** Operations that were begun and never ended. */
  readonly pending: number;
  /** The salt of its secrets; see `passphrase.ts`. */
  readonly salt: string | undefined;
  /** Outputs of the stack, their secrets sealed; see `outputs.ts`. */
  readonly outputs: unknown;
}

/** A record, or why there is none that can be read. */
export type Found =
  | { readonly state: "absent" }
  | { readonly state: "readable"; readonly record: StackRecord; readonly text: string }
  | { readonly state: "broken"; readonly why: string };

interface Checkpoint {
  readonly checkpoint?: {
    readonly latest?: {
      readonly resources?:
        | readonly {
            readonly type: string;
            readonly id?: string;
            /** URN of the provider that made it, and its id: `…::docker-edge::…`. */
            readonly provider?: string;
            readonly inputs?: { readonly name?: unknown };
            readonly outputs?: unknown;
          }[]
        | null;
      readonly pending_operations?: readonly unknown[] | null;
      readonly secrets_providers?: { readonly state?: { readonly salt?: string } };
    } | null;
  };
}

const containerType = "docker:index/container:Container";

/** Whether a provider is that of a target beside the core, which has the target's name after its own. */
const isElsewhere = (provider = ""): boolean => /::docker-[^:]+::[^:]*$/.test(provider);

/** Folder of everything the engine keeps where Vigil keeps the state itself. */
export const engineFolder = (root: string): string => join(root, ".vigil/state/.pulumi");

/** The engine's record of a stack. */
export const recordFile = ({ root, stack }: Pick<StackHome, "root" | "stack">): string =>
  join(engineFolder(root), "stacks/vigil", `${stack}.json`);

/** Reads a record; never throws. */
export async function readRecord(path: string): Promise<Found> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === "ENOENT" ? { state: "absent" } : { state: "broken", why: message };
  }
  if (text.trim() === "") return { state: "broken", why: "it is empty" };
  try {
    const { checkpoint } = JSON.parse(text) as Checkpoint;
    if (checkpoint === undefined) return { state: "broken", why: "it holds something else" };
    const { pending_operations, resources, secrets_providers } = checkpoint.latest ?? {};
    return {
      state: "readable",
      text,
      record: {
        types: (resources ?? []).map(({ type }) => type),
        containers: (resources ?? []).flatMap(({ inputs, provider, type }) =>
          type === containerType && !isElsewhere(provider) && typeof inputs?.name === "string"
            ? [inputs.name]
            : [],
        ),
        containerIds: (resources ?? []).flatMap(({ id, type }) =>
          type === containerType && id !== undefined ? [id] : [],
        ),
        pending: (pending_operations ?? []).length,
        salt: secrets_providers?.state?.salt,
        outputs: resources?.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs,
      },
    };
  } catch {
    return { state: "broken", why: "it is cut off or damaged" };
  }
}
