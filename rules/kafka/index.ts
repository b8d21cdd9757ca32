import type { AlertGroup } from "../lib/alert.ts";
import { group as brokers } from "./brokers.ts";
import { group as cluster } from "./cluster.ts";
import { group as consumers } from "./consumers.ts";
import { group as jvm } from "./jvm.ts";
import { group as logs } from "./logs.ts";
import { group as requests } from "./requests.ts";

/** Kafka, topic by topic. */
export const kafka: readonly AlertGroup[] = [brokers, cluster, consumers, jvm, logs, requests];
