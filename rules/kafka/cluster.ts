import { defineAlerts } from "../lib/alert.ts";
import { defineSignals } from "../lib/signal.ts";
import { usual } from "../lib/usual.ts";
import { kafka } from "./common.ts";
import { alwaysANumber } from "../lib/nature.ts";

export const signals = defineSignals({
  up: {
    unit: "bool",
    about: "1 while kafka_exporter answers its scrape.",
    query: (q) => q.gauge("up", { job: "kafka" }),
  },
  brokers: {
    unit: "count",
    about: "Brokers that are in the cluster.",
    query: (q) => q.gauge("kafka_brokers"),
  },
  brokersLost: {
    unit: "count",
    about: "Brokers fewer than there mostly were within two hours.",
    query: (q) => {
      const brokers = q.gauge("kafka_brokers");
      return `${usual(brokers)} - ${brokers}`;
    },
  },
  leaderless: {
    unit: "count",
    about: "Partitions of each topic without a leader; the exporter leaves their leader out.",
    query: (q) =>
      `count without (partition) (${q.gauge("kafka_topic_partition_under_replicated_partition")} unless ${q.gauge("kafka_topic_partition_leader")} >= 0)`,
  },
  lastReplica: {
    unit: "count",
    about: "Partitions of each topic of whose replicas only one is in sync.",
    query: (q) =>
      // One that gets more replicas has had no more so far, and loses none.
      `count without (partition) (${q.gauge("kafka_topic_partition_in_sync_replica")} == 1 and ${q.gauge("kafka_topic_partition_replicas")} > 1 and max_over_time(${q.gauge("kafka_topic_partition_in_sync_replica")}[1d:5m]) > 1)`,
  },
  underReplicated: {
    unit: "count",
    about: "Partitions of each topic with a replica that lags behind or is gone.",
    query: (q) =>
      `sum without (partition) (${q.gauge("kafka_topic_partition_under_replicated_partition")})`,
  },
  misplacedLeaders: {
    unit: "ratio",
    about: "Share of the partitions whose leader is not the replica that was meant to lead.",
    query: (q) =>
      `1 - avg without (topic, partition) (${q.gauge("kafka_topic_partition_leader_is_preferred")})`,
  },
  replicas: {
    unit: "count",
    about: "Copies that each topic is kept in, of its partition with the fewest.",
    query: (q) => `min without (partition) (${q.gauge("kafka_topic_partition_replicas")})`,
  },
});

const orders = { topic: "orders" };
const part = (metric: string, partition: number, topic = "orders"): string =>
  `kafka_topic_partition_${metric}{topic="${topic}",partition="${partition}"}`;

