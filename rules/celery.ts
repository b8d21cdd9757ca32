import { defineAlerts, type Owner } from "./lib/alert.ts";
import { hostBoard } from "./lib/boards.ts";
import { defineSignals, type Query } from "./lib/signal.ts";
import { alwaysANumber } from "./lib/nature.ts";

/** Tasks of one kind per second, wherever they ran. */
const ofTask = (q: Query, metric: string, ...more: string[]): string =>
  `sum without (${["hostname", "queue_name", ...more].join(", ")}) (${q.rate(metric)})`;

/** Only kinds of task that run often enough for a share to mean something. */
const started = (q: Query): string => `(${ofTask(q, "celery_task_started_total")} > 0.05)`;

export const signals = defineSignals({
  up: {
    unit: "bool",
    about: "1 while celery-exporter answers its scrape.",
    query: (q) => q.gauge("up", { job: "celery" }),
  },
  workersUp: {
    unit: "count",
    about: "Workers that send heartbeats.",
    query: (q) => `sum without (hostname) (${q.gauge("celery_worker_up")})`,
  },
  workersMissing: {
    unit: "count",
    about: "Workers fewer than within the last hour: one that is killed is 0, or just vanishes.",
    query: (q) => {
      const workers = `sum without (hostname) (${q.gauge("celery_worker_up")})`;
      return `quantile_over_time(0.5, ${workers}[1h:1m]) - ${workers}`;
    },
  },
  queueLength: {
    unit: "count",
    about: "Tasks in each queue that no worker has taken.",
    query: (q) => q.gauge("celery_queue_length"),
  },
  queueGrowth: {
    unit: "opsPerSecond",
    about: "How fast each queue grows.",
    query: (q) => `deriv(${q.gauge("celery_queue_length")}[30m])`,
  },
  queueWorkers: {
    unit: "count",
    about: "Workers that read each queue.",
    query: (q) => q.gauge("celery_active_worker_count"),
  },
  queueStarted: {
    unit: "count",
    about: "Tasks of each queue that were started within 15 minutes.",
    query: (q) => `sum without (hostname, name) (${q.events("celery_task_started_total", "15m")})`,
  },
  queueTold: {
    unit: "bool",
    about: "1 for each queue of which a worker told within a day that it started a task.",
    query: (q) =>
      `group without (hostname, name) (present_over_time(${q.counter("celery_task_started_total")}[1d]))`,
  },
  busy: {
    unit: "ratio",
    about:
      "Tasks that run as a share of the processes there are; several queues of one worker count several times.",
    query: (q) =>
      `sum without (hostname) (${q.gauge("celery_worker_tasks_active")}) / (sum without (queue_name) (${q.gauge("celery_active_process_count")}) > 0)`,
  },
  failed: {
    unit: "ratio",
    about: "Share of the runs of each kind of task that ended with an exception.",
    query: (q) => `${ofTask(q, "celery_task_failed_total", "exception")} / ${started(q)}`,
  },
  retried: {
    unit: "ratio",
    about: "Share of the runs of each kind of task that ended with a request to try again.",
    query: (q) => `${ofTask(q, "celery_task_retried_total")} / ${started(q)}`,
  },
  runtime: {
    unit: "seconds",
    about: "Mean time that each kind of task runs; the buckets end at ten seconds unless set.",
    query: (q) =>
      `${ofTask(q, "celery_task_runtime_sum")} / (${ofTask(q, "celery_task_runtime_count")} > 0.003)`,
  },
  rejected: {
    unit: "count",
    about: "Tasks of each kind that workers refused within 15 minutes.",
    query: (q) =>
      `sum without (hostname, queue_name) (${q.events("celery_task_rejected_total", "15m")})`,
  },
  revoked: {
    unit: "count",
    about: "Tasks of each kind that were called off or had expired within 15 minutes.",
    query: (q) =>
      `sum without (hostname, queue_name) (${q.events("celery_task_revoked_total", "15m")})`,
  },
});

const owner: Owner = {
  service: "celery",
  team: "mlops",
  scope: "workload",
  layer: "service",
  board: hostBoard,
  target: { job: "celery", instance: "celery-1:9808", host: "celery-1" },
};

const mail = { queue_name: "mail" };
const ofMail = (metric: string, queue = "mail"): string =>
  `celery_${metric}{queue_name="${queue}"}`;
