import { defineAlerts } from "../lib/alert.ts";
import { defineSignals } from "../lib/signal.ts";
import { redis } from "./common.ts";

export const signals = defineSignals({
  up: {
    unit: "bool",
    about: "1 while the exporter gets an answer from Redis.",
    query: (q) => q.gauge("redis_up"),
  },
  scrapeFailed: {
    unit: "bool",
    about: "1 where the exporter's last questions to Redis failed.",
    query: (q) => `max without (err) (${q.gauge("redis_exporter_last_scrape_error")})`,
  },
  sinceStart: {
    unit: "seconds",
    about: "Time since the server was started.",
    query: (q) => q.age("redis_start_time_seconds"),
  },
  clients: {
    unit: "ratio",
    about: "Share of the connections allowed that are open.",
    query: (q) =>
      `${q.gauge("redis_connected_clients")} / (${q.gauge("redis_config_maxclients")} > 0)`,
  },
  rejected: {
    unit: "count",
    about: "Connections refused within ten minutes for want of room.",
    query: (q) => q.increase("redis_rejected_connections_total", "10m"),
  },
  blocked: {
    unit: "count",
    about: "Clients that wait in a blocking command.",
    query: (q) => q.gauge("redis_blocked_clients"),
  },
  blockedUsually: {
    unit: "count",
    about: "How many that mostly are within a day: workers without work wait as well.",
    query: (q) => `quantile_over_time(0.5, ${q.gauge("redis_blocked_clients")}[1d])`,
  },
  hits: {
    unit: "ratio",
    about: "Share of reads that found their key.",
    query: (q) => {
      const hits = q.rate("redis_keyspace_hits_total", {}, "15m");
      const misses = q.rate("redis_keyspace_misses_total", {}, "15m");
      return `${hits} / (${hits} + ${misses} > 100)`;
    },
  },
  slowCommands: {
    unit: "count",
    about: "Commands within ten minutes that took longer than the slow log allows.",
    query: (q) => `delta(${q.gauge("redis_slowlog_last_id")}[10m])`,
  },
  latency: {
    unit: "seconds",
    about: "Mean time of a command, by its name.",
    query: (q) =>
      `${q.rate("redis_commands_duration_seconds_total")} / (${q.rate("redis_commands_total")} > 1)`,
  },
  failed: {
    unit: "opsPerSecond",
    about: "Commands that failed while they ran, by their name.",
    query: (q) => q.rate("redis_commands_failed_calls_total"),
  },
  denied: {
    unit: "opsPerSecond",
    about: "Answers that a login was wrong or missing.",
    query: (q) =>
      `sum without (err) (${q.rate("redis_errors_total", { err: /WRONGPASS|NOAUTH/ })})`,
  },
  cpu: {
    unit: "ratio",
    about: "Share of a processor that the main thread uses.",
    query: (q) =>
      `${q.rate("redis_cpu_sys_main_thread_seconds_total")} + ${q.rate("redis_cpu_user_main_thread_seconds_total")}`,
  },
  streamLag: {
    unit: "count",
    about: "Entries of a stream that a group of consumers has not read yet.",
    query: (q) => q.gauge("redis_stream_group_lag"),
  },
});

