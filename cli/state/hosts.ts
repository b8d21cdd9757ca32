/** What a stack has installed on hosts, as the engine recorded it. */
import { tokens, type HostProcessState } from "../../provider/types.ts";
import { asIs } from "../../provider/process/legible.ts";
import type { Engine } from "../engine.ts";

/** A process of a host. */
export interface Installed {
  readonly urn: string;
  readonly state: HostProcessState;
}

interface Exported {
  readonly deployment?: {
    readonly resources?: readonly {
      readonly urn: string;
      readonly type: string;
      readonly outputs?: Readonly<Record<string, unknown>>;
    }[];
  };
}

/** A value of the engine's export with its secrets in clear. */
function inClear(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(inClear);
  if ("plaintext" in value && typeof value.plaintext === "string") {
    return inClear(JSON.parse(value.plaintext));
  }
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, inClear(one)]));
}

/** Every process that a stack has on hosts, with its secrets. */
export async function installedOnHosts({ collect, home }: Engine): Promise<Installed[]> {
  const args = ["stack", "export", "--show-secrets", "--stack", home.stack];
  const { code, stderr, stdout } = await collect(args);
  if (code !== 0) throw new Error(stderr.trim());
  const { deployment } = JSON.parse(stdout) as Exported;
  return (deployment?.resources ?? [])
    .filter(({ type }) => type === tokens.hostProcess)
    .map(({ outputs = {}, urn }) => ({
      urn,
      state: asIs(inClear(outputs) as Readonly<Record<string, unknown>>) as never,
    }));
}
