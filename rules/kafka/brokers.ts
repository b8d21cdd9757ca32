import { defineAlerts } from "../lib/alert.ts";
import { estateBoard } from "../lib/boards.ts";
import { defineSignals } from "../lib/signal.ts";
import { broker, noHost, whole } from "./common.ts";
import { alwaysANumber } from "../lib/nature.ts";

export const signals = defineSignals({
  up: {
    unit: "bool",
    about: "1 while the broker's JMX exporter answers its scrape.",
    query: (q) => q.gauge("up", { job: "kafka-jmx" }),
  },
  state: {
    unit: "count",
    about: "State of the broker: 2 repairs its logs, 3 runs, 6 and 7 shut down.",
    query: (q) => q.gauge("kafka_server_kafkaserver_brokerstate"),
  },
  controllers: {
    unit: "count",
    about: "Nodes of the cluster that take themselves for the active controller.",
    // One that is scraped twice is one.
    query: (q) =>
      `sum ${whole} (max by (cluster, env, job, instance) (${q.gauge("kafka_controller_kafkacontroller_activecontrollercount")}))`,
  },
  unheard: {
    unit: "bool",
    about: "1 where a node that does not answer was the controller within the hour.",
    query: (q) =>
      `group ${whole} (last_over_time(${q.gauge("kafka_controller_kafkacontroller_activecontrollercount")}[1h]) == 1 and on (cluster, env, job, instance) ${q.gauge("up", { job: "kafka-jmx" })} == 0)`,
  },
  offline: {
    unit: "count",
    about: "Partitions of the cluster without a leader, as the controller counts them.",
    query: (q) =>
      `max ${whole} (${q.gauge("kafka_controller_kafkacontroller_offlinepartitionscount")})`,
  },
  fenced: {
    unit: "count",
    about: "Brokers that are registered and may not serve, because their heartbeats are missing.",
    query: (q) => `max ${whole} (${q.gauge("kafka_controller_kafkacontroller_fencedbrokercount")})`,
  },
  metadataErrors: {
    unit: "count",
    about: "Changes of the cluster's metadata that a controller could not apply since its start.",
    query: (q) => q.gauge("kafka_controller_kafkacontroller_metadataerrorcount"),
  },
  unclean: {
    unit: "count",
    about: "Leaders elected within 15 minutes that did not have all messages.",
    query: (q) =>
      `sum ${whole} (${q.events("kafka_controller_controllerstats_uncleanleaderelections_total", "15m")})`,
  },
  underMinIsr: {
    unit: "count",
    about:
      "Partitions led by the broker that have fewer replicas in sync than min.insync.replicas.",
    query: (q) => q.gauge("kafka_server_replicamanager_underminisrpartitioncount"),
  },
  shrinks: {
    unit: "count",
    about: "Times within 15 minutes that the broker took a replica off the list of those in sync.",
    query: (q) => q.increase("kafka_server_replicamanager_isrshrinks_total", "15m"),
  },
  failedFetches: {
    unit: "count",
    about: "Partitions the broker has stopped copying from their leader because of an error.",
    query: (q) =>
      `sum without (clientId) (${q.gauge("kafka_server_replicafetchermanager_failedpartitionscount")})`,
  },
});

const second = 'instance="kafka-2:7071",host="kafka-2"';
const controller = "kafka_controller_kafkacontroller_activecontrollercount";
const estate = { board: estateBoard };

