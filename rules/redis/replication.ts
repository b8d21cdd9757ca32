import { defineAlerts } from "../lib/alert.ts";
import { estateBoard } from "../lib/boards.ts";
import { defineSignals } from "../lib/signal.ts";
import { usual } from "../lib/usual.ts";
import { ofTarget, redis } from "./common.ts";

/** Every Sentinel reports the same primaries. */
const ofPrimary = "cluster, env, job, master_name";

export const signals = defineSignals({
  linkUp: {
    unit: "bool",
    about: "1 while a replica is connected to its primary.",
    query: (q) => q.gauge("redis_master_link_up"),
  },
  lag: {
    unit: "seconds",
    about: "Time since a replica last said how far it is.",
    query: (q) => q.gauge("redis_connected_slave_lag_seconds"),
  },
  replicas: {
    unit: "count",
    about: "Replicas connected to this server.",
    query: (q) => q.gauge("redis_connected_slaves"),
  },
  usualReplicas: {
    unit: "count",
    about: "How many replicas were mostly connected within two hours.",
    query: (q) => usual(q.gauge("redis_connected_slaves")),
  },
  demoted: {
    unit: "bool",
    about: "1 for each server that has become a replica within two hours.",
    query: (q) => {
      const link = q.gauge("redis_master_link_up");
      return `(${link} unless on (${ofTarget}) ${link} offset 2h)`;
    },
  },
  knownNodes: {
    unit: "count",
    about: "Nodes of its cluster that a node knows, itself included.",
    query: (q) => q.gauge("redis_cluster_known_nodes"),
  },
  slotsAssigned: {
    unit: "count",
    about: "Slots that a node knows the owner of.",
    query: (q) => q.gauge("redis_cluster_slots_assigned"),
  },
  syncing: {
    unit: "bool",
    about: "1 while a replica copies everything from its primary.",
    query: (q) => q.gauge("redis_master_sync_in_progress"),
  },
  fullSyncs: {
    unit: "count",
    about: "Full copies that replicas asked for within an hour.",
    query: (q) => q.increase("redis_replica_resyncs_full", "1h"),
  },
  clusterOk: {
    unit: "bool",
    about: "1 while the cluster, as this node sees it, serves all slots.",
    query: (q) => q.gauge("redis_cluster_state"),
  },
  clustered: {
    unit: "bool",
    about: "1 where the server is a node of a cluster.",
    query: (q) => q.gauge("redis_cluster_enabled"),
  },
  slotsFailed: {
    unit: "count",
    about: "Slots whose node is known to be gone.",
    query: (q) => q.gauge("redis_cluster_slots_fail"),
  },
  slotsSuspect: {
    unit: "count",
    about: "Slots whose node this node cannot reach.",
    query: (q) => q.gauge("redis_cluster_slots_pfail"),
  },
  sentinelsOk: {
    unit: "count",
    about: "Sentinels that answer and watch a primary, as the one sees it that sees fewest.",
    query: (q) =>
      `min by (${ofPrimary}, master_address) (${q.gauge("redis_sentinel_master_ok_sentinels")})`,
  },
  sentinels: {
    unit: "count",
    about: "Sentinels that are known to watch a primary.",
    query: (q) =>
      `max by (${ofPrimary}, master_address) (${q.gauge("redis_sentinel_master_sentinels")})`,
  },
  primaryOk: {
    unit: "bool",
    about:
      "1 while any Sentinel finds a primary well; the state is a label, and its series change with it.",
    query: (q) =>
      `max by (${ofPrimary}, master_address) (${q.gauge("redis_sentinel_master_status")})`,
  },
  quorum: {
    unit: "bool",
    about: "1 while any Sentinel finds enough of them to elect another primary.",
    query: (q) => `max by (${ofPrimary}) (${q.gauge("redis_sentinel_master_ckquorum_status")})`,
  },
});

const primary = { master_host: "10.0.0.1", master_port: "6379" };
const link = 'master_host="10.0.0.1",master_port="6379"';
const replica = { slave_ip: "10.0.0.2", slave_port: "6379", slave_state: "online" };
const slave = 'slave_ip="10.0.0.2",slave_port="6379",slave_state="online"';
const anySentinel = { instance: "", host: "" };
const watched = { master_name: "main", master_address: "10.0.0.1:6379" };
const master = 'master_name="main",master_address="10.0.0.1:6379"';

