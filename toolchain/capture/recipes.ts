import { alertmanager } from "./alertmanager.ts";
import { blackbox } from "./blackbox.ts";
import { etcd } from "./etcd.ts";
import { mariadb } from "./mariadb.ts";
import { node } from "./node.ts";
import { postgres } from "./postgres.ts";
import { processor } from "./processor.ts";
import { prometheus } from "./prometheus.ts";
import { rabbitmq } from "./rabbitmq.ts";
import { redis } from "./redis.ts";
import type { Recipe } from "./recipe.ts";

/** Every recipe by the name it is asked for. */
export const recipes: Readonly<Record<string, Recipe>> = {
  node,
  blackbox,
  prometheus,
  alertmanager,
  redis,
  postgres,
  mariadb,
  rabbitmq,
  etcd,
  processor,
};
