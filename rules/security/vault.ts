/** Whether Vault can hand secrets out at all. */
import { defineAlerts, type Series } from "../lib/alert.ts";
import { estateBoard } from "../lib/boards.ts";
import { defineSignals, type Matchers, type Query } from "../lib/signal.ts";
import { securityOwner } from "./common.ts";

/**
 * What the leader says: a node that led before shows its last word until the retention is over. Who
 * leads is told with the name that Vault has for its cluster, and the rest without it, unless the
 * target has a label of that name, which goes before.
 */
export function ofLeader(q: Query, metric: string): string {
  const leads = `${q.gauge("vault_core_active")} == 1`;
  const nameless = `group without (cluster) (${leads})`;
  return `(${q.gauge(metric)} and on (cluster, env, job, instance) (${leads} or ${nameless}))`;
}

/**
 * A node says whether it is sealed when that changes, and forgets it after the retention of its
 * metrics. It says it without its cluster's name until it knows it, and with it afterwards: both words
 * stand side by side then, and the last of them counts.
 */
function sealed(q: Query, cluster: Matchers[string], unsealed: string): string {
  const answers = `${q.gauge("up", { job: "vault", cluster })} == 1`;
  return `${answers} and on (cluster, env, job, instance) last_over_time(${unsealed}) == 0`;
}

/**
 * Where somebody does not answer, a standby may know better: it asks its leader every five seconds. A
 * question without an answer counts as both.
 */
function heard(q: Query, of: Matchers = {}): string {
  const asked = q.rate("vault_ha_rpc_client_echo_count", of);
  const failed = q.rate("vault_ha_rpc_client_echo_errors", of);
  const answered = `group by (cluster, env, job) ((${asked} - ${failed} or ${asked}) > 0)`;
  const silent = `group by (cluster, env, job) (${q.gauge("up", of)} == 0)`;
  return `(${answered} and ${silent})`;
}

export const signals = defineSignals({
  up: {
    unit: "bool",
    about: "1 while Vault answers its scrape.",
    query: (q) => q.gauge("up", { job: "vault" }),
  },
  sealed: {
    unit: "bool",
    about: "1 for a node that answers and has last said within a day that it lacks its keys.",
    query: (q) => {
      const unsealed = q.gauge("vault_core_unsealed");
      const lately = "[1d:1m]";
      // Where the target has a label of that name, Vault's is kept as another.
      const named = `(max by (cluster, env, job, instance) (${unsealed}))${lately}`;
      const nameless = `(max without (cluster) (${unsealed}))${lately}`;
      return `${sealed(q, "", nameless)} or ${sealed(q, { not: "" }, named)}`;
    },
  },
  activeNodes: {
    unit: "count",
    about: "Nodes that lead each cluster and have not said that they are sealed.",
    query: (q) => {
      const active = q.gauge("vault_core_active");
      const unsealed = `last_over_time(${q.gauge("vault_core_unsealed")}[1d])`;
      return `sum by (cluster, env, job) (${active} * (${unsealed} or ${active} ^ 0))`;
    },
  },
  named: {
    unit: "bool",
    about: "1 for nodes of a job of which one knows its cluster's name: those that lead do.",
    query: (q) => {
      const active = q.gauge("vault_core_active", { cluster: { not: "" } });
      return `group without (cluster) (group by (cluster, env, job) (${active}))`;
    },
  },
  heard: {
    unit: "bool",
    about: "1 where a node does not answer its scrape and a standby gets answers from a leader.",
    query: (q) => heard(q),
  },
  heardUnnamed: {
    unit: "bool",
    about: "The same of targets that say nothing of their cluster.",
    query: (q) => heard(q, { cluster: "" }),
  },
  leaderChanges: {
    unit: "count",
    about: "How often nodes of each cluster became or ceased to be its leader within an hour.",
    query: (q) => `sum by (cluster, env, job) (changes(${q.gauge("vault_core_active")}[1h]))`,
  },
  autopilotHealthy: {
    unit: "bool",
    about: "1 while all servers of the storage keep up, as the leader sees them.",
    query: (q) => ofLeader(q, "vault_autopilot_healthy"),
  },
  auditFailures: {
    unit: "count",
    about: "Requests and answers within ten minutes that no audit device would write down.",
    query: (q) =>
      `${q.events("vault_audit_log_request_failure", "10m")} + ${q.events("vault_audit_log_response_failure", "10m")}`,
  },
});

const main = { cluster: "main" };
const ofCluster = { ...main, instance: "", host: "" };
const core = (metric: string, node: string, cluster = "main"): string =>
  `vault_core_${metric}{cluster="${cluster}",host="${node}",instance="${node}:8200"}`;

/** How often a standby has asked its leader. */
const asks = (labels: string, times: string): Series => ({
  [`vault_ha_rpc_client_echo_count{${labels}}`]: times,
});