export const group = defineAlerts({ ...kafka, name: "kafka-cluster" }, signals, {
  KafkaExporterDown: {
    severity: "warning",
    down: true,
    when: ({ up }) => `${up} == 0`,
    for: "5m",
    summary: "kafka_exporter on {{ $labels.host }} does not answer",
    description:
      "It has not answered for five minutes. Nothing is known of consumer lag and replication; the brokers may be well.",
    fires: { series: { up: "1 0x10" }, from: "6m" },
    quiet: { series: { up: "1 0x3 1x10", 'up{job="other"}': "0x20" }, at: "8m" },
  },
  KafkaNoBrokers: {
    severity: "critical",
    family: "KafkaBrokers",
    when: ({ brokers }) => `${brokers} == 0`,
    for: "2m",
    summary: "Kafka has no broker, as seen by {{ $labels.instance }}",
    description: "No broker has been in the cluster for two minutes: nobody can read or write.",
    fires: { series: { kafka_brokers: "3 0x10" }, from: "3m" },
    quiet: { series: { kafka_brokers: "1x20" }, at: "10m" },
  },
  KafkaBrokerLost: {
    severity: "warning",
    family: "KafkaBrokers",
    when: ({ brokersLost }) => `${brokersLost} > 0`,
    for: "5m",
    summary: "Kafka has fewer brokers, as seen by {{ $labels.instance }}",
    description:
      '{{ $value | printf "%.0f" }} brokers fewer than mostly within two hours, for five minutes: their replicas are missing everywhere.',
    fires: { series: { kafka_brokers: "3x40 2x30" }, from: "46m", value: "1" },
    quiet: { series: { kafka_brokers: "2x80" }, at: "70m" },
  },
  KafkaPartitionOffline: {
    severity: "critical",
    when: ({ leaderless }) => `${leaderless} > 0`,
    for: "2m",
    summary: "Partitions of {{ $labels.topic }} have no leader",
    description:
      '{{ $value | printf "%.0f" }} partitions of {{ $labels.topic }} have had no leader for two minutes: nobody can read or write them.',
    fires: {
      series: {
        [part("under_replicated_partition", 0)]: "0x20",
        [part("leader", 0)]: "1x20",
        [part("under_replicated_partition", 1)]: "0x4 1x20",
        [part("leader", 1)]: "1x4 stale",
      },
      from: "7m",
      labels: orders,
      value: "1",
    },
    quiet: {
      series: {
        [part("under_replicated_partition", 0)]: "0x20",
        [part("leader", 0)]: "0x20",
        [part("under_replicated_partition", 1)]: "1x20",
        [part("leader", 1)]: "2x20",
      },
      at: "10m",
    },
    byNature: { unknown: alwaysANumber },
  },
  KafkaLastReplica: {
    severity: "critical",
    family: "KafkaReplication",
    when: ({ lastReplica }) => `${lastReplica} > 0`,
    for: "5m",
    summary: "{{ $labels.topic }} hangs on a single replica",
    description:
      '{{ $value | printf "%.0f" }} partitions of {{ $labels.topic }} have had one replica in sync for five minutes; if it goes, messages are lost.',
    fires: {
      series: {
        [part("in_sync_replica", 0)]: "3x4 1x20",
        [part("replicas", 0)]: "3x24",
      },
      from: "10m",
      labels: orders,
      value: "1",
    },
    quiet: {
      series: {
        [part("in_sync_replica", 0)]: "2x20",
        [part("replicas", 0)]: "3x20",
        [part("in_sync_replica", 0, "single")]: "1x20",
        [part("replicas", 0, "single")]: "1x20",
        [part("in_sync_replica", 0, "wider")]: "1x20",
        [part("replicas", 0, "wider")]: "1x4 3x20",
      },
      at: "10m",
    },
  },
  KafkaUnderReplicated: {
    severity: "warning",
    family: "KafkaReplication",
    when: ({ underReplicated }) => `${underReplicated} > 0`,
    for: "15m",
    summary: "{{ $labels.topic }} has too few replicas in sync",
    description:
      '{{ $value | printf "%.0f" }} partitions of {{ $labels.topic }} have lacked a replica for 15 minutes, longer than a restart takes.',
    fires: {
      series: {
        [part("under_replicated_partition", 0)]: "0x4 1x30",
        [part("under_replicated_partition", 1)]: "0x40",
      },
      from: "20m",
      labels: orders,
      value: "1",
    },
    quiet: {
      series: {
        [part("under_replicated_partition", 0)]: "1x12 0x20",
        [part("under_replicated_partition", 1)]: "0x40",
      },
      at: "20m",
    },
  },
  KafkaLeadersMisplaced: {
    severity: "warning",
    threshold: { value: 0.2, unit: "share of the partitions not led where they should be" },
    when: ({ misplacedLeaders }, threshold) => `${misplacedLeaders} > ${threshold}`,
    for: "1h",
    summary: "Leaders of Kafka partitions are not where they should be",
    description:
      "{{ $value | humanizePercentage }} of the partitions have been led by another replica than meant for an hour: some brokers carry the load of others.",
    fires: {
      series: {
        [part("leader_is_preferred", 0)]: "0.7x80",
        [part("leader_is_preferred", 0, "invoices")]: "0.82x80",
      },
      from: "1h",
      value: "24%",
    },
    quiet: {
      series: {
        [part("leader_is_preferred", 0)]: "0.7x80",
        [part("leader_is_preferred", 0, "invoices")]: "0.96x80",
      },
      at: "70m",
    },
  },
  KafkaTopicUnreplicated: {
    severity: "info",
    when: ({ brokers, replicas }) => `${replicas} < 2 and ignoring (topic) ${brokers} > 1`,
    for: "1h",
    summary: "{{ $labels.topic }} is kept in one copy",
    description:
      "The cluster has several brokers, but {{ $labels.topic }} is kept by one of them: when it stops, the topic stops.",
    fires: {
      series: { [part("replicas", 0)]: "1.6x80", kafka_brokers: "2x80" },
      from: "1h",
      labels: orders,
    },
    quiet: {
      series: {
        [part("replicas", 0)]: "2x80",
        kafka_brokers: "2x80",
        'kafka_topic_partition_replicas{topic="demo",partition="0",instance="dev:9308",host="dev"}':
          "1x80",
        'kafka_brokers{instance="dev:9308",host="dev"}': "1x80",
      },
      at: "70m",
    },
  },
});
