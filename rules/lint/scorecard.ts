/** The catalogue in figures: what each service has, next to what others publish. Pure. */
import { type Alert, type AlertGroup, variantNames } from "../lib/alert.ts";
import { type Lacks, type Need, needs } from "../lib/needs.ts";
import { recordedBy, restsOn, unknownMetrics } from "./catalogue.ts";
import { type Exposed, targetLabels } from "./inventory.ts";

/** What became of the mutants of each alert, by name; written by `vigil scorecard`. */
export type Proof = Readonly<
  Record<string, { readonly mutants: number; readonly survivors: readonly string[] }>
>;

/** For each peer: its alerts, each with the name of ours or the reason why there is none. */
export type Parity = Readonly<
  Record<
    string,
    {
      readonly reference: string;
      readonly alerts: Readonly<Record<string, string | { readonly reason: string }>>;
    }
  >
>;

export interface Evidence {
  readonly groups: readonly AlertGroup[];
  readonly inventory: ReadonlyMap<string, Exposed>;
  /** The part of it that was scraped from running programs. */
  readonly captured: ReadonlyMap<string, Exposed>;
  /** Alerts that have a runbook section. */
  readonly documented: ReadonlySet<string>;
  /** Jobs of the programs that an estate is scraped from, as it deploys them. */
  readonly deployed: readonly string[];
  /** What no estate has of what alerts need. */
  readonly lacks: Lacks;
  readonly proof: Proof;
  readonly parity: Parity;
}

interface Row {
  readonly service: string;
  readonly teams: readonly string[];
  readonly alerts: number;
  readonly fires: number;
  readonly quiet: number;
  readonly ends: number;
  readonly runbook: number;
  readonly traced: number;
  readonly seen: number;
  /** Variants of the field in which they hold, and those in which one is different by nature. */
  readonly variants: number;
  readonly byNature: number;
  readonly mutants: number;
  readonly caught: number;
}

const count = (alerts: readonly Alert[], test: (alert: Alert) => boolean): number =>
  alerts.filter(test).length;

function rowOf(service: string, evidence: Evidence): Row {
  const { captured, documented, groups, inventory, proof } = evidence;
  const mine = groups.filter((group) => group.service === service);
  const alerts = mine.flatMap((group) => Object.values(group.alerts));
  const recorded = recordedBy(groups);
  const traced = mine.filter(
    (group) => unknownMetrics(group, inventory, recorded, targetLabels).length === 0,
  );
  const proofs = alerts.map(({ name }) => proof[name] ?? { mutants: 0, survivors: [] });
  const byNature = alerts.reduce((sum, one) => sum + Object.keys(one.byNature ?? {}).length, 0);
  const mutants = proofs.reduce((sum, one) => sum + one.mutants, 0);
  return {
    service,
    teams: [...new Set(alerts.map(({ team }) => team))].sort(),
    alerts: alerts.length,
    // The type asks for a firing fixture.
    fires: alerts.length,
    quiet: count(alerts, ({ quiet }) => quiet !== "never"),
    ends: count(alerts, ({ quiet }) => quiet !== "never"),
    runbook: count(alerts, ({ name }) => documented.has(name)),
    traced: traced.reduce((sum, group) => sum + Object.keys(group.alerts).length, 0),
    seen: count(alerts, restsOn(captured, groups, targetLabels)),
    variants: alerts.length * variantNames.length - byNature,
    byNature,
    mutants,
    caught: mutants - proofs.reduce((sum, one) => sum + one.survivors.length, 0),
  };
}

const share = (part: number, whole: number): string =>
  whole === 0 ? "–" : `${Math.floor((100 * part) / whole)} %`;

const line = (cells: readonly (string | number)[]): string => `| ${cells.join(" | ")} |`;

