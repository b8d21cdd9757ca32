import { defineAlerts, type Owner } from "../lib/alert.ts";
import { estateBoard } from "../lib/boards.ts";
import { defineSignals } from "../lib/signal.ts";
import { alertmanagerOwner, job, members, nowhere, pair } from "./common.ts";

const size = "alertmanager_cluster_members";
const started = "process_start_time_seconds";
const hash = "alertmanager_config_hash";
const gone = "alertmanager_cluster_failed_peers";
const health = "alertmanager_cluster_health_score";
const queued = "alertmanager_cluster_messages_queued";
const pruned = "alertmanager_cluster_messages_pruned_total";
const oversized = "alertmanager_oversized_gossip_message_dropped_total";
const conflicts = "alertmanager_cluster_peer_name_conflicts_total";

export const signals = defineSignals({
  missing: {
    unit: "count",
    about: "Members of the cluster that a member has not found.",
    query: (q) => {
      const known = `max_over_time(${q.gauge(size)}[5m])`;
      return `(count ${members} (${known}) - on (cluster, env, job) group_right () ${known})`;
    },
  },
  configurations: {
    unit: "count",
    about: "Different configurations that the members use.",
    query: (q) => `count ${members} (count_values ${members} ("config", ${q.gauge(hash)}))`,
  },
  size: {
    unit: "count",
    about: "Members of a cluster that are watched.",
    query: (q) => `count ${members} (${q.gauge("up", { job })})`,
  },
  shareDown: {
    unit: "ratio",
    about: "Share of a cluster's members that were down for most of five minutes.",
    query: (q) =>
      `sum ${members} (avg_over_time(${q.gauge("up", { job })}[5m]) < bool 0.5) / count ${members} (${q.gauge("up", { job })})`,
  },
  shareRestarting: {
    unit: "ratio",
    about: "Share of a cluster's members that started more than four times in half an hour.",
    query: (q) =>
      `sum ${members} (changes(${q.timestamp(started, { job })}[30m]) > bool 4) / count ${members} (${q.timestamp(started, { job })})`,
  },
  gone: {
    unit: "count",
    about: "Members that a member knew and lost.",
    query: (q) => q.gauge(gone),
  },
  fewer: {
    unit: "count",
    about: "Members that a member is short of, against the most of a day.",
    query: (q) => `max_over_time(${q.gauge(size)}[1d:1h]) - ${q.gauge(size)}`,
  },
  health: {
    unit: "count",
    about: "How badly a member hears the others: 0 is well.",
    query: (q) => q.gauge(health),
  },
  queued: {
    unit: "count",
    about: "Messages that wait to be told to the other members.",
    query: (q) => q.gauge(queued),
  },
  lost: {
    unit: "count",
    about: "Messages to the other members thrown away within 15 minutes.",
    query: (q) => `${q.events(pruned, "15m")} + sum without (key) (${q.events(oversized, "15m")})`,
  },
  conflicts: {
    unit: "count",
    about: "Times within 15 minutes that two members had one name.",
    query: (q) => q.events(conflicts, "15m"),
  },
});

const owner: Owner = { ...alertmanagerOwner("cluster"), needs: "several alertmanagers" };

