import { join } from "node:path";
import { pathWith } from "../lib/path.ts";

/** PATH on which the tools, and the repository's own programs, are found before everything else. */
export const programPath = (root: string, binFolder: string, path = ""): string =>
  pathWith([binFolder, join(root, "services/alert-processor/bin")], path);
