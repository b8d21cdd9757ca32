import type { Listening, Run, Service } from "./catalog/service.ts";
import { core } from "./targets/fields.ts";

/** The processes of a service; see {@link Service.runs}. */
export const runsOf = (service: Service, settings: Listening): readonly Run<Listening>[] =>
  (service.runs?.(settings as never) as readonly Run<never>[] | undefined) ??
  (settings.on ?? [core]).map((on, index) => ({ on, settings, onAt: ["on", index] }));

/** `redis`, `redis-cache`, `redis-edge`: of the core's only process it is the service's name alone. */
export const nameOf = ({ name }: Service, { as, on }: Run<unknown>): string =>
  [name, ...(as === undefined ? [] : [as]), ...(on === core ? [] : [on])].join("-");
