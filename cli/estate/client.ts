import { ask, asHolder, type AskOptions } from "../../lib/ask.ts";
import type { Outputs } from "./outputs.ts";
import { type Pace, paceOf } from "./pace.ts";

/** A scrape target as Prometheus sees it. */
export interface TargetHealth {
  readonly labels: Readonly<Record<string, string>>;
  readonly health: "up" | "down" | "unknown";
  readonly lastError: string;
}

/** An alert as Alertmanager holds it. */
export interface HeldAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly status: { readonly state: string };
}

/** Questions to a running estate. */
export interface Estate {
  targets(): Promise<TargetHealth[]>;
  /** How far Prometheus is with what it was told to watch. */
  pace(): Promise<Pace>;
  /** Names of rules that cannot be evaluated. Those whose turn has not come yet are tried. */
  brokenRules(): Promise<string[]>;
  alerts(): Promise<HeldAlert[]>;
  /** Names of all metrics that there have been since a Unix time. */
  names(since: number): Promise<string[]>;
  /** Whether a selector has selected a series since a Unix time. */
  selects(selector: string, since: number): Promise<boolean>;
  /** The alert processor's own metrics. */
  processor(): Promise<{ readonly heartbeats: readonly unknown[] }>;
  /** Alertmanagers that Prometheus sends to. */
  alertmanagers(): Promise<string[]>;
}

interface Rule {
  readonly name: string;
  readonly health: "err" | "ok" | "unknown";
  readonly query: string;
}

interface Rules {
  readonly groups: readonly { readonly rules: readonly Rule[] }[];
}

/** A client of the estate whose outputs these are. */
export function connect({
  alertmanager,
  authority,
  client,
  login,
  processor,
  prometheus,
}: Outputs): Estate {
  const json = async <T>(url: string, access: Partial<AskOptions> = { login }): Promise<T> => {
    const { body, status } = await ask(url, { authority, ...access });
    if (status !== 200) throw new Error(`${url} answers ${status}`);
    return JSON.parse(body) as T;
  };
  const query = async <T>(path: string): Promise<T> =>
    (await json<{ data: T }>(`${prometheus?.url ?? ""}/api/v1/${path}`)).data;
  return {
    targets: async () =>
      (await query<{ activeTargets: TargetHealth[] }>("targets?state=active")).activeTargets,
    pace: async () => {
      const [{ yaml }, told] = await Promise.all([
        query<{ yaml: string }>("status/config"),
        query<{ startTime: string; lastConfigTime: string }>("status/runtimeinfo"),
      ]);
      const since = Math.max(Date.parse(told.startTime), Date.parse(told.lastConfigTime));
      return paceOf(yaml, (Date.now() - since) / 1000);
    },
    brokenRules: async () => {
      const rules = (await query<Rules>("rules")).groups.flatMap((group) => group.rules);
      const broken = rules.filter(({ health }) => health === "err").map(({ name }) => name);
      for (const rule of rules.filter(({ health }) => health === "unknown")) {
        const path = `query?query=${encodeURIComponent(rule.query)}`;
        await query(path).catch(() => broken.push(rule.name));
      }
      return broken;
    },
    names: (since) => query<string[]>(`label/__name__/values?start=${since}`),
    selects: async (selector, since) => {
      const asked = `series?limit=1&start=${since}&match[]=${encodeURIComponent(selector)}`;
      return (await query<unknown[]>(asked)).length > 0;
    },
    alertmanagers: async () =>
      (
        await query<{ activeAlertmanagers: { url: string }[] }>("alertmanagers")
      ).activeAlertmanagers.map(({ url }) => url),
    alerts: () => json<HeldAlert[]>(`${alertmanager?.url ?? ""}/api/v2/alerts`, asHolder(client)),
    processor: () => json(`${processor?.url ?? ""}/v1/status`),
  };
}
