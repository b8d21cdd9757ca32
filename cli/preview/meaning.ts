import { fromYaml } from "../../lib/yaml.ts";
import type { Preview, State } from "./digest.ts";
import { isRule, partName, type Texts, textsOf } from "./parts.ts";

/** The rules of one name: the parts that decide when they fire, and everything as one text. */
export interface Rule {
  /** `recording` for one that is not an alert. */
  readonly severity: string;
  /** `for: 5m`; several of a kind where instances have thresholds of their own. */
  readonly when: readonly string[];
  readonly whole: string;
}

/** The behaviour of an estate, read from the files of its parts. */
export interface Meaning {
  /** Alerts, and rules that only record, by name. */
  readonly rules: ReadonlyMap<string, Rule>;
  /** `node (vm:9100)`. */
  readonly targets: ReadonlySet<string>;
  /** Ways by which Alertmanager tells, and those of the processor. */
  readonly told: ReadonlySet<string>;
}

interface RuleFile {
  readonly groups?: readonly {
    readonly interval?: string;
    readonly rules?: readonly RuleYaml[];
  }[];
}

type RuleYaml = Readonly<
  Partial<Record<"alert" | "record" | (typeof conditions)[number], string>>
> & {
  readonly labels?: { readonly severity?: string };
};

interface ScrapeConfig {
  readonly job_name: string;
  readonly static_configs?: readonly {
    readonly targets?: readonly string[];
    readonly labels?: Readonly<Record<string, string>>;
  }[];
}

type Yaml = Readonly<Record<string, unknown>>;

/** The behaviour of an estate before and after a change. */
export interface Meanings {
  readonly before: Meaning;
  readonly after: Meaning;
}

/**
 * Reads what the parts of an estate do from their files.
 *
 * @param planned - Files by part as planned, for what the engine does not know before it is made.
 */
export function meaningsOf(
  { after, before }: Preview,
  planned: Readonly<Record<string, Texts>>,
): Meanings {
  const old = textsByPart(before.values(), () => undefined);
  const fill = (name: string): Texts => {
    const made = [...(old[name] ?? [])].filter(([path]) => path === certificateRules);
    return new Map([...made, ...(planned[name] ?? old[name] ?? [])]);
  };
  return { before: meaningOf(old), after: meaningOf(textsByPart(after.values(), fill)) };
}

/** Written from certificates, which are not part of a plan. */
const certificateRules = "rules/certificates.yml";

function textsByPart(
  states: Iterable<State>,
  fill: (part: string) => Texts | undefined,
): Record<string, Texts> {
  const parts: Record<string, Texts> = {};
  for (const state of states) {
    const name = partName(state);
    if (name === undefined) continue;
    const { complete, texts } = textsOf(state);
    const more = complete ? [] : (fill(name) ?? []);
    parts[name] = new Map([...(parts[name] ?? []), ...more, ...texts]);
  }
  return parts;
}

function meaningOf(parts: Readonly<Record<string, Texts>>): Meaning {
  const rules = new Map<string, Rule>();
  const targets = new Set<string>();
  const told = new Set<string>();
  for (const [path, text] of parts["prometheus"] ?? []) {
    if (isRule(path)) addRules(rules, text);
    if (path === "prometheus.yml") addTargets(targets, text);
  }
  addReceivers(told, parts["alertmanager"]?.get("alertmanager.yml") ?? "");
  addChannels(told, parts["processor"]?.get("processor.yml") ?? "");
  return { rules, targets, told };
}

/** A file somebody edited by hand may be anything. */
function read<T>(text: string): Partial<T> {
  try {
    return fromYaml(text) ?? {};
  } catch {
    return {};
  }
}

const conditions = ["expr", "for", "keep_firing_for"] as const;

function addRules(rules: Map<string, Rule>, text: string): void {
  for (const { interval, rules: own = [] } of read<RuleFile>(text).groups ?? []) {
    for (const rule of own) {
      const name = rule.alert ?? rule.record ?? "";
      const { severity = "" } = rule.labels ?? {};
      const known = rules.get(name);
      const when = conditions.flatMap((field) => {
        const value = rule[field];
        return value === undefined ? [] : [`${field}: ${value}`];
      });
      rules.set(name, {
        severity: "alert" in rule ? severity : "recording",
        when: [...new Set([...(known?.when ?? []), ...when])],
        whole: (known?.whole ?? "") + JSON.stringify([interval, rule]),
      });
    }
  }
}

function addTargets(targets: Set<string>, text: string): void {
  const { scrape_configs: jobs = [] } = read<{ scrape_configs: ScrapeConfig[] }>(text);
  for (const { job_name: job, static_configs: groups = [] } of jobs) {
    for (const { labels = {}, targets: addresses = [] } of groups) {
      for (const address of addresses) targets.add(`${job} (${labels["instance"] ?? address})`);
    }
  }
}

/** Receivers that are nobody, or the estate's own. */
const noPeople = new Set(["heartbeat", "nobody", "processor"]);

/** Those on call by their channels, as the configuration has them; a team by its name. */
function addReceivers(told: Set<string>, text: string): void {
  for (const { name = "", ...configs } of read<{ receivers: Yaml[] }>(text).receivers ?? []) {
    const own = String(name);
    if (noPeople.has(own)) continue;
    const channels = Object.keys(configs).map((key) => key.replace(/_configs$/, ""));
    for (const one of own.startsWith("team-") ? [own] : channels) told.add(one);
  }
}

function addChannels(told: Set<string>, text: string): void {
  const { channels = {} } = read<{ channels: Yaml }>(text);
  for (const name of Object.keys(channels)) told.add(`processor-${name}`);
}
