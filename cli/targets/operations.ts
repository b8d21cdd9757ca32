import type { UserError } from "../../lib/errors.ts";
import type { ToolName } from "../../tools/tools.ts";
import type { Claim } from "../claim.ts";
import type { StackHome } from "../state/home.ts";

/** A stack of a checkout. */
export type StackAt = Pick<StackHome, "root" | "stack">;

/** One thing of a stack that is really there, whatever is recorded. */
export interface Part {
  /** `prometheus`; `supervisor` for what keeps the others running. */
  readonly name: string;
  readonly what: "container" | "process";
  /** Process id, or the container's state in words. */
  readonly how: string;
  /** The name of the stack's folder when it was started, if it has changed since. */
  readonly movedFrom?: string | undefined;
}

/** The holder of a port that a part needs, in words; undefined if nobody else holds it. */
export type Holder = (part: string, port: number) => Promise<string | undefined>;

/** The data that a stack has kept. */
export interface Data {
  /** In words; undefined where there are none. */
  readonly where: string | undefined;
  /** Removes what is not in the stack's own folder. */
  readonly remove: () => Promise<void>;
}

/**
 * Operations on a kind of target, on the machine and not on a record. A record, a passphrase or room
 * on the disk is needed for none of it.
 */
export interface Operations {
  /** Tools for checking and running a stack of it. */
  readonly tools: readonly ToolName[];
  /** The provider plugin without which nothing can be made, and how to do without. */
  readonly plugin?: { readonly name: string; readonly without: string };
  /** Servers come as images; otherwise a server is there where its program is. */
  readonly images: boolean;
  /** Whether the engine takes over parts that nothing is recorded of. */
  readonly takesOver: boolean;
  /** Conditions of the ground that it stands on. */
  readonly claims: (at: StackAt) => readonly Claim[];
  /** The parts of a stack that exist. @throws Error where that cannot be determined. */
  readonly parts: (at: StackAt) => Promise<Part[]>;
  /** Stops every part and removes what was made for them. Data is kept. */
  readonly stop: (at: StackAt) => Promise<void>;
  readonly holder: (at: StackAt) => Promise<Holder>;
  readonly data: (at: StackAt) => Promise<Data>;
  /** Shows the last lines that servers wrote; with `follow` goes on. @returns the exit code. */
  readonly logs: (at: StackAt, service: string | undefined, follow: boolean) => Promise<number>;
  /** Starts after a reboot what was made; false where nothing was. Undefined where it starts on its own. */
  readonly start?: (at: StackAt) => Promise<boolean>;
  /** Parts of another clone of the project, whose stack has the same name. */
  readonly madeElsewhere?: (at: StackAt) => Promise<UserError | undefined>;
  /** Removes parts whose checkout is gone. @returns their names. */
  readonly removeOrphans?: (stack: string) => Promise<string[]>;
}

/** `promtool` and its like check files for every target. */
export const checkers: readonly ToolName[] = [
  "pulumi",
  "prometheus",
  "alertmanager",
  "blackbox_exporter",
];
