import type { Tool } from "../../../tools/tool.ts";
import { kafkaTools, startKafka } from "./kafka-cluster.ts";
import { noted } from "../notes.ts";
import type { Recipe } from "../recipe.ts";

const exporterTool: Tool = {
  name: "kafka_exporter",
  version: "1.9.0",
  binaries: ["kafka_exporter"],
  accepts: { from: "1.9", before: "2" },
  advice:
    "Install kafka_exporter (https://github.com/danielqsj/kafka_exporter) so that it is on PATH",
};

const lagSum = "kafka_consumergroup_lag_sum";

const notes: Readonly<Record<string, string>> = {
  [lagSum]:
    "one series of it is missing from many scrapes (issue 513 of the exporter): sum kafka_consumergroup_lag",
  kafka_consumergroup_current_offset: "goes back when the offsets of a group are reset",
  kafka_consumergroup_current_offset_sum: "goes back when the offsets of a group are reset",
  kafka_consumergroup_lag: "-1 while the offset of the partition is unknown",
  kafka_topic_partition_leader: "number of the broker; a partition without a leader has no series",
};

export const kafka: Recipe = {
  exporter: "kafka_exporter",
  tools: [exporterTool, kafkaTools],
  reference: ({ kafka = "", kafka_exporter = "" }) =>
    `kafka_exporter ${kafka_exporter} on Kafka ${kafka} with KRaft: two brokers, a group that reads and one that has stopped; then the second broker is lost`,
  async capture(session, binaries) {
    const cluster = await startKafka(session, binaries);
    const address = `127.0.0.1:${await session.port()}`;
    await session.start(
      "kafka_exporter",
      binaries["kafka_exporter"] ?? "",
      [
        ...[`--web.listen-address=${address}`, `--kafka.server=${cluster.bootstrap}`],
        "--refresh.metadata=1s",
      ],
      { ready: `http://${address}/healthz` },
    );
    const look = () =>
      session.scrape(`http://${address}/metrics`, (metrics) =>
        noted(metrics, (name) => notes[name]),
      );
    // The last series of a scrape may be missing.
    await session.until("lag is known", async () => lagSum in (await look()));
    await cluster.lose();
    await look();
  },
};