export const group = defineAlerts({ ...redis, name: "redis-work" }, signals, {
  RedisDown: {
    severity: "critical",
    down: true,
    when: ({ up }) => `${up} == 0`,
    for: "3m",
    summary: "Redis on {{ $labels.host }} does not answer",
    description:
      "The exporter runs but has got no answer from Redis for three minutes: down, hung or a wrong login.",
    fires: { series: { redis_up: "1 0x10" }, from: "4m" },
    quiet: { series: { redis_up: "1 0 0 0 1x10" }, at: "8m" },
  },
  RedisExporterError: {
    severity: "warning",
    when: ({ scrapeFailed, up }) => `${scrapeFailed} == 1 and ${up} == 1`,
    for: "15m",
    summary: "The exporter of {{ $labels.host }} cannot read all of Redis",
    description:
      "Redis answers, but some of the exporter's questions have failed for 15 minutes: alerts on those figures cannot fire.",
    fires: {
      series: { 'redis_exporter_last_scrape_error{err="NOPERM"}': "1x30", redis_up: "1x30" },
      from: "15m",
    },
    quiet: {
      series: {
        'redis_exporter_last_scrape_error{err=""}': "0x30",
        redis_up: "1x30",
        'redis_exporter_last_scrape_error{err="refused",instance="b:9121"}': "1x30",
        'redis_up{instance="b:9121"}': "0x30",
      },
      at: "20m",
    },
  },
  RedisRestarted: {
    severity: "info",
    threshold: { value: 300, unit: "seconds since the start" },
    when: ({ sinceStart }, threshold) => `${sinceStart} < ${threshold}`,
    for: "0s",
    keepFiringFor: "10m",
    summary: "Redis on {{ $labels.host }} was started",
    description:
      "It has been up for {{ $value | humanizeDuration }}: caches are cold and connections were cut.",
    fires: {
      series: { redis_start_time_seconds: "1x19 1200x5" },
      from: "20m",
      value: "0s",
    },
    quiet: { series: { redis_start_time_seconds: "-400x40" }, at: "20m" },
  },
  RedisConnectionsHigh: {
    severity: "warning",
    threshold: { value: 0.85, unit: "share of maxclients" },
    when: ({ clients }, threshold) => `${clients} > ${threshold}`,
    for: "5m",
    summary: "Redis on {{ $labels.host }} has nearly all the clients it may have",
    description:
      "{{ $value | humanizePercentage }} of maxclients are connected; the next ones will be turned away.",
    fires: {
      series: { redis_connected_clients: "900x20", redis_config_maxclients: "1000x20" },
      from: "5m",
      value: "90%",
    },
    quiet: {
      series: { redis_connected_clients: "800x20", redis_config_maxclients: "1000x20" },
      at: "10m",
    },
  },
  RedisRejectedConnections: {
    severity: "critical",
    when: ({ rejected }) => `${rejected} > 0`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "Redis on {{ $labels.host }} turns clients away",
    description:
      "{{ $value | humanize }} connections were refused within ten minutes: maxclients is reached.",
    fires: {
      series: { redis_rejected_connections_total: "0x15 3x5" },
      from: "16m",
      value: "3",
    },
    quiet: { series: { redis_rejected_connections_total: "5x40" }, at: "30m" },
  },
  RedisBlockedClients: {
    severity: "warning",
    threshold: { value: 50, unit: "clients that wait" },
    when: ({ blocked, blockedUsually }, threshold) =>
      `${blocked} > ${threshold} and ${blocked} > 2 * ${blockedUsually}`,
    for: "15m",
    summary: "Many clients of Redis on {{ $labels.host }} wait",
    description:
      "{{ $value | humanize }} clients have waited in blocking commands for 15 minutes: what they wait for does not come.",
    fires: { series: { redis_blocked_clients: "27x40 58x30" }, from: "56m", value: "58" },
    quiet: {
      series: {
        redis_blocked_clients: "3x40 42x40",
        'redis_blocked_clients{instance="jobs:9121"}': "300x40 540x40",
      },
      at: "60m",
    },
  },
  RedisHitRatioLow: {
    severity: "warning",
    threshold: { value: 0.5, unit: "share of reads that find their key" },
    when: ({ hits }, threshold) => `${hits} < ${threshold}`,
    for: "30m",
    summary: "The cache on {{ $labels.host }} misses more than it hits",
    description:
      "Only {{ $value | humanizePercentage }} of reads found their key over half an hour; the database behind it does the work.",
    fires: {
      series: {
        redis_keyspace_hits_total: "0+5400x60",
        redis_keyspace_misses_total: "0+6600x60",
      },
      from: "38m",
      value: "45%",
    },
    quiet: {
      series: {
        redis_keyspace_hits_total: "0+6600x60",
        redis_keyspace_misses_total: "0+5400x60",
        'redis_keyspace_hits_total{instance="idle:9121"}': "0+60x60",
        'redis_keyspace_misses_total{instance="idle:9121"}': "0+600x60",
      },
      at: "50m",
    },
  },
  RedisSlowlogGrowing: {
    severity: "warning",
    threshold: { value: 20, unit: "slow commands in ten minutes" },
    when: ({ slowCommands }, threshold) => `${slowCommands} > ${threshold}`,
    for: "10m",
    summary: "Redis on {{ $labels.host }} runs slow commands",
    description:
      "{{ $value | humanize }} commands of the last ten minutes were slower than slowlog-log-slower-than; each one held up all others.",
    fires: { series: { redis_slowlog_last_id: "0+2.4x40" }, from: "18m", value: "24" },
    quiet: { series: { redis_slowlog_last_id: "0+1.7x40" }, at: "30m" },
    resolves: { series: { redis_slowlog_last_id: "50x30" }, at: "15m" },
  },
  RedisCommandLatencyHigh: {
    severity: "warning",
    threshold: { value: 0.01, unit: "seconds a command takes on average" },
    when: ({ latency }, threshold) => `${latency} > ${threshold}`,
    for: "15m",
    summary: "{{ $labels.cmd }} is slow on {{ $labels.host }}",
    description:
      "{{ $labels.cmd }} has taken {{ $value | humanizeDuration }} on average for 15 minutes; Redis serves one command at a time.",
    fires: {
      series: {
        'redis_commands_duration_seconds_total{cmd="keys"}': "0+1.44x40",
        'redis_commands_total{cmd="keys"}': "0+120x40",
      },
      from: "18m",
      labels: { cmd: "keys" },
      value: "12ms",
    },
    quiet: {
      series: {
        'redis_commands_duration_seconds_total{cmd="keys"}': "0+1.02x40",
        'redis_commands_total{cmd="keys"}': "0+120x40",
        'redis_commands_duration_seconds_total{cmd="save"}': "0+3x40",
        'redis_commands_total{cmd="save"}': "0+30x40",
      },
      at: "30m",
    },
  },
  RedisCommandsFailing: {
    severity: "warning",
    threshold: { value: 1, unit: "failed commands per second" },
    when: ({ failed }, threshold) => `${failed} > ${threshold}`,
    for: "10m",
    summary: "{{ $labels.cmd }} fails on {{ $labels.host }}",
    description:
      "{{ $value | humanize }} calls of {{ $labels.cmd }} a second have failed for 10 minutes: a wrong type, a script's error, or a full memory.",
    fires: {
      series: { 'redis_commands_failed_calls_total{cmd="set"}': "0+72x30" },
      from: "15m",
      labels: { cmd: "set" },
      value: "1.2",
    },
    quiet: { series: { 'redis_commands_failed_calls_total{cmd="set"}': "0+51x40" }, at: "25m" },
  },
  RedisCpuSaturated: {
    severity: "warning",
    threshold: { value: 0.9, unit: "share of a processor used by the main thread" },
    when: ({ cpu }, threshold) => `${cpu} > ${threshold}`,
    for: "15m",
    summary: "Redis on {{ $labels.host }} has no processor time left",
    description:
      "The main thread has used {{ $value | humanizePercentage }} of its processor for 15 minutes; it cannot use a second one, so commands queue.",
    fires: {
      series: {
        redis_cpu_sys_main_thread_seconds_total: "0+18x40",
        redis_cpu_user_main_thread_seconds_total: "0+39x40",
      },
      from: "20m",
      value: "95%",
    },
    quiet: {
      series: {
        redis_cpu_sys_main_thread_seconds_total: "0+15x40",
        redis_cpu_user_main_thread_seconds_total: "0+33x40",
      },
      at: "30m",
    },
  },
  RedisStreamLagHigh: {
    severity: "warning",
    needs: "watched streams",
    threshold: { value: 10_000, unit: "entries not yet read" },
    when: ({ streamLag }, threshold) => `${streamLag} > ${threshold}`,
    for: "15m",
    summary: "Consumers of stream {{ $labels.stream }} fall behind",
    description:
      "Group {{ $labels.group }} has left {{ $value | humanize }} entries of {{ $labels.stream }} unread for 15 minutes.",
    fires: {
      series: { 'redis_stream_group_lag{db="db0",group="mail",stream="orders"}': "12000x30" },
      from: "15m",
      labels: { db: "db0", group: "mail", stream: "orders" },
      value: "12k",
    },
    quiet: {
      series: { 'redis_stream_group_lag{db="db0",group="mail",stream="orders"}': "8500x30" },
      at: "20m",
    },
  },
  RedisAuthDenied: {
    severity: "warning",
    team: "security",
    threshold: { value: 0.2, unit: "refused logins per second" },
    when: ({ denied }, threshold) => `${denied} > ${threshold}`,
    for: "5m",
    summary: "Logins to Redis on {{ $labels.host }} are refused",
    description:
      '{{ $value | printf "%.2f" }} commands a second came with a wrong login or none for five minutes: a client with an old password, or somebody who guesses.',
    fires: {
      series: { 'redis_errors_total{err="WRONGPASS"}': "0+14.4x30" },
      from: "10m",
      value: "0.24",
    },
    quiet: {
      series: {
        'redis_errors_total{err="WRONGPASS"}': "0+10.2x30",
        'redis_errors_total{err="WRONGTYPE"}': "0+600x30",
      },
      at: "20m",
    },
  },
});