function catalogueTable(rows: readonly Row[]): string[] {
  const sum = (pick: (row: Row) => number): number => rows.reduce((all, row) => all + pick(row), 0);
  const cells = (row: Row): (string | number)[] => [
    row.alerts,
    row.fires,
    row.quiet,
    row.ends,
    row.runbook,
    row.traced,
    row.seen,
    row.variants,
    row.byNature,
    row.mutants,
    share(row.caught, row.mutants),
  ];
  const total = [
    "**all**",
    "",
    ...cells({
      service: "",
      teams: [],
      alerts: sum((row) => row.alerts),
      fires: sum((row) => row.fires),
      quiet: sum((row) => row.quiet),
      ends: sum((row) => row.ends),
      runbook: sum((row) => row.runbook),
      traced: sum((row) => row.traced),
      seen: sum((row) => row.seen),
      variants: sum((row) => row.variants),
      byNature: sum((row) => row.byNature),
      mutants: sum((row) => row.mutants),
      caught: sum((row) => row.caught),
    }),
  ];
  const head = [
    "service",
    "team",
    "alerts",
    "fire",
    "stay quiet",
    "end",
    "runbook",
    "metrics traced",
    "seen",
    "variants",
    "by nature",
    "mutants",
    "caught",
  ];
  return [
    line(head),
    line(head.map((_, index) => (index < 2 ? "---" : "--:"))),
    ...rows.map((row) => line([row.service, row.teams.join(", "), ...cells(row)])),
    line(total),
  ];
}

/** Of the alerts about each deployed program, those that can fire, and what the others would need. */
function reachTable({ deployed, groups, lacks }: Evidence): string[] {
  const lines = deployed.map((job) => {
    const alerts = groups
      .filter((group) => group.job === job)
      .flatMap((group) => Object.values(group.alerts));
    const wanting = alerts.flatMap((alert) =>
      alert.needs !== undefined && lacks[alert.needs] !== undefined ? [alert.needs] : [],
    );
    const counts = [...Map.groupBy(wanting, (need: Need) => need)].sort(([a], [b]) =>
      a < b ? -1 : 1,
    );
    const told = counts.map(([need, all]) => `${all.length}: ${needs[need]}`).join("; ");
    return line([job, alerts.length, alerts.length - wanting.length, told]);
  });
  const head = ["job", "alerts", "can fire", "the others would need"];
  return [line(head), line(["---", "--:", "--:", "---"]), ...lines];
}

function parityTable(parity: Parity): string[] {
  const head = ["published set", "its alerts", "with an equal here", "left out for a reason"];
  return [
    line(head),
    line(["---", "--:", "--:", "--:"]),
    ...Object.values(parity).map(({ alerts, reference }) => {
      const all = Object.values(alerts);
      const equals = all.filter((one) => typeof one === "string").length;
      return line([reference, all.length, equals, all.length - equals]);
    }),
  ];
}

/** The scorecard as Markdown. Same evidence, same bytes. */
export function renderScorecard(evidence: Evidence): string {
  const services = [...new Set(evidence.groups.map(({ service }) => service))].sort();
  const rows = services.map((service) => rowOf(service, evidence));
  return [
    "# Scorecard",
    "",
    "Written by `make scorecard`. The tests of each alert run in `make test`, by the real promtool: it",
    "fires when it should and not a step earlier, stays quiet just under its threshold and when a scrape",
    "is missed, and ends. A mutant is the alert with one mistake in it; caught means that its tests notice.",
    "",
    ...catalogueTable(rows),
    "",
    "Metrics are traced when every metric and label is one that a supported version of the program exposes",
    "(`rules/metrics/`), and seen when each was scraped from the running program rather than read in its",
    "source.",
    "",
    "A variant is something that happens in the field to the series of every alert, made from its own:",
    "a second cluster, a replica, a restart, a first event, an unknown value and their like",
    "(`rules/lint/variants/`). Each alert holds in all of them, but for those in which it is different by",
    "nature and says why.",
    "",
    "As Vigil deploys a program, some of the alerts about it can never fire: it does not have their series.",
    "An estate does not load those (`make reach`).",
    "",
    ...reachTable(evidence),
    "",
    ...parityTable(evidence.parity),
    "",
  ].join("\n");
}
