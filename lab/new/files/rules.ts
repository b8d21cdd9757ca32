import type { Facts } from "../facts.ts";

/** Name of the alert that is written first. */
export const downAlert = ({ pascal }: Facts): string => `${pascal}Down`;

/** rules/NAME.ts: a folder of that name once there is more than one topic. */
export const rulesText = (facts: Facts): string => {
  const { camel, name, port, title, up } = facts;
  return `
    import { defineAlerts, type Owner } from "./lib/alert.ts";
    import { ${camel}Board } from "./lib/boards.ts";
    import { defineSignals } from "./lib/signal.ts";

    export const signals = defineSignals({
      up: {
        unit: "bool",
        about: "1 while the exporter gets an answer from ${title}.",
        query: (q) => q.gauge(${JSON.stringify(up)}),
      },
    });

    const owner: Owner = {
      service: ${JSON.stringify(name)},
      team: "sre",
      scope: "workload",
      layer: "service",
      board: ${camel}Board,
      target: { job: ${JSON.stringify(name)}, instance: "${name}-1:${port}", host: "${name}-1" },
    };

    export const group = defineAlerts(owner, signals, {
      ${downAlert(facts)}: {
        severity: "critical",
        down: true,
        when: ({ up }) => \`\${up} == 0\`,
        for: "3m",
        summary: "${title} on {{ $labels.host }} does not answer",
        description:
          "The exporter runs but has got no answer from ${title} for three minutes: down, hung or not to be reached.",
        fires: { series: { ${JSON.stringify(up)}: "1 0x10" }, from: "4m" },
        quiet: { series: { ${JSON.stringify(up)}: "1 0 0 0 1x10" }, at: "8m" },
      },
    });
  `;
};
