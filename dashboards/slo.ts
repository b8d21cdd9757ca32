import { alerts, signals } from "../rules/slo.ts";
import type { BoardDefinition } from "./lib/board.ts";
import { stat, timeseries } from "./lib/panels.ts";

const { budgetLeft, burnRate, errors1d, errors1h, errors5m, errors6h, objective } = signals;
const { SloBudgetExhausted } = alerts;

const legend = "{{slo}}";

/** Is what was promised being kept, and how long will the budget last? */
export const board: BoardDefinition = {
  uid: "vigil-slo",
  title: "Service levels",
  description: "Is what was promised being kept, and how long will the error budget last?",
  tags: ["slo"],
  variables: [{ name: "slo", label: "Objective", query: "label_values(slo:objective:ratio, slo)" }],
  rows: [
    {
      title: "Now",
      panels: [
        stat(objective, { title: "Promised", legend, width: 8 }),
        stat(budgetLeft, {
          title: "Budget left",
          legend,
          width: 8,
          thresholdOf: SloBudgetExhausted,
          bad: "below",
        }),
        stat(burnRate, { title: "Burning now", legend, width: 8 }),
      ],
    },
    {
      title: "Budget",
      panels: [
        timeseries(budgetLeft, {
          title: "Budget left",
          legend,
          thresholdOf: SloBudgetExhausted,
          bad: "below",
        }),
        timeseries(burnRate, { title: "How fast it is spent", legend }),
      ],
    },
    {
      title: "Errors",
      panels: [
        timeseries(errors5m, { title: "Over 5 minutes", legend }),
        timeseries(errors1h, { title: "Over an hour", legend }),
        timeseries(errors6h, { title: "Over six hours", legend }),
        timeseries(errors1d, { title: "Over a day", legend }),
      ],
    },
  ],
};