export const group = defineAlerts(owner, signals, {
  AlertmanagerMembersInconsistent: {
    severity: "warning",
    when: ({ missing }) => `${missing} > 0`,
    for: "15m",
    summary: "Alertmanager on {{ $labels.host }} does not see all members",
    description:
      '{{ $value | printf "%.0f" }} members of the cluster are unknown to it: both sides send every notification, silences hold on one.',
    fires: {
      series: pair("2x5 1x40", "2x50", size),
      from: "25m",
      value: "1",
    },
    quiet: {
      series: {
        ...pair("2x5 1x12 2x60", "2x80", size),
        [`${size}{instance="c:9093",host="c",env="alone"}`]: "1x80",
      },
      at: "27m",
    },
    resolves: { series: pair("2x50", "2x50", size), at: "3m" },
    byNature: {
      replica: "Another Alertmanager of the job is another member, and here nobody knows it.",
    },
  },
  AlertmanagerConfigInconsistent: {
    severity: "warning",
    scope: "workload",
    board: estateBoard,
    when: ({ configurations }) => `${configurations} > 1`,
    for: "10m",
    summary: "Alertmanagers of one cluster have different configurations",
    description:
      '{{ $value | printf "%.0f" }} configurations are in use: who is notified depends on which member sends.',
    fires: {
      series: pair("7x5 8x30", "7x40", hash),
      from: "16m",
      labels: nowhere,
      value: "2",
    },
    quiet: {
      series: {
        ...pair("7x5 8x8 9x40", "7x12 9x40", hash),
        [`${hash}{instance="c:9093",host="c",env="other"}`]: "3x60",
      },
      at: "15m",
    },
    resolves: { series: pair("8x40", "8x40", hash), at: "3m" },
  },
  AlertmanagerClusterDown: {
    severity: "critical",
    scope: "workload",
    board: estateBoard,
    threshold: { value: 0.5, unit: "share of a cluster's members that are down" },
    when: ({ shareDown, size }, threshold) => `${shareDown} >= ${threshold} and ${size} > 1`,
    for: "2m",
    summary: "Half of the Alertmanagers or more are down",
    description:
      "{{ $value | humanizePercentage }} of the members are down: one more failure and nobody is notified of anything.",
    fires: { series: pair("1x20", "1x2 0x20"), from: "7m", labels: nowhere, value: "50%" },
    quiet: {
      series: {
        ...pair("1x30", "1x30"),
        'up{instance="c:9093",host="c"}': "0x30",
        'up{instance="d:9093",host="d"}': "0x30",
        'up{instance="e:9093",host="e"}': "1x30",
        'up{env="small",instance="d:9093"}': "0x30",
        'up{job="node",instance="a:9100"}': "0x30",
        'up{job="node",instance="b:9100"}': "0x30",
      },
      at: "20m",
    },
  },
  AlertmanagerClusterCrashlooping: {
    severity: "critical",
    scope: "workload",
    board: estateBoard,
    threshold: { value: 0.5, unit: "share of a cluster's members that start again and again" },
    when: ({ shareRestarting, size }, threshold) =>
      `${shareRestarting} >= ${threshold} and ${size} > 1`,
    for: "5m",
    summary: "Half of the Alertmanagers or more start again and again",
    description:
      "{{ $value | humanizePercentage }} of the members started five times or more in half an hour: notifications are late or come twice.",
    fires: {
      series: { ...pair("1x60", "1x60"), ...pair("1+1x60", "1x60", started) },
      from: "10m",
      labels: nowhere,
      value: "50%",
    },
    quiet: {
      series: {
        ...pair("1x60", "1x60"),
        'up{instance="c:9093",host="c"}': "1x60",
        ...pair("1+1x60", "1x60", started),
        [`${started}{instance="c:9093",host="c"}`]: "1x60",
        ...pair("1x60", "1x60", "up", ',env="calm"'),
        ...pair("1 2 3 4 5x60", "1 2 3 4 5x60", started, ',env="calm"'),
        'up{env="small",instance="d:9093"}': "1x60",
        [`${started}{env="small",instance="d:9093"}`]: "1+1x60",
        ...pair("1x60", "1x60", "up", ',job="node"'),
        ...pair("1+1x60", "1+1x60", started, ',job="node"'),
      },
      at: "30m",
    },
    resolves: {
      series: { ...pair("1x60", "1x60"), ...pair("99x60", "1x60", started) },
      at: "40m",
    },
  },
  AlertmanagerPeerLost: {
    severity: "warning",
    // One that came back under another address stays lost under the former for six hours.
    when: ({ fewer, gone }) => `${gone} > 0 and ${fewer} > 0`,
    for: "15m",
    summary: "Alertmanager on {{ $labels.host }} has lost another member",
    description:
      "A member it knew has not been heard of for 15 minutes: it is down, has another address, or the port of the cluster is closed.",
    fires: { series: { [gone]: "0x5 1x40", [size]: "3x5 2x40" }, from: "21m" },
    quiet: {
      series: {
        [gone]: "0x5 1x13 0x40",
        [size]: "3x5 2x13 3x40",
        [`${gone}{instance="b"}`]: "0x5 1x50",
        [`${size}{instance="b"}`]: "3x60",
      },
      at: "24m",
    },
  },
  AlertmanagerClusterUnhealthy: {
    severity: "warning",
    threshold: { value: 2, unit: "points of bad health, 0 being well" },
    when: ({ health }, threshold) => `${health} > ${threshold}`,
    for: "10m",
    summary: "Alertmanager on {{ $labels.host }} hears the others badly",
    description:
      'Its health score is {{ $value | printf "%.0f" }}: answers of other members come late or not at all, by load or by packets lost.',
    fires: { series: { [health]: "0x5 3x40" }, from: "16m", value: "3" },
    quiet: { series: { [health]: "2x40" }, at: "30m" },
  },
  AlertmanagerGossipBacklog: {
    severity: "warning",
    threshold: { value: 1000, unit: "messages that wait for the other members" },
    when: ({ queued }, threshold) => `${queued} > ${threshold}`,
    for: "10m",
    summary: "Alertmanager on {{ $labels.host }} is late in updating the others",
    description:
      '{{ $value | printf "%.0f" }} messages wait: the others do not know what was sent, so notifications may come twice.',
    fires: { series: { [queued]: "0x5 1150x40" }, from: "16m", value: "1150" },
    quiet: { series: { [queued]: "850x40" }, at: "30m" },
  },
  AlertmanagerGossipLost: {
    severity: "warning",
    when: ({ lost }) => `${lost} > 0`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "Alertmanager on {{ $labels.host }} failed to update the others",
    description:
      "Messages to other members were thrown away: a silence or what was sent may be known on this member only.",
    fires: {
      series: { [pruned]: "0x20 1x60", [`${oversized}{key="nfl"}`]: "0x90" },
      from: "21m",
    },
    quiet: { series: { [pruned]: "3x60", [`${oversized}{key="nfl"}`]: "3x60" }, at: "30m" },
    resolves: { series: { [pruned]: "1x60", [`${oversized}{key="nfl"}`]: "0x60" }, at: "35m" },
  },
  AlertmanagerPeerNameConflict: {
    severity: "warning",
    when: ({ conflicts }) => `${conflicts} > 0`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "Two Alertmanagers have the same name",
    description:
      "A member met another with its own name: each pushes the other out of the cluster, and both send.",
    fires: { series: { [conflicts]: "0x20 1x60" }, from: "21m" },
    quiet: { series: { [conflicts]: "3x60" }, at: "30m" },
    resolves: { series: { [conflicts]: "1x60" }, at: "35m" },
  },
});
