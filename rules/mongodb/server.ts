import { defineAlerts } from "../lib/alert.ts";
import { defineSignals } from "../lib/signal.ts";
import { mongodb } from "./common.ts";

export const signals = defineSignals({
  up: {
    unit: "bool",
    about: "1 while the exporter gets an answer from MongoDB.",
    query: (q) => q.gauge("mongodb_up"),
  },
  uptime: {
    unit: "seconds",
    about: "Time since the server was started.",
    query: (q) => q.gauge("mongodb_ss_uptime"),
  },
  connections: {
    unit: "ratio",
    about: "Share of the connections allowed that are open.",
    query: (q) => {
      const open = `sum without (conn_type) (${q.gauge("mongodb_ss_connections", { conn_type: "current" })})`;
      const all = `sum without (conn_type) (${q.gauge("mongodb_ss_connections", { conn_type: /current|available/ })})`;
      return `${open} / (${all} > 0)`;
    },
  },
  openCursors: {
    unit: "count",
    about: "Cursors that clients hold open.",
    query: (q) => q.gauge("mongodb_ss_metrics_cursor_open", { csr_type: "total" }),
  },
  cursorTimeouts: {
    unit: "count",
    about: "Cursors that nobody read for ten minutes, within ten minutes.",
    query: (q) => q.increase("mongodb_ss_metrics_cursor_timedOut", "10m"),
  },
  tickets: {
    unit: "count",
    about: "Operations that the storage engine could take at once, and has not.",
    query: (q) => q.gauge("mongodb_ss_wt_concurrentTransactions_available"),
  },
  queued: {
    unit: "count",
    about: "Operations that wait for the global lock.",
    query: (q) => q.gauge("mongodb_ss_globalLock_currentQueue", { count_type: "total" }),
  },
  dirtyCache: {
    unit: "ratio",
    about: "Share of the cache that has to be written before it can be used again.",
    query: (q) =>
      `${q.gauge("mongodb_ss_wt_cache_tracked_dirty_bytes_in_the_cache")} / (${q.gauge("mongodb_ss_wt_cache_maximum_bytes_configured")} > 0)`,
  },
  asserts: {
    unit: "opsPerSecond",
    about: "Errors inside the server, per second.",
    query: (q) => q.rate("mongodb_ss_asserts", { assert_type: /regular|msg/ }),
  },
  pageFaults: {
    unit: "opsPerSecond",
    about: "Pages that had to be read from disk, per second.",
    query: (q) => q.rate("mongodb_ss_extra_info_page_faults"),
  },
  writeConflicts: {
    unit: "opsPerSecond",
    about: "Writes that had to be tried again because another was first.",
    query: (q) => q.rate("mongodb_ss_metrics_operation_writeConflicts"),
  },
  scanned: {
    unit: "count",
    about:
      "Documents read for each one that a query returned; needs the exporter's diagnostic data.",
    query: (q) =>
      `${q.rate("mongodb_ss_metrics_queryExecutor_scannedObjects")} / (${q.rate("mongodb_ss_network_numRequests")} > 10)`,
  },
  latency: {
    unit: "seconds",
    about: "Mean time of an operation, by its kind.",
    query: (q) =>
      `${q.rate("mongodb_ss_opLatencies_latency")} / (${q.rate("mongodb_ss_opLatencies_ops")} > 1) / 1e6`,
  },
});

