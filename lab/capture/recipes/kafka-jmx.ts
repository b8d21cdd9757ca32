import { realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Metrics } from "../../../rules/metrics/format.ts";
import { kafkaTools, startKafka } from "./kafka-cluster.ts";
import { noted } from "../notes.ts";
import type { Recipe } from "../recipe.ts";

const agentVersion = "1.0.1";
const agent = `../libs/jmx_prometheus_javaagent-${agentVersion}.jar`;
const rules = "../config/kafka-2_0_0.yml";

/** What is easily misread, by name; the first that fits. */
const notes: readonly (readonly [pattern: RegExp, note: string])[] = [
  [/^kafka_.*_count_total$/, "ends in _count with jmx_exporter before 1.0"],
  [/^jvm_memory_(?:max|used)_bytes$/, "jvm_memory_bytes_* with jmx_exporter before 1.0"],
  [/_activecontrollercount$/, "controllers only: 1 on the active one"],
  [/^kafka_controller_/, "controllers only"],
  [/_brokerstate$/, "3 is running"],
  [/(?:avgidle_?|_idle)percent$/, "0 to 1"],
];

const explained = (metrics: Metrics): Metrics =>
  noted(metrics, (name) => {
    const labels = metrics[name]?.labels ?? [];
    if (labels.includes("quantile")) return "the percentiles of a histogram, 0.50 to 0.999";
    return name.startsWith("kafka_server_brokertopicmetrics_") && labels.includes("topic")
      ? "one series without topic for the whole broker, so a sum counts twice"
      : notes.find(([pattern]) => pattern.test(name))?.[1];
  });

export const kafkaJmx: Recipe = {
  exporter: "kafka-jmx",
  tools: [
    {
      ...kafkaTools,
      name: "kafka-with-agent",
      beside: [agent, rules],
      advice: `${kafkaTools.advice}; put ${agent.slice(3)} (Maven's io.prometheus.jmx) and ${rules.slice(3)} (an example of jmx_exporter) beside it`,
    },
  ],
  version: () => agentVersion,
  reference: ({ "kafka-with-agent": kafka = "" }) =>
    `jmx_exporter ${agentVersion} with its example kafka-2_0_0.yml in Kafka ${kafka} with KRaft: a controller with a broker, and a broker; then the second is lost`,
  async capture(session, binaries) {
    const home = dirname(realpathSync(binaries["kafka-topics.sh"] ?? ""));
    const ports = [await session.port(), await session.port()];
    const cluster = await startKafka(
      session,
      binaries,
      (id) => `-javaagent:${join(home, agent)}=${ports[id - 1]}:${join(home, rules)}`,
    );
    const urls = ports.map((port) => `http://127.0.0.1:${port}/metrics`);
    for (const url of urls) await session.scrape(url, explained);
    await cluster.lose();
    await session.scrape(urls[0] ?? "", explained);
  },
};
