import type { Recipe } from "../recipe.ts";
import { alertmanager } from "./alertmanager.ts";
import { apt } from "./apt.ts";
import { blackbox } from "./blackbox.ts";
import { cadvisor } from "./cadvisor.ts";
import { celery } from "./celery.ts";
import { coredns } from "./coredns.ts";
import {
  deployedAlertmanager,
  deployedBlackbox,
  deployedCadvisor,
  deployedNode,
  deployedPostgres,
  deployedPrometheus,
  deployedRedis,
} from "./deployed.ts";
import { etcd } from "./etcd.ts";
import { galera } from "./galera.ts";
import { kafkaJmx } from "./kafka-jmx.ts";
import { kafka } from "./kafka.ts";
import { kserve } from "./kserve.ts";
import { kubeApiserver } from "./kubernetes/apiserver.ts";
import { kubeControllerManager } from "./kubernetes/controllers.ts";
import { kubeProxy } from "./kubernetes/proxy.ts";
import { kubeScheduler } from "./kubernetes/scheduler.ts";
import { kubeStateMetrics } from "./kubernetes/state-metrics.ts";
import { mariadb } from "./mariadb.ts";
import { node } from "./node.ts";
import { pgbouncer } from "./pgbouncer.ts";
import { postgres, postgres18 } from "./postgres.ts";
import { processor } from "./processor.ts";
import { prometheus } from "./prometheus.ts";
import { pushgateway } from "./pushgateway.ts";
import { rabbitmqCluster } from "./rabbitmq-cluster.ts";
import { rabbitmq } from "./rabbitmq.ts";
import { ray } from "./ray.ts";
import { redis } from "./redis.ts";

/** Every recipe by the name it is asked for. */
export const recipes: Readonly<Record<string, Recipe>> = {
  // Prometheus and what runs beside it.
  node,
  blackbox,
  prometheus,
  alertmanager,
  pushgateway,
  processor,
  apt,
  // The same as Vigil deploys them.
  "deployed-node": deployedNode,
  "deployed-blackbox": deployedBlackbox,
  "deployed-prometheus": deployedPrometheus,
  "deployed-alertmanager": deployedAlertmanager,
  "deployed-cadvisor": deployedCadvisor,
  "deployed-redis": deployedRedis,
  "deployed-postgres": deployedPostgres,
  // Stores.
  redis,
  postgres,
  "postgres-18": postgres18,
  pgbouncer,
  mariadb,
  galera,
  etcd,
  // Queues.
  rabbitmq,
  "rabbitmq-cluster": rabbitmqCluster,
  kafka,
  "kafka-jmx": kafkaJmx,
  celery,
  // Clusters and containers.
  cadvisor,
  coredns,
  "kube-state-metrics": kubeStateMetrics,
  "kube-apiserver": kubeApiserver,
  "kube-controller-manager": kubeControllerManager,
  "kube-scheduler": kubeScheduler,
  "kube-proxy": kubeProxy,
  // Learning machines.
  ray,
  kserve,
};

/** What was captured once and is not built any more, by inventory, with the licence that forbids it. */
export const notBuilt: Readonly<Record<string, string>> = { loki: "AGPL-3.0", vault: "BUSL-1.1" };