export const group = defineAlerts({ ...redis, name: "redis-replication" }, signals, {
  RedisMasterLinkDown: {
    severity: "warning",
    // One that copies everything has no link until it is done.
    when: ({ linkUp, syncing }) => `${linkUp} == 0 unless ${syncing} == 1`,
    for: "2m",
    summary: "Replica {{ $labels.host }} has lost its primary",
    description:
      "The replica has not been connected to {{ $labels.master_host }} for two minutes: it answers with old data, and a failover would lose what it lacks.",
    fires: { series: { [`redis_master_link_up{${link}}`]: "0x20" }, from: "2m", labels: primary },
    quiet: {
      series: {
        [`redis_master_link_up{${link}}`]: "1 0 1x20",
        [`redis_master_link_up{instance="b:9121",${link}}`]: "0x20",
        [`redis_master_sync_in_progress{instance="b:9121",${link}}`]: "1x20",
      },
      at: "6m",
    },
  },
  RedisReplicaLag: {
    severity: "warning",
    threshold: { value: 30, unit: "seconds without a word from the replica" },
    when: ({ lag }, threshold) => `${lag} > ${threshold}`,
    for: "5m",
    summary: "A replica of {{ $labels.host }} is behind",
    description:
      "Replica {{ $labels.slave_ip }} last reported {{ $value | humanizeDuration }} ago; what it shows is at least that old.",
    fires: {
      series: { [`redis_connected_slave_lag_seconds{${slave}}`]: "35x20" },
      from: "5m",
      labels: replica,
      value: "35s",
    },
    quiet: { series: { [`redis_connected_slave_lag_seconds{${slave}}`]: "26x20" }, at: "10m" },
  },
  RedisReplicaLost: {
    severity: "warning",
    when: ({ demoted, replicas, usualReplicas }) =>
      `${replicas} < ${usualReplicas} unless on (${ofTarget}) ${demoted}`,
    for: "5m",
    summary: "{{ $labels.host }} has fewer replicas than before",
    description:
      "{{ $value | humanize }} replicas are connected, fewer than mostly within two hours: copies are missing.",
    fires: { series: { redis_connected_slaves: "2x40 1x30" }, from: "46m", value: "1" },
    quiet: { series: { redis_connected_slaves: "2x10 1 2x20" }, at: "20m" },
    resolves: { series: { redis_connected_slaves: "2x20" }, at: "2m" },
  },
  RedisSyncLong: {
    severity: "warning",
    when: ({ syncing }) => `${syncing} == 1`,
    for: "15m",
    summary: "Replica {{ $labels.host }} copies everything and does not finish",
    description:
      "A full copy from {{ $labels.master_host }} has taken 15 minutes; if the primary's buffer overflows meanwhile, it starts again.",
    fires: {
      series: { [`redis_master_sync_in_progress{${link}}`]: "1x30" },
      from: "15m",
      labels: primary,
    },
    quiet: { series: { [`redis_master_sync_in_progress{${link}}`]: "1x10 0x20" }, at: "16m" },
  },
  RedisFullSyncsRepeated: {
    severity: "warning",
    threshold: { value: 3, unit: "full copies in an hour" },
    // Once for each replica is how they begin.
    when: ({ fullSyncs, replicas }, threshold) =>
      `${fullSyncs} > ${threshold} and ${fullSyncs} > 2 * ${replicas}`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "Replicas of {{ $labels.host }} start over again and again",
    description:
      "{{ $value | humanize }} full copies within an hour: each costs a fork, the network and the replica's answers.",
    fires: {
      series: { redis_replica_resyncs_full: "0x60 4x5", redis_connected_slaves: "1x65" },
      from: "61m",
      value: "4",
    },
    quiet: {
      series: {
        redis_replica_resyncs_full: "0x60 2.8x70",
        redis_connected_slaves: "1x130",
        'redis_replica_resyncs_full{instance="b:9121"}': "0x60 5x70",
        'redis_connected_slaves{instance="b:9121"}': "5x130",
      },
      at: "65m",
    },
    resolves: {
      series: { redis_replica_resyncs_full: "4x80", redis_connected_slaves: "1x80" },
      at: "62m",
    },
  },
  RedisClusterStateDown: {
    severity: "critical",
    scope: "cluster",
    // A node that was started for a cluster that is yet to be made serves nobody.
    when: ({ clusterOk, clustered, knownNodes, slotsAssigned }) =>
      `${clusterOk} == 0 and ${clustered} == 1 unless (${knownNodes} == 1 and ${slotsAssigned} == 0)`,
    for: "1m",
    summary: "The Redis cluster is down as {{ $labels.host }} sees it",
    description:
      "Not all slots are served: with default settings the whole cluster answers CLUSTERDOWN.",
    fires: {
      series: { redis_cluster_state: "0x20", redis_cluster_enabled: "1x20" },
      from: "1m",
    },
    quiet: {
      series: {
        redis_cluster_state: "1x20",
        redis_cluster_enabled: "1x20",
        'redis_cluster_state{instance="alone:9121"}': "0x20",
        'redis_cluster_enabled{instance="alone:9121"}': "0x20",
        'redis_cluster_state{instance="new:9121"}': "0x20",
        'redis_cluster_enabled{instance="new:9121"}': "1x20",
        'redis_cluster_known_nodes{instance="new:9121"}': "1x20",
        'redis_cluster_slots_assigned{instance="new:9121"}': "0x20",
      },
      at: "5m",
    },
  },
  RedisClusterSlotsFail: {
    severity: "critical",
    scope: "cluster",
    when: ({ slotsFailed }) => `${slotsFailed} > 0`,
    for: "1m",
    summary: "Slots of the Redis cluster have no node",
    description: "{{ $value | humanize }} slots are not served: every key in them is out of reach.",
    fires: { series: { redis_cluster_slots_fail: "5x20" }, from: "1m", value: "5" },
    quiet: { series: { redis_cluster_slots_fail: "0 1 0x20" }, at: "5m" },
  },
  RedisClusterSlotsPfail: {
    severity: "warning",
    scope: "cluster",
    when: ({ slotsSuspect }) => `${slotsSuspect} > 0`,
    for: "5m",
    summary: "{{ $labels.host }} cannot reach a node of its Redis cluster",
    description:
      "{{ $value | humanize }} slots belong to a node that does not answer this one; the others may still reach it.",
    fires: { series: { redis_cluster_slots_pfail: "9x20" }, from: "5m", value: "9" },
    quiet: { series: { redis_cluster_slots_pfail: "9x3 0x20" }, at: "8m" },
  },
  RedisSentinelQuorumLost: {
    severity: "critical",
    scope: "cluster",
    board: estateBoard,
    when: ({ quorum }) => `${quorum} == 0`,
    for: "2m",
    summary: "No failover is possible for {{ $labels.master_name }}",
    description:
      "Too few Sentinels are left to agree on another primary: if {{ $labels.master_name }} fails now, it stays down.",
    fires: {
      series: {
        'redis_sentinel_master_ckquorum_status{master_name="main",message="NOQUORUM"}': "0x20",
      },
      from: "2m",
      labels: { ...anySentinel, master_name: "main" },
    },
    quiet: {
      series: { 'redis_sentinel_master_ckquorum_status{master_name="main",message="OK"}': "1x20" },
      at: "6m",
    },
  },
  RedisSentinelsMissing: {
    severity: "warning",
    scope: "cluster",
    board: estateBoard,
    when: ({ sentinels, sentinelsOk }) => `${sentinelsOk} < ${sentinels}`,
    for: "5m",
    summary: "A Sentinel of {{ $labels.master_name }} does not answer",
    description:
      "{{ $value | humanize }} Sentinels answer, fewer than are known: one more may be one too many.",
    fires: {
      series: {
        [`redis_sentinel_master_ok_sentinels{${master}}`]: "2x20",
        [`redis_sentinel_master_sentinels{${master}}`]: "3x20",
      },
      from: "5m",
      labels: { ...anySentinel, ...watched },
      value: "2",
    },
    quiet: {
      series: {
        [`redis_sentinel_master_ok_sentinels{${master}}`]: "3x20",
        [`redis_sentinel_master_sentinels{${master}}`]: "3x20",
      },
      at: "10m",
    },
  },
  RedisNoMaster: {
    severity: "critical",
    scope: "cluster",
    board: estateBoard,
    family: "RedisNoMaster",
    when: ({ primaryOk }) => `${primaryOk} == 0`,
    for: "1m",
    summary: "Sentinel finds no primary for {{ $labels.master_name }}",
    description:
      "The primary at {{ $labels.master_address }} is not well in the eyes of any Sentinel; if no failover follows, nothing can be written.",
    fires: {
      series: {
        [`redis_sentinel_master_status{${master},master_status="ok"}`]: "1x10 stale",
        [`redis_sentinel_master_status{${master},master_status="odown"}`]: "_x11 0x20",
      },
      from: "12m",
      labels: { ...anySentinel, ...watched },
    },
    quiet: {
      series: {
        [`redis_sentinel_master_status{${master},master_status="ok"}`]: "1x5 stale 1x10",
        [`redis_sentinel_master_status{${master},master_status="sdown"}`]: "_x6 0 stale",
      },
      at: "12m",
    },
  },
});
