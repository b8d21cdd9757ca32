import type { AlertGroup } from "../lib/alert.ts";
import { group as node } from "./node.ts";
import { group as queues } from "./queues.ts";

/** RabbitMQ, topic by topic. */
export const rabbitmq: readonly AlertGroup[] = [node, queues];
