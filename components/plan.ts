import { renderBoards } from "../dashboards/index.ts";
import { groupsFor, type Selection } from "../rules/index.ts";
import { renderRuleFile, type RuleOptions } from "../rules/lib/rule-file.ts";
import { services } from "./catalog/index.ts";
import type { Estate, Listening, Missing, Service } from "./catalog/service.ts";
import type { Config } from "./config/schema.ts";
import { lacksOf } from "./lacks.ts";
import type { ScrapeJob } from "./render/prometheus.ts";
import type { Traits } from "./targets/kinds.ts";
import type { Ground, Place, Site } from "./targets/target.ts";

/** A service as a stack has it. */
export interface Deployment {
  readonly service: Service;
  readonly settings: Listening;
  /** Undefined where somebody else runs it. */
  readonly place: Place | undefined;
  /** The texts that it reads and that hold no secret, by path. Rendered when asked for. */
  readonly texts: () => Readonly<Record<string, string>>;
}

/** A service that a stack wants and does not get. */
export interface LeftOut {
  readonly service: Service;
  readonly why: Missing | { readonly title: string; readonly reason: string };
}

/** Texts of files that a stack brings itself, by name. */
export interface OwnTexts {
  readonly rules: Readonly<Record<string, string>>;
  readonly scrapes: Readonly<Record<string, string>>;
  readonly boards: Readonly<Record<string, string>>;
}

const nothing: OwnTexts = { rules: {}, scrapes: {}, boards: {} };

/** Everything that is decided before anything is created. Same input, same bytes. */
export interface Plan extends Estate {
  /** Every service of the estate, whoever watches the others last. */
  readonly deployments: readonly Deployment[];
  readonly leftOut: readonly LeftOut[];
  /** What decides which rules are loaded, and how. */
  readonly selection: RuleOptions & Selection;
}

const all: readonly Service[] = services;

/** Why a service that is wanted cannot be had. */
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

/** Where a service will stand. */
function siteOf({ beside, forPeople, image: { data }, name, sees }: Service, port: number): Site {
  return {
    name,
    port,
    ...(sees && { sees }),
    ...(beside !== undefined && { beside }),
    ...(forPeople && { forPeople }),
    ...(data !== undefined && { data }),
  };
}

type Chosen = Omit<Deployment, "texts">;

/**
 * Which services a stack has, and what it wants in vain.
 *
 * @param absent - Why programs and plugins that an estate can do without are not there, by name.
 */
export function servicesOf(
  config: Config,
  traits: Traits,
  absent: ReadonlyMap<string, string>,
): { readonly had: readonly Had[]; readonly leftOut: readonly LeftOut[] } {
  const had: Had[] = [];
  const leftOut: LeftOut[] = [];
  for (const service of all) {
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

/** Which services a stack has, and where; and what it wants in vain. */
function choose(config: Config, ground: Ground, absent: ReadonlyMap<string, string>) {
  const { had, leftOut } = servicesOf(config, ground.traits, absent);
  const found: Chosen[] = had.map(({ elsewhere, service, settings }) => ({
    service,
    settings,
    place: elsewhere ? undefined : ground.place(siteOf(service, settings.port)),
  }));
  return { found: [...found.filter((one) => !watches(one)), ...found.filter(watches)], leftOut };
}

/** Whoever watches the others comes after them, and after it what shares its loopback. */
const watches = ({ service }: Chosen): boolean =>
  service.cadence !== undefined || service.beside !== undefined;

/** The scrape jobs of a service. */
function jobsOf({ place, service, settings }: Chosen, config: Config, host: string): ScrapeJob[] {
  if (place === undefined) return [];
  const own = {
    name: service.name,
    // The address says how Prometheus gets there; the instance says which one it is.
    targets: [{ address: place.address, labels: { host, instance: `${host}:${settings.port}` } }],
    access: service.listener,
    mostSamples: service.mostSamples,
  };
  return service.jobs?.({ common: config, settings: settings as never, place, host, own }) ?? [own];
}

/** Computes once, when first asked. */
function once<T>(compute: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: compute() }).value;
}

/**
 * Decides the estate: which services it has and where they stand, what is scraped, every text that is no
 * secret. Pure; texts, rules and boards are rendered when they are asked for.
 *
 * @param absent - Why programs and plugins that an estate can do without are not there, by name.
 * @param own - Texts of files that the stack brings itself.
 */
export function planEstate(
  config: Config,
  ground: Ground,
  absent: ReadonlyMap<string, string> = new Map(),
  own: OwnTexts = nothing,
): Plan {
  const { found, leftOut } = choose(config, ground, absent);
  const { host, traits } = ground;
  const byName = new Map(found.map((one) => [one.service.name, one]));
  const [cadence] = found.flatMap(
    ({ service, settings }) => service.cadence?.(settings as never) ?? [],
  );
  if (cadence === undefined) throw new Error("No service of the catalogue collects");
  const [grafanaBase] = found.flatMap(
    ({ place, service, settings }) => service.boardsAt?.(settings as never, place) ?? [],
  );
  const jobs = found
    .flatMap((one) => jobsOf(one, config, host))
    .filter((job) => job.targets.length > 0);
  const selection = {
    ...config.rules,
    evaluationInterval: cadence.evaluationInterval,
    jobs: jobs.map(({ name }) => name).sort(),
    grafanaBase,
    lacks: lacksOf(config, traits),
  };
  const rules = once(() => renderRules(selection, own.rules));
  const boards = once(() => ({
    ...renderBoards(config.rules),
    ...Object.fromEntries(Object.values(own.boards).map((text) => [uidOf(text), text])),
  }));
  const plan: Plan = {
    common: config,
    traits,
    host,
    cadence,
    jobs,
    selection,
    leftOut,
    scrapes: Object.fromEntries(
      Object.entries(own.scrapes).map(([name, text]) => [`scrapes/${name}.yml`, text]),
    ),
    get rules() {
      return rules();
    },
    get boards() {
      return boards();
    },
    place: (name) => byName.get(name)?.place,
    has: (name) => byName.has(name),
    deployments: found.map((one) => ({
      ...one,
      texts: once(() =>
        one.place === undefined
          ? {}
          : (one.service.texts?.(plan, one.place, one.settings as never) ?? {}),
      ),
    })),
  };
  return plan;
}

/** Of a board, which has one: that was looked at when its file was read. */
const uidOf = (board: string): string => (JSON.parse(board) as { uid: string }).uid;

function renderRules(
  selection: RuleOptions & Selection,
  extra: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries([
    ...groupsFor(selection).map((group) => [
      `rules/${group.name}.yml`,
      renderRuleFile(group, selection),
    ]),
    ...Object.entries(extra).map(([name, text]) => [`rules/extra-${name}.yml`, text]),
  ]) as Record<string, string>;
}
