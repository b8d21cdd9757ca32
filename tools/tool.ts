import type { Network } from "./network.ts";
import type { Platform } from "./platform.ts";
import type { Step } from "../lib/progress.ts";
import type { Range } from "../lib/version.ts";

/** An official release archive (gzipped tar). */
export interface Archive {
  readonly url: string;
  /** The list of checksums the site publishes. */
  readonly checksums: string;
  /** Folders to take off each path in the archive. */
  readonly strip: number;
  /** Folder of the binaries inside it. @default "." */
  readonly folder?: string;
}

/** A Debian package; the suite is the same for all, see places/debian.ts. */
export interface DebianPackage {
  readonly packages: readonly string[];
  /** Path of each binary in the package. */
  readonly binaries: Readonly<Record<string, string>>;
}

/** A program built from a Go module pinned under tools/go/<module>. */
export interface GoProgram {
  readonly binary: string;
  /** Folder under tools/go with go.mod, go.sum and tools.go. */
  readonly module: string;
  /** Import path of its main package. */
  readonly main: string;
  /** Variables set at link time, such as the version it reports. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Files the module embeds but does not carry, by path below vendor/: text that stands for them (*.gz: compressed). */
  readonly standIns?: Readonly<Record<string, string>>;
}

/** A pinned tool and every place it may come from, in the order they are tried. */
export interface Tool {
  readonly name: string;
  readonly version: string;
  /** Names it is known by upstream. The first is asked for its version. */
  readonly binaries: readonly string[];
  /** Versions accepted from elsewhere than the pinned archive. */
  readonly accepts: Range;
  /** Arguments that make the first binary print its version. @default ["--version"] */
  readonly versionArgs?: readonly string[];
  readonly versionEnv?: Readonly<Record<string, string>>;
  /** Paths that must exist relative to the folder of the first binary, for tools with a home. */
  readonly beside?: readonly string[];
  /** Other names of a binary on PATH, as distributions rename them. */
  readonly alsoCalled?: Readonly<Record<string, string>>;
  /** Vigil does without it. */
  readonly optional?: boolean;
  /** Whether every host gets it. @default false */
  readonly onHosts?: boolean;
  /** Section of a stack's configuration without which the stack has no use for it. */
  readonly section?: string;
  readonly archive?: (platform: Platform) => Archive;
  readonly debian?: DebianPackage;
  readonly go?: readonly GoProgram[];
  /** Advice for when no source has it. */
  readonly advice: string;
}

/** A tool found or got: each binary with its path. */
export interface Found {
  readonly tool: Tool;
  readonly version: string;
  /** Where it is from, in words: `PATH`, `Debian package prometheus` … */
  readonly origin: string;
  readonly binaries: Readonly<Record<string, string>>;
}

/** The machine and the run for which tools are got. */
export interface Workshop {
  /** The checkout. */
  readonly root: string;
  readonly cache: string;
  readonly platform: Platform;
  readonly env: NodeJS.ProcessEnv;
  readonly network: Network;
  /** Asks again for optional tools that could not be obtained within the last day. */
  readonly again?: boolean;
}

/** The result of a place that filled a folder. */
export interface Filled {
  readonly version: string;
  readonly binaries: Readonly<Record<string, string>>;
}

/** Somewhere a tool can be fetched from. */
export interface Place {
  /** In words, for messages: `release archive from github.com`. */
  readonly label: string;
  /**
   * Puts the tool into an empty folder.
   * @throws Error why not (the next place is tried); FatalError to stop.
   */
  fill(folder: string, step: Step): Promise<Filled>;
}
