import { defineAlerts } from "../lib/alert.ts";
import { defineSignals } from "../lib/signal.ts";
import { kafka } from "./common.ts";

/**
 * By group and topic; offsets count up, though the exporter calls them gauges. Its sum of the lag
 * lacks a series in many scrapes, which a range bears and a comparison does not.
 */
export const signals = defineSignals({
  lag: {
    unit: "count",
    about: "Messages of a topic that a consumer group has not read yet.",
    query: (q) => `sum without (partition) (${q.gauge("kafka_consumergroup_lag")} >= 0)`,
  },
  lagGrowth: {
    unit: "opsPerSecond",
    about: "How fast the lag of each group grows.",
    query: (q) => `deriv(${q.gauge("kafka_consumergroup_lag_sum")}[30m])`,
  },
  consumed: {
    unit: "opsPerSecond",
    about: "Messages per second that each group reads.",
    query: (q) => q.rate("kafka_consumergroup_current_offset_sum"),
  },
  progress: {
    unit: "count",
    about: "Messages that each group read within 15 minutes.",
    query: (q) => q.increase("kafka_consumergroup_current_offset_sum", "15m"),
  },
  progressInADay: {
    unit: "count",
    about: "Messages that each group read within a day.",
    query: (q) => q.increase("kafka_consumergroup_current_offset_sum", "1d"),
  },
  left: {
    unit: "bool",
    about:
      "Topics that a group has not read for a day while it reads others; the offsets stay for a week.",
    query: (q) => {
      const read = q.increase("kafka_consumergroup_current_offset_sum", "1d");
      return `(${read} == 0 and ignoring (topic) sum without (topic) (${read}) > 0)`;
    },
  },
  partitionLag: {
    unit: "count",
    about: "Messages of a partition that a group has not read yet; -1 is unknown.",
    query: (q) => q.gauge("kafka_consumergroup_lag"),
  },
  partitionProgress: {
    unit: "count",
    about: "Messages of a partition that a group read within 15 minutes.",
    query: (q) => q.increase("kafka_consumergroup_current_offset", "15m"),
  },
  members: {
    unit: "count",
    about: "Members of each consumer group.",
    // Who reads at a console is gone on purpose, and its group stays for a week.
    query: (q) =>
      q.gauge("kafka_consumergroup_members", { consumergroup: { not: /console-consumer-.*/ } }),
  },
});

const orders = { consumergroup: "billing", topic: "orders" };
const by = 'consumergroup="billing",topic="orders"';
/** What waits for a group, all in one partition. */
const lagOf = (consumergroup: string): string =>
  `kafka_consumergroup_lag{consumergroup="${consumergroup}",topic="orders",partition="0"}`;
const lag = lagOf("billing");
const lagSum = `kafka_consumergroup_lag_sum{${by}}`;
const offset = `kafka_consumergroup_current_offset_sum{${by}}`;
const members = 'kafka_consumergroup_members{consumergroup="billing"}';
/** A topic that its group does not read any more, while it reads another. */
const anotherTopic = {
  'kafka_consumergroup_lag{consumergroup="moved",topic="old",partition="0"}': "200000+100x80",
  'kafka_consumergroup_lag_sum{consumergroup="moved",topic="old"}': "200000+100x80",
  'kafka_consumergroup_current_offset_sum{consumergroup="moved",topic="old"}': "1000x80",
  'kafka_consumergroup_current_offset_sum{consumergroup="moved",topic="new"}': "0+50x80",
};
const partition = (metric: string, number: number): string =>
  `kafka_consumergroup_${metric}{${by},partition="${number}"}`;

