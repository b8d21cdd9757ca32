import { defineAlerts } from "../lib/alert.ts";
import { defineSignals, type Query } from "../lib/signal.ts";
import { broker } from "./common.ts";

/** The slowest hundredth of a kind of request, in seconds. */
const slowest = (q: Query, metric: string, request: string): string =>
  `max without (quantile, request) (${q.gauge(metric, { request, quantile: "0.99" })}) / 1000`;

const answered = (q: Query, metric: string, request: string): string =>
  `sum without (request) (${q.rate(`kafka_network_requestmetrics_${metric}_count_total`, { request })})`;

/** Failed requests as a share of all; the series without a topic is the whole broker. */
const failed = (q: Query, kind: string): string => {
  const rate = (which: string): string =>
    q.rate(`kafka_server_brokertopicmetrics_${which}${kind}requests_total`, { topic: "" });
  return `${rate("failed")} / (${rate("total")} > 1)`;
};

export const signals = defineSignals({
  handlersIdle: {
    unit: "ratio",
    about: "Share of the time in which the threads that handle requests are idle.",
    query: (q) => q.gauge("kafka_server_kafkarequesthandlerpool_requesthandleravgidle_percent"),
  },
  networkIdle: {
    unit: "ratio",
    about: "Share of the time in which the threads that read and write the network are idle.",
    query: (q) => q.gauge("kafka_network_socketserver_networkprocessoravgidlepercent"),
  },
  produceTime: {
    unit: "seconds",
    about: "Time from the arrival of a write to its answer, of the slowest hundredth.",
    query: (q) => slowest(q, "kafka_network_requestmetrics_totaltimems", "Produce"),
  },
  fetchTime: {
    unit: "seconds",
    about: "Time a consumer's read keeps the broker itself busy, of the slowest hundredth.",
    query: (q) => slowest(q, "kafka_network_requestmetrics_localtimems", "FetchConsumer"),
  },
  writes: {
    unit: "opsPerSecond",
    about: "Writes that the broker answers per second; without one, what the last took stands.",
    query: (q) => answered(q, "totaltimems", "Produce"),
  },
  reads: {
    unit: "opsPerSecond",
    about: "Reads of consumers that the broker answers per second.",
    query: (q) => answered(q, "localtimems", "FetchConsumer"),
  },
  queue: {
    unit: "count",
    about: "Requests that wait for a thread; 500 is the broker's own limit unless configured.",
    query: (q) => q.gauge("kafka_network_requestchannel_requestqueuesize"),
  },
  produceFailed: {
    unit: "ratio",
    about: "Share of the writes that failed on the broker.",
    query: (q) => failed(q, "produce"),
  },
  fetchFailed: {
    unit: "ratio",
    about: "Share of the reads that failed on the broker.",
    query: (q) => failed(q, "fetch"),
  },
  rebalancing: {
    unit: "count",
    about: "Consumer groups coordinated by the broker that wait for their members to join.",
    query: (q) =>
      q.gauge("kafka_coordinator_group_groupmetadatamanager_numgroupspreparingrebalance"),
  },
});

const handlers = "kafka_server_kafkarequesthandlerpool_requesthandleravgidle_percent";
const network = "kafka_network_socketserver_networkprocessoravgidlepercent";
const times = (metric: string, request: string, quantile = "0.99"): string =>
  `kafka_network_requestmetrics_${metric}{request="${request}",quantile="${quantile}"}`;
/** Requests of a broker that has some, and those of one that has none any more. */
const requests = (metric: string, request: string): Record<string, string> => ({
  [`kafka_network_requestmetrics_${metric}_count_total{request="${request}"}`]: "0+60x20",
  [`kafka_network_requestmetrics_${metric}_count_total{instance="idle:7071",request="${request}"}`]:
    "60x20",
  [`kafka_network_requestmetrics_${metric}{instance="idle:7071",request="${request}",quantile="0.99"}`]:
    "9000x20",
});
const count = (which: string, labels = ""): string =>
  `kafka_server_brokertopicmetrics_${which}requests_total${labels}`;
