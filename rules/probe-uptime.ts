/** A month of every probe is much to read: this group is evaluated seldom. */
import { defineAlerts, type Owner } from "./lib/alert.ts";
import { estateBoard } from "./lib/boards.ts";
import { defineSignals } from "./lib/signal.ts";

export const signals = defineSignals({
  uptime30d: {
    unit: "ratio",
    about:
      "Share of the last 30 days in which a probe did not fail; time before it was there counts, too.",
    query: (q) => {
      const probe = q.gauge("probe_success");
      const known = `clamp_max(count_over_time(${probe}[30d]) / (720 * count_over_time(${probe}[1h])), 1)`;
      return `1 - (1 - avg_over_time(${probe}[30d])) * ${known}`;
    },
  },
});

const owner: Owner = {
  name: "probe-uptime",
  service: "probe",
  team: "sre",
  scope: "probe",
  layer: "business",
  board: estateBoard,
  target: { job: "probe", instance: "https://example.com", probe: "site" },
  interval: "5m",
};

export const group = defineAlerts(owner, signals, {
  Probe30dUptimeBelowSla: {
    severity: "info",
    threshold: { value: 0.999, unit: "share of 30 days" },
    when: ({ uptime30d }, threshold) => `(${uptime30d}) < ${threshold}`,
    for: "1h",
    summary: "{{ $labels.instance }} was away for too much of the month",
    description:
      "It has failed for so long that {{ $value | humanizePercentage }} of 30 days are left.",
    step: "30m",
    fires: {
      series: { probe_success: "1x500 0x2 1x900" },
      from: "252h",
      value: "99.79%",
    },
    quiet: { series: { probe_success: "1x1000 0 1x400" }, at: "510h" },
    resolves: { series: { probe_success: "1x1600" }, at: "750h" },
  },
});
