import { fromYaml } from "../../lib/yaml.ts";
import { encryptedSecret } from "./fields.ts";
import type { RawConfig } from "./parse.ts";

const prefix = "vigil:";

interface ProjectFile {
  readonly config?: Readonly<Record<string, { readonly default?: unknown }>>;
}

interface StackFile {
  readonly config?: Readonly<Record<string, unknown>>;
}

function isEncrypted(value: unknown): boolean {
  return typeof value === "object" && value !== null && "secure" in value;
}

/** Marks what cannot be read without the passphrase. */
function veil(value: unknown): unknown {
  if (isEncrypted(value)) return encryptedSecret;
  if (Array.isArray(value)) return value.map(veil);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, veil(inner)]));
}

/** The configuration as the engine would hand it over, read from the files without the engine. */
export function rawConfig(projectYaml: string, stackYaml: string): RawConfig {
  const project = (fromYaml(projectYaml) ?? {}) as ProjectFile;
  const stack = (fromYaml(stackYaml) ?? {}) as StackFile;
  const defaults = Object.entries(project.config ?? {}).flatMap(([key, { default: value }]) =>
    value === undefined ? [] : [[key, value] as const],
  );
  const all = Object.entries({ ...Object.fromEntries(defaults), ...stack.config })
    .filter(([key]) => key.startsWith(prefix))
    .map(([key, value]) => [key.slice(prefix.length), veil(value)] as const);
  return {
    values: Object.fromEntries(
      all.map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
    ),
    secretKeys: new Set(
      all
        .filter(([, value]) =>
          JSON.stringify(value).includes(JSON.stringify(encryptedSecret).slice(1, -1)),
        )
        .map(([key]) => key),
    ),
  };
}