export const group = defineAlerts(securityOwner("vault", "vault", 8200, "cluster"), signals, {
  VaultDown: {
    severity: "critical",
    down: true,
    scope: "target",
    when: ({ up }) => `${up} == 0`,
    for: "3m",
    summary: "Vault on {{ $labels.host }} does not answer",
    description:
      "{{ $labels.instance }} has not answered for three minutes: the process is gone, or it is sealed and hides its metrics.",
    fires: { series: { up: "1x2 0x10" }, from: "6m" },
    quiet: { series: { up: "1 0 0 0 1x10", 'up{job="other"}': "0x20" }, at: "7m" },
  },
  VaultSealed: {
    severity: "critical",
    scope: "target",
    when: ({ sealed: lacksKeys }) => lacksKeys,
    for: "1m",
    summary: "Vault on {{ $labels.host }} is sealed",
    description:
      "{{ $labels.instance }} has been sealed for a minute and gives no secret to anybody until it is unsealed.",
    fires: { series: { vault_core_unsealed: "1x2 0x10", up: "1x12" }, from: "4m" },
    quiet: {
      series: {
        [core("unsealed", "a")]: "1 1 0 1 1 1 1",
        up: "1x6",
        // Two whose targets say which cluster they are of: one that answers, one that does not.
        'up{cluster="x",instance="b:8200"}': "1x6",
        'vault_core_unsealed{cluster="x",instance="b:8200"}': "1x6",
        'up{cluster="x",instance="c:8200"}': "0x6",
        'vault_core_unsealed{cluster="x",instance="c:8200"}': "0x6",
        // One that is not a Vault.
        'up{job="other"}': "1x6",
        'vault_core_unsealed{job="other"}': "0x6",
      },
      at: "6m",
    },
    resolves: {
      series: { 'up{cluster="x"}': "1x6", 'vault_core_unsealed{cluster="x"}': "1x6" },
      at: "4m",
    },
    byNature: {
      removed:
        "A node that is sealed for long forgets that it said so, and is sealed all the same.",
    },
  },
  VaultNoLeader: {
    severity: "critical",
    board: estateBoard,
    // Standbys do not name their cluster: where somebody does, an entry without a name is not a cluster.
    // A leader whose scrape fails leads all the same, and its standbys know: those do not name their cluster.
    when: ({ activeNodes, heard: led, heardUnnamed, named }) =>
      `${activeNodes} == 0 unless ${named} unless ${led} unless ignoring (cluster) ${heardUnnamed}`,
    for: "2m",
    summary: "No node leads Vault cluster {{ $labels.cluster }}",
    description:
      "For two minutes every node of {{ $labels.cluster }} has been a standby or sealed: requests have nowhere to go.",
    fires: {
      series: {
        [core("active", "a")]: "1x20",
        [core("unsealed", "a")]: "1x2 0x20",
        [core("active", "b")]: "0x20",
        [core("unsealed", "b")]: "1x20",
        ...asks('instance="b:8200"', "0+12x20"),
        // All answer, so what a standby heard a moment ago says no more than they do.
        up: "1x20",
        'up{instance="b:8200"}': "1x20",
        // Another cluster's leader is heard.
        ...asks('cluster="x",instance="c:8200"', "0+12x20"),
        'up{cluster="x",instance="d:8200"}': "0x20",
      },
      from: "5m",
      labels: ofCluster,
    },
    quiet: {
      series: {
        // Its leader is not scraped, and its standby hears it.
        'vault_core_active{cluster="x"}': "0x12",
        ...asks('cluster="x",instance="a:8200"', "0+0.8x12"),
        'up{cluster="x",instance="b:8200"}': "0x12",
        [core("active", "a")]: "1 1 0x10",
        [core("unsealed", "a")]: "1x12",
        [core("active", "b")]: "0x3 1x10",
        [core("unsealed", "b")]: "1x12",
      },
      at: "10m",
    },
    byNature: {
      burst: "That nobody leads is told by gauges, as it is now; what is counted only excuses it.",
    },
  },
  VaultLeaderFlapping: {
    severity: "warning",
    board: estateBoard,
    threshold: { value: 4, unit: "times within an hour that a node began or ceased to lead" },
    when: ({ leaderChanges }, threshold) => `${leaderChanges} > ${threshold}`,
    for: "5m",
    summary: "Vault cluster {{ $labels.cluster }} keeps changing its leader",
    description:
      'Nodes of {{ $labels.cluster }} began or ceased to lead {{ $value | printf "%.0f" }} times within an hour; each time requests wait.',
    fires: {
      series: {
        [core("active", "a")]: "1x9 0x4 1x4 0x40",
        [core("active", "b")]: "0x9 1x4 0x44",
      },
      from: "25m",
      labels: ofCluster,
      value: "5",
    },
    quiet: {
      series: {
        [core("active", "a")]: "1x9 0x4 1x70",
        [core("active", "b")]: "0x9 1x4 0x70",
      },
      at: "40m",
    },
    resolves: {
      series: { [core("active", "a")]: "0x90", [core("active", "b")]: "0x90" },
      at: "80m",
    },
  },
  VaultStorageUnhealthy: {
    severity: "warning",
    when: ({ autopilotHealthy }) => `${autopilotHealthy} == 0`,
    for: "10m",
    summary: "A server of Vault's storage does not keep up",
    description:
      "The leader {{ $labels.instance }} has counted a server of its storage as unhealthy for ten minutes; the next failure may stop the cluster.",
    fires: {
      series: { vault_autopilot_healthy: "1x2 0x20", vault_core_active: "1x22" },
      from: "13m",
    },
    quiet: {
      series: {
        vault_autopilot_healthy: "1 0x8 1x10",
        vault_core_active: "1x20",
        'vault_autopilot_healthy{instance="b:8200"}': "0x20",
        'vault_core_active{instance="b:8200"}': "0x20",
      },
      at: "15m",
    },
  },
  VaultAuditFailing: {
    severity: "critical",
    when: ({ auditFailures }) => `${auditFailures} > 0`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "Vault on {{ $labels.host }} cannot write its audit log",
    description:
      '{{ $value | printf "%.0f" }} requests or answers were not written to any audit device in ten minutes; Vault refuses what it cannot record.',
    fires: {
      series: {
        vault_audit_log_request_failure: "0x20 1x20",
        vault_audit_log_response_failure: "0x40",
      },
      from: "21m",
      value: "1",
    },
    quiet: {
      series: {
        vault_audit_log_request_failure: "4x50",
        vault_audit_log_response_failure: "2x50",
      },
      at: "30m",
    },
  },
});
