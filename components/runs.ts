import type { Listening, Run, Service } from "./catalog/service.ts";
import { core } from "./targets/fields.ts";

/**
 * The processes of a service; see {@link Service.runs}.
 *
 * @param hosts - Names of the stack's hosts.
 */
export function runsOf(
  service: Service,
  settings: Listening,
  hosts: readonly string[],
): readonly Run<Listening>[] {
  const own = service.runs?.(settings as never) as readonly Run<never>[] | undefined;
  if (own !== undefined) return own;
  const on = settings.on ?? [core];
  const more = service.onHosts === true ? hosts.filter((host) => !on.includes(host)) : [];
  return [...on, ...more].map((name, index) => ({ on: name, settings, onAt: ["on", index] }));
}

/** `redis`, `redis-cache`, `redis-edge`: of the core's only process it is the service's name alone. */
export const nameOf = ({ name }: Service, { as, on }: Run<unknown>): string =>
  [name, ...(as === undefined ? [] : [as]), ...(on === core ? [] : [on])].join("-");
