import { defineAlerts } from "../lib/alert.ts";
import { defineSignals } from "../lib/signal.ts";
import { ofServer, postgres, session } from "./common.ts";
import { countsFromZero } from "../lib/nature.ts";

export const signals = defineSignals({
  lockWaiters: {
    unit: "count",
    about: "Sessions that wait for a lock another session holds.",
    query: (q) =>
      `sum without (${session}) (${q.gauge("pg_stat_activity_count", { wait_event_type: "Lock" })})`,
  },
  deadlocks: {
    unit: "count",
    about: "Deadlocks in ten minutes, each ended by an error for one session.",
    query: (q) => q.increase("pg_stat_database_deadlocks", "10m"),
  },
  locks: {
    unit: "count",
    about: "Locks held or wanted, over all databases.",
    query: (q) => `sum without (datname, mode) (${q.gauge("pg_locks_count")})`,
  },
  lockSpace: {
    unit: "count",
    about: "Locks the shared lock table is made for.",
    query: (q) =>
      `(${ofServer(q.gauge("pg_settings_max_locks_per_transaction"))} > 0) * (${ofServer(q.gauge("pg_settings_max_connections"))} > 0)`,
  },
  exclusiveLocks: {
    unit: "count",
    about: "Locks that keep even readers out, held or wanted, by database.",
    query: (q) => q.gauge("pg_locks_count", { mode: "accessexclusivelock" }),
  },
  cancelledByReplay: {
    unit: "count",
    about: "Queries in 15 minutes that a standby cancelled to go on replaying, by database.",
    query: (q) => q.increase("pg_stat_database_conflicts", "15m"),
  },
});

const shop = 'datid="16384",datname="shop"';
const database = { datid: "16384", datname: "shop" };
const lockSettings = {
  'pg_settings_max_locks_per_transaction{server="db-1:5432"}': "64x20",
  'pg_settings_max_connections{server="db-1:5432"}': "100x20",
};

export const group = defineAlerts({ ...postgres, name: "postgres-locks" }, signals, {
  PostgresLockQueue: {
    severity: "critical",
    threshold: { value: 20, unit: "sessions that wait for a lock" },
    when: ({ lockWaiters }, threshold) => `${lockWaiters} > ${threshold}`,
    for: "5m",
    summary: "Sessions of PostgreSQL on {{ $labels.host }} queue for locks",
    description:
      '{{ $value | printf "%.0f" }} sessions have waited for locks for five minutes; one session usually holds up all of them.',
    fires: {
      series: {
        'pg_stat_activity_count{datname="shop",state="active",wait_event_type="Lock",wait_event="tuple"}':
          "20x10",
        'pg_stat_activity_count{datname="shop",state="active",wait_event_type="Lock",wait_event="relation"}':
          "3x10",
      },
      from: "5m",
      value: "23",
    },
    quiet: {
      series: {
        'pg_stat_activity_count{datname="shop",state="active",wait_event_type="Lock",wait_event="tuple"}':
          "17x10",
        'pg_stat_activity_count{datname="shop",state="idle",wait_event_type="Client",wait_event="ClientRead"}':
          "60x10",
      },
      at: "9m",
    },
  },
  PostgresDeadlocks: {
    severity: "warning",
    threshold: { value: 5, unit: "deadlocks in ten minutes" },
    when: ({ deadlocks }, threshold) => `${deadlocks} > ${threshold}`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "Deadlocks in {{ $labels.datname }} on {{ $labels.host }}",
    description:
      '{{ $value | printf "%.0f" }} deadlocks in ten minutes: two parts of an application lock the same rows in different order.',
    fires: {
      series: { [`pg_stat_database_deadlocks{${shop}}`]: "0x20 6x10" },
      from: "21m",
      labels: database,
      value: "6",
    },
    quiet: {
      series: { [`pg_stat_database_deadlocks{${shop}}`]: "0x14 4.2x10" },
      at: "20m",
    },
    byNature: { born: countsFromZero },
  },
  PostgresLockTableFilling: {
    severity: "warning",
    threshold: { value: 0.5, unit: "share of the lock table" },
    when: ({ locks, lockSpace }, threshold) => `${locks} / (${lockSpace}) > ${threshold}`,
    for: "10m",
    summary: "The lock table of PostgreSQL on {{ $labels.host }} fills up",
    description:
      "{{ $value | humanizePercentage }} of the locks the server has room for are in use; full, statements fail with “out of shared memory”.",
    fires: {
      series: {
        ...lockSettings,
        'pg_locks_count{datname="shop",mode="accesssharelock"}': "3000x20",
        'pg_locks_count{datname="shop",mode="rowexclusivelock"}': "712x20",
      },
      from: "10m",
      value: "58%",
    },
    quiet: {
      series: {
        ...lockSettings,
        'pg_locks_count{datname="shop",mode="accesssharelock"}': "2000x20",
        'pg_locks_count{datname="shop",mode="rowexclusivelock"}': "712x20",
      },
      at: "15m",
    },
  },
  PostgresExclusiveLocks: {
    severity: "warning",
    threshold: { value: 5, unit: "access exclusive locks in a database" },
    when: ({ exclusiveLocks }, threshold) => `${exclusiveLocks} > ${threshold}`,
    for: "10m",
    summary: "Tables of {{ $labels.datname }} on {{ $labels.host }} are locked whole",
    description:
      '{{ $value | printf "%.0f" }} access exclusive locks have been held or wanted for ten minutes; not even reads get past them.',
    fires: {
      series: { 'pg_locks_count{datname="shop",mode="accessexclusivelock"}': "6x20" },
      from: "10m",
      labels: { datname: "shop", mode: "accessexclusivelock" },
      value: "6",
    },
    quiet: {
      series: {
        'pg_locks_count{datname="shop",mode="accessexclusivelock"}': "4x20",
        'pg_locks_count{datname="shop",mode="accesssharelock"}': "400x20",
      },
      at: "15m",
    },
  },
  PostgresStandbyConflicts: {
    severity: "warning",
    threshold: { value: 10, unit: "queries cancelled in 15 minutes" },
    when: ({ cancelledByReplay }, threshold) => `${cancelledByReplay} > ${threshold}`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "The standby {{ $labels.host }} cancels queries on {{ $labels.datname }}",
    description:
      '{{ $value | printf "%.0f" }} queries were cancelled in 15 minutes because replay needed what they read.',
    fires: {
      series: { [`pg_stat_database_conflicts{${shop}}`]: "0x20 12x10" },
      from: "21m",
      labels: database,
      value: "12",
    },
    quiet: {
      series: { [`pg_stat_database_conflicts{${shop}}`]: "0x14 8.5x10" },
      at: "20m",
    },
    byNature: { born: countsFromZero },
  },
});
