/** What the programs that are watched really expose: the files of `rules/metrics/` joined. */

import type { Inventory, Metric } from "../metrics/format.ts";

/** What of an inventory the checks need. */
export type InventoryFile = Pick<Inventory, "exporter" | "how" | "metrics" | "version">;

/** A series name as expressions use it. */
export interface Exposed {
  /** Undefined where nothing says what an untyped metric is. */
  readonly kind: "counter" | "gauge" | undefined;
  readonly labels: ReadonlySet<string>;
  /** `node_exporter 1.11.1` */
  readonly from: readonly string[];
}

/** Labels that a scrape adds to everything. */
export const targetLabels: readonly string[] = ["cluster", "env", "host", "instance", "job"];

/** What Prometheus itself writes about each scrape and rule. */
const ownMetrics: InventoryFile = {
  exporter: "prometheus",
  version: "scrapes and rules",
  how: "captured",
  metrics: {
    ALERTS: {
      type: "gauge",
      labels: [
        "alertname",
        "alertstate",
        "family",
        "layer",
        "scope",
        "service",
        "severity",
        "team",
      ],
    },
    scrape_duration_seconds: { type: "gauge", labels: [] },
    scrape_samples_post_metric_relabeling: { type: "gauge", labels: [] },
    scrape_samples_scraped: { type: "gauge", labels: [] },
    scrape_series_added: { type: "gauge", labels: [] },
    up: { type: "gauge", labels: ["probe"] },
  },
};

interface Part {
  readonly name: string;
  readonly kind: Exposed["kind"];
  readonly labels: readonly string[];
}

/** The series of a metric: a histogram has three names. */
function partsOf(name: string, { labels, semantics, type }: Metric): Part[] {
  const counter = (suffix: string, ...more: string[]): Part => ({
    name: name + suffix,
    kind: "counter",
    labels: [...labels, ...more],
  });
  if (type === "histogram") return [counter("_bucket", "le"), counter("_count"), counter("_sum")];
  if (type === "summary") {
    const quantiles: Part = { name, kind: "gauge", labels: [...labels, "quantile"] };
    return [quantiles, counter("_count"), counter("_sum")];
  }
  return [{ name, kind: semantics ?? (type === "untyped" ? undefined : type), labels }];
}

/** Every series name by all files together: a rule must fit one version of what it watches. */
export function joinInventory(files: readonly InventoryFile[]): ReadonlyMap<string, Exposed> {
  const joined = new Map<string, Exposed>();
  for (const { exporter, metrics, version } of [ownMetrics, ...files]) {
    for (const [name, metric] of Object.entries(metrics)) {
      for (const part of partsOf(name, metric)) {
        const known = joined.get(part.name);
        joined.set(part.name, {
          kind: known?.kind ?? part.kind,
          labels: new Set([...(known?.labels ?? []), ...part.labels]),
          from: [...(known?.from ?? []), `${exporter} ${version}`],
        });
      }
    }
  }
  return joined;
}
