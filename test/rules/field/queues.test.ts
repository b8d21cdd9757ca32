/** Situations from public bug reports about queues. */
import { type Situations, tryAll } from "./situation.ts";

const group = { job: "kafka", instance: "k:9308", host: "k", consumergroup: "g" };
const celery = { job: "celery", instance: "c:9808", host: "c" };
const onNode = (host: string) => `instance="${host}:15692",host="${host}"`;

const situations: Situations = {
  "one of two workers is killed and its series vanishes": {
    alert: "CeleryWorkerDown",
    target: { job: "celery", instance: "c:9808", host: "c" },
    series: {
      'celery_worker_up{hostname="w1"}': "1x60 stale",
      'celery_worker_up{hostname="w2"}': "1x120",
    },
    firing: { "60m": 0, "75m": 1 },
  },
  "workers that hang while celery-exporter restarts and forgets what it counted": {
    alert: "CeleryQueueStuck",
    target: { ...celery, queue_name: "mail" },
    series: {
      celery_queue_length: "12x90",
      'celery_task_started_total{name="send",hostname="w1"}': "0+6x20 120x10 stale",
    },
    firing: { "25m": 0, "50m": 1, "80m": 1 },
  },
  "a queue of long tasks, of which each kind is started once": {
    alert: "CeleryQueueStuck",
    target: { ...celery, queue_name: "batch" },
    series: {
      celery_queue_length: "12x90",
      ...Object.fromEntries(
        [20, 34, 48, 62].map((minute) => [
          `celery_task_started_total{name="month-${minute}",hostname="w1"}`,
          `_x${minute} 1x${90 - minute}`,
        ]),
      ),
    },
    firing: { "40m": 0, "50m": 0, "60m": 0, "70m": 0 },
  },
  "a queue whose workers send no events of tasks": {
    alert: "CeleryQueueStuck",
    target: { ...celery, queue_name: "mail" },
    series: { celery_queue_length: "12x90", 'celery_worker_up{hostname="w1"}': "1x90" },
    firing: { "80m": 0 },
  },
  "a worker that has nothing to do": {
    alert: "CeleryNoWorkers",
    target: celery,
    series: {
      up: "1x90",
      'celery_worker_up{hostname="w1"}': "1x90",
      'celery_queue_length{queue_name="mail"}': "0x90",
    },
    firing: { "80m": 0 },
  },
  "a celery-exporter that restarts and hears the next heartbeat": {
    alert: "CeleryNoWorkers",
    target: celery,
    series: { up: "1x20 0 0 1x60", 'celery_worker_up{hostname="w1"}': "1x20 stale _x4 1x60" },
    firing: { "24m": 0, "40m": 0 },
  },
  "a consumer group that has left a topic": {
    alert: "KafkaConsumerStalled",
    target: group,
    step: "5m",
    series: {
      'kafka_consumergroup_lag{topic="old",partition="0"}': "500+100x600",
      'kafka_consumergroup_current_offset_sum{topic="old"}': "1000x600",
      'kafka_consumergroup_lag{topic="new",partition="0"}': "5x600",
      'kafka_consumergroup_current_offset_sum{topic="new"}': "0+50x600",
      kafka_consumergroup_members: "2x600",
    },
    firing: { "40h": 0 },
  },
  "a controller of Kafka that two services lead to": {
    alert: "KafkaSeveralControllers",
    target: { job: "kafka-jmx", instance: "k:7071", host: "k" },
    series: {
      'kafka_controller_kafkacontroller_activecontrollercount{service="kafka"}': "1x30",
      'kafka_controller_kafkacontroller_activecontrollercount{service="kafka-headless"}': "1x30",
    },
    firing: { "20m": 0 },
  },
  "two clusters of RabbitMQ in one job, one of them not upgraded yet": {
    alert: "RabbitmqVersionSkew",
    target: { job: "rabbitmq" },
    step: "5m",
    series: Object.fromEntries(
      ["a-1 shop 3.13.1", "a-2 shop 3.13.1", "b-1 mail 4.0.2"].flatMap((one) => {
        const [host = "", cluster = "", version = ""] = one.split(" ");
        const target = `instance="${host}:15692",host="${host}"`;
        return [
          [`rabbitmq_build_info{${target},rabbitmq_version="${version}"}`, "1x40"],
          [`rabbitmq_identity_info{${target},rabbitmq_cluster="${cluster}"}`, "1x40"],
        ];
      }),
    ),
    firing: { "3h": 0 },
  },
  "a queue of dead letters, which nobody ever reads": {
    alert: "RabbitmqQueueNoConsumers",
    target: {
      job: "rabbitmq",
      instance: "r:15692",
      host: "r",
      queue: "orders.dead",
      vhost: "/",
    },
    series: {
      rabbitmq_detailed_queue_consumers: "0x60",
      rabbitmq_detailed_queue_messages_ready: "3x60",
    },
    firing: { "40m": 0 },
  },
  "workers that are scaled to none while there is nothing to do": {
    alert: "CeleryNoWorkers",
    target: celery,
    series: {
      up: "1x90",
      'celery_worker_up{hostname="w1"}': "1x20 0x10 stale",
      'celery_queue_length{queue_name="mail"}': "0x90",
      'celery_queue_length{queue_name="reports"}': "0x70 4x20",
    },
    firing: { "60m": 0, "80m": 1 },
  },
  "a node that led a queue and dies, and the queue's consumers with it": {
    alert: "RabbitmqQueueNoConsumers",
    target: { job: "rabbitmq", queue: "orders", vhost: "/" },
    series: {
      [`rabbitmq_detailed_queue_consumers{${onNode("a")}}`]: "2x600 stale",
      [`rabbitmq_detailed_queue_messages_ready{${onNode("a")}}`]: "0x600 stale",
      [`rabbitmq_detailed_queue_consumers{${onNode("b")}}`]: "_x601 0x60",
      [`rabbitmq_detailed_queue_messages_ready{${onNode("b")}}`]: "_x601 5+5x60",
    },
    firing: { "604m": 0, "620m": 1 },
  },
  "a queue nobody reads in one cluster, whose namesake in another is read": {
    alert: "RabbitmqQueueNoConsumers",
    target: { job: "rabbitmq", queue: "orders", vhost: "/" },
    series: {
      [`rabbitmq_detailed_queue_consumers{${onNode("a")}}`]: "2x60",
      [`rabbitmq_detailed_queue_messages_ready{${onNode("a")}}`]: "3x60",
      [`rabbitmq_detailed_queue_consumers{${onNode("b")}}`]: "0x60",
      [`rabbitmq_detailed_queue_messages_ready{${onNode("b")}}`]: "3x60",
    },
    firing: { "40m": 0 },
  },
};

tryAll(situations);