export const group = defineAlerts({ ...broker, name: "kafka-brokers" }, signals, {
  KafkaBrokerDown: {
    severity: "critical",
    down: true,
    scope: "target",
    when: ({ up }) => `${up} == 0`,
    for: "3m",
    summary: "Kafka on {{ $labels.host }} does not answer",
    description:
      "Its JMX exporter lives in the process of the broker and has not answered for three minutes.",
    fires: { series: { up: "1 0x10" }, from: "4m" },
    quiet: { series: { up: "1 0x2 1x10", 'up{job="other"}': "0x20" }, at: "8m" },
  },
  KafkaBrokerNotRunning: {
    severity: "warning",
    scope: "target",
    when: ({ state }) => `${state} != 3`,
    for: "15m",
    summary: "Kafka on {{ $labels.host }} is up and does not serve",
    description:
      'It has been in state {{ $value | printf "%.0f" }} for 15 minutes: 1 starts, 2 repairs its logs, 6 and 7 shut down.',
    fires: {
      series: { kafka_server_kafkaserver_brokerstate: "2x20" },
      from: "15m",
      value: "2",
    },
    quiet: { series: { kafka_server_kafkaserver_brokerstate: "2x10 3x20" }, at: "20m" },
    byNature: { unknown: alwaysANumber },
  },
  KafkaNoController: {
    severity: "critical",
    ...estate,
    // Who cannot be asked may still be it, and another would say so.
    when: ({ controllers, unheard }) => `${controllers} == 0 unless ${unheard}`,
    for: "2m",
    summary: "Kafka has no active controller",
    description:
      "No node has called itself controller for two minutes: no leader is elected, no topic made, no broker let in.",
    fires: {
      series: { [controller]: "1 0x10", [`${controller}{${second}}`]: "0x11" },
      from: "3m",
      labels: noHost,
    },
    quiet: {
      series: {
        [controller]: "1x2 stale",
        [`${controller}{${second}}`]: "0x20",
        up: "1x2 0x20",
        [`up{${second}}`]: "1x20",
      },
      at: "8m",
    },
    resolves: { series: { [controller]: "1x20", [`${controller}{${second}}`]: "0x20" }, at: "8m" },
  },
  KafkaSeveralControllers: {
    severity: "critical",
    ...estate,
    when: ({ controllers }) => `${controllers} > 1`,
    for: "2m",
    summary: "Kafka has more than one active controller",
    description:
      '{{ $value | printf "%.0f" }} nodes have called themselves controller for two minutes: the cluster is split.',
    fires: {
      series: { [controller]: "1x20", [`${controller}{${second}}`]: "0 1x20" },
      from: "3m",
      labels: noHost,
      value: "2",
    },
    quiet: { series: { [controller]: "1x20", [`${controller}{${second}}`]: "0x20" }, at: "8m" },
  },
  KafkaOfflinePartitions: {
    severity: "critical",
    ...estate,
    when: ({ offline }) => `${offline} > 0`,
    for: "2m",
    summary: "Partitions of Kafka are offline",
    description:
      '{{ $value | printf "%.0f" }} partitions have had no leader for two minutes, says the controller: nobody can read or write them.',
    fires: {
      series: {
        kafka_controller_kafkacontroller_offlinepartitionscount: "0 1x20",
        [`kafka_controller_kafkacontroller_offlinepartitionscount{${second}}`]: "0x20",
      },
      from: "3m",
      labels: noHost,
      value: "1",
    },
    quiet: {
      series: { kafka_controller_kafkacontroller_offlinepartitionscount: "0x20" },
      at: "8m",
    },
  },
  KafkaBrokerFenced: {
    severity: "warning",
    ...estate,
    when: ({ fenced }) => `${fenced} > 0`,
    for: "10m",
    summary: "Kafka keeps brokers out of the cluster",
    description:
      '{{ $value | printf "%.0f" }} brokers are registered and have been fenced for ten minutes: off, or too slow to send heartbeats.',
    fires: {
      series: {
        kafka_controller_kafkacontroller_fencedbrokercount: "0 1x20",
        [`kafka_controller_kafkacontroller_fencedbrokercount{${second}}`]: "0x21",
      },
      from: "11m",
      labels: noHost,
      value: "1",
    },
    quiet: {
      series: { kafka_controller_kafkacontroller_fencedbrokercount: "1x8 0x20" },
      at: "15m",
    },
  },
  KafkaMetadataErrors: {
    severity: "warning",
    scope: "target",
    when: ({ metadataErrors }) => `${metadataErrors} > 0`,
    for: "5m",
    summary: "The controller on {{ $labels.host }} failed on its metadata",
    description:
      '{{ $value | printf "%.0f" }} changes could not be applied since its start; what it believes of the cluster may be wrong.',
    fires: {
      series: { kafka_controller_kafkacontroller_metadataerrorcount: "0 1x20" },
      from: "6m",
      value: "1",
    },
    quiet: { series: { kafka_controller_kafkacontroller_metadataerrorcount: "0x20" }, at: "10m" },
  },
  KafkaUncleanElection: {
    severity: "critical",
    ...estate,
    when: ({ unclean }) => `${unclean} > 0`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "Kafka elected a leader that lacks messages",
    description:
      "Within 15 minutes a partition got a leader that was not in sync: messages that were confirmed are lost.",
    fires: {
      series: { kafka_controller_controllerstats_uncleanleaderelections_total: "0x20 1x5" },
      from: "21m",
      labels: noHost,
    },
    quiet: {
      series: { kafka_controller_controllerstats_uncleanleaderelections_total: "4x40" },
      at: "30m",
    },
  },
  KafkaUnderMinIsr: {
    severity: "critical",
    scope: "target",
    when: ({ underMinIsr }) => `${underMinIsr} > 0`,
    for: "3m",
    summary: "Partitions led by {{ $labels.host }} refuse writes",
    description:
      '{{ $value | printf "%.0f" }} partitions have fewer replicas in sync than min.insync.replicas: producers with acks=all get errors.',
    fires: {
      series: { kafka_server_replicamanager_underminisrpartitioncount: "0 1x10" },
      from: "4m",
      value: "1",
    },
    quiet: {
      series: { kafka_server_replicamanager_underminisrpartitioncount: "1x1 0x20" },
      at: "8m",
    },
  },
  KafkaIsrFlapping: {
    severity: "warning",
    scope: "target",
    threshold: { value: 20, unit: "replicas that fell out of sync within 15 minutes" },
    when: ({ shrinks }, threshold) => `${shrinks} > ${threshold}`,
    for: "15m",
    summary: "Replicas of partitions on {{ $labels.host }} keep falling out of sync",
    description:
      '{{ $value | printf "%.0f" }} times within 15 minutes, and for as long, a follower was too slow: network, disk or pauses.',
    fires: {
      series: { kafka_server_replicamanager_isrshrinks_total: "0+1.6x60" },
      from: "28m",
      value: "24",
    },
    quiet: {
      series: { kafka_server_replicamanager_isrshrinks_total: "0+1.1x60" },
      at: "50m",
    },
  },
  KafkaReplicaFetchFailed: {
    severity: "warning",
    scope: "target",
    when: ({ failedFetches }) => `${failedFetches} > 0`,
    for: "10m",
    summary: "{{ $labels.host }} has given up copying partitions of Kafka",
    description:
      '{{ $value | printf "%.0f" }} partitions failed ten minutes ago and are no longer copied from their leader; only a restart tries again.',
    fires: {
      series: {
        'kafka_server_replicafetchermanager_failedpartitionscount{clientId="Replica"}': "0 1x20",
      },
      from: "11m",
      value: "1",
    },
    quiet: {
      series: {
        'kafka_server_replicafetchermanager_failedpartitionscount{clientId="Replica"}': "1x8 0x20",
      },
      at: "20m",
    },
  },
});
