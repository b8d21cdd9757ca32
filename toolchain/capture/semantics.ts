import type { Metric, Metrics } from "../../rules/metrics/format.ts";

/** What metrics without a type, or with a wrong one, really are, and why. */
const table: readonly (readonly [pattern: RegExp, semantics: "counter" | "gauge", why: string])[] =
  [
    [
      /^node_netstat_(?:Tcp_CurrEstab|Ip6?_Forwarding)$/,
      "gauge",
      "a number of now, or a setting, among the counters of /proc/net/snmp",
    ],
    [/^node_netstat_/, "counter", "the fields of /proc/net/snmp and netstat count since boot"],
    [
      /^node_vmstat_(?:nr_|workingset_(?:nodes|restore)$)/,
      "gauge",
      "the nr_ fields of /proc/vmstat are amounts of now",
    ],
    [
      /^node_ethtool_/,
      "counter",
      "statistics of network drivers count since the driver was loaded",
    ],
    [/^node_sysctl_/, "gauge", "settings and amounts of the kernel as they are now"],
    [
      /^node_zfs_arc_(?:c|c_max|c_min|p|(?:\w+_)?size|arc_meta_(?:limit|max|min|used)|memory_available_bytes)$/,
      "gauge",
      "sizes of the cache as they are now",
    ],
    [
      /^node_zfs_\w+_(?:hits|misses)$/,
      "counter",
      "hits and misses count since the module was loaded",
    ],
    [/^node_vmstat_/, "counter", "the other fields of /proc/vmstat count events since boot"],
    [
      /^redis_(?:aof_delayed_fsync|cluster_messages_\w+_total|defrag_\w*(?:hits|misses)|rdb_saves_total|replica_(?:partial_resync_\w+|resyncs_full))$/,
      "counter",
      "INFO counts these since the server started; the exporter declares gauges",
    ],
    [
      /^pg_(?:stat_\w+_stats_reset(?:_total)?|stat_replication_reply_time|stat_statements_query_id|static)$/,
      "gauge",
      "points in time and facts, of which the exporter declares some as counters",
    ],
  ];

/** Says of each metric in the table what it is, where its own type does not. */
export function withSemantics(metrics: Metrics): Metrics {
  return Object.fromEntries(
    Object.entries(metrics).map(([name, metric]): [string, Metric] => {
      const found = table.find(([pattern]) => pattern.test(name));
      return [
        name,
        found !== undefined && found[1] !== metric.type
          ? { ...metric, semantics: found[1] }
          : metric,
      ];
    }),
  );
}
