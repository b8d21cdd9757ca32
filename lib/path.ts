import { accessSync, constants, statSync } from "node:fs";
import { basename, delimiter, isAbsolute, join } from "node:path";

/**
 * The first program of one of these names on PATH; undefined where there is none. Links stay: shims look at
 * their own name. Programs are not started from a relative folder.
 *
 * @param names - Names and never paths: where programs are is not the caller's to say.
 * @param skip - Folders that are not looked into.
 */
export function findOnPath(
  names: string | readonly string[],
  path = process.env["PATH"] ?? "",
  skip: readonly string[] = [],
): string | undefined {
  const wanted = [names].flat().filter((name) => name === basename(name));
  return path
    .split(delimiter)
    .filter((folder) => isAbsolute(folder) && !skip.includes(folder))
    .flatMap((folder) => wanted.map((name) => join(folder, name)))
    .find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    // Not here, or not executable: the next folder may have it.
    return false;
  }
}

/** A PATH on which these folders are looked into before everything else. */
export const pathWith = (folders: readonly string[], path = process.env["PATH"] ?? ""): string =>
  [...folders, path].join(delimiter);
