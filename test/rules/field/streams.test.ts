/** Ordinary days of queues: groups that come and go, brokers that cannot be asked, jobs at night. */
import { type Situations, tryAll } from "./situation.ts";

const kafka = { job: "kafka", instance: "k:9308", host: "k" };
const broker = { job: "kafka-jmx", instance: "k:7071", host: "k" };
const rabbitmq = { job: "rabbitmq", instance: "mq-1:15692", host: "mq-1" };
const stream = { queue: "events", vhost: "/" };
const controller = (instance: string): string =>
  `kafka_controller_kafkacontroller_activecontrollercount{instance="${instance}"}`;

const situations: Situations = {
  "a consumer group that reads another topic now": {
    alert: "KafkaConsumerLagCritical",
    target: { ...kafka, consumergroup: "g" },
    step: "5m",
    series: {
      'kafka_consumergroup_lag{topic="old",partition="0"}': "200000+100x600",
      'kafka_consumergroup_current_offset_sum{topic="old"}': "1000x600",
      'kafka_consumergroup_lag{topic="new",partition="0"}': "5x600",
      'kafka_consumergroup_current_offset_sum{topic="new"}': "0+50x600",
      kafka_consumergroup_members: "2x600",
    },
    firing: { "40h": 0 },
  },
  "a consumer group that has read nothing for two days": {
    alert: "KafkaConsumerLagCritical",
    target: { ...kafka, consumergroup: "g" },
    step: "5m",
    series: {
      'kafka_consumergroup_lag{topic="only",partition="0"}': "200000+100x600",
      'kafka_consumergroup_current_offset_sum{topic="only"}': "1000x600",
      kafka_consumergroup_members: "2x600",
    },
    firing: { "40h": 1 },
  },
  "a consumer on somebody's console that was ended": {
    alert: "KafkaConsumerGroupEmpty",
    target: { ...kafka, consumergroup: "console-consumer-4711" },
    series: {
      'kafka_consumergroup_lag{topic="orders",partition="0"}': "500+100x120",
      'kafka_consumergroup_current_offset_sum{topic="orders"}': "1000x120",
      kafka_consumergroup_members: "0x120",
    },
    firing: { "100m": 0 },
  },
  "an active controller that cannot be asked": {
    alert: "KafkaNoController",
    target: broker,
    series: {
      'up{instance="a"}': "1x30 0x30",
      'up{instance="b"}': "1x60",
      'up{instance="c"}': "1x60",
      [controller("a")]: "1x30 stale",
      [controller("b")]: "0x60",
      [controller("c")]: "0x60",
    },
    firing: { "45m": 0 },
  },
  "the last slow writes before a broker had none": {
    alert: "KafkaProduceSlow",
    target: broker,
    series: {
      'kafka_network_requestmetrics_totaltimems{request="Produce",quantile="0.99"}': "3000x120",
      'kafka_network_requestmetrics_totaltimems_count_total{request="Produce"}': "5000x120",
      'kafka_server_brokertopicmetrics_totalproducerequests_total{topic=""}': "5000x120",
    },
    firing: { "60m": 0 },
  },
  "the last slow flush of a broker that writes nothing": {
    alert: "KafkaLogFlushSlow",
    target: broker,
    series: {
      'kafka_log_logflushstats_logflushrateandtimems{quantile="0.99"}': "3000x120",
      kafka_log_logflushstats_logflushrateandtimems_count_total: "500x120",
    },
    firing: { "60m": 0 },
  },
  "a topic that gets its second and third replica": {
    alert: "KafkaLastReplica",
    target: kafka,
    series: {
      'kafka_topic_partition_in_sync_replica{topic="t",partition="0"}': "1x120",
      'kafka_topic_partition_replicas{topic="t",partition="0"}': "1x20 3x100",
    },
    firing: { "60m": 0 },
  },
  "a command that asked a node of RabbitMQ": {
    alert: "RabbitmqNodeNotDistributed",
    target: rabbitmq,
    series: {
      up: "1x90",
      'erlang_vm_dist_node_state{peer="rabbit@mq-2"}': "3x90",
      'erlang_vm_dist_node_state{peer="rabbitmqcli-437-rabbit@mq-1"}': "_x30 3 3 stale",
    },
    firing: { "45m": 0 },
  },
  "a stream, which keeps what was read": {
    alert: "RabbitmqQueueBacklog",
    target: { ...rabbitmq, ...stream },
    series: {
      rabbitmq_detailed_queue_messages_ready: "5000+600x90",
      'rabbitmq_detailed_queue_info{membership="leader",queue_type="rabbit_stream_queue"}': "1x90",
    },
    firing: { "60m": 0 },
  },
  "a stream that grows, as streams do": {
    alert: "RabbitmqQueueGrowing",
    target: { ...rabbitmq, ...stream },
    series: {
      rabbitmq_detailed_queue_messages: "5000+600x90",
      'rabbitmq_detailed_queue_info{membership="leader",queue_type="rabbit_stream_queue"}': "1x90",
    },
    firing: { "80m": 0 },
  },
  "a stream whose reader is done": {
    alert: "RabbitmqQueueNoConsumers",
    target: { ...rabbitmq, ...stream },
    series: {
      rabbitmq_detailed_queue_consumers: "1x60 0x30",
      rabbitmq_detailed_queue_messages_ready: "5000x90",
      'rabbitmq_detailed_queue_info{membership="leader",queue_type="rabbit_stream_queue"}': "1x90",
    },
    firing: { "80m": 0 },
  },
  "a queue that a job empties at night": {
    alert: "RabbitmqQueueNoConsumers",
    target: { ...rabbitmq, queue: "mails", vhost: "/" },
    step: "5m",
    series: {
      rabbitmq_detailed_queue_consumers: "0x300 2x6 0x280",
      rabbitmq_detailed_queue_messages_ready: "50x600",
    },
    firing: { "24h": 0, "30h": 0 },
  },
};

tryAll(situations);
