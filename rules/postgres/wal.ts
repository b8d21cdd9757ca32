import { defineAlerts, type Series } from "../lib/alert.ts";
import { defineSignals } from "../lib/signal.ts";
import { ofServer, ofTarget, postgres } from "./common.ts";
import { countsFromZero } from "../lib/nature.ts";

// PostgreSQL 17 moved what is known of checkpoints to another view, and the exporter to another
// collector: only one side of each `or` is ever there.
export const signals = defineSignals({
  archived: {
    unit: "count",
    about: "WAL segments archived in 15 minutes.",
    query: (q) => q.increase("pg_stat_archiver_archived_count", "15m"),
  },
  archiveFailures: {
    unit: "count",
    about: "Failed attempts to archive in 15 minutes.",
    query: (q) => q.increase("pg_stat_archiver_failed_count", "15m"),
  },
  sinceArchived: {
    unit: "seconds",
    about: "Time since a WAL segment was archived.",
    query: (q) => q.gauge("pg_stat_archiver_last_archive_age"),
  },
  rowsWritten: {
    unit: "count",
    about: "Rows that a server wrote, changed or deleted within an hour.",
    query: (q) => {
      const rows = ["inserted", "updated", "deleted"]
        .map((done) => q.increase(`pg_stat_database_tup_${done}`, "1h"))
        .join(" + ");
      return `sum by (cluster, env, job, instance) (${rows})`;
    },
  },
  walSize: {
    unit: "ratio",
    about: "Size of the WAL directory by what max_wal_size aims at.",
    query: (q) =>
      `${q.gauge("pg_wal_size_bytes")} / (${ofServer(q.gauge("pg_settings_max_wal_size_bytes"))} > 0)`,
  },
  checkpointsTimed: {
    unit: "count",
    about: "Checkpoints in an hour that came by the clock.",
    query: (q) =>
      `(${q.increase("pg_stat_bgwriter_checkpoints_timed_total", "1h")} or ${q.increase("pg_stat_checkpointer_num_timed_total", "1h")})`,
  },
  checkpointsRequested: {
    unit: "count",
    about: "Checkpoints in an hour that came because there was too much WAL, or by command.",
    query: (q) =>
      `(${q.increase("pg_stat_bgwriter_checkpoints_req_total", "1h")} or ${q.increase("pg_stat_checkpointer_num_requested_total", "1h")})`,
  },
  checkpointTimeout: {
    unit: "seconds",
    about: "Time after which a server makes a checkpoint, as it is set.",
    query: (q) => ofServer(q.gauge("pg_settings_checkpoint_timeout_seconds")),
  },
  checkpointSync: {
    unit: "milliseconds",
    about: "Time per second that checkpoints wait for files to reach the disk.",
    query: (q) =>
      `(${q.rate("pg_stat_bgwriter_checkpoint_sync_time_total", {}, "15m")} or ${q.rate("pg_stat_checkpointer_sync_time_total", {}, "15m")})`,
  },
  backendFsyncs: {
    unit: "count",
    about: "Times in 15 minutes that a session had to sync a file itself; up to PostgreSQL 16.",
    query: (q) => q.increase("pg_stat_bgwriter_buffers_backend_fsync_total", "15m"),
  },
  isReplica: {
    unit: "bool",
    about: "1 on a standby, 0 on a primary.",
    query: (q) => q.gauge("pg_replication_is_replica"),
  },
});

const failed = 'pg_stat_archiver_failed_count{server="db-1:5432"}';
const archived = 'pg_stat_archiver_archived_count{server="db-1:5432"}';
const server = { server: "db-1:5432" };
/** Rows of a server's one database. */
const written = (instance: string, updated: string): Series =>
  Object.fromEntries(
    ["inserted", "updated", "deleted"].map((done) => [
      `pg_stat_database_tup_${done}{instance="${instance}",datname="shop"}`,
      done === "updated" ? updated : "7x20",
    ]),
  );

