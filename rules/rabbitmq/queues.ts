import { defineAlerts } from "../lib/alert.ts";
import { defineSignals, type Query } from "../lib/signal.ts";
import { rabbitmq } from "./common.ts";

/** Finds a queue whichever node leads it: its series are that node's. */
const queueOfJob = "cluster, env, job, vhost, queue";

/**
 * A figure of each queue without streams, which keep what was read and count it as waiting. Their type is
 * told by RabbitMQ 4 and later.
 */
const ofQueues = (q: Query, metric: string): string =>
  `(${q.gauge(metric)} unless on (${queueOfJob}) ${q.gauge("rabbitmq_detailed_queue_info", { queue_type: "rabbit_stream_queue" })})`;

/** Per queue: the default address adds all queues up, these come from `/metrics/detailed`. */
export const signals = defineSignals({
  ready: {
    unit: "count",
    about: "Messages of each queue that wait for a consumer.",
    query: (q) => ofQueues(q, "rabbitmq_detailed_queue_messages_ready"),
  },
  growth: {
    unit: "opsPerSecond",
    about: "How fast each queue grows.",
    query: (q) => `deriv(${q.gauge("rabbitmq_detailed_queue_messages")}[30m])`,
  },
  messages: {
    unit: "count",
    about: "Messages of each queue, delivered or not.",
    query: (q) => ofQueues(q, "rabbitmq_detailed_queue_messages"),
  },
  unacknowledged: {
    unit: "count",
    about: "Messages that consumers have and did not acknowledge.",
    query: (q) => q.gauge("rabbitmq_detailed_queue_messages_unacked"),
  },
  consumers: {
    unit: "count",
    about: "Consumers of each queue.",
    query: (q) => q.gauge("rabbitmq_detailed_queue_consumers"),
  },
  consumersBefore: {
    unit: "count",
    about:
      "Consumers that each queue had for a quarter of a day; a job at night is there for less.",
    query: (q) => `quantile_over_time(0.75, ${q.gauge("rabbitmq_detailed_queue_consumers")}[1d])`,
  },
  consumersElsewhere: {
    unit: "count",
    about: "The same of a queue that another node led then, where no node knows of a consumer now.",
    query: (q) => {
      const consumers = q.gauge("rabbitmq_detailed_queue_consumers");
      const now = `max by (${queueOfJob}) (${consumers})`;
      const before = `max by (${queueOfJob}) (quantile_over_time(0.75, ${consumers}[1d]))`;
      return `(${consumers} + on (${queueOfJob}) group_left () (${before} unless ${now} > 0))`;
    },
  },
  capacity: {
    unit: "ratio",
    about: "Share of the time in which the consumers of a queue could take more.",
    query: (q) => q.gauge("rabbitmq_detailed_queue_consumer_capacity"),
  },
  queueMemory: {
    unit: "bytes",
    about: "Memory of the process of each queue.",
    query: (q) => q.gauge("rabbitmq_detailed_queue_process_memory_bytes"),
  },
  dropped: {
    unit: "count",
    about: "Messages within ten minutes that fitted no queue and were thrown away.",
    query: (q) => q.events("rabbitmq_global_messages_unroutable_dropped_total", "10m"),
  },
  returned: {
    unit: "count",
    about: "Messages within ten minutes that fitted no queue and went back to their publisher.",
    query: (q) => q.events("rabbitmq_global_messages_unroutable_returned_total", "10m"),
  },
  rejected: {
    unit: "opsPerSecond",
    about: "Messages that consumers refused, per second.",
    query: (q) =>
      `sum without (dead_letter_strategy) (${q.rate("rabbitmq_global_messages_dead_lettered_rejected_total")})`,
  },
  redelivered: {
    unit: "ratio",
    about: "Share of the deliveries that were made before.",
    query: (q) =>
      `${q.rate("rabbitmq_global_messages_redelivered_total")} / (${q.rate("rabbitmq_global_messages_delivered_total")} > 10)`,
  },
  unconfirmed: {
    unit: "opsPerSecond",
    about: "Messages per second for which a publisher asked a confirmation and got none yet.",
    query: (q) =>
      `${q.rate("rabbitmq_global_messages_received_confirm_total")} - ${q.rate("rabbitmq_global_messages_confirmed_total")}`,
  },
});

