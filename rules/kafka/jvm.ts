import { defineAlerts } from "../lib/alert.ts";
import { defineSignals } from "../lib/signal.ts";
import { broker } from "./common.ts";

/** Every Java program exposes these: they are asked for by the job. */
const job = "kafka-jmx";
const heap = { job, area: "heap" };

export const signals = defineSignals({
  heapUsed: {
    unit: "ratio",
    about: "Share of the heap in use; -1 means no limit.",
    query: (q) =>
      `${q.gauge("jvm_memory_used_bytes", heap)} / (${q.gauge("jvm_memory_max_bytes", heap)} > 0)`,
  },
  collecting: {
    unit: "ratio",
    about: "Share of the time that the broker stands still to collect garbage.",
    query: (q) => `sum without (gc) (${q.rate("jvm_gc_collection_seconds_sum", { job })})`,
  },
  filesUsed: {
    unit: "ratio",
    about: "Share of the files and sockets the process may open.",
    query: (q) =>
      `${q.gauge("process_open_fds", { job })} / (${q.gauge("process_max_fds", { job })} > 0)`,
  },
  deadlocked: {
    unit: "count",
    about: "Threads of the broker that wait for each other.",
    query: (q) => q.gauge("jvm_threads_deadlocked", { job }),
  },
});

const memory = (kind: string, labels: string): string => `jvm_memory_${kind}_bytes{${labels}}`;
const mine = 'area="heap"';
const app = 'job="app",area="heap"';
const other = 'area="nonheap"';

export const group = defineAlerts({ ...broker, name: "kafka-jvm", scope: "target" }, signals, {
  KafkaHeapHigh: {
    severity: "warning",
    threshold: { value: 0.9, unit: "share of the heap" },
    when: ({ heapUsed }, threshold) => `${heapUsed} > ${threshold}`,
    for: "15m",
    summary: "The heap of Kafka on {{ $labels.host }} is full",
    description:
      "{{ $value | humanizePercentage }} of the heap has been in use for 15 minutes, so collections no longer free it.",
    fires: {
      series: { [memory("used", mine)]: "97x20", [memory("max", mine)]: "100x20" },
      from: "15m",
      labels: { area: "heap" },
      value: "97%",
    },
    quiet: {
      series: {
        [memory("used", mine)]: "80x20",
        [memory("max", mine)]: "100x20",
        [memory("used", app)]: "99x20",
        [memory("max", app)]: "100x20",
        [memory("used", other)]: "99x20",
        [memory("max", other)]: "100x20",
        [memory("used", `${mine},instance="b"`)]: "99x20",
        [memory("max", `${mine},instance="b"`)]: "-1x20",
      },
      at: "18m",
    },
  },
  KafkaGcLong: {
    severity: "warning",
    threshold: { value: 0.1, unit: "share of the time spent on garbage" },
    when: ({ collecting }, threshold) => `${collecting} > ${threshold}`,
    for: "10m",
    summary: "Kafka on {{ $labels.host }} is busy with garbage collection",
    description:
      "It has stood still {{ $value | humanizePercentage }} of the time for ten minutes; long pauses look like a dead broker to the others.",
    fires: {
      series: {
        'jvm_gc_collection_seconds_sum{gc="G1 Young Generation"}': "0+3.6x30",
        'jvm_gc_collection_seconds_sum{gc="G1 Old Generation"}': "0+3.6x30",
      },
      from: "15m",
      value: "12%",
    },
    quiet: {
      series: {
        'jvm_gc_collection_seconds_sum{gc="G1 Young Generation"}': "0+2.7x40",
        'jvm_gc_collection_seconds_sum{gc="G1 Old Generation"}': "0+2.4x40",
        'jvm_gc_collection_seconds_sum{gc="G1 Young Generation",job="app"}': "0+20x40",
      },
      at: "25m",
    },
  },
  KafkaOpenFilesHigh: {
    severity: "warning",
    threshold: { value: 0.8, unit: "share of the files the process may open" },
    when: ({ filesUsed }, threshold) => `${filesUsed} > ${threshold}`,
    for: "15m",
    summary: "Kafka on {{ $labels.host }} runs out of file handles",
    description:
      "{{ $value | humanizePercentage }} are taken by log segments and connections; without a free one the broker shuts itself down.",
    fires: {
      series: { process_open_fds: "900x20", process_max_fds: "1000x20" },
      from: "15m",
      value: "90%",
    },
    quiet: {
      series: {
        process_open_fds: "700x20",
        process_max_fds: "1000x20",
        'process_open_fds{job="app"}': "990x20",
        'process_max_fds{job="app"}': "1000x20",
      },
      at: "18m",
    },
  },
  KafkaThreadsDeadlocked: {
    severity: "critical",
    when: ({ deadlocked }) => `${deadlocked} > 0`,
    for: "5m",
    summary: "Threads of Kafka on {{ $labels.host }} block each other for good",
    description:
      '{{ $value | printf "%.0f" }} threads have waited for each other for five minutes. The broker looks alive, and only a restart frees them.',
    fires: {
      series: { jvm_threads_deadlocked: "0 1x10" },
      from: "6m",
      value: "1",
    },
    quiet: {
      series: { jvm_threads_deadlocked: "0x20", 'jvm_threads_deadlocked{job="app"}': "2x20" },
      at: "10m",
    },
  },
});
