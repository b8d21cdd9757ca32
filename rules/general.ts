import { defineAlerts, type Owner } from "./lib/alert.ts";
import { estateBoard, hostBoard } from "./lib/boards.ts";
import { defineSignals } from "./lib/signal.ts";

export const signals = defineSignals({
  up: {
    unit: "bool",
    about: "1 while a target answers its scrape. Hosts have an alert of their own.",
    query: (q) => q.gauge("up"),
  },
  hostUp: {
    unit: "bool",
    about: "1 while the node exporter of a host answers.",
    query: (q) => q.gauge("up", { job: "node" }),
  },
});

const owner: Owner = {
  service: "general",
  team: "sre",
  scope: "target",
  layer: "basic",
  board: hostBoard,
  target: { job: "blackbox", instance: "a:9115", host: "a" },
};

export const group = defineAlerts(owner, signals, {
  Watchdog: {
    severity: "none",
    scope: "estate",
    board: estateBoard,
    when: () => "vector(1)",
    for: "0s",
    summary: "Alerting works",
    description:
      "Always firing. When it stops arriving, Prometheus, Alertmanager or the way to you is broken.",
    fires: { series: {}, from: "0m", labels: { job: "", instance: "", host: "" } },
    quiet: "never",
  },
  TargetDown: {
    severity: "warning",
    when: ({ up, hostUp }) => `${up} == 0 unless on (host) ${hostUp} == 0`,
    for: "2m",
    summary: "Target of {{ $labels.job }} does not answer",
    description:
      "{{ $labels.instance }} has not answered a scrape for two minutes: nothing it would tell is known.",
    fires: {
      series: { up: "1 0x10" },
      from: "3m",
    },
    quiet: {
      series: {
        up: "1 0 1 0 1 0 1",
        'up{job="node",instance="a:9100",host="a"}': "0x10",
      },
      at: "6m",
    },
  },
});
