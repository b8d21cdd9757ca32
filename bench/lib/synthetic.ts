import { createServer, type Server } from "node:http";
import type { AlertGroup } from "../../rules/lib/alert.ts";
import { compute, readsOf, ruleDialect } from "../../rules/lib/signal.ts";
import type { Exposed } from "../../rules/lint/inventory.ts";
import { parse, selectors } from "../../rules/lint/promql.ts";

/** A series that every target of a job exposes. */
interface SyntheticSeries {
  readonly name: string;
  readonly counter: boolean;
}

/** A value that satisfies a matcher: the first alternative of a regular expression, bare. */
function valueFor(operator: string, value: string): string | undefined {
  if (operator === "=") return value;
  if (operator === "=~") {
    return (value.replaceAll(/\(\?[:i]*|[()^$?]/g, "").split("|")[0] ?? "")
      .replaceAll(/\[(.)[^\]]*\]/g, "$1")
      .replaceAll(/\\(.)/g, "$1")
      .replaceAll(/\.[*+]/g, "x");
  }
  return undefined;
}

const skipped = new Set(["cluster", "env", "host", "instance", "job"]);

/** The series by which the expressions of a group find something, `fold` of each where labels allow. */
export function seriesOf(
  group: AlertGroup,
  inventory: ReadonlyMap<string, Exposed>,
  fold: number,
): SyntheticSeries[] {
  const found = new Map<string, SyntheticSeries>();
  for (const signal of Object.values(group.signals)) {
    const kinds = readsOf(signal);
    for (const { matchers, metric } of selectors(parse(compute(signal, ruleDialect)))) {
      if (metric === "up" || metric === "ALERTS" || metric.includes(":")) continue;
      const labels = [...(inventory.get(metric)?.labels ?? [])].filter((one) => !skipped.has(one));
      const fixed = new Map(
        matchers.flatMap(({ label, operator, value }) => {
          const one = valueFor(operator, value);
          return one === undefined ? [] : [[label, one] as const];
        }),
      );
      const free = labels.filter((label) => !fixed.has(label));
      for (let index = 0; index < (free.length > 0 ? fold : 1); index++) {
        const pairs = [
          ...fixed,
          ...free.map((label) => [label, label === "le" ? String(index) : `v${index}`] as const),
        ].filter(([, value]) => value !== "");
        const text = pairs.map(([label, value]) => `${label}="${value}"`).join(",");
        const name = text === "" ? metric : `${metric}{${text}}`;
        found.set(name, { name, counter: kinds.get(metric) === "counter" });
      }
    }
  }
  return [...found.values()];
}

/** Serves `/<job>` as text, counters growing with time. Loopback, without TLS: nothing is secret. */
export function serve(
  jobs: ReadonlyMap<string, readonly SyntheticSeries[]>,
): Promise<{ readonly server: Server; readonly port: number }> {
  const begun = Date.now();
  const server = createServer((request, response) => {
    const series = jobs.get((request.url ?? "").slice(1).split("?")[0] ?? "") ?? [];
    const seconds = (Date.now() - begun) / 1000;
    const lines = series.map(({ counter, name }) => `${name} ${counter ? seconds * 3 : 50}\n`);
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
