import type { OnChange } from "../../../provider/types.ts";

const each = (files: object, what: OnChange[string]): OnChange =>
  Object.fromEntries(Object.keys(files).map((file) => [file, what] as const));

/** Every listener of the Prometheus family looks at its files on its own on each connection. */
export const reread = (files: object): OnChange => each(files, "reread");

/** Files that are read again on SIGHUP. */
export const reloaded = (files: object): OnChange => each(files, "reload");
