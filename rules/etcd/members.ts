import { defineAlerts } from "../lib/alert.ts";
import { estateBoard } from "../lib/boards.ts";
import { quantileOfMany } from "../lib/often.ts";
import { defineSignals } from "../lib/signal.ts";
import { etcdOwner, job, member } from "./common.ts";

const whole = "by (cluster, env, job)";
const roundTrip = "etcd_network_peer_round_trip_time_seconds";
/** Answers that are the server's fault; a client that asks for too much is its own. */
const faults =
  /Unknown|FailedPrecondition|ResourceExhausted|Internal|Unavailable|DataLoss|DeadlineExceeded/;

export const signals = defineSignals({
  up: {
    unit: "bool",
    about: "1 while a member answers.",
    query: (q) => q.gauge("up", { job }),
  },
  answering: {
    unit: "ratio",
    about: "Share of the members that answer; a majority of them is needed.",
    query: (q) => `avg ${whole} (${q.gauge("up", { job })})`,
  },
  hasLeader: {
    unit: "bool",
    about: "1 while a member knows a leader; only a majority has one.",
    query: (q) => `max ${whole} (${q.gauge("etcd_server_has_leader")})`,
  },
  leaderChanges: {
    unit: "count",
    about: "Changes of leader that a member saw in 15 minutes.",
    query: (q) => `max ${whole} (${q.events("etcd_server_leader_changes_seen_total", "15m")})`,
  },
  heartbeatFailures: {
    unit: "count",
    about: "Heartbeats the leader sent late in 15 minutes: its disk or its CPU held it up.",
    query: (q) => q.events("etcd_server_heartbeat_send_failures_total", "15m"),
  },
  roundTrip: {
    unit: "seconds",
    about: "Time to a fellow member and back in 99 of 100 cases.",
    query: (q) => q.quantile(0.99, roundTrip, [...member, "To"]),
  },
  sendFailures: {
    unit: "opsPerSecond",
    about: "Messages to a fellow member that could not be sent.",
    query: (q) => q.rate("etcd_network_peer_sent_failures_total"),
  },
  failedCalls: {
    unit: "ratio",
    about:
      "Share of the calls that fail by fault of the server, by method. Streams end when a client goes, and count that as a failure.",
    query: (q) => {
      const by = `without (grpc_type, grpc_code)`;
      const calls = { grpc_type: "unary" };
      return `sum ${by} (${q.rate("grpc_server_handled_total", { ...calls, grpc_code: faults })}) / (sum ${by} (${q.rate("grpc_server_handled_total", calls)}) > 0.5)`;
    },
  },
  callTime: {
    unit: "seconds",
    about: "Time for 99 of 100 calls that expect one answer, by method.",
    query: (q) =>
      quantileOfMany(
        q,
        0.99,
        "grpc_server_handling_seconds",
        [...member, "grpc_service", "grpc_method"],
        {
          grpc_method: { not: "Defragment" },
          grpc_type: "unary",
        },
      ),
  },
  proposalsFailed: {
    unit: "count",
    about: "Changes of 15 minutes that found no majority.",
    query: (q) => q.events("etcd_server_proposals_failed_total", "15m"),
  },
  proposalsPending: {
    unit: "count",
    about: "Changes that wait for a majority.",
    query: (q) => q.gauge("etcd_server_proposals_pending"),
  },
});

const cluster = { instance: "", host: "" };
const members = (values: readonly string[]) =>
  Object.fromEntries(values.map((value, index) => [`up{instance="m-${index}"}`, value]));
const peer = (le: string): string => `${roundTrip}_bucket{To="b2",le="${le}"}`;
const method = 'grpc_service="etcdserverpb.KV",grpc_method="Put"';
const thatMethod = { grpc_service: "etcdserverpb.KV", grpc_method: "Put" };
const handled = (code: string): string =>
  `grpc_server_handled_total{${method},grpc_type="unary",grpc_code="${code}"}`;
const handling = (le: string, name = "Put", type = "unary"): string =>
  `grpc_server_handling_seconds_bucket{grpc_service="etcdserverpb.KV",grpc_method="${name}",grpc_type="${type}",le="${le}"}`;

/** Clients that stop watching. */
const watches = {
  'grpc_server_handled_total{grpc_service="etcdserverpb.Watch",grpc_method="Watch",grpc_type="bidi_stream",grpc_code="Unavailable"}':
    "0+100x40",
};

