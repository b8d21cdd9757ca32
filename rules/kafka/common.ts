/** What the groups about Kafka share. */
import type { Owner } from "../lib/alert.ts";
import { hostBoard } from "../lib/boards.ts";

const common = {
  service: "kafka",
  team: "devops",
  scope: "cluster",
  layer: "service",
  board: hostBoard,
} as const;

/** kafka_exporter: asks the brokers what any client may ask, once for the whole cluster. */
export const kafka = {
  ...common,
  target: { job: "kafka", instance: "kafka-1:9308", host: "kafka-1" },
} satisfies Owner;

/** The JMX exporter inside each broker and controller. */
export const broker = {
  ...common,
  target: { job: "kafka-jmx", instance: "kafka-1:7071", host: "kafka-1" },
} satisfies Owner;

/** Names of one cluster where each broker says something about the whole. */
export const whole = "by (cluster, env, job)";

/** What an alert about the whole cluster does not have. */
export const noHost = { instance: "", host: "" };