const orders = 'vhost="/",queue="orders"';
/** Shows that the queue is not a stream. */
const quorum = {
  [`rabbitmq_detailed_queue_info{${orders},queue_type="rabbit_quorum_queue"}`]: "1x80",
};
const queue = { vhost: "/", queue: "orders" };

export const group = defineAlerts({ ...rabbitmq, name: "rabbitmq-queues" }, signals, {
  RabbitmqQueueBacklog: {
    severity: "warning",
    threshold: { value: 1000, unit: "messages that wait" },
    when: ({ ready }, threshold) => `${ready} > ${threshold}`,
    for: "15m",
    summary: "Queue {{ $labels.queue }} is long",
    description:
      "{{ $value | humanize }} messages of {{ $labels.queue }} have waited for a consumer for 15 minutes.",
    fires: {
      series: {
        [`rabbitmq_detailed_queue_messages_ready{${orders}}`]: "1200x30",
        ...quorum,
      },
      from: "15m",
      labels: queue,
      value: "1.2k",
    },
    quiet: {
      series: {
        [`rabbitmq_detailed_queue_messages_ready{${orders}}`]: "850x30",
        'rabbitmq_detailed_queue_messages_ready{vhost="/",queue="events"}': "9000x30",
        'rabbitmq_detailed_queue_info{vhost="/",queue="events",queue_type="rabbit_stream_queue"}':
          "1x30",
      },
      at: "20m",
    },
  },
  RabbitmqQueueGrowing: {
    severity: "warning",
    threshold: { value: 1, unit: "messages per second more than are taken" },
    when: ({ growth, messages }, threshold) => `${growth} > ${threshold} and ${messages} > 1000`,
    for: "30m",
    summary: "Queue {{ $labels.queue }} grows without end",
    description:
      "{{ $labels.queue }} has grown by {{ $value | humanize }} messages a second for half an hour: consumers do not keep up.",
    fires: {
      series: { [`rabbitmq_detailed_queue_messages{${orders}}`]: "2000+72x80", ...quorum },
      from: "31m",
      labels: queue,
      value: "1.2",
    },
    quiet: {
      series: {
        [`rabbitmq_detailed_queue_messages{${orders}}`]: "2000+51x80",
        'rabbitmq_detailed_queue_messages{vhost="/",queue="new"}': "0+72x12 864x70",
      },
      at: "70m",
    },
  },
  RabbitmqUnackedHigh: {
    severity: "warning",
    threshold: { value: 1000, unit: "messages not acknowledged" },
    when: ({ unacknowledged }, threshold) => `${unacknowledged} > ${threshold}`,
    for: "15m",
    summary: "Consumers of {{ $labels.queue }} do not acknowledge",
    description:
      "{{ $value | humanize }} messages have been with consumers for 15 minutes; they come again when those go.",
    fires: {
      series: { [`rabbitmq_detailed_queue_messages_unacked{${orders}}`]: "1200x30" },
      from: "15m",
      labels: queue,
      value: "1.2k",
    },
    quiet: {
      series: { [`rabbitmq_detailed_queue_messages_unacked{${orders}}`]: "850x30" },
      at: "20m",
    },
  },
  RabbitmqQueueNoConsumers: {
    severity: "critical",
    // Where nobody ever reads, as where dead letters lie or messages wait for their time, nobody is missing.
    when: ({ consumers, consumersBefore, consumersElsewhere, ready }) =>
      `${consumers} == 0 and (${consumersBefore} > 0 or ${consumersElsewhere} > 0) and ${ready} > 0`,
    for: "5m",
    summary: "Nobody reads queue {{ $labels.queue }}",
    description:
      "Messages have waited in {{ $labels.queue }} for five minutes and it has no consumer.",
    fires: {
      series: {
        // The node that led the queue goes, and its consumers with it.
        [`rabbitmq_detailed_queue_consumers{${orders},instance="mq-2:15692",host="mq-2"}`]:
          "1x10 stale",
        [`rabbitmq_detailed_queue_consumers{${orders}}`]: "_x11 0x20",
        [`rabbitmq_detailed_queue_messages_ready{${orders}}`]: "_x11 1x20",
        ...quorum,
      },
      from: "16m",
      labels: queue,
    },
    quiet: {
      series: {
        [`rabbitmq_detailed_queue_consumers{${orders}}`]: "1x20",
        [`rabbitmq_detailed_queue_messages_ready{${orders}}`]: "1x20",
        'rabbitmq_detailed_queue_consumers{vhost="/",queue="dead"}': "0x20",
        'rabbitmq_detailed_queue_messages_ready{vhost="/",queue="dead"}': "3x20",
        'rabbitmq_detailed_queue_consumers{vhost="/",queue="nightly"}': "1 0x20",
        'rabbitmq_detailed_queue_messages_ready{vhost="/",queue="nightly"}': "9x20",
        // Another cluster's queue of that name.
        [`rabbitmq_detailed_queue_consumers{${orders},instance="dev:15692"}`]: "0x20",
        [`rabbitmq_detailed_queue_messages_ready{${orders},instance="dev:15692"}`]: "3x20",
        'rabbitmq_detailed_queue_consumers{vhost="/",queue="empty"}': "1x10 0x20",
        'rabbitmq_detailed_queue_messages_ready{vhost="/",queue="empty"}': "0x20",
      },
      at: "10m",
    },
  },
  RabbitmqConsumersSaturated: {
    severity: "warning",
    threshold: { value: 0.5, unit: "share of the time in which consumers could take more" },
    when: ({ capacity, ready }, threshold) => `${capacity} < ${threshold} and ${ready} > 100`,
    for: "15m",
    summary: "Consumers of {{ $labels.queue }} are too slow",
    description:
      "Only {{ $value | humanizePercentage }} of the time could a consumer of {{ $labels.queue }} take another message.",
    fires: {
      series: {
        [`rabbitmq_detailed_queue_consumer_capacity{${orders}}`]: "0.45x30",
        [`rabbitmq_detailed_queue_messages_ready{${orders}}`]: "120x30",
        ...quorum,
      },
      from: "15m",
      labels: queue,
      value: "45%",
    },
    quiet: {
      series: {
        [`rabbitmq_detailed_queue_consumer_capacity{${orders}}`]: "0.55x30",
        [`rabbitmq_detailed_queue_messages_ready{${orders}}`]: "120x30",
        'rabbitmq_detailed_queue_consumer_capacity{vhost="/",queue="short"}': "0x30",
        'rabbitmq_detailed_queue_messages_ready{vhost="/",queue="short"}': "85x30",
      },
      at: "20m",
    },
  },
  RabbitmqQueueMemoryHigh: {
    severity: "warning",
    threshold: { value: 1e9, unit: "bytes of one queue" },
    when: ({ queueMemory }, threshold) => `${queueMemory} > ${threshold}`,
    for: "15m",
    summary: "Queue {{ $labels.queue }} holds much memory",
    description:
      "{{ $labels.queue }} alone has held {{ $value | humanize1024 }}B of memory for 15 minutes.",
    fires: {
      series: { [`rabbitmq_detailed_queue_process_memory_bytes{${orders}}`]: "1181116006x30" },
      from: "15m",
      labels: queue,
      value: "1.1Gi",
    },
    quiet: {
      series: { [`rabbitmq_detailed_queue_process_memory_bytes{${orders}}`]: "85e7x30" },
      at: "20m",
    },
  },
  RabbitmqMessagesDropped: {
    severity: "warning",
    when: ({ dropped }) => `${dropped} > 0`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "RabbitMQ on {{ $labels.host }} throws messages away",
    description:
      "{{ $value | humanize }} messages by {{ $labels.protocol }} fitted no queue within ten minutes and are lost.",
    fires: {
      series: {
        'rabbitmq_global_messages_unroutable_dropped_total{protocol="amqp091"}': "0x15 1x5",
      },
      from: "16m",
      labels: { protocol: "amqp091" },
      value: "1",
    },
    quiet: {
      series: { 'rabbitmq_global_messages_unroutable_dropped_total{protocol="amqp091"}': "5x40" },
      at: "30m",
    },
  },
  RabbitmqMessagesReturned: {
    severity: "warning",
    threshold: { value: 10, unit: "messages returned within ten minutes" },
    when: ({ returned }, threshold) => `${returned} > ${threshold}`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "RabbitMQ on {{ $labels.host }} returns messages to publishers",
    description:
      "{{ $value | humanize }} messages by {{ $labels.protocol }} fitted no queue within ten minutes and went back.",
    fires: {
      series: {
        'rabbitmq_global_messages_unroutable_returned_total{protocol="amqp091"}': "0x15 12x5",
      },
      from: "16m",
      labels: { protocol: "amqp091" },
      value: "12",
    },
    quiet: {
      series: {
        'rabbitmq_global_messages_unroutable_returned_total{protocol="amqp091"}': "0x15 8.5x40",
      },
      at: "20m",
    },
  },
  RabbitmqDeadLettered: {
    severity: "warning",
    threshold: { value: 1, unit: "refused messages per second" },
    when: ({ rejected }, threshold) => `${rejected} > ${threshold}`,
    for: "10m",
    summary: "Consumers of RabbitMQ on {{ $labels.host }} refuse messages",
    description:
      "{{ $value | humanize }} messages a second have been refused for 10 minutes: consumers cannot work with what they get.",
    fires: {
      series: {
        'rabbitmq_global_messages_dead_lettered_rejected_total{queue_type="rabbit_quorum_queue",dead_letter_strategy="at_most_once"}':
          "0+72x40",
      },
      from: "15m",
      labels: { queue_type: "rabbit_quorum_queue" },
      value: "1.2",
    },
    quiet: {
      series: {
        'rabbitmq_global_messages_dead_lettered_rejected_total{queue_type="rabbit_quorum_queue",dead_letter_strategy="at_most_once"}':
          "0+51x40",
      },
      at: "25m",
    },
  },
  RabbitmqRedeliveriesHigh: {
    severity: "warning",
    threshold: { value: 0.2, unit: "share of deliveries made before" },
    when: ({ redelivered }, threshold) => `${redelivered} > ${threshold}`,
    for: "15m",
    summary: "Messages of RabbitMQ on {{ $labels.host }} go round in circles",
    description:
      "{{ $value | humanizePercentage }} of the deliveries were made before: consumers die or give back what they take.",
    fires: {
      series: {
        'rabbitmq_global_messages_redelivered_total{protocol="amqp091",queue_type="rabbit_classic_queue"}':
          "0+288x40",
        'rabbitmq_global_messages_delivered_total{protocol="amqp091",queue_type="rabbit_classic_queue"}':
          "0+1200x40",
      },
      from: "18m",
      labels: { protocol: "amqp091", queue_type: "rabbit_classic_queue" },
      value: "24%",
    },
    quiet: {
      series: {
        'rabbitmq_global_messages_redelivered_total{protocol="amqp091",queue_type="rabbit_classic_queue"}':
          "0+204x40",
        'rabbitmq_global_messages_delivered_total{protocol="amqp091",queue_type="rabbit_classic_queue"}':
          "0+1200x40",
        'rabbitmq_global_messages_redelivered_total{protocol="mqtt",queue_type="rabbit_classic_queue"}':
          "0+300x40",
        'rabbitmq_global_messages_delivered_total{protocol="mqtt",queue_type="rabbit_classic_queue"}':
          "0+300x40",
      },
      at: "30m",
    },
  },
  RabbitmqConfirmsMissing: {
    severity: "critical",
    threshold: { value: 10, unit: "messages per second without a confirmation" },
    when: ({ unconfirmed }, threshold) => `${unconfirmed} > ${threshold}`,
    for: "7m",
    summary: "RabbitMQ on {{ $labels.host }} does not confirm messages",
    description:
      "{{ $value | humanize }} messages a second have got no confirmation for seven minutes: a majority of a queue's members is away, or the disk is slow.",
    fires: {
      series: {
        'rabbitmq_global_messages_received_confirm_total{protocol="amqp091"}': "0+1320x30",
        'rabbitmq_global_messages_confirmed_total{protocol="amqp091"}': "0+600x30",
      },
      from: "12m",
      labels: { protocol: "amqp091" },
      value: "12",
    },
    quiet: {
      series: {
        'rabbitmq_global_messages_received_confirm_total{protocol="amqp091"}': "0+1110x30",
        'rabbitmq_global_messages_confirmed_total{protocol="amqp091"}': "0+600x30",
      },
      at: "20m",
    },
  },
});