export const group = defineAlerts(etcdOwner("members"), signals, {
  EtcdInsufficientMembers: {
    severity: "critical",
    scope: "cluster",
    board: estateBoard,
    when: ({ answering }) => `${answering} <= 0.5`,
    for: "3m",
    summary: "etcd has no majority",
    description:
      "Only {{ $value | humanizePercentage }} of the members answer. Without a majority nothing can be written: the Kubernetes API only reads, if that.",
    fires: {
      series: {
        ...members(["1x20", "0x20", "1x20", "0x20"]),
        'up{job="apiserver"}': "1x20",
        'up{job="apiserver",instance="b"}': "1x20",
      },
      from: "3m",
      labels: cluster,
      value: "50%",
    },
    quiet: {
      series: {
        ...members(["1x20", "0x20", "1x20", "0x20", "1x20"]),
        'up{job="apiserver"}': "0x20",
      },
      at: "10m",
    },
  },
  EtcdMemberDown: {
    severity: "warning",
    down: true,
    when: ({ up }) => `${up} == 0`,
    for: "10m",
    summary: "etcd member {{ $labels.instance }} does not answer",
    description:
      "One member has not answered scrapes for ten minutes. The others carry on; of three, none may fail now.",
    fires: { series: { up: "1x2 0x30" }, from: "13m" },
    quiet: { series: { up: "0x8 1x20", 'up{job="apiserver"}': "0x30" }, at: "20m" },
  },
  EtcdNoLeader: {
    severity: "critical",
    scope: "cluster",
    board: estateBoard,
    when: ({ hasLeader }) => `${hasLeader} == 0`,
    for: "2m",
    summary: "etcd has no leader",
    description:
      "For two minutes no member that answers has known a leader: nothing can be changed, and clients wait.",
    fires: { series: { etcd_server_has_leader: "1x2 0x20" }, from: "5m", labels: cluster },
    quiet: {
      series: {
        etcd_server_has_leader: "1x2 0x1 1x20",
        // One member is cut off from a majority that works.
        'etcd_server_has_leader{cluster="b"}': "0x20",
        'etcd_server_has_leader{cluster="b",instance="b"}': "1x20",
      },
      at: "8m",
    },
  },
  EtcdLeaderChangesOften: {
    severity: "warning",
    scope: "cluster",
    board: estateBoard,
    threshold: { value: 3, unit: "changes of leader in 15 minutes" },
    when: ({ leaderChanges }, threshold) => `${leaderChanges} > ${threshold}`,
    for: "5m",
    summary: "etcd keeps changing its leader",
    description:
      '{{ $value | printf "%.0f" }} changes of leader in 15 minutes; each stops all writes for a moment. Disks or network between members are too slow.',
    fires: {
      series: { etcd_server_leader_changes_seen_total: "0x14 3.5x40" },
      from: "20m",
      labels: cluster,
      value: "4",
    },
    quiet: { series: { etcd_server_leader_changes_seen_total: "0x14 2.6x40" }, at: "25m" },
  },
  EtcdHeartbeatsLate: {
    severity: "warning",
    threshold: { value: 10, unit: "late heartbeats in 15 minutes" },
    when: ({ heartbeatFailures }, threshold) => `${heartbeatFailures} > ${threshold}`,
    for: "5m",
    summary: "The etcd leader {{ $labels.instance }} sends its heartbeats late",
    description:
      '{{ $value | printf "%.0f" }} heartbeats went out late in 15 minutes; some more, and the others elect a new leader.',
    fires: {
      series: { etcd_server_heartbeat_send_failures_total: "0x14 12x40" },
      from: "20m",
      value: "12",
    },
    quiet: { series: { etcd_server_heartbeat_send_failures_total: "0x14 8.5x40" }, at: "25m" },
  },
  EtcdMemberCommunicationSlow: {
    severity: "warning",
    threshold: {
      value: 0.15,
      unit: "seconds to a member and back, 99th percentile",
      range: { below: 3.2768 },
    },
    when: ({ roundTrip }, threshold) => `${roundTrip} > ${threshold}`,
    for: "10m",
    summary: "etcd members are far apart",
    description:
      "From {{ $labels.instance }} to member {{ $labels.To }} and back takes {{ $value | humanizeDuration }} or longer; every write waits for it.",
    fires: {
      series: {
        [peer("0.1024")]: "0+980x30",
        [peer("0.2048")]: "0+996x30",
        [peer("+Inf")]: "0+1000x30",
      },
      from: "11m",
      labels: { To: "b2" },
      value: "166.4ms",
    },
    quiet: {
      series: {
        [peer("0.1024")]: "0+987.5x40",
        [peer("0.2048")]: "0+996x40",
        [peer("+Inf")]: "0+1000x40",
      },
      at: "25m",
    },
  },
  EtcdPeerSendFailures: {
    severity: "warning",
    threshold: { value: 0.05, unit: "messages a second that are not sent" },
    when: ({ sendFailures }, threshold) => `${sendFailures} > ${threshold}`,
    for: "10m",
    summary: "etcd member {{ $labels.instance }} cannot reach another",
    description:
      'Messages to member {{ $labels.To }} fail, {{ $value | printf "%.2f" }} a second; that member falls behind and counts as lost.',
    fires: {
      series: { 'etcd_network_peer_sent_failures_total{To="b2"}': "0+3.6x40" },
      from: "15m",
      labels: { To: "b2" },
      value: "0.06",
    },
    quiet: {
      series: { 'etcd_network_peer_sent_failures_total{To="b2"}': "0+2.55x40" },
      at: "25m",
    },
  },
  EtcdFailedCalls: {
    unit: "share of calls that fail",
    when: ({ failedCalls }, threshold) => `${failedCalls} > ${threshold}`,
    levels: {
      EtcdFailedCalls: {
        severity: "warning",
        threshold: 0.01,
        for: "10m",
        summary: "Calls to etcd member {{ $labels.instance }} fail",
        description:
          "{{ $value | humanizePercentage }} of the calls of {{ $labels.grpc_method }} have failed by fault of the server for ten minutes.",
        fires: { series: 12, from: "11m", value: "1.2%" },
        quiet: { series: 8.5, at: "25m" },
      },
      EtcdFailedCallsMany: {
        severity: "critical",
        threshold: 0.05,
        for: "7m",
        summary: "Many calls to etcd member {{ $labels.instance }} fail",
        description:
          "{{ $value | humanizePercentage }} of the calls of {{ $labels.grpc_method }} fail; what the API server does with them fails, too.",
        fires: { series: 60, from: "8m", value: "6%" },
        quiet: { series: 42, at: "15m" },
      },
    },
    series: (failed) => ({
      [handled("Unavailable")]: `0+${failed}x40`,
      [handled("NotFound")]: "0+300x40",
      [handled("OK")]: `0+${700 - failed}x40`,
    }),
    beside: {
      'grpc_server_handled_total{instance="idle",grpc_type="unary",grpc_code="Internal"}': "0+4x40",
      ...watches,
    },
    labels: thatMethod,
  },
  EtcdCallsSlow: {
    severity: "warning",
    threshold: { value: 0.5, unit: "seconds for 99 of 100 calls", range: { below: 10 } },
    when: ({ callTime }, threshold) => `${callTime} > ${threshold}`,
    for: "10m",
    summary: "etcd member {{ $labels.instance }} answers slowly",
    description:
      "One call of {{ $labels.grpc_method }} in a hundred takes {{ $value | humanizeDuration }} or longer.",
    fires: {
      series: {
        [handling("0.5")]: "0+988.5x30",
        [handling("1")]: "0+1000x30",
        [handling("+Inf")]: "0+1000x30",
      },
      from: "11m",
      labels: thatMethod,
      value: "565.2ms",
    },
    quiet: {
      series: {
        [handling("0.25")]: "0+950x40",
        [handling("0.5")]: "0+995x40",
        [handling("+Inf")]: "0+1000x40",
        [handling("1", "Defragment")]: "0+1x40",
        [handling("10", "Defragment")]: "0+10x40",
        [handling("+Inf", "Defragment")]: "0+10x40",
        [handling("1", "Watch", "bidi_stream")]: "0+1x40",
        [handling("10", "Watch", "bidi_stream")]: "0+10x40",
        [handling("+Inf", "Watch", "bidi_stream")]: "0+10x40",
      },
      at: "25m",
    },
  },
  EtcdProposalsFailing: {
    severity: "warning",
    threshold: { value: 5, unit: "failed changes in 15 minutes" },
    when: ({ proposalsFailed }, threshold) => `${proposalsFailed} > ${threshold}`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "Changes fail in etcd member {{ $labels.instance }}",
    description:
      '{{ $value | printf "%.0f" }} changes in 15 minutes were not agreed on, because of an election or a lost majority.',
    fires: {
      series: { etcd_server_proposals_failed_total: "0x20 6x20" },
      from: "21m",
      value: "6",
    },
    quiet: { series: { etcd_server_proposals_failed_total: "0+0.28x40" }, at: "20m" },
  },
  EtcdProposalsPending: {
    severity: "warning",
    threshold: { value: 50, unit: "changes that wait" },
    when: ({ proposalsPending }, threshold) => `${proposalsPending} > ${threshold}`,
    for: "10m",
    summary: "Changes queue in etcd member {{ $labels.instance }}",
    description:
      '{{ $value | printf "%.0f" }} changes have waited for a majority for ten minutes: more comes in than the disks can write, or the leader is busy.',
    fires: { series: { etcd_server_proposals_pending: "58x30" }, from: "10m", value: "58" },
    quiet: { series: { etcd_server_proposals_pending: "43x30" }, at: "20m" },
  },
});
