import { defineAlerts } from "../lib/alert.ts";
import { defineSignals } from "../lib/signal.ts";
import { etcdOwner, member } from "./common.ts";

const size = "etcd_mvcc_db_total_size_in_bytes";
const inUse = "etcd_mvcc_db_total_size_in_use_in_bytes";
const quota = "etcd_server_quota_backend_bytes";
const fsync = "etcd_disk_wal_fsync_duration_seconds";
const commit = "etcd_disk_backend_commit_duration_seconds";

export const signals = defineSignals({
  fsync: {
    unit: "seconds",
    about: "Time to put the log safely on disk in 99 of 100 cases.",
    query: (q) => q.quantile(0.99, fsync, member),
  },
  commit: {
    unit: "seconds",
    about: "Time to write the database to disk in 99 of 100 cases.",
    query: (q) => q.quantile(0.99, commit, member),
  },
  slowApplies: {
    unit: "count",
    about: "Changes of 15 minutes that took longer than 100 ms to take effect.",
    query: (q) => q.events("etcd_server_slow_apply_total", "15m"),
  },
  quotaUsed: {
    unit: "ratio",
    about: "Size of the database against the most it may have.",
    query: (q) => `${q.gauge(size)} / (${q.gauge(quota)} > 0)`,
  },
  quotaUsedSoon: {
    unit: "ratio",
    about: "The same in four hours if the last four go on.",
    query: (q) => `predict_linear(${q.gauge(size)}[4h], 4 * 3600) / (${q.gauge(quota)} > 0)`,
  },
  filled: {
    unit: "ratio",
    about:
      "Share of the database file that holds data; the rest is left over from what was removed.",
    query: (q) => `${q.gauge(inUse)} / (${q.gauge(size)} > 0)`,
  },
  bytes: {
    unit: "bytes",
    about: "Size of the database file.",
    query: (q) => q.gauge(size),
  },
});

const synced = (le: string): string => `${fsync}_bucket{le="${le}"}`;
const committed = (le: string): string => `${commit}_bucket{le="${le}"}`;
const gigabytes = 1_073_741_824;
const quotaOf = (length: number) => ({ [quota]: `${2 * gigabytes}x${length}` });

