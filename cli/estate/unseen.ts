/** Which loaded alerts have had no series in a running estate, and why. */
import type { Alert, AlertGroup } from "../../rules/lib/alert.ts";
import { readInventory } from "../../rules/lint/files.ts";
import { joinInventory, type Exposed } from "../../rules/lint/inventory.ts";
import type { Selector } from "../../rules/lint/promql.ts";
import { blockers, bornWithEvent } from "../../rules/lint/reach.ts";
import type { Estate, TargetHealth } from "./client.ts";

/** How far is looked back, in hours. */
const hours = 24;

/** An alert with its group, out of which it is evaluated. */
export interface Loaded {
  readonly alert: Alert;
  readonly group: AlertGroup;
}

/** An alert that cannot fire on what there has been. */
export interface Unseen {
  readonly alert: string;
  /** In words, to stand after the job's name. */
  readonly why: string;
  /** `event`: its series are made when it first happens, so nothing is wrong. */
  readonly kind: "down" | "event" | "missing";
}

/** Facts about an estate from which a reason is found. */
export interface Known {
  readonly targets: readonly Pick<TargetHealth, "health" | "labels" | "lastError">[];
  /** Names of all metrics that there have been. */
  readonly names: ReadonlySet<string>;
  readonly inventory: ReadonlyMap<string, Exposed>;
  /** Trap of a metric, such as the flag without which it is absent. */
  readonly notes: ReadonlyMap<string, string>;
}

/** A selector as people read it: a long pattern says nothing that its beginning does not. */
const short = ({ node: { text } }: Selector): string =>
  text.length > 60 ? `${text.slice(0, 58)} …` : text;

/** Why a series is not there. Pure. */
export function reasonOf(selector: Selector, job: string | undefined, known: Known) {
  const { inventory, names, notes, targets } = known;
  const { metric } = selector;
  const mine = targets.filter(({ labels }) => labels["job"] === job);
  const silent = mine.filter(({ health }) => health !== "up");
  if (job !== undefined && mine.length === 0) {
    return { kind: "missing", why: `nothing is scraped as job ${job}` } as const;
  }
  if (mine.length > 0 && silent.length === mine.length) {
    const said = silent.map(({ labels, lastError }) =>
      [`${labels["instance"] ?? ""} does not answer`, lastError].filter(Boolean).join(": "),
    );
    return { kind: "down", why: said.join("; ") } as const;
  }
  const exposed = inventory.get(metric);
  if (bornWithEvent(job, exposed) || (names.has(metric) && exposed?.kind === "counter")) {
    return { kind: "event", why: `the first event makes ${short(selector)}` } as const;
  }
  if (names.has(metric)) {
    return { kind: "missing", why: `${metric} is there, but not ${short(selector)}` } as const;
  }
  const note = notes.get(metric);
  const from = exposed?.from[0];
  const version = from === undefined ? "" : `, or it is a version other than ${from}`;
  return {
    kind: "missing",
    why: `answers without ${metric}: ${note ?? `there is nothing of that kind${version}`}`,
  } as const;
}

/** Does work for each item, a few at a time. */
async function eachOf<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = [...items];
  const worker = async (): Promise<void> => {
    for (let item = rest.pop(); item !== undefined; item = rest.pop()) await work(item);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}

/** Asks a running Prometheus for the series of every alert; those that lack some, with the reason. */
export async function unseenAlerts(
  estate: Pick<Estate, "names" | "selects" | "targets">,
  loaded: readonly Loaded[],
  root: string,
): Promise<Unseen[]> {
  const groups = [...new Set(loaded.map(({ group }) => group))];
  // Where nothing exists, everything is asked for.
  const wanted = new Map<string, Selector>();
  const nothing = blockers(groups, (selector) => {
    wanted.set(selector.node.text, selector);
    return false;
  });
  for (const { alert } of loaded) nothing(alert);

  const since = Math.floor(Date.now() / 1000) - hours * 3600;
  const [targets, all] = await Promise.all([estate.targets(), estate.names(since)]);
  const names = new Set(all);
  const there = new Set<string>();
  await eachOf([...wanted.values()], async ({ matchers, metric, node: { text } }) => {
    // ALERTS is made by Prometheus itself.
    if (metric === "ALERTS") there.add(text);
    if (!names.has(metric)) return;
    if (matchers.length === 0 || (await estate.selects(text, since))) there.add(text);
  });

  const inventories = [...readInventory(root).values()];
  const known: Known = {
    targets,
    names,
    inventory: joinInventory(inventories),
    notes: new Map(
      inventories.flatMap(({ metrics }) =>
        Object.entries(metrics).flatMap(([name, { note }]) =>
          note ? [[name, note] as const] : [],
        ),
      ),
    ),
  };
  const blocked = blockers(groups, ({ node }) => there.has(node.text));
  return loaded.flatMap(({ alert, group }) => {
    const [first] = blocked(alert);
    return first === undefined ? [] : [{ alert: alert.name, ...reasonOf(first, group.job, known) }];
  });
}