export const group = defineAlerts({ ...mongodb, name: "mongodb-server" }, signals, {
  MongoDBDown: {
    severity: "critical",
    down: true,
    when: ({ up }) => `${up} == 0`,
    for: "3m",
    summary: "MongoDB on {{ $labels.host }} does not answer",
    description:
      "The exporter runs but has got no answer from MongoDB for three minutes: down, overloaded or a wrong login.",
    fires: { series: { mongodb_up: "1 0x10" }, from: "4m" },
    quiet: { series: { mongodb_up: "1 0 0 0 1x10" }, at: "8m" },
  },
  MongoDBRestarted: {
    severity: "info",
    threshold: { value: 300, unit: "seconds since the start" },
    when: ({ uptime }, threshold) => `${uptime} < ${threshold}`,
    for: "0s",
    keepFiringFor: "10m",
    summary: "MongoDB on {{ $labels.host }} was started",
    description: "It has been up for {{ $value | humanizeDuration }}; its cache is cold.",
    fires: { series: { mongodb_ss_uptime: "9000x5 250+60x5" }, from: "6m", value: "4m 10s" },
    quiet: { series: { mongodb_ss_uptime: "350+60x10" }, at: "5m" },
  },
  MongoDBConnectionsHigh: {
    severity: "warning",
    threshold: { value: 0.8, unit: "share of the connections allowed" },
    when: ({ connections }, threshold) => `${connections} > ${threshold}`,
    for: "5m",
    summary: "MongoDB on {{ $labels.host }} has few connections left",
    description:
      "{{ $value | humanizePercentage }} of the connections allowed are open; the next clients are refused.",
    fires: {
      series: {
        'mongodb_ss_connections{conn_type="current"}': "900x20",
        'mongodb_ss_connections{conn_type="available"}': "100x20",
      },
      from: "5m",
      value: "90%",
    },
    quiet: {
      series: {
        'mongodb_ss_connections{conn_type="current"}': "750x20",
        'mongodb_ss_connections{conn_type="available"}': "250x20",
        'mongodb_ss_connections{conn_type="active"}': "240x20",
        'mongodb_ss_connections{conn_type="totalCreated"}': "90000x20",
      },
      at: "10m",
    },
  },
  MongoDBCursorsOpenHigh: {
    severity: "warning",
    threshold: { value: 10_000, unit: "open cursors" },
    when: ({ openCursors }, threshold) => `${openCursors} > ${threshold}`,
    for: "10m",
    summary: "Clients of MongoDB on {{ $labels.host }} do not close cursors",
    description:
      "{{ $value | humanize }} cursors have been open for 10 minutes; each pins memory and old versions of documents.",
    fires: {
      series: { 'mongodb_ss_metrics_cursor_open{csr_type="total"}': "12000x20" },
      from: "10m",
      labels: { csr_type: "total" },
      value: "12k",
    },
    quiet: {
      series: {
        'mongodb_ss_metrics_cursor_open{csr_type="total"}': "8500x20",
        'mongodb_ss_metrics_cursor_open{csr_type="pinned"}': "20000x20",
      },
      at: "15m",
    },
  },
  MongoDBCursorTimeouts: {
    severity: "warning",
    threshold: { value: 100, unit: "abandoned cursors in ten minutes" },
    when: ({ cursorTimeouts }, threshold) => `${cursorTimeouts} > ${threshold}`,
    for: "10m",
    summary: "Clients of MongoDB on {{ $labels.host }} abandon cursors",
    description:
      "{{ $value | humanize }} cursors of the last ten minutes were never read to their end.",
    fires: { series: { mongodb_ss_metrics_cursor_timedOut: "0+12x40" }, from: "19m", value: "120" },
    quiet: { series: { mongodb_ss_metrics_cursor_timedOut: "0+8.5x40" }, at: "30m" },
  },
  MongoDBTicketsExhausted: {
    severity: "critical",
    threshold: { value: 8, unit: "tickets left" },
    // MongoDB 7 gives an idle server few: few are too few when somebody waits.
    when: ({ queued, tickets }, threshold) =>
      `${tickets} < ${threshold} and on (cluster, env, job, instance) ${queued} > 0`,
    for: "5m",
    summary: "The storage engine of {{ $labels.host }} takes no more {{ $labels.txn_rw }}s",
    description:
      "Only {{ $value | humanize }} tickets have been left for five minutes: operations queue although clients are connected.",
    fires: {
      series: {
        'mongodb_ss_wt_concurrentTransactions_available{txn_rw="write"}': "7x20",
        'mongodb_ss_globalLock_currentQueue{count_type="total"}': "3x20",
      },
      from: "5m",
      labels: { txn_rw: "write" },
      value: "7",
    },
    quiet: {
      series: {
        'mongodb_ss_wt_concurrentTransactions_available{txn_rw="write"}': "9x20",
        'mongodb_ss_globalLock_currentQueue{count_type="total"}': "3x20",
        'mongodb_ss_wt_concurrentTransactions_available{instance="idle:9216",txn_rw="write"}':
          "6x20",
        'mongodb_ss_globalLock_currentQueue{instance="idle:9216",count_type="total"}': "0x20",
      },
      at: "10m",
    },
  },
  MongoDBOperationsQueued: {
    severity: "warning",
    threshold: { value: 50, unit: "operations that wait" },
    when: ({ queued }, threshold) => `${queued} > ${threshold}`,
    for: "5m",
    summary: "Operations wait in MongoDB on {{ $labels.host }}",
    description:
      "{{ $value | humanize }} operations have waited for the global lock for five minutes.",
    fires: {
      series: { 'mongodb_ss_globalLock_currentQueue{count_type="total"}': "58x20" },
      from: "5m",
      labels: { count_type: "total" },
      value: "58",
    },
    quiet: {
      series: {
        'mongodb_ss_globalLock_currentQueue{count_type="total"}': "43x20",
        'mongodb_ss_globalLock_currentQueue{count_type="readers"}': "60x20",
      },
      at: "10m",
    },
  },
  MongoDBCacheDirty: {
    severity: "warning",
    threshold: { value: 0.15, unit: "share of the cache that is not on disk" },
    when: ({ dirtyCache }, threshold) => `${dirtyCache} > ${threshold}`,
    for: "10m",
    summary: "The disk of {{ $labels.host }} is too slow for MongoDB's writes",
    description:
      "{{ $value | humanizePercentage }} of the cache waits to be written; above 20 % clients have to help, and everything slows down.",
    fires: {
      series: {
        mongodb_ss_wt_cache_tracked_dirty_bytes_in_the_cache: "18x20",
        mongodb_ss_wt_cache_maximum_bytes_configured: "100x20",
      },
      from: "10m",
      value: "18%",
    },
    quiet: {
      series: {
        mongodb_ss_wt_cache_tracked_dirty_bytes_in_the_cache: "13x20",
        mongodb_ss_wt_cache_maximum_bytes_configured: "100x20",
      },
      at: "15m",
    },
  },
  MongoDBAssertsHigh: {
    severity: "warning",
    threshold: { value: 1, unit: "errors per second" },
    when: ({ asserts }, threshold) => `${asserts} > ${threshold}`,
    for: "10m",
    summary: "MongoDB on {{ $labels.host }} runs into errors of its own",
    description:
      "{{ $value | humanize }} {{ $labels.assert_type }} assertions a second for 10 minutes: not a user's mistake but the server's.",
    fires: {
      series: { 'mongodb_ss_asserts{assert_type="regular"}': "0+72x40" },
      from: "15m",
      labels: { assert_type: "regular" },
      value: "1.2",
    },
    quiet: {
      series: {
        'mongodb_ss_asserts{assert_type="regular"}': "0+51x40",
        'mongodb_ss_asserts{assert_type="user"}': "0+600x40",
      },
      at: "25m",
    },
  },
  MongoDBPageFaults: {
    severity: "warning",
    threshold: { value: 100, unit: "pages read from disk per second" },
    when: ({ pageFaults }, threshold) => `${pageFaults} > ${threshold}`,
    for: "15m",
    summary: "MongoDB on {{ $labels.host }} reads from disk what should be in memory",
    description:
      "{{ $value | humanize }} pages a second have come from disk for 15 minutes: the working set does not fit.",
    fires: {
      series: { mongodb_ss_extra_info_page_faults: "0+7200x40" },
      from: "20m",
      value: "120",
    },
    quiet: { series: { mongodb_ss_extra_info_page_faults: "0+5100x40" }, at: "30m" },
  },
  MongoDBWriteConflicts: {
    severity: "warning",
    threshold: { value: 100, unit: "conflicts per second" },
    when: ({ writeConflicts }, threshold) => `${writeConflicts} > ${threshold}`,
    for: "15m",
    summary: "Writes in MongoDB on {{ $labels.host }} get into each other's way",
    description:
      "{{ $value | humanize }} writes a second have had to be tried again for 15 minutes: many change the same documents.",
    fires: {
      series: { mongodb_ss_metrics_operation_writeConflicts: "0+7200x40" },
      from: "20m",
      value: "120",
    },
    quiet: { series: { mongodb_ss_metrics_operation_writeConflicts: "0+5100x40" }, at: "30m" },
  },
  MongoDBScansHigh: {
    severity: "warning",
    threshold: { value: 1000, unit: "documents read for each request" },
    when: ({ scanned }, threshold) => `${scanned} > ${threshold}`,
    for: "30m",
    summary: "Queries of MongoDB on {{ $labels.host }} lack an index",
    description:
      "{{ $value | humanize }} documents have been read for each request over half an hour: somebody scans collections.",
    fires: {
      series: {
        mongodb_ss_metrics_queryExecutor_scannedObjects: "0+1440000x60",
        mongodb_ss_network_numRequests: "0+1200x60",
      },
      from: "33m",
      value: "1.2k",
    },
    quiet: {
      series: {
        mongodb_ss_metrics_queryExecutor_scannedObjects: "0+1020000x60",
        mongodb_ss_network_numRequests: "0+1200x60",
        'mongodb_ss_metrics_queryExecutor_scannedObjects{instance="idle:9216"}': "0+1440000x60",
        'mongodb_ss_network_numRequests{instance="idle:9216"}': "0+300x60",
      },
      at: "45m",
    },
  },
  MongoDBLatencyHigh: {
    severity: "warning",
    threshold: { value: 0.25, unit: "seconds an operation takes on average" },
    when: ({ latency }, threshold) => `${latency} > ${threshold}`,
    for: "15m",
    summary: "{{ $labels.op_type }} are slow in MongoDB on {{ $labels.host }}",
    description:
      "{{ $labels.op_type }} have taken {{ $value | humanizeDuration }} on average for 15 minutes.",
    fires: {
      series: {
        'mongodb_ss_opLatencies_latency{op_type="reads"}': "0+36000000x40",
        'mongodb_ss_opLatencies_ops{op_type="reads"}': "0+120x40",
      },
      from: "18m",
      labels: { op_type: "reads" },
      value: "300ms",
    },
    quiet: {
      series: {
        'mongodb_ss_opLatencies_latency{op_type="reads"}': "0+25200000x40",
        'mongodb_ss_opLatencies_ops{op_type="reads"}': "0+120x40",
        'mongodb_ss_opLatencies_latency{op_type="commands"}': "0+36000000x40",
        'mongodb_ss_opLatencies_ops{op_type="commands"}': "0+30x40",
      },
      at: "30m",
    },
  },
});
