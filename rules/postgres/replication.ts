import { defineAlerts, type Series } from "../lib/alert.ts";
import { defineSignals, type Query } from "../lib/signal.ts";
import { usual } from "../lib/usual.ts";
import { ofServer, ofTarget, postgres } from "./common.ts";

const sender = "server, application_name, client_addr, state, slot_name, pid";

/** Without what a standby waits on purpose, which is a setting of PostgreSQL 12 and later. */
const late = (q: Query, time: string): string =>
  `(${time} - ${ofServer(q.gauge("pg_settings_recovery_min_apply_delay_seconds"))} or ${time})`;

export const signals = defineSignals({
  lag: {
    unit: "seconds",
    about:
      "How old the last replayed change is while more of them wait, beyond what it is to be; 0 on a primary.",
    query: (q) => late(q, q.gauge("pg_replication_lag_seconds")),
  },
  sinceReplay: {
    unit: "seconds",
    about: "Time since a standby should have replayed anything, whether or not it received more.",
    query: (q) => late(q, q.gauge("pg_replication_last_replay_seconds")),
  },
  isReplica: {
    unit: "bool",
    about: "1 on a standby, 0 on a primary.",
    query: (q) => q.gauge("pg_replication_is_replica"),
  },
  bytesBehind: {
    unit: "bytes",
    about: "WAL that a standby has not replayed yet, as its primary sees it.",
    // Exporter 0.19 puts the process id into `slot_name`: a new one at each connection.
    query: (q) =>
      `max without (server, state, pid, slot_name) (${q.gauge("pg_stat_replication_pg_wal_lsn_diff")})`,
  },
  standbys: {
    unit: "count",
    about: "Standbys that stream from this server.",
    // Without a standby there is no series to count: 0 comes from one that is always there.
    query: (q) =>
      `(count without (${sender}) (${q.gauge("pg_stat_replication_pg_wal_lsn_diff", { state: "streaming", application_name: { not: /pg_basebackup|pg_receivewal/ } })}) or 0 * ${q.gauge("pg_replication_is_replica")})`,
  },
  roleChanges: {
    unit: "count",
    about: "How often a server became a primary or a standby within two hours.",
    query: (q) => `changes(${q.gauge("pg_replication_is_replica")}[2h])`,
  },
  unasked: {
    unit: "bool",
    about: "1 when one of the exporter's queries failed: who streams may be unknown then.",
    query: (q) => q.gauge("pg_exporter_last_scrape_error"),
  },
  slotRoom: {
    unit: "bytes",
    about: "WAL that a slot may keep before it is dropped, as it is set.",
    query: (q) => `max by (${ofTarget}) (${q.gauge("pg_settings_max_slot_wal_keep_size_bytes")})`,
  },
  receiverSilent: {
    unit: "seconds",
    about: "Time since a standby last heard from its primary, where that is collected.",
    query: (q) =>
      `min by (cluster, env, job, instance) (${q.age("pg_stat_wal_receiver_last_msg_receipt_time")})`,
  },
  written: {
    unit: "count",
    about:
      "Rows that the primaries of a job have written within an hour, as far as they are asked.",
    query: (q) => {
      const rows = ["inserted", "updated", "deleted"].map((what) =>
        q.increase(`pg_stat_database_tup_${what}`, "1h"),
      );
      return `sum by (cluster, env, job) (${rows.join(" + ")} and on (${ofTarget}) ${q.gauge("pg_replication_is_replica")} == 0)`;
    },
  },
  slotActive: {
    unit: "bool",
    about: "1 for each replication slot that somebody reads from.",
    query: (q) => ofServer(q.gauge("pg_replication_slots_active")),
  },
  slotRetained: {
    unit: "bytes",
    about: "WAL that each replication slot keeps on disk.",
    query: (q) => ofServer(q.gauge("pg_replication_slots_pg_wal_lsn_diff")),
  },
  slotLeft: {
    unit: "bytes",
    about:
      "WAL that may still be written before a slot is dropped; there is max_slot_wal_keep_size.",
    // Exporter 0.20 gave the collector and its metrics another name.
    query: (q) =>
      `(${q.gauge("pg_replication_slot_safe_wal_size_bytes")} or ${q.gauge("pg_replication_slots_safe_wal_size_bytes")})`,
  },
  slotLost: {
    unit: "bool",
    about: "1 for each slot whose WAL is gone.",
    query: (q) =>
      `(${q.gauge("pg_replication_slot_wal_status", { wal_status: "lost" })} or ${q.gauge("pg_replication_slots_wal_status", { wal_status: "lost" })})`,
  },
});