export const group = defineAlerts({ ...kafka, name: "kafka-consumers", scope: "queue" }, signals, {
  KafkaConsumerLag: {
    unit: "messages not read yet",
    when: ({ lag, left }, threshold) => `${lag} > ${threshold} unless ${left}`,
    levels: {
      KafkaConsumerLagHigh: {
        severity: "warning",
        threshold: 1e4,
        for: "10m",
        summary: "{{ $labels.consumergroup }} lags behind on {{ $labels.topic }}",
        description:
          "{{ $value | humanize }} messages of {{ $labels.topic }} have waited for {{ $labels.consumergroup }} for ten minutes.",
        fires: {
          series: {
            [partition("lag", 0)]: "9000x20",
            [partition("lag", 1)]: "3000x20",
            [partition("lag", 2)]: "-1x20",
          },
          from: "10m",
          value: "12k",
        },
        quiet: { series: 8500, at: "15m" },
      },
      KafkaConsumerLagCritical: {
        severity: "critical",
        threshold: 1e5,
        for: "5m",
        summary: "{{ $labels.consumergroup }} is far behind on {{ $labels.topic }}",
        description:
          "{{ $value | humanize }} messages of {{ $labels.topic }} wait for {{ $labels.consumergroup }}; once older than the retention they are deleted unread.",
        fires: { series: 120000, from: "5m", value: "120k" },
        quiet: { series: 85000, at: "15m" },
      },
    },
    series: (waiting) => ({ [lag]: `${waiting}x20` }),
    beside: anotherTopic,
    labels: orders,
  },
  KafkaConsumerLagGrowing: {
    severity: "warning",
    threshold: { value: 1, unit: "messages per second more than are read" },
    when: ({ lag, lagGrowth, left }, threshold) =>
      `${lagGrowth} > ${threshold} and ${lag} > 1000 unless ${left}`,
    for: "30m",
    summary: "{{ $labels.consumergroup }} does not keep up with {{ $labels.topic }}",
    description:
      "The lag of {{ $labels.consumergroup }} on {{ $labels.topic }} has grown by {{ $value | humanize }} messages a second for half an hour.",
    fires: {
      series: { [lag]: "2000+72x80", [lagSum]: "2000+72x80" },
      from: "31m",
      labels: orders,
      value: "1.2",
    },
    quiet: {
      series: {
        ...anotherTopic,
        [lag]: "2000+51x80",
        [lagSum]: "2000+51x80",
        [lagOf("new")]: "0+72x12 864x70",
        'kafka_consumergroup_lag_sum{consumergroup="new",topic="orders"}': "0+72x12 864x70",
      },
      at: "70m",
    },
  },
  KafkaConsumerBehindTime: {
    severity: "warning",
    threshold: { value: 600, unit: "seconds to read what waits, at today's pace" },
    when: ({ consumed, lag }, threshold) => `${lag} / (${consumed} > 1) > ${threshold}`,
    for: "15m",
    summary: "{{ $labels.consumergroup }} is late on {{ $labels.topic }}",
    description:
      "At its pace {{ $labels.consumergroup }} needs {{ $value | humanizeDuration }} for what waits in {{ $labels.topic }}.",
    fires: {
      series: { [lag]: "7200x40", [offset]: "1000+600x40" },
      from: "16m",
      labels: orders,
      value: "12m 0s",
    },
    quiet: {
      series: {
        [lag]: "5100x40",
        [offset]: "1000+600x40",
        [lagOf("slow")]: "900x40",
        'kafka_consumergroup_current_offset_sum{consumergroup="slow",topic="orders"}': "7+48x40",
      },
      at: "30m",
    },
  },
  KafkaConsumerStalled: {
    severity: "critical",
    threshold: { value: 100, unit: "messages not read yet" },
    // Of a topic that a group has left, its offset is kept for a week and lags ever more.
    when: ({ lag, members, progress, progressInADay }, threshold) =>
      `${lag} > ${threshold} and ${progress} == 0 and ${progressInADay} > 0 and ignoring (topic) ${members} > 0`,
    for: "5m",
    summary: "{{ $labels.consumergroup }} has stopped reading {{ $labels.topic }}",
    description:
      "{{ $value | humanize }} messages of {{ $labels.topic }} wait; {{ $labels.consumergroup }} has members but has not moved for 20 minutes.",
    fires: {
      series: { [lag]: "120x40", [offset]: "0+60x10 600x40", [members]: "1x40" },
      from: "29m",
      labels: orders,
      value: "120",
    },
    quiet: {
      series: {
        [lag]: "85x60",
        [offset]: "600x60",
        [members]: "1x60",
        [lagOf("gone")]: "120x60",
        'kafka_consumergroup_current_offset_sum{consumergroup="gone",topic="orders"}': "600x60",
        'kafka_consumergroup_members{consumergroup="gone"}': "0x60",
        [lagOf("busy")]: "120x60",
        'kafka_consumergroup_current_offset_sum{consumergroup="busy",topic="orders"}': "600+1x60",
        'kafka_consumergroup_members{consumergroup="busy"}': "3x60",
        [lagOf("left")]: "120+5x60",
        'kafka_consumergroup_current_offset_sum{consumergroup="left",topic="orders"}': "600x60",
        'kafka_consumergroup_members{consumergroup="left"}': "3x60",
      },
      at: "40m",
    },
  },
  KafkaPartitionStuck: {
    severity: "warning",
    threshold: { value: 100, unit: "messages of one partition not read yet" },
    when: ({ partitionLag, partitionProgress, progress }, threshold) =>
      `${partitionLag} > ${threshold} and ${partitionProgress} == 0 and ignoring (partition) ${progress} > 0`,
    for: "15m",
    summary: "{{ $labels.consumergroup }} is stuck in one partition of {{ $labels.topic }}",
    description:
      "{{ $value | humanize }} messages wait in partition {{ $labels.partition }} while the group reads the others: one message or one consumer holds it up.",
    fires: {
      series: {
        [partition("lag", 0)]: "120x50",
        [partition("current_offset", 0)]: "0+60x10 600x40",
        [offset]: "0+600x50",
      },
      from: "39m",
      labels: { ...orders, partition: "0" },
      value: "120",
    },
    quiet: {
      series: {
        [partition("lag", 0)]: "85x70",
        [partition("current_offset", 0)]: "600x70",
        [partition("lag", 1)]: "120x70",
        [partition("current_offset", 1)]: "600+1x70",
        [offset]: "0+600x70",
        'kafka_consumergroup_lag{consumergroup="still",topic="orders",partition="0"}': "120x70",
        'kafka_consumergroup_current_offset{consumergroup="still",topic="orders",partition="0"}':
          "600x70",
        'kafka_consumergroup_current_offset_sum{consumergroup="still",topic="orders"}': "600x70",
      },
      at: "50m",
    },
  },
  KafkaConsumerGroupEmpty: {
    severity: "warning",
    threshold: { value: 100, unit: "messages not read yet" },
    when: ({ lag, members }, threshold) =>
      `${lag} > ${threshold} and ignoring (topic) ${members} == 0`,
    for: "30m",
    summary: "{{ $labels.consumergroup }} has no member to read {{ $labels.topic }}",
    description:
      "{{ $value | humanize }} messages of {{ $labels.topic }} wait and {{ $labels.consumergroup }} has been without a member for half an hour.",
    fires: {
      series: { [lag]: "120x50", [members]: "1 0x50" },
      from: "31m",
      labels: orders,
      value: "120",
    },
    quiet: {
      series: {
        [lag]: "85x50",
        [members]: "0x50",
        [lagOf("busy")]: "120x50",
        'kafka_consumergroup_members{consumergroup="busy"}': "1x50",
      },
      at: "40m",
    },
  },
});
