import { createServer, type Server } from "node:http";
import { type Alert, type AlertGroup, readsOfGroup } from "../../rules/lib/alert.ts";
import { complete, expand } from "../../rules/lib/fixture.ts";
import type { Kind } from "../../rules/lib/signal.ts";

/** A series that every target of a job exposes. */
export interface SyntheticSeries {
  /** Name and labels, without those of the target. */
  readonly name: string;
  readonly value: number;
  /** Added each second: a counter's. */
  readonly growth: number;
}

/** Labels of the target: the scrape adds them. */
const targetLabels = ["cluster", "env", "host", "instance", "job"];

/** What one alert's quiet fixture has of the usual target, by name. */
function quietSeries(alert: Alert, kinds: ReadonlyMap<string, Kind>): SyntheticSeries[] {
  const { quiet, target } = alert;
  if (quiet === "never") return [];
  return Object.entries(quiet.series).flatMap(([series, notation]) => {
    const { labels, metric } = complete(series, target);
    const elsewhere = targetLabels.some((one) => labels[one] !== target[one]);
    if (elsewhere || metric === "up" || metric === "ALERTS") return [];
    const own = Object.entries(labels).filter(([label]) => !targetLabels.includes(label));
    const text = own.map(([label, value]) => `${label}="${value}"`).join(",");
    const name = text === "" ? metric : `${metric}{${text}}`;
    const numbers = expand(notation).filter((value) => typeof value === "number");
    const [last = 0, before = last] = numbers.slice(-2).reverse();
    const kind = kinds.get(metric);
    const growth = kind === "counter" ? (last - before) / 60 : 0;
    // Fixtures begin at the epoch; the zero of a time means never.
    const value = kind === "timestamp" && last !== 0 ? last + Date.now() / 1000 : last;
    return [{ name, value, growth }];
  });
}

const mildestFirst = ["none", "info", "warning", "critical", "emergency"];
const mildness = ({ severity }: Alert): number => mildestFirst.indexOf(severity);

/**
 * What a target of some groups exposes so that their rules find something and stay quiet: what the
 * quiet fixtures of the alerts say. Where fixtures give one series two values the milder alert
 * decides: what is quiet for a warning is quiet for what is worse.
 */
export function seriesOf(groups: readonly AlertGroup[]): SyntheticSeries[] {
  const kinds = new Map(groups.flatMap((group) => [...readsOfGroup(group)]));
  const alerts = groups.flatMap((group) => Object.values(group.alerts));
  const exposed = new Map<string, SyntheticSeries>();
  for (const alert of alerts.sort((a, b) => mildness(a) - mildness(b))) {
    const mine = quietSeries(alert, kinds);
    const agrees = mine.every(({ growth, name, value }) => {
      const there = exposed.get(name);
      return there === undefined || (there.growth === growth && there.value === value);
    });
    if (agrees) for (const series of mine) exposed.set(series.name, series);
  }
  return [...exposed.values()];
}

/** Serves `/<job>` as text, counters growing with time. Loopback, without TLS: nothing is secret. */
export function serve(
  jobs: ReadonlyMap<string, readonly SyntheticSeries[]>,
): Promise<{ readonly server: Server; readonly port: number }> {
  const begun = Date.now();
  const server = createServer((request, response) => {
    const series = jobs.get((request.url ?? "").slice(1).split("?")[0] ?? "") ?? [];
    const seconds = (Date.now() - begun) / 1000;
    const lines = series.map(({ growth, name, value }) => `${name} ${value + growth * seconds}\n`);
    response.setHeader("content-type", "text/plain; version=0.0.4");
    response.end(lines.join(""));
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve({ server, port: typeof address === "object" && address ? address.port : 0 });
    });
  });
}