const sent =
  'server="db-1:5432",application_name="db-2",client_addr="10.0.0.2",state="streaming",slot_name="6963"';
const standby = { application_name: "db-2", client_addr: "10.0.0.2" };
/** Rows that a database has written since it was made. */
const written = (labels: string, rows: string): Series =>
  Object.fromEntries(
    ["inserted", "updated", "deleted"].map((what) => [
      `pg_stat_database_tup_${what}{${labels},datid="16384",datname="shop"}`,
      rows,
    ]),
  );
const slot = 'server="db-1:5432",slot_name="db_2",database=""';
const physical = { slot_name: "db_2", slot_type: "physical" };

export const group = defineAlerts({ ...postgres, name: "postgres-replication" }, signals, {
  PostgresReplicationLag: {
    unit: "seconds behind the primary",
    when: ({ lag }, threshold) => `${lag} > ${threshold}`,
    levels: {
      PostgresReplicationLag: {
        severity: "warning",
        threshold: 30,
        for: "10m",
        summary: "The standby {{ $labels.host }} is behind",
        description:
          "What the standby shows has been {{ $value | humanizeDuration }} old; readers see yesterday's truth, a failover loses or waits for it.",
        fires: { series: 35, from: "10m", value: "35s" },
        quiet: { series: 26, at: "15m" },
      },
      PostgresReplicationLagCritical: {
        severity: "critical",
        threshold: 300,
        for: "5m",
        summary: "The standby {{ $labels.host }} is far behind",
        description:
          "Replay is {{ $value | humanizeDuration }} behind: this standby cannot take over without losing or waiting for that time.",
        fires: { series: 345, from: "5m", value: "5m 45s" },
        quiet: { series: 260, at: "10m" },
      },
    },
    series: (seconds) => ({ pg_replication_lag_seconds: `${seconds}x20` }),
    beside: {
      'pg_replication_lag_seconds{instance="db-2:9187"}': "3620x20",
      'pg_settings_recovery_min_apply_delay_seconds{instance="db-2:9187",server="db-2:5432"}':
        "3600x20",
    },
  },
  PostgresReplicaStale: {
    severity: "warning",
    threshold: { value: 3600, unit: "seconds without a replayed change" },
    when: ({ isReplica, receiverSilent, sinceReplay, written }, threshold) =>
      `${sinceReplay} > ${threshold} and ${isReplica} == 1 unless on (${ofTarget}) ${receiverSilent} < 300 unless on (cluster, env, job) ${written} == 0`,
    for: "10m",
    summary: "The standby {{ $labels.host }} has replayed nothing for long",
    description:
      "The last change is {{ $value | humanizeDuration }} old. The lag says 0 when a standby is cut off, for it has replayed all it received.",
    fires: {
      series: {
        pg_replication_last_replay_seconds: "4140x20",
        pg_replication_is_replica: "1x20",
        ...written('instance="db-0:9187"', "0+5x20"),
        'pg_replication_is_replica{instance="db-0:9187"}': "0x20",
      },
      from: "10m",
      value: "1h 9m 0s",
    },
    quiet: {
      series: {
        pg_replication_last_replay_seconds: "3100x20",
        pg_replication_is_replica: "1x20",
        'pg_replication_last_replay_seconds{instance="db-2:9187"}': "90000x20",
        'pg_replication_is_replica{instance="db-2:9187"}': "0x20",
        // Nothing is written, and the standby hears so.
        'pg_replication_last_replay_seconds{instance="db-3:9187"}': "90000x20",
        'pg_replication_is_replica{instance="db-3:9187"}': "1x20",
        'pg_stat_wal_receiver_last_msg_receipt_time{instance="db-3:9187",upstream_host="db-1",slot_name="s",status="streaming"}':
          "1+60x20",
        // The same where the receiver is not asked, and the primary is.
        ...written('job="idle",instance="db-4:9187"', "5x20"),
        'pg_replication_is_replica{job="idle",instance="db-4:9187"}': "0x20",
        'pg_replication_last_replay_seconds{job="idle",instance="db-5:9187"}': "90000x20",
        'pg_replication_is_replica{job="idle",instance="db-5:9187"}': "1x20",
      },
      at: "15m",
    },
    byNature: { unknown: "A standby that never heard from its primary is cut off from it." },
  },
  PostgresStandbyFarBehind: {
    severity: "warning",
    threshold: { value: 1e9, unit: "bytes a standby has not replayed" },
    when: ({ bytesBehind }, threshold) => `${bytesBehind} > ${threshold}`,
    for: "15m",
    summary: "Standby {{ $labels.application_name }} of {{ $labels.host }} falls behind",
    description:
      "{{ $value | humanize1024 }}B of WAL have waited to be replayed at {{ $labels.client_addr }} for 15 minutes.",
    fires: {
      series: { [`pg_stat_replication_pg_wal_lsn_diff{${sent}}`]: "1200000000x20" },
      from: "15m",
      labels: standby,
      value: "1.118Gi",
    },
    quiet: {
      series: { [`pg_stat_replication_pg_wal_lsn_diff{${sent}}`]: "870000000x20" },
      at: "20m",
    },
  },
  PostgresStandbyLost: {
    severity: "warning",
    when: ({ roleChanges, standbys, unasked }) =>
      `${standbys} < ${usual(standbys)} unless ${roleChanges} > 0 unless on (${ofTarget}) ${unasked} == 1`,
    for: "5m",
    summary: "A standby no longer streams from {{ $labels.host }}",
    description:
      '{{ $value | printf "%.0f" }} standbys have streamed for five minutes, fewer than mostly within two hours: there is one less to fail over to.',
    fires: {
      // A standby that others stream from.
      series: {
        pg_replication_is_replica: "1x60",
        [`pg_stat_replication_pg_wal_lsn_diff{${sent}}`]: "100x40 stale",
      },
      from: "46m",
      value: "0",
    },
    quiet: {
      series: {
        pg_replication_is_replica: "0x90",
        [`pg_stat_replication_pg_wal_lsn_diff{${sent}}`]: "100x90",
        'pg_stat_replication_pg_wal_lsn_diff{application_name="backup",client_addr="10.0.0.9",state="backup"}':
          "100x70 stale",
        // What a base backup streams beside it, and a primary that handed over.
        'pg_stat_replication_pg_wal_lsn_diff{application_name="pg_basebackup",client_addr="10.0.0.9",state="streaming"}':
          "100x70 stale",
        'pg_replication_is_replica{instance="db-3:9187",host="db-3"}': "0x70 1x20",
        'pg_stat_replication_pg_wal_lsn_diff{instance="db-3:9187",host="db-3",application_name="db-4",client_addr="10.0.0.4",state="streaming"}':
          "100x70 stale",
        'pg_replication_is_replica{instance="db-2:9187",host="db-2"}': "1x90",
        // Who streams from it cannot be asked.
        'pg_replication_is_replica{instance="db-5:9187",host="db-5"}': "0x90",
        'pg_stat_replication_pg_wal_lsn_diff{instance="db-5:9187",host="db-5",application_name="db-6",client_addr="10.0.0.6",state="streaming"}':
          "100x60 stale",
        'pg_exporter_last_scrape_error{instance="db-5:9187",host="db-5"}': "0x60 1x30",
      },
      at: "80m",
    },
  },
  PostgresReplicationSlotInactive: {
    severity: "warning",
    // On a standby those stand still that are kept in step for the day it becomes the primary.
    when: ({ isReplica, slotActive }) =>
      `${slotActive} == 0 unless on (cluster, env, job, instance) ${isReplica} == 1`,
    for: "30m",
    summary: "Nobody reads slot {{ $labels.slot_name }} on {{ $labels.host }}",
    description:
      "The slot has had no reader for half an hour and keeps WAL until one comes: the disk fills.",
    fires: {
      series: { [`pg_replication_slots_active{${slot}}`]: "1 0x40" },
      from: "31m",
      labels: { slot_name: "db_2" },
    },
    quiet: {
      series: {
        [`pg_replication_slots_active{${slot}}`]: "0x28 1x10",
        [`pg_replication_slots_active{${slot},instance="db-2:9187"}`]: "0x40",
        'pg_replication_is_replica{instance="db-2:9187"}': "1x40",
      },
      at: "35m",
    },
  },
  PostgresSlotRetainsWal: {
    severity: "warning",
    threshold: { value: 20e9, unit: "bytes of WAL a slot keeps" },
    when: ({ slotRetained }, threshold) => `${slotRetained} > ${threshold}`,
    for: "15m",
    summary: "Slot {{ $labels.slot_name }} on {{ $labels.host }} keeps much WAL",
    description:
      "The slot keeps {{ $value | humanize1024 }}B of WAL for a reader that is slow or gone; it grows until the disk is full.",
    fires: {
      series: { [`pg_replication_slots_pg_wal_lsn_diff{${slot}}`]: "24000000000x20" },
      from: "15m",
      labels: { slot_name: "db_2" },
      value: "22.35Gi",
    },
    quiet: {
      series: { [`pg_replication_slots_pg_wal_lsn_diff{${slot}}`]: "17000000000x20" },
      at: "20m",
    },
  },
  PostgresSlotAtRisk: {
    severity: "critical",
    threshold: { value: 1e9, unit: "bytes of WAL until the slot is dropped" },
    // What may keep little has little left from the first day on.
    when: ({ slotLeft, slotRoom }, threshold) =>
      `${slotLeft} < ${threshold} unless ${slotLeft} > on (${ofTarget}) group_left () (0.25 * ${slotRoom})`,
    for: "2m",
    summary: "Slot {{ $labels.slot_name }} on {{ $labels.host }} is about to be lost",
    description:
      "After {{ $value | humanize1024 }}B more of WAL the server gives the slot up, and its reader must be rebuilt.",
    fires: {
      series: {
        'pg_replication_slot_safe_wal_size_bytes{slot_name="db_2",slot_type="physical"}':
          "880000000x10",
      },
      from: "2m",
      labels: physical,
      value: "839.2Mi",
    },
    quiet: {
      series: {
        'pg_replication_slots_safe_wal_size_bytes{slot_name="db_2",slot_type="physical"}':
          "1150000000x10",
        'pg_replication_slot_safe_wal_size_bytes{instance="db-2:9187",slot_name="db_3",slot_type="physical"}':
          "500000000x10",
        'pg_settings_max_slot_wal_keep_size_bytes{instance="db-2:9187",server="db-2:5432"}':
          "536870912x10",
      },
      at: "7m",
    },
  },
  PostgresSlotLost: {
    severity: "warning",
    when: ({ slotLost }) => `${slotLost} == 1`,
    for: "1m",
    summary: "Slot {{ $labels.slot_name }} on {{ $labels.host }} is lost",
    description:
      "WAL that the slot's reader still needed was removed. It cannot catch up any more and has to be rebuilt.",
    fires: {
      series: {
        'pg_replication_slots_wal_status{slot_name="db_2",slot_type="physical",wal_status="lost"}':
          "_ 1x10",
      },
      from: "2m",
      labels: { ...physical, wal_status: "lost" },
    },
    quiet: {
      series: {
        'pg_replication_slot_wal_status{slot_name="db_2",slot_type="physical",wal_status="extended"}':
          "1x10",
      },
      at: "7m",
    },
  },
  PostgresRoleChanged: {
    severity: "warning",
    when: ({ isReplica }) => `changes(${isReplica}[10m]) > 0`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "PostgreSQL on {{ $labels.host }} changed its role",
    description:
      "It became a primary or a standby within ten minutes. If nobody planned that, there was a failover.",
    fires: { series: { pg_replication_is_replica: "1x20 0x10" }, from: "21m" },
    quiet: { series: { pg_replication_is_replica: "0x30" }, at: "25m" },
  },
});
