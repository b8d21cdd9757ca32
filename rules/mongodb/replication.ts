import { defineAlerts } from "../lib/alert.ts";
import { estateBoard } from "../lib/boards.ts";
import { defineSignals } from "../lib/signal.ts";
import { alwaysANumber } from "../lib/nature.ts";
import { mongodb } from "./common.ts";

export const signals = defineSignals({
  memberHealth: {
    unit: "bool",
    about: "1 while every member of a replica set that is asked reaches a member.",
    // Each reports all: one that is away is one alert.
    query: (q) =>
      `min by (cluster, env, job, rs_nm, member_idx) (${q.gauge("mongodb_rs_members_health")})`,
  },
  primaries: {
    unit: "count",
    about: "How many of those asked know a primary.",
    query: (q) =>
      `count by (cluster, env, job, cl_id, rs_nm) (${q.gauge("mongodb_rs_members_state")} == 1)`,
  },
  members: {
    unit: "count",
    about: "Members of each replica set.",
    query: (q) =>
      `count by (cluster, env, job, cl_id, rs_nm) (group by (cluster, env, job, cl_id, rs_nm, member_idx) (${q.gauge("mongodb_rs_members_state")}))`,
  },
  term: {
    unit: "count",
    about: "Elections of the replica set so far.",
    query: (q) => `max by (cluster, env, job, cl_id, rs_nm) (${q.gauge("mongodb_rs_term")})`,
  },
  termBefore: {
    unit: "count",
    about: "Elections of the replica set until a quarter of an hour ago.",
    query: (q) =>
      `max by (cluster, env, job, cl_id, rs_nm) (${q.gauge("mongodb_rs_term")} offset 15m)`,
  },
  lag: {
    unit: "seconds",
    about: "How far each secondary is behind the primary, beyond what it is to be.",
    query: (q) => {
      const applied = (state: string): string =>
        q.gauge("mongodb_rs_members_optimeDate", { member_state: state });
      const secondary = `max by (cluster, env, job, cl_id, rs_nm, member_idx) (${applied("SECONDARY")})`;
      const behind = `(max by (cluster, env, job, cl_id, rs_nm) (${applied("PRIMARY")}) - on (cluster, env, job, cl_id, rs_nm) group_right () ${secondary}) / 1000`;
      // MongoDB 5.0 gave the setting another name.
      const settings = ["secondaryDelaySecs", "slaveDelay"].map((name) =>
        q.gauge(`mongodb_rs_cfg_members_${name}`),
      );
      const wanted = `max by (cluster, env, job, cl_id, rs_nm, member_idx) (${settings.join(" or ")})`;
      return `(${behind} - ${wanted} or ${behind})`;
    },
  },
  throttled: {
    unit: "bool",
    about: "1 while the primary slows down writes because its secondaries are behind.",
    query: (q) => q.gauge("mongodb_ss_flowControl_isLagged"),
  },
});

const estate = { instance: "", host: "" };

