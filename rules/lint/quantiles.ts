/** Whether a quantile of a histogram can be what a rule asks it to be. */
import type { KnownValues, LabelValues } from "../metrics/values.ts";
import { all, bare, binaries, functionOf, type Node, selectors } from "./promql.ts";

/** Above this a quantile of a histogram is never seen; undefined where nothing says so. */
function greatest(values: LabelValues | undefined): number | undefined {
  if (values === undefined || "free" in values) return undefined;
  return Math.max(...values.values.map(Number).filter(Number.isFinite));
}

/** Quantiles that are asked to be above the greatest bound of their histogram. */
export function deafQuantiles(tree: Node, known: KnownValues): string[] {
  return binaries(tree)
    .filter(({ operator }) => ["Gtr", "Gte"].includes(operator.type))
    .flatMap(({ left, operator, right }) => {
      const asked = Number(bare(right).text);
      const quantile = all(left, "FunctionCall").find(
        (call) => functionOf(call) === "histogram_quantile",
      );
      if (quantile === undefined || Number.isNaN(asked)) return [];
      return selectors(quantile).flatMap(({ metric }) => {
        const most = greatest(known.of(metric, "le"));
        if (most === undefined || asked < most || (operator.type === "Gte" && asked === most))
          return [];
        return [
          `${metric} never has a quantile ${operator.text} ${asked}: its buckets end at ${most}`,
        ];
      });
    });
}
