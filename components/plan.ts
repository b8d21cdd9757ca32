import type { AlertGroup } from "../rules/lib/alert.ts";
import { renderRuleFile, type RuleOptions } from "../rules/lib/rule-file.ts";
import { groupsFor, type Selection } from "../rules/selection.ts";
import type { Estate } from "./catalog/service.ts";
import { choose, type Chosen, groundAt, type LeftOut } from "./choose.ts";
import type { Config } from "./config/schema.ts";
import { type Content, notLoaded } from "./content.ts";
import { lacksOf } from "./alert-lacks.ts";
import type { ScrapeJob } from "./render/prometheus.ts";
import type { Grounds } from "./targets/grounds.ts";

/** A process of a service as it is planned. */
export interface Deployment extends Chosen {
  /** The texts that it reads and that hold no secret, by path. Rendered when asked for. */
  readonly texts: () => Readonly<Record<string, string>>;
  /** Vigil's own arguments, before the stack's. */
  readonly args: () => readonly string[];
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
  /** Groups that were loaded for it: all that have something to look at. */
  readonly groups: readonly AlertGroup[];
  /** The settings that decide which rules are loaded, and how. */
  readonly selection: RuleOptions & Selection;
}

/** The scrape jobs of a process. */
function jobsOf({ on, place, service, settings }: Chosen, config: Config, grounds: Grounds) {
  if (place === undefined) return [];
  const { host, labels } = groundAt(grounds, on);
  const own: ScrapeJob = {
    name: service.name,
    // The address says how Prometheus gets there; the instance says which one it is.
    targets: [
      { address: place.address, labels: { ...labels, host, instance: `${host}:${settings.port}` } },
    ],
    access: service.listener,
    mostSamples: service.mostSamples,
  };
  const input = { common: config, settings: settings as never, place, host, on, own };
  return service.jobs?.(input) ?? [own];
}

/** Jobs by name: the processes of a service are asked in one way. */
function merged(jobs: readonly ScrapeJob[]): ScrapeJob[] {
  const byName = Map.groupBy(jobs, ({ name }) => name);
  return [...byName.values()].flatMap((same) =>
    same.slice(0, 1).map((first) => ({
      ...first,
      targets: same.flatMap(({ targets }) => targets),
    })),
  );
}

/** How many machines are described. */
const hostsOf = (jobs: readonly ScrapeJob[]): number =>
  new Set(jobs.flatMap(({ targets }) => targets.flatMap(({ labels }) => labels["host"] ?? [])))
    .size;

/** Computes once, when first asked. */
function once<T>(compute: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: compute() }).value;
}

/**
 * Decides the estate: which services it has and where they stand, what is scraped, every text that is not a secret.
 * Pure; texts, rules and boards are rendered when they are asked for.
 *
 * @param absent - Why programs and plugins that an estate can do without are not there, by name.
 * @param own - Texts of files that the stack brings itself.
 * @param content - What rules and boards are made of, where anybody will ask for them; see `loadContent`.
 */
export function planEstate(
  config: Config,
  grounds: Grounds,
  absent: ReadonlyMap<string, string> = new Map(),
  own: OwnTexts = nothing,
  content: Content = notLoaded,
): Plan {
  const { found, leftOut } = choose(config, grounds, absent);
  const { host, traits } = grounds.core;
  const has = new Set(found.map(({ service }) => service.name));
  const places = new Map(found.map(({ name, place }) => [name, place]));
  const [cadence] = found.flatMap(
    ({ service, settings }) => service.cadence?.(settings as never) ?? [],
  );
  if (cadence === undefined) throw new Error("No service of the catalogue collects");
  const [grafanaBase] = found.flatMap(
    ({ place, service, settings }) => service.boardsAt?.(settings as never, place) ?? [],
  );
  const jobs = merged(found.flatMap((one) => jobsOf(one, config, grounds))).filter(
    (job) => job.targets.length > 0,
  );
  const selection = {
    ...config.rules,
    evaluationInterval: cadence.evaluationInterval,
    jobs: jobs.map(({ name }) => name).sort(),
    grafanaBase,
    lacks: lacksOf(config, traits, hostsOf(jobs)),
  };
  const rules = once(() => renderRules(content.groups, selection, own.rules));
  const boards = once(() => ({
    ...content.renderBoards(config.rules),
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
    get groups() {
      return content.groups;
    },
    get rules() {
      return rules();
    },
    get boards() {
      return boards();
    },
    place: (name) => places.get(name),
    has: (name) => has.has(name),
    deployments: found.map((one) => ({
      ...one,
      args: once(() =>
        one.place === undefined
          ? []
          : one.service.args({
              place: one.place,
              settings: one.settings as never,
              programHome: groundAt(grounds, one.on).programHome,
            }),
      ),
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
  groups: readonly AlertGroup[],
  selection: RuleOptions & Selection,
  extra: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries([
    ...groupsFor(groups, selection).map((group) => [
      `rules/${group.name}.yml`,
      renderRuleFile(group, selection),
    ]),
    ...Object.entries(extra).map(([name, text]) => [`rules/extra-${name}.yml`, text]),
  ]) as Record<string, string>;
}
