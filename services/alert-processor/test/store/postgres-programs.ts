import { existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Debian keeps them out of the path. */
const debian = "/usr/lib/postgresql";

/**
 * The folder of PostgreSQL's programs, the newest there is.
 *
 * @throws Error where there is none: tests of the store are not left out for that.
 */
export function programs(): string {
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => +b - +a) : [];
  const folders = [
    ...versions.map((version) => join(debian, version, "bin")),
    ...(process.env["PATH"] ?? "").split(delimiter),
  ];
  const found = folders.find((folder) =>
    ["initdb", "postgres"].every((name) => existsSync(join(folder, name))),
  );
  if (found === undefined) {
    throw new Error(
      `there is no PostgreSQL in PATH or ${debian}/*/bin: install it (Debian: apt-get install postgresql)`,
    );
  }
  return found;
}