export const group = defineAlerts(etcdOwner("storage"), signals, {
  EtcdFsync: {
    unit: "seconds to put the log on disk, 99th percentile",
    range: { below: 8.192 },
    when: ({ fsync }, threshold) => `${fsync} > ${threshold}`,
    levels: {
      EtcdFsyncSlow: {
        severity: "warning",
        threshold: 0.1,
        for: "10m",
        summary: "The disk of etcd member {{ $labels.instance }} is slow",
        description:
          "One write of the log in a hundred takes {{ $value | humanizeDuration }} or longer; a good disk needs 10 ms.",
        fires: {
          series: {
            [synced("0.064")]: "0+980x30",
            [synced("0.128")]: "0+993x30",
            [synced("+Inf")]: "0+1000x30",
          },
          from: "11m",
          value: "113.2ms",
        },
        quiet: {
          series: {
            [synced("0.064")]: "0+986x40",
            [synced("0.128")]: "0+995x40",
            [synced("+Inf")]: "0+1000x40",
          },
          at: "25m",
        },
      },
      EtcdFsyncVerySlow: {
        severity: "critical",
        threshold: 0.7,
        for: "10m",
        summary: "The disk of etcd member {{ $labels.instance }} cannot keep up",
        description:
          "One write of the log in a hundred takes {{ $value | humanizeDuration }} or longer: heartbeats are missed, and the cluster loses its leader again and again.",
        fires: {
          series: {
            [synced("0.512")]: "0+980x30",
            [synced("1.024")]: "0+1000x30",
            [synced("+Inf")]: "0+1000x30",
          },
          from: "11m",
          value: "768ms",
        },
        quiet: {
          series: {
            [synced("0.512")]: "0+987x40",
            [synced("1.024")]: "0+1000x40",
            [synced("+Inf")]: "0+1000x40",
          },
          at: "15m",
        },
      },
    },
  },
  EtcdCommitSlow: {
    severity: "warning",
    threshold: {
      value: 0.25,
      unit: "seconds to write the database, 99th percentile",
      range: { below: 8.192 },
    },
    when: ({ commit }, threshold) => `${commit} > ${threshold}`,
    for: "10m",
    summary: "etcd member {{ $labels.instance }} writes its database slowly",
    description:
      "One commit in a hundred takes {{ $value | humanizeDuration }} or longer; reads wait for it, too.",
    fires: {
      series: {
        [committed("0.256")]: "0+989x30",
        [committed("0.512")]: "0+1000x30",
        [committed("+Inf")]: "0+1000x30",
      },
      from: "11m",
      value: "279.3ms",
    },
    quiet: {
      series: {
        [committed("0.128")]: "0+980x40",
        [committed("0.256")]: "0+992x40",
        [committed("+Inf")]: "0+1000x40",
      },
      at: "25m",
    },
  },
  EtcdSlowApplies: {
    severity: "warning",
    threshold: { value: 50, unit: "slow changes in 15 minutes" },
    when: ({ slowApplies }, threshold) => `${slowApplies} > ${threshold}`,
    for: "5m",
    summary: "Changes take effect late in etcd member {{ $labels.instance }}",
    description:
      '{{ $value | printf "%.0f" }} changes in 15 minutes took more than 100 ms to take effect: large requests, a starved CPU or a slow disk.',
    fires: { series: { etcd_server_slow_apply_total: "0x14 58x40" }, from: "20m", value: "58" },
    quiet: { series: { etcd_server_slow_apply_total: "0x14 43x40" }, at: "25m" },
  },
  EtcdDatabaseQuotaLow: {
    severity: "critical",
    family: "EtcdDatabaseSize",
    threshold: { value: 0.9, unit: "size of the database against its quota" },
    when: ({ quotaUsed }, threshold) => `${quotaUsed} > ${threshold}`,
    for: "5m",
    summary: "The database of etcd member {{ $labels.instance }} is nearly full",
    description:
      "The database has {{ $value | humanizePercentage }} of the size it may have. At the quota etcd raises an alarm and takes no more changes until somebody clears it.",
    fires: {
      series: { [size]: `${0.95 * 2 * gigabytes}x20`, ...quotaOf(20) },
      from: "5m",
      value: "95%",
    },
    quiet: {
      series: {
        [size]: `${0.85 * 2 * gigabytes}x20`,
        ...quotaOf(20),
        [`${size}{instance="b"}`]: "100x20",
        [`${quota}{instance="b"}`]: "0x20",
      },
      at: "12m",
    },
  },
  EtcdDatabaseGrowing: {
    severity: "warning",
    family: "EtcdDatabaseSize",
    threshold: { value: 0.5, unit: "size of the database against its quota" },
    when: ({ quotaUsed, quotaUsedSoon }, threshold) =>
      `${quotaUsed} > ${threshold} and ${quotaUsedSoon} > 1`,
    for: "30m",
    summary: "The database of etcd member {{ $labels.instance }} fills up within hours",
    description:
      "The database has {{ $value | humanizePercentage }} of the size it may have, and at the pace of the last four hours it is full in another four.",
    fires: {
      series: { [size]: "400+2x400", [quota]: "1000x400" },
      // Above half from minute 51; full within four hours all the time since minute 61.
      from: "91m",
      value: "58.2%",
    },
    quiet: {
      series: {
        [size]: "300+1x400",
        [quota]: "1000x400",
        // Large and still.
        [`${size}{instance="b"}`]: "800x400",
        [`${quota}{instance="b"}`]: "1000x400",
        // Small, and growing fast.
        [`${size}{instance="c"}`]: "10+6x80",
        [`${quota}{instance="c"}`]: "1000x80",
        // On its way to half.
        [`${size}{instance="d"}`]: "_x38 400+2.6x50",
        [`${quota}{instance="d"}`]: "1000x90",
      },
      at: "75m",
    },
    resolves: { series: { [size]: "100x20", [quota]: "1000x20" }, at: "3m" },
  },
  EtcdDatabaseFragmented: {
    severity: "warning",
    threshold: { value: 0.5, unit: "share of the database file that holds data" },
    when: ({ bytes, filled }, threshold) =>
      `${filled} < ${threshold} and ${bytes} > 200 * 1024 * 1024`,
    for: "1h",
    summary: "The database of etcd member {{ $labels.instance }} is mostly empty",
    description:
      "Only {{ $value | humanizePercentage }} of the file holds data, yet all of it counts against the quota; defragmenting gives the rest back.",
    fires: {
      series: { [size]: "230000000x90", [inUse]: "103500000x90" },
      from: "1h",
      value: "45%",
    },
    quiet: {
      series: {
        [size]: "300000000x90",
        [inUse]: "165000000x90",
        // Too small to matter.
        [`${size}{instance="b"}`]: "180000000x90",
        [`${inUse}{instance="b"}`]: "18000000x90",
      },
      at: "75m",
    },
  },
});
