/** How the parts of Loki find each other, and the rules that they evaluate. */
import { defineAlerts } from "../lib/alert.ts";
import { estateBoard } from "../lib/boards.ts";
import { defineSignals } from "../lib/signal.ts";
import { loki } from "./common.ts";

export const signals = defineSignals({
  unhealthy: {
    unit: "count",
    about: "Members that stopped sending heartbeats, by ring.",
    query: (q) =>
      `max by (cluster, env, job, name) (${q.gauge("loki_ring_members", { state: "Unhealthy" })})`,
  },
  members: {
    unit: "count",
    about: "Fewest members that any instance sees in the gossip.",
    query: (q) =>
      `min by (cluster, env, job) (${q.gauge("loki_memberlist_client_cluster_members_count")})`,
  },
  instances: {
    unit: "count",
    about: "Instances that gossip, by job, each counted once however many services lead to it.",
    query: (q) =>
      `count by (cluster, env, job) (group by (cluster, env, job, instance) (${q.gauge("loki_memberlist_client_cluster_members_count")}))`,
  },
  rulesLoaded: {
    unit: "bool",
    about: "1 where the ruler could load the rules of a tenant.",
    query: (q) => q.gauge("loki_ruler_config_last_reload_successful"),
  },
  rulesLate: {
    unit: "count",
    about: "Intervals that passed since each group of rules was evaluated.",
    query: (q) =>
      `${q.age("loki_prometheus_rule_group_last_evaluation_timestamp_seconds")} / (${q.gauge("loki_prometheus_rule_group_interval_seconds")} > 0)`,
  },
});

const cluster = { instance: "", host: "" };
const ring = (state: string): string => `loki_ring_members{name="ingester",state="${state}"}`;
const seen = (name: string): string =>
  `loki_memberlist_client_cluster_members_count{host="${name}",instance="${name}:3100"}`;
const up = (name: string): string => `up{host="${name}",instance="${name}:3100"}`;
const tenant = 'user="shop"';
const rules = { rule_group: "/rules/shop/shop.yaml;orders", user: "shop" };
const ofRules = `{rule_group="${rules.rule_group}",${tenant}}`;
const evaluated = `loki_prometheus_rule_group_last_evaluation_timestamp_seconds${ofRules}`;
const interval = `loki_prometheus_rule_group_interval_seconds${ofRules}`;

export const group = defineAlerts({ ...loki, name: "loki-ring" }, signals, {
  LokiRingUnhealthy: {
    severity: "warning",
    board: estateBoard,
    threshold: { value: 0, unit: "members without a heartbeat" },
    when: ({ unhealthy }, threshold) => `${unhealthy} > ${threshold}`,
    for: "15m",
    summary: "Ring {{ $labels.name }} of Loki has dead members",
    description:
      '{{ $value | printf "%.0f" }} members of {{ $labels.name }} have sent no heartbeat for 15 minutes and were not forgotten.',
    fires: {
      series: { [ring("Unhealthy")]: "0x2 1x30", [ring("ACTIVE")]: "3x40" },
      from: "18m",
      labels: { ...cluster, name: "ingester" },
      value: "1",
    },
    quiet: {
      series: { [ring("Unhealthy")]: "0x2 1x12 0x30", [ring("ACTIVE")]: "3x50" },
      at: "30m",
    },
  },
  LokiMemberlistSplit: {
    severity: "warning",
    board: estateBoard,
    when: ({ instances, members }) => `${members} < ${instances}`,
    for: "5m",
    summary: "Instances of Loki do not see each other",
    description:
      'An instance sees {{ $value | printf "%.0f" }} members, itself included, and more than that are running: lines go to a part of the ring only.',
    fires: {
      series: { [seen("a")]: "2x20", [seen("b")]: "1x20", [up("a")]: "1x20", [up("b")]: "1x20" },
      from: "5m",
      labels: cluster,
      value: "1",
    },
    quiet: {
      series: {
        [seen("a")]: "2x20",
        [seen("b")]: "2x20",
        [up("a")]: "1x20",
        [up("b")]: "1x20",
        [up("c")]: "0x20",
      },
      at: "15m",
    },
  },
  LokiRulesNotLoaded: {
    severity: "warning",
    when: ({ rulesLoaded }) => `${rulesLoaded} == 0`,
    for: "10m",
    summary: "Loki cannot load the rules of {{ $labels.user }}",
    description:
      "The ruler {{ $labels.instance }} has failed to load the rules of {{ $labels.user }} for ten minutes and goes on with the former ones.",
    fires: {
      series: { [`loki_ruler_config_last_reload_successful{${tenant}}`]: "1x2 0x20" },
      from: "13m",
      labels: { user: "shop" },
    },
    quiet: {
      series: { [`loki_ruler_config_last_reload_successful{${tenant}}`]: "1 0x8 1x10" },
      at: "17m",
    },
  },
  LokiRulesLate: {
    severity: "critical",
    threshold: { value: 5, unit: "intervals without an evaluation" },
    when: ({ rulesLate }, threshold) => `${rulesLate} > ${threshold}`,
    for: "5m",
    summary: "Loki does not evaluate the rules of {{ $labels.user }}",
    description:
      'Group {{ $labels.rule_group }} of {{ $labels.user }} was last evaluated {{ $value | printf "%.0f" }} intervals ago: alerts on logs do not fire.',
    fires: {
      series: { [evaluated]: "0+60x10 600x30", [interval]: "60x40" },
      from: "21m",
      labels: rules,
      value: "11",
    },
    quiet: { series: { [evaluated]: "-258+60x40", [interval]: "60x40" }, at: "30m" },
  },
});
