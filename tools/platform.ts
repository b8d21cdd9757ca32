/** A system Vigil's tools are published for, in Go's terms. */
export interface Platform {
  readonly os: "linux" | "darwin";
  readonly arch: "amd64" | "arm64";
}

/**
 * The platform this process runs on.
 * @throws Error on a system no tool of Vigil is published for.
 */
export function currentPlatform(
  os: string = process.platform,
  cpu: string = process.arch,
): Platform {
  const arch = ({ x64: "amd64", arm64: "arm64" } as const)[cpu];
  if ((os !== "linux" && os !== "darwin") || arch === undefined) {
    throw new Error(`Vigil runs on Linux and macOS (amd64, arm64), not on ${os} ${cpu}`);
  }
  return { os, arch };
}

/** The name of a platform in folder names and in the checksum lock: `linux-amd64`. */
export const platformKey = ({ os, arch }: Platform): string => `${os}-${arch}`;