const busy = "kafka-2:7071";
const elsewhere = `{instance="${busy}"}`;
/** A topic that only fails, and a broker with too little to do to speak of shares. */
const decoys = (kind: string): Record<string, string> => ({
  [count(`failed${kind}`, '{topic="orders"}')]: "0+6000x40",
  [count(`total${kind}`, '{topic="orders"}')]: "0+6000x40",
  [count(`failed${kind}`, elsewhere)]: "0+51x40",
  [count(`total${kind}`, elsewhere)]: "0+51x40",
});

export const group = defineAlerts({ ...broker, name: "kafka-requests", scope: "target" }, signals, {
  KafkaRequestHandlers: {
    unit: "share of the time the request handlers are idle",
    when: ({ handlersIdle }, threshold) => `${handlersIdle} < ${threshold}`,
    levels: {
      KafkaRequestHandlersBusy: {
        severity: "warning",
        threshold: 0.3,
        for: "15m",
        summary: "Kafka on {{ $labels.host }} has little time left for requests",
        description:
          "Its request handlers have been idle {{ $value | humanizePercentage }} of the time for 15 minutes; below 30 % requests begin to queue.",
        fires: { series: 0.25, from: "15m", value: "25%" },
        quiet: { series: 0.35, at: "18m" },
      },
      KafkaRequestHandlersExhausted: {
        severity: "critical",
        threshold: 0.1,
        for: "5m",
        summary: "Kafka on {{ $labels.host }} cannot take more requests",
        description:
          "Its request handlers are idle only {{ $value | humanizePercentage }} of the time: requests wait, followers fall out of sync.",
        fires: { series: 0.08, from: "5m", value: "8%" },
        quiet: { series: 0.12, at: "18m" },
      },
    },
    series: (idle) => ({ [handlers]: `${idle}x20` }),
  },
  KafkaNetworkProcessorsBusy: {
    severity: "warning",
    threshold: { value: 0.3, unit: "share of the time the network threads are idle" },
    when: ({ networkIdle }, threshold) => `${networkIdle} < ${threshold}`,
    for: "15m",
    summary: "Network threads of Kafka on {{ $labels.host }} are busy",
    description:
      "They have been idle {{ $value | humanizePercentage }} of the time for 15 minutes; reading requests and sending answers becomes slow.",
    fires: { series: { [network]: "0.25x20" }, from: "15m", value: "25%" },
    quiet: { series: { [network]: "0.35x20" }, at: "18m" },
  },
  KafkaRequestQueueLong: {
    severity: "warning",
    threshold: { value: 250, unit: "requests that wait for a thread" },
    when: ({ queue }, threshold) => `${queue} > ${threshold}`,
    for: "10m",
    summary: "Requests queue at Kafka on {{ $labels.host }}",
    description:
      "{{ $value | humanize }} requests have waited for ten minutes; with a full queue the broker stops reading from its clients.",
    fires: {
      series: { kafka_network_requestchannel_requestqueuesize: "300x20" },
      from: "10m",
      value: "300",
    },
    quiet: { series: { kafka_network_requestchannel_requestqueuesize: "210x20" }, at: "15m" },
  },
  KafkaProduceSlow: {
    severity: "warning",
    threshold: { value: 1, unit: "seconds of the slowest hundredth of writes" },
    when: ({ produceTime, writes }, threshold) => `${produceTime} > ${threshold} and ${writes} > 0`,
    for: "15m",
    summary: "Writes to Kafka on {{ $labels.host }} are slow",
    description:
      "One of a hundred writes has taken {{ $value | humanizeDuration }} or longer for 15 minutes; with acks=all that includes the followers.",
    fires: {
      series: {
        [times("totaltimems", "Produce")]: "1200x20",
        ...requests("totaltimems", "Produce"),
      },
      from: "16m",
      value: "1.2s",
    },
    quiet: {
      series: {
        ...requests("totaltimems", "Produce"),
        [times("totaltimems", "Produce")]: "850x20",
        [times("totaltimems", "Produce", "0.999")]: "5000x20",
        [times("totaltimems", "JoinGroup")]: "60000x20",
      },
      at: "18m",
    },
  },
  KafkaFetchSlow: {
    severity: "warning",
    threshold: { value: 0.5, unit: "seconds of work for the slowest hundredth of reads" },
    when: ({ fetchTime, reads }, threshold) => `${fetchTime} > ${threshold} and ${reads} > 0`,
    for: "15m",
    summary: "Reads from Kafka on {{ $labels.host }} are slow",
    description:
      "One of a hundred reads has kept the broker busy for {{ $value | humanizeDuration }} or longer: old messages come from the disk.",
    fires: {
      series: {
        [times("localtimems", "FetchConsumer")]: "600x20",
        ...requests("localtimems", "FetchConsumer"),
      },
      from: "16m",
      value: "600ms",
    },
    quiet: {
      series: {
        ...requests("localtimems", "FetchConsumer"),
        [times("localtimems", "FetchConsumer")]: "425x20",
        [times("localtimems", "FetchConsumer", "0.999")]: "2000x20",
        [times("localtimems", "DeleteTopics")]: "3000x20",
      },
      at: "18m",
    },
  },
  KafkaProduceFailed: {
    severity: "warning",
    threshold: { value: 0.01, unit: "share of the writes" },
    when: ({ produceFailed }, threshold) => `${produceFailed} > ${threshold}`,
    for: "10m",
    summary: "Writes to Kafka on {{ $labels.host }} fail",
    description:
      "{{ $value | humanizePercentage }} of the writes have failed on the broker for ten minutes: too few replicas in sync, invalid records, or an error of its own.",
    fires: {
      series: { [count("failedproduce")]: "0+72x40", [count("totalproduce")]: "0+6000x40" },
      from: "11m",
      value: "1.2%",
    },
    quiet: {
      series: {
        [count("failedproduce")]: "0+51x40",
        [count("totalproduce")]: "0+6000x40",
        ...decoys("produce"),
      },
      at: "25m",
    },
  },
  KafkaFetchFailed: {
    severity: "warning",
    threshold: { value: 0.01, unit: "share of the reads" },
    when: ({ fetchFailed }, threshold) => `${fetchFailed} > ${threshold}`,
    for: "10m",
    summary: "Reads from Kafka on {{ $labels.host }} fail",
    description:
      "{{ $value | humanizePercentage }} of the reads, of consumers or followers, have failed on the broker for ten minutes.",
    fires: {
      series: { [count("failedfetch")]: "0+72x40", [count("totalfetch")]: "0+6000x40" },
      from: "11m",
      value: "1.2%",
    },
    quiet: {
      series: {
        [count("failedfetch")]: "0+51x40",
        [count("totalfetch")]: "0+6000x40",
        ...decoys("fetch"),
      },
      at: "25m",
    },
  },
  KafkaGroupsRebalancing: {
    severity: "warning",
    threshold: { value: 0, unit: "consumer groups that wait for their members" },
    when: ({ rebalancing }, threshold) => `${rebalancing} > ${threshold}`,
    for: "15m",
    summary: "Consumer groups on {{ $labels.host }} never settle",
    description:
      '{{ $value | printf "%.0f" }} groups have been rebalancing at each look for 15 minutes; while they do, nobody in them reads.',
    fires: {
      series: {
        kafka_coordinator_group_groupmetadatamanager_numgroupspreparingrebalance: "0 1x20",
      },
      from: "16m",
      value: "1",
    },
    quiet: {
      series: {
        kafka_coordinator_group_groupmetadatamanager_numgroupspreparingrebalance: "1x12 0x10",
      },
      at: "18m",
    },
  },
});
