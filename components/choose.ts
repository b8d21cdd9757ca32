/** Which services a stack has, and on which targets. Pure. */
import { services } from "./catalog/index.ts";
import type { Listening, Missing, Service } from "./catalog/service.ts";
import type { Config } from "./config/schema.ts";
import { nameOf, runsOf } from "./runs.ts";
import { core } from "./targets/fields.ts";
import type { Grounds } from "./targets/grounds.ts";
import type { Traits } from "./targets/kinds.ts";
import type { Ground, Place, Site } from "./targets/target.ts";

/** A process of a service as a stack has it. */
export interface Chosen {
  /** Of its component and its place: that of the service, if there is only one and it stands on the core. */
  readonly name: string;
  readonly service: Service;
  /** Name of the target that it stands on. */
  readonly on: string;
  readonly settings: Listening;
  /** Undefined where somebody else runs it. */
  readonly place: Place | undefined;
}

/** A service that a stack wants and does not get. */
export interface LeftOut {
  readonly service: Service;
  readonly why: Missing | { readonly title: string; readonly reason: string };
}

/** Why a wanted service is not available. */
function whyNot(
  service: Service,
  settings: Listening,
  wanted: boolean | "elsewhere" | Missing,
  absent: ReadonlyMap<string, string>,
): LeftOut["why"] | undefined {
  if (typeof wanted === "object") return wanted;
  const { needs = [], title = service.name } = service.optional?.(settings as never) ?? {};
  const reason = needs.flatMap((need) => absent.get(need) ?? []).at(0);
  return reason === undefined ? undefined : { title, reason };
}

/** Where a process will stand. */
function siteOf(
  { beside, forPeople, image: { data }, sees }: Service,
  name: string,
  port: number,
): Site {
  return {
    name,
    port,
    ...(sees && { sees }),
    ...(beside !== undefined && { beside }),
    ...(forPeople && { forPeople }),
    ...(data !== undefined && { data }),
  };
}

/**
 * Which services a stack has, and what it wants without success.
 *
 * @param absent - Why programs and plugins that an estate can do without are not there, by name.
 */
export function servicesOf(
  config: Config,
  traits: Traits,
  absent: ReadonlyMap<string, string>,
  from: readonly Service[] = services,
): { readonly had: readonly Had[]; readonly leftOut: readonly LeftOut[] } {
  const had: Had[] = [];
  const leftOut: LeftOut[] = [];
  for (const service of from) {
    const settings: Listening = config[service.key as never];
    const wanted = service.wanted?.(settings as never, traits) ?? true;
    if (wanted === false) continue;
    const why = whyNot(service, settings, wanted, absent);
    if (why !== undefined) leftOut.push({ service, why });
    else had.push({ service, settings, elsewhere: wanted === "elsewhere" });
  }
  return { had, leftOut };
}

/** A service of a stack, be it one that somebody else runs. */
interface Had {
  readonly service: Service;
  readonly settings: Listening;
  readonly elsewhere: boolean;
}

/** The ground of a target. @throws Error for a name that the configuration should have been refused for. */
export function groundAt(grounds: Grounds, on: string): Ground {
  const found = Object.hasOwn(grounds, on) ? grounds[on] : undefined;
  if (found === undefined) throw new Error(`There is no target ${on}`);
  return found;
}

/**
 * Which processes a stack has, and where; and what it wants without success.
 *
 * @param absent - Why programs and plugins that an estate can do without are not there, by name.
 * @param from - The services there are. @default the catalogue
 */
export function choose(
  config: Config,
  grounds: Grounds,
  absent: ReadonlyMap<string, string>,
  from?: readonly Service[],
) {
  const { had, leftOut } = servicesOf(config, grounds.core.traits, absent, from);
  const found = had.flatMap(({ elsewhere, service, settings }): Chosen[] => {
    if (elsewhere) return [{ name: service.name, service, on: core, settings, place: undefined }];
    return runsOf(service, settings, Object.keys(config.hosts)).map((run) => {
      const name = nameOf(service, run);
      const place = groundAt(grounds, run.on).place(siteOf(service, name, run.settings.port));
      return { name, service, on: run.on, settings: run.settings, place };
    });
  });
  return { found: [...found.filter((one) => !watches(one)), ...found.filter(watches)], leftOut };
}

/** Whoever watches the others comes after them, and after it what shares its loopback. */
const watches = ({ service }: Chosen): boolean =>
  service.cadence !== undefined || service.beside !== undefined;
