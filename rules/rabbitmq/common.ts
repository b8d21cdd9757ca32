import type { Owner } from "../lib/alert.ts";
import { hostBoard } from "../lib/boards.ts";

/** What every group of RabbitMQ alerts has in common. */
export const rabbitmq = {
  service: "rabbitmq",
  team: "devops",
  scope: "queue",
  layer: "service",
  board: hostBoard,
  target: { job: "rabbitmq", instance: "mq-1:15692", host: "mq-1" },
} satisfies Owner;