export const group = defineAlerts({ ...mongodb, name: "mongodb-replication" }, signals, {
  MongoDBMemberUnhealthy: {
    severity: "warning",
    board: estateBoard,
    when: ({ memberHealth }) => `${memberHealth} == 0`,
    for: "2m",
    summary: "A member of replica set {{ $labels.rs_nm }} is away",
    description:
      "Other members have not reached {{ $labels.member_idx }} for two minutes: one copy fewer, and perhaps no majority.",
    fires: {
      series: { 'mongodb_rs_members_health{member_idx="db-2:27017"}': "0x10" },
      from: "2m",
      labels: { ...estate, member_idx: "db-2:27017" },
    },
    quiet: {
      series: { 'mongodb_rs_members_health{member_idx="db-2:27017"}': "1 0 1x10" },
      at: "6m",
    },
  },
  MongoDBNoPrimary: {
    severity: "critical",
    board: estateBoard,
    when: ({ members, primaries }) => `${members} unless ${primaries} > 0`,
    for: "1m",
    summary: "Replica set {{ $labels.rs_nm }} has no primary",
    description:
      "None of its {{ $value | humanize }} members is primary in anybody's eyes: nothing can be written.",
    fires: {
      series: {
        'mongodb_rs_members_state{member_idx="db-1:27017"}': "2x10",
        'mongodb_rs_members_state{member_idx="db-2:27017"}': "8x10",
      },
      from: "1m",
      labels: estate,
      value: "2",
    },
    quiet: {
      series: {
        'mongodb_rs_members_state{member_idx="db-1:27017"}': "2x10",
        'mongodb_rs_members_state{member_idx="db-2:27017"}': "1x10",
      },
      at: "5m",
    },
    byNature: { unknown: alwaysANumber },
  },
  MongoDBPrimaryChanged: {
    severity: "warning",
    board: estateBoard,
    when: ({ term, termBefore }) => `${term} > ${termBefore}`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "Replica set {{ $labels.rs_nm }} elected a primary",
    description:
      "This is election {{ $value | humanize }}: writes stopped for seconds, and clients had to find the new primary.",
    fires: {
      series: { mongodb_rs_term: "4x19 5x5" },
      from: "20m",
      labels: estate,
      value: "5",
    },
    quiet: { series: { mongodb_rs_term: "5x60" }, at: "40m" },
  },
  MongoDBReplicationLag: {
    board: estateBoard,
    unit: "seconds behind the primary",
    when: ({ lag }, threshold) => `${lag} > ${threshold}`,
    levels: {
      MongoDBReplicationLag: {
        severity: "warning",
        threshold: 30,
        for: "10m",
        summary: "A secondary of {{ $labels.rs_nm }} is behind",
        description:
          "{{ $labels.member_idx }} has been {{ $value | humanizeDuration }} behind for 10 minutes: its readers see old data.",
        fires: { series: 965000, from: "10m", value: "35s" },
        quiet: { series: 974000, at: "15m" },
      },
      MongoDBReplicationLagCritical: {
        severity: "critical",
        threshold: 300,
        for: "5m",
        summary: "A secondary of {{ $labels.rs_nm }} is far behind",
        description:
          "{{ $labels.member_idx }} is {{ $value | humanizeDuration }} behind: elected now, it would roll back what it lacks; left alone, it falls out of the oplog.",
        fires: { series: 660000, from: "5m", value: "5m 40s" },
        quiet: { series: 740000, at: "10m" },
      },
    },
    series: (optime) => ({
      'mongodb_rs_members_optimeDate{member_state="PRIMARY",member_idx="db-1:27017"}': "1000000x20",
      'mongodb_rs_members_optimeDate{member_state="SECONDARY",member_idx="db-2:27017"}': `${optime}x20`,
    }),
    beside: {
      'mongodb_rs_members_optimeDate{member_state="RECOVERING",member_idx="db-3:27017"}':
        "100000x20",
      // An hour behind on purpose.
      'mongodb_rs_members_optimeDate{member_state="SECONDARY",member_idx="db-4:27017"}':
        "-2620000x20",
      'mongodb_rs_cfg_members_secondaryDelaySecs{member_idx="db-4:27017"}': "3600x20",
    },
    labels: { ...estate, member_idx: "db-2:27017" },
  },
  MongoDBFlowControl: {
    severity: "warning",
    when: ({ throttled }) => `${throttled} == 1`,
    for: "10m",
    summary: "MongoDB on {{ $labels.host }} slows down writes",
    description:
      "Its secondaries have been so far behind for 10 minutes that the primary holds back writes to let them follow.",
    fires: { series: { mongodb_ss_flowControl_isLagged: "1x20" }, from: "10m" },
    quiet: { series: { mongodb_ss_flowControl_isLagged: "1x5 0x20" }, at: "12m" },
  },
});
