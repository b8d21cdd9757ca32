/** Which files a configuration has its hosts from, before it is parsed. Pure. */
import { relativePath } from "../fields.ts";
import type { RawConfig } from "../parse.ts";

/** Paths below the project's folder. */
export interface Named {
  readonly inventory: string | undefined;
  readonly knownHosts: string | undefined;
}

/** A path that the schema will accept; of others it complains. */
function pathIn(value: unknown): string | undefined {
  const { data } = relativePath.safeParse(value);
  return data;
}

function sectionOf(text = "{}"): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

/** The files that a configuration names. */
export function namedFiles({ values }: RawConfig): Named {
  return {
    inventory: pathIn(values["inventory"]),
    knownHosts: pathIn(sectionOf(values["ssh"])["knownHosts"]),
  };
}