export const group = defineAlerts({ ...postgres, name: "postgres-wal" }, signals, {
  PostgresArchiveFailing: {
    severity: "warning",
    family: "PostgresArchive",
    when: ({ archiveFailures }) => `${archiveFailures} > 0`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "Archiving WAL of {{ $labels.host }} fails at times",
    description:
      "The archive command failed within the last 15 minutes. It is tried again, but the archive may be slow, full or unreachable.",
    fires: { series: { [failed]: "0x20 1x10" }, from: "21m", labels: server },
    quiet: { series: { [failed]: "5x30", [archived]: "0+1x30" }, at: "25m" },
    byNature: { born: countsFromZero },
  },
  PostgresArchiveStopped: {
    severity: "critical",
    family: "PostgresArchive",
    when: ({ archived: done, archiveFailures }) => `${archiveFailures} > 0 and ${done} == 0`,
    for: "10m",
    summary: "WAL of {{ $labels.host }} is not archived any more",
    description:
      "Every attempt fails. Restoring to a point in time ends at the last archived segment, and WAL piles up on the disk.",
    fires: {
      series: { [failed]: "0+1x40", [archived]: "7x40" },
      from: "11m",
      labels: server,
    },
    quiet: { series: { [failed]: "0+1x60", [archived]: "0+1x60" }, at: "40m" },
  },
  PostgresArchiveStale: {
    severity: "warning",
    threshold: { value: 3600, unit: "seconds without an archived segment" },
    // A standby leaves that to its primary, and remembers what it archived when it was one. Where nothing
    // is written there is nothing to archive.
    when: ({ isReplica, rowsWritten, sinceArchived }, threshold) =>
      `${sinceArchived} > ${threshold} unless on (cluster, env, job, instance) ${isReplica} == 1 unless on (cluster, env, job, instance) ${rowsWritten} == 0`,
    for: "15m",
    summary: "{{ $labels.host }} has archived no WAL for long",
    description:
      "The last segment was archived {{ $value | humanizeDuration }} ago; what came since would be lost with the machine.",
    fires: {
      series: {
        'pg_stat_archiver_last_archive_age{server="db-1:5432"}': "4140x20",
        ...written("db-1:9187", "0+2x20"),
      },
      from: "15m",
      labels: server,
      value: "1h 9m 0s",
    },
    quiet: {
      series: {
        'pg_stat_archiver_last_archive_age{server="db-1:5432"}': "3100x20",
        'pg_stat_archiver_last_archive_age{instance="db-2:9187",server="db-2:5432"}': "90000x20",
        'pg_replication_is_replica{instance="db-2:9187"}': "1x20",
        'pg_stat_archiver_last_archive_age{instance="db-3:9187",server="db-3:5432"}': "90000x20",
        ...written("db-3:9187", "900x20"),
      },
      at: "20m",
    },
  },
  PostgresWalDirectoryLarge: {
    severity: "warning",
    threshold: { value: 3, unit: "size of the WAL directory by max_wal_size" },
    when: ({ walSize }, threshold) => `${walSize} > ${threshold}`,
    for: "30m",
    summary: "WAL piles up on {{ $labels.host }}",
    description:
      'The WAL directory has been {{ $value | printf "%.1f" }} times as large as max_wal_size for half an hour; something keeps WAL from being removed.',
    fires: {
      series: {
        pg_wal_size_bytes: "3435973836.8x40",
        'pg_settings_max_wal_size_bytes{server="db-1:5432"}': "1073741824x40",
      },
      from: "30m",
      value: "3.2",
    },
    quiet: {
      series: {
        pg_wal_size_bytes: "2700000000x40",
        'pg_settings_max_wal_size_bytes{server="db-1:5432"}': "1073741824x40",
      },
      at: "36m",
    },
  },
  PostgresForcedCheckpoints: {
    severity: "warning",
    threshold: { value: 0.5, unit: "share of checkpoints not by the clock" },
    when: ({ checkpointsRequested, checkpointsTimed }, threshold) =>
      `${checkpointsRequested} / (${checkpointsRequested} + ${checkpointsTimed} > 3) > ${threshold}`,
    for: "30m",
    summary: "Checkpoints of {{ $labels.host }} come too early",
    description:
      "{{ $value | humanizePercentage }} of the last hour's checkpoints came because max_wal_size was reached; each makes writes dearer.",
    step: "5m",
    fires: {
      series: {
        pg_stat_checkpointer_num_requested_total: "0+0.58x20",
        pg_stat_checkpointer_num_timed_total: "0+0.42x20",
      },
      from: "50m",
      value: "58%",
    },
    quiet: {
      series: {
        pg_stat_bgwriter_checkpoints_req_total: "0+0.43x40",
        pg_stat_bgwriter_checkpoints_timed_total: "0+0.57x40",
        'pg_stat_bgwriter_checkpoints_req_total{instance="db-2:9187"}': "0+0.2x40",
        'pg_stat_bgwriter_checkpoints_timed_total{instance="db-2:9187"}': "0x40",
      },
      at: "150m",
    },
  },
  PostgresCheckpointsStopped: {
    severity: "critical",
    // What is told to wait for longer than an hour and the time below makes none in an hour.
    when: ({ checkpointsRequested, checkpointsTimed, checkpointTimeout, isReplica }) =>
      `${checkpointsTimed} + ${checkpointsRequested} == 0 and ${isReplica} == 0 unless on (${ofTarget}) ${checkpointTimeout} > 5400`,
    for: "30m",
    summary: "PostgreSQL on {{ $labels.host }} makes no checkpoints",
    description:
      "There was no checkpoint in an hour. WAL cannot be removed, and after a crash recovery takes as long as all of it.",
    step: "5m",
    fires: {
      series: {
        pg_replication_is_replica: "0x40",
        pg_stat_bgwriter_checkpoints_req_total: "0 1x40",
        pg_stat_bgwriter_checkpoints_timed_total: "0 9x40",
        'pg_settings_checkpoint_timeout_seconds{server="db-1:5432"}': "5000x40",
      },
      from: "90m",
    },
    quiet: {
      series: {
        pg_replication_is_replica: "0x60",
        pg_stat_checkpointer_num_requested_total: "3x60",
        pg_stat_checkpointer_num_timed_total: "0+1x60",
        'pg_replication_is_replica{instance="db-2:9187"}': "1x60",
        'pg_stat_checkpointer_num_requested_total{instance="db-2:9187"}': "0x60",
        'pg_stat_checkpointer_num_timed_total{instance="db-2:9187"}': "0x60",
        'pg_replication_is_replica{instance="db-3:9187"}': "0x60",
        'pg_stat_checkpointer_num_requested_total{instance="db-3:9187"}': "0x60",
        'pg_stat_checkpointer_num_timed_total{instance="db-3:9187"}': "0x60",
        'pg_settings_checkpoint_timeout_seconds{instance="db-3:9187",server="db-3:5432"}':
          "6000x60",
      },
      at: "200m",
    },
    byNature: {
      burst:
        "An hour without a checkpoint is not a moment, and it takes one to see that it is over.",
    },
  },
  PostgresCheckpointSyncSlow: {
    severity: "warning",
    threshold: { value: 100, unit: "milliseconds of sync per second" },
    when: ({ checkpointSync }, threshold) => `${checkpointSync} > ${threshold}`,
    for: "30m",
    summary: "Checkpoints of {{ $labels.host }} wait for the disk",
    description:
      '{{ $value | printf "%.0f" }} ms of every second have gone to syncing files for half an hour; commits stall meanwhile.',
    fires: {
      series: { pg_stat_checkpointer_sync_time_total: "0+6900x60" },
      from: "44m",
      value: "115",
    },
    quiet: { series: { pg_stat_bgwriter_checkpoint_sync_time_total: "0+5100x90" }, at: "70m" },
  },
  PostgresBackendFsync: {
    severity: "warning",
    when: ({ backendFsyncs }) => `${backendFsyncs} > 0`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "Sessions on {{ $labels.host }} sync files themselves",
    description:
      "The checkpointer's queue was full, so sessions waited for the disk in its place; writes are more than it can take.",
    fires: {
      series: { pg_stat_bgwriter_buffers_backend_fsync_total: "0x20 1x10" },
      from: "21m",
    },
    quiet: { series: { pg_stat_bgwriter_buffers_backend_fsync_total: "5x30" }, at: "25m" },
  },
});