const send = { name: "send" };
const ofSend = (metric: string, more = ""): string =>
  `celery_task_${metric}{name="send",queue_name="mail",hostname="w1"${more}}`;
/** A kind of task that runs too seldom to speak of shares. */
const ofRare = (metric: string, more = ""): string =>
  `celery_task_${metric}{name="rare",queue_name="mail",hostname="w1"${more}}`;
const exception = ',exception="TimeoutError"';
const otherException = ',exception="KeyError"';

export const group = defineAlerts(owner, signals, {
  CeleryExporterDown: {
    severity: "warning",
    down: true,
    scope: "target",
    when: ({ up }) => `${up} == 0`,
    for: "5m",
    summary: "celery-exporter on {{ $labels.host }} does not answer",
    description:
      "It has not answered for five minutes. Workers may go on, but nothing is known of queues and tasks.",
    fires: { series: { up: "1 0x10" }, from: "6m" },
    quiet: { series: { up: "1 0x3 1x10", 'up{job="other"}': "0x20" }, at: "8m" },
  },
  CeleryNoWorkers: {
    severity: "critical",
    // Workers that are scaled to none while there is nothing to do are missed by nobody.
    when: ({ queueLength, up, workersUp }) =>
      `${up} == 1 unless on (cluster, env, host, instance, job) (${workersUp} > 0 or sum without (queue_name) (${queueLength}) == 0)`,
    for: "5m",
    summary: "Celery has no worker, as seen from {{ $labels.host }}",
    description:
      "For five minutes no worker has sent a heartbeat, or none is known: tasks are accepted and none is done.",
    fires: {
      series: {
        up: "1x20",
        [ofMail("queue_length")]: "3x20",
        'celery_worker_up{hostname="w1"}': "1 0x8 stale",
        'celery_worker_up{hostname="w2"}': "0x8 stale",
      },
      from: "6m",
    },
    quiet: {
      series: {
        up: "1x20",
        'celery_worker_up{hostname="w1"}': "1x20",
        'celery_worker_up{hostname="w2"}': "0x20",
        'up{job="other"}': "1x20",
        'up{instance="idle:9808"}': "1x20",
        'celery_queue_length{queue_name="mail",instance="idle:9808"}': "0x20",
      },
      at: "10m",
    },
    byNature: {
      removed: "Tasks that nobody works on wait, whoever took the workers away.",
      unknown: alwaysANumber,
    },
  },
  CeleryWorkerDown: {
    severity: "warning",
    when: ({ workersMissing }) => `${workersMissing} > 0`,
    for: "10m",
    summary: "Celery has lost workers, as seen from {{ $labels.host }}",
    description:
      '{{ $value | printf "%.0f" }} workers fewer than for most of the last hour send heartbeats; what they worked on may be lost or done twice.',
    fires: {
      // One of two is killed, and nothing more is said of it.
      series: {
        'celery_worker_up{hostname="w1"}': "1x20 stale",
        'celery_worker_up{hostname="w2"}': "1x40",
      },
      from: "31m",
      value: "1",
    },
    quiet: {
      series: {
        // A rollout: new ones come, the old ones stay behind as offline.
        'celery_worker_up{hostname="w1"}': "1x20 0x40",
        'celery_worker_up{hostname="w2"}': "_x18 1x50",
      },
      at: "50m",
    },
    resolves: {
      series: {
        'celery_worker_up{hostname="w1"}': "1x20",
        'celery_worker_up{hostname="w2"}': "1x20",
      },
      at: "10m",
    },
  },
  CeleryQueueNoWorkers: {
    severity: "critical",
    scope: "queue",
    when: ({ queueLength, queueWorkers }) => `${queueLength} > 0 and ${queueWorkers} == 0`,
    for: "5m",
    summary: "No worker reads the Celery queue {{ $labels.queue_name }}",
    description:
      '{{ $value | printf "%.0f" }} tasks wait in {{ $labels.queue_name }}, and for five minutes no worker has read it.',
    fires: {
      series: { [ofMail("queue_length")]: "1x20", [ofMail("active_worker_count")]: "1 0x20" },
      from: "6m",
      labels: mail,
      value: "1",
    },
    quiet: {
      series: {
        [ofMail("queue_length")]: "1x20",
        [ofMail("active_worker_count")]: "1x20",
        [ofMail("queue_length", "empty")]: "0x20",
        [ofMail("active_worker_count", "empty")]: "0x20",
      },
      at: "10m",
    },
  },
  CeleryQueueLong: {
    severity: "warning",
    scope: "queue",
    threshold: { value: 1000, unit: "tasks that wait" },
    when: ({ queueLength }, threshold) => `${queueLength} > ${threshold}`,
    for: "15m",
    summary: "The Celery queue {{ $labels.queue_name }} is long",
    description:
      "{{ $value | humanize }} tasks have waited in {{ $labels.queue_name }} for 15 minutes, beside those that workers hold already.",
    fires: {
      series: { [ofMail("queue_length")]: "1200x20" },
      from: "15m",
      labels: mail,
      value: "1.2k",
    },
    quiet: { series: { [ofMail("queue_length")]: "850x20" }, at: "18m" },
  },
  CeleryQueueGrowing: {
    severity: "warning",
    scope: "queue",
    threshold: { value: 0.5, unit: "tasks per second more than are taken" },
    when: ({ queueGrowth, queueLength }, threshold) =>
      `${queueGrowth} > ${threshold} and ${queueLength} > 100`,
    for: "30m",
    summary: "The Celery queue {{ $labels.queue_name }} grows without end",
    description:
      'It has grown by {{ $value | printf "%.1f" }} tasks a second for half an hour: workers do not keep up.',
    fires: {
      series: { [ofMail("queue_length")]: "200+36x80" },
      from: "31m",
      labels: mail,
      value: "0.6",
    },
    quiet: { series: { [ofMail("queue_length")]: "200+25.5x80" }, at: "70m" },
  },
  CeleryQueueStuck: {
    severity: "warning",
    scope: "queue",
    threshold: { value: 10, unit: "tasks that wait" },
    // An exporter that restarted has no series of tasks until one is started.
    when: ({ queueLength, queueStarted, queueTold }, threshold) =>
      `${queueLength} > ${threshold} and ${queueTold} unless ${queueStarted} > 0`,
    for: "10m",
    summary: "No task of the Celery queue {{ $labels.queue_name }} is started",
    description:
      '{{ $value | printf "%.0f" }} tasks wait in {{ $labels.queue_name }} and for 25 minutes none was started: workers hang or all are in long tasks.',
    fires: {
      series: { [ofMail("queue_length")]: "12x50", [ofSend("started_total")]: "0+6x10 60x50" },
      from: "34m",
      labels: mail,
      value: "12",
    },
    quiet: {
      series: {
        [ofMail("queue_length")]: "8.5x60",
        [ofSend("started_total")]: "60x60",
        [ofMail("queue_length", "busy")]: "12x60",
        'celery_task_started_total{name="build",queue_name="busy",hostname="w1"}': "0+1x60",
        // Its workers tell of no task.
        [ofMail("queue_length", "silent")]: "12x60",
      },
      at: "40m",
    },
  },
  CeleryWorkersBusy: {
    severity: "warning",
    threshold: { value: 0.95, unit: "share of the worker processes" },
    when: ({ busy }, threshold) => `${busy} > ${threshold}`,
    for: "30m",
    summary: "All Celery workers seen from {{ $labels.host }} are busy",
    description:
      "{{ $value | humanizePercentage }} of the worker processes have been at work for half an hour; every new task waits.",
    fires: {
      series: {
        'celery_worker_tasks_active{hostname="w1"}': "4x50",
        'celery_worker_tasks_active{hostname="w2"}': "4x50",
        [ofMail("active_process_count")]: "4x50",
        [ofMail("active_process_count", "images")]: "4x50",
      },
      from: "30m",
      value: "100%",
    },
    quiet: {
      series: {
        'celery_worker_tasks_active{hostname="w1"}': "4x50",
        'celery_worker_tasks_active{hostname="w2"}': "2.8x50",
        [ofMail("active_process_count")]: "4x50",
        [ofMail("active_process_count", "images")]: "4x50",
        'celery_worker_tasks_active{hostname="w9",instance="celery-2:9808"}': "1x50",
        'celery_active_process_count{queue_name="mail",instance="celery-2:9808"}': "0x50",
      },
      at: "40m",
    },
  },
  CeleryTaskFailures: {
    unit: "share of the runs of one kind of task",
    when: ({ failed }, threshold) => `${failed} > ${threshold}`,
    levels: {
      CeleryTaskFailuresHigh: {
        severity: "warning",
        threshold: 0.05,
        for: "15m",
        summary: "Celery tasks {{ $labels.name }} fail",
        description:
          "{{ $value | humanizePercentage }} of the runs of {{ $labels.name }} have ended with an exception for 15 minutes.",
        fires: { series: 7.2, from: "16m", value: "6%" },
        quiet: { series: 5.1, at: "25m" },
      },
      CeleryTaskFailuresCritical: {
        severity: "critical",
        threshold: 0.5,
        for: "7m",
        summary: "Most Celery tasks {{ $labels.name }} fail",
        description:
          "{{ $value | humanizePercentage }} of the runs of {{ $labels.name }} end with an exception: what it does does not happen.",
        fires: { series: 72, from: "8m", value: "60%" },
        quiet: { series: 51, at: "25m" },
      },
    },
    series: (failed) => ({
      [ofSend("failed_total", exception)]: `0+${failed * 0.75}x40`,
      [ofSend("failed_total", otherException)]: `0+${failed * 0.25}x40`,
      [ofSend("started_total")]: "0+120x40",
    }),
    beside: {
      [ofRare("failed_total", exception)]: "0+2.5x40",
      [ofRare("started_total")]: "0+2.5x40",
    },
    labels: send,
  },
  CeleryTaskRetriesHigh: {
    severity: "warning",
    threshold: { value: 0.2, unit: "share of the runs of one kind of task" },
    when: ({ retried }, threshold) => `${retried} > ${threshold}`,
    for: "15m",
    summary: "Celery tasks {{ $labels.name }} are tried again and again",
    description:
      "{{ $value | humanizePercentage }} of the runs of {{ $labels.name }} asked to be tried again: something they need answers badly.",
    fires: {
      series: {
        [ofSend("retried_total")]: "0+28.8x40",
        [ofSend("started_total")]: "0+120x40",
      },
      from: "16m",
      labels: send,
      value: "24%",
    },
    quiet: {
      series: {
        [ofSend("retried_total")]: "0+20.4x40",
        [ofSend("started_total")]: "0+120x40",
        [ofRare("retried_total")]: "0+2.5x40",
        [ofRare("started_total")]: "0+2.5x40",
      },
      at: "25m",
    },
  },
  CeleryTasksSlow: {
    severity: "warning",
    threshold: { value: 60, unit: "seconds a task runs on average" },
    when: ({ runtime }, threshold) => `${runtime} > ${threshold}`,
    for: "15m",
    summary: "Celery tasks {{ $labels.name }} run long",
    description:
      "A run of {{ $labels.name }} has taken {{ $value | humanizeDuration }} on average for 15 minutes.",
    fires: {
      series: {
        [ofSend("runtime_sum")]: "0+144x40",
        [ofSend("runtime_count")]: "0+2x40",
      },
      from: "16m",
      labels: send,
      value: "1m 12s",
    },
    quiet: {
      series: {
        [ofSend("runtime_sum")]: "0+102x40",
        [ofSend("runtime_count")]: "0+2x40",
        [ofRare("runtime_sum")]: "0+15x40",
        [ofRare("runtime_count")]: "0+0.15x40",
      },
      at: "25m",
    },
  },
  CeleryTasksRejected: {
    severity: "warning",
    when: ({ rejected }) => `${rejected} > 0`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "Workers refuse Celery tasks {{ $labels.name }}",
    description:
      "Within 15 minutes {{ $value | humanize }} tasks {{ $labels.name }} were refused and thrown away, or moved to a dead-letter queue.",
    fires: {
      series: { [ofSend("rejected_total")]: "0x20 1x5" },
      from: "21m",
      labels: send,
      value: "1",
    },
    quiet: { series: { [ofSend("rejected_total")]: "7x40" }, at: "30m" },
  },
  CeleryTasksRevoked: {
    severity: "warning",
    threshold: { value: 10, unit: "tasks revoked within 15 minutes" },
    when: ({ revoked }, threshold) => `${revoked} > ${threshold}`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "Celery tasks {{ $labels.name }} are revoked",
    description:
      "Within 15 minutes {{ $value | humanize }} tasks {{ $labels.name }} were called off or had expired before a worker got to them.",
    fires: {
      series: { [ofSend("revoked_total")]: "0x20 12x5" },
      from: "21m",
      labels: send,
      value: "12",
    },
    quiet: { series: { [ofSend("revoked_total")]: "0x15 8.5x40" }, at: "20m" },
  },
});
