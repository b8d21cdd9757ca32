import { alertmanager } from "./alertmanager.ts";
import { blackbox } from "./blackbox.ts";
import { cadvisor } from "./cadvisor.ts";
import { grafana } from "./grafana.ts";
import { node } from "./node.ts";
import { postgres } from "./postgres.ts";
import { processor } from "./processor.ts";
import { prometheus } from "./prometheus.ts";
import { redis } from "./redis.ts";

/** Every service that an estate can have, in the order that people read of them. */
export const services = [
  prometheus,
  alertmanager,
  grafana,
  node,
  blackbox,
  cadvisor,
  processor,
  redis,
  postgres,
] as const;
