import { free, like, oneOf, type ProgramValues, share } from "../values.ts";

/** Percentiles that the JVM's metrics library computes. */
const percentile = oneOf(["0.50", "0.75", "0.95", "0.98", "0.99", "0.999"]);
const request = like(/^[A-Z]\w+$/, [
  "Produce",
  "Fetch",
  "FetchConsumer",
  "FetchFollower",
  "ListOffsets",
  "Metadata",
  "OffsetCommit",
  "OffsetFetch",
  "FindCoordinator",
  "JoinGroup",
  "Heartbeat",
  "LeaveGroup",
  "SyncGroup",
  "ApiVersions",
  "CreateTopics",
  "DeleteTopics",
]);
const topics = free("topics; absent in the sum of all");

export const kafka: ProgramValues = {
  source:
    "prometheus/jmx_exporter@1.0.1: examples/kafka-2_0_0.yml; apache/kafka@4.3: clients/src/main/resources/common/message, core/src/main/scala/kafka/network",
  labels: {
    "jvm_memory_*": {
      area: oneOf(["heap", "nonheap"]),
      pool: like(/^[\w' -]+$/, ["G1 Eden Space", "G1 Survivor Space", "G1 Old Gen", "Metaspace"]),
    },
    jvm_gc_collection_seconds: {
      gc: like(/^[\w ]+$/, [
        "G1 Young Generation",
        "G1 Old Generation",
        "G1 Concurrent GC",
        "ZGC Major Cycles",
        "ZGC Major Pauses",
      ]),
    },
    kafka_network_requestmetrics_errors_total: {
      error: like(/^[A-Z_]+$/, ["NONE", "NOT_LEADER_OR_FOLLOWER", "UNKNOWN_TOPIC_OR_PARTITION"]),
      request,
    },
    kafka_network_requestmetrics_requestqueuetimems: { quantile: percentile },
    kafka_log_logflushstats_logflushrateandtimems: { quantile: percentile },
    ...share(
      ["kafka_network_requestmetrics_localtimems", "kafka_network_requestmetrics_totaltimems"],
      { quantile: percentile, request },
    ),
    ...share(
      [
        "kafka_network_requestmetrics_localtimems_count_total",
        "kafka_network_requestmetrics_totaltimems_count_total",
      ],
      { request },
    ),
    "kafka_server_brokertopicmetrics_*": { topic: topics },
  },
};

const poolMode = oneOf(["session", "transaction", "statement"]);

export const queues: ProgramValues = {
  source:
    "rabbitmq/rabbitmq-server@v3.10.8: deps/rabbit/src/rabbit_global_counters.erl; danihodovic/celery-exporter@v0.12.2: src/exporter.py; prometheus-community/pgbouncer_exporter@v0.12.1: collector.go",
  labels: {
    celery_task_failed_total: { exception: free("classes of exceptions") },
    "pgbouncer_databases_*": { pool_mode: poolMode },
    rabbitmq_identity_info: {
      rabbitmq_cluster: free("names of clusters, which their operators choose"),
    },
    "rabbitmq_*": {
      dead_letter_strategy: oneOf(["at_least_once", "at_most_once", "disabled"]),
      protocol: like(/^[a-z0-9_]+$/, ["amqp091", "amqp10", "mqtt", "mqtt310", "mqtt311", "stomp"]),
      queue_type: oneOf(["rabbit_classic_queue", "rabbit_quorum_queue", "rabbit_stream_queue"]),
    },
  },
};
