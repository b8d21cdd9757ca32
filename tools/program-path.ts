import { delimiter, join } from "node:path";

/** PATH on which the tools, and the repository's own programs, are found before everything else. */
export const programPath = (root: string, binFolder: string, path = ""): string =>
  [binFolder, join(root, "services/alert-processor/bin"), path].join(delimiter);
