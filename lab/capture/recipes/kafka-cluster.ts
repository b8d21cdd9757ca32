import type { Tool } from "../../../tools/tool.ts";
import type { Binaries } from "../recipe.ts";
import type { Session } from "../session.ts";

/** Kafka's own scripts; from 4.0 on there is no ZooKeeper. */
export const kafkaTools: Tool = {
  name: "kafka",
  version: "4.0",
  binaries: [
    "kafka-topics.sh",
    "kafka-configs.sh",
    "kafka-console-consumer.sh",
    "kafka-producer-perf-test.sh",
    "kafka-server-start.sh",
    "kafka-storage.sh",
  ],
  accepts: { from: "4.0", before: "5" },
  advice:
    "Install Java 17 or later and Kafka 4 (https://kafka.apache.org/downloads) so that its bin is on PATH",
};

/** A cluster that runs. */
export interface KafkaCluster {
  readonly bootstrap: string;
  /** Loses the second broker; some partitions keep no leader, others too few replicas. */
  readonly lose: () => Promise<void>;
}

/** Topics: replicated, only on the broker that will be lost, and with a limit that is too small. */
const topics: readonly (readonly string[])[] = [
  ["orders", "--partitions", "2", "--replication-factor", "2", "--config", "min.insync.replicas=2"],
  ["alone", "--replica-assignment", "2"],
  ["narrow", "--partitions", "1", "--replication-factor", "2", "--config", "max.message.bytes=100"],
];

/** Limits for everybody of every kind, so that throttling is measured. */
const quotas: readonly (readonly string[])[] = [
  ["--entity-type", "clients", "--entity-default"],
  ["--entity-type", "users", "--entity-default"],
  ["--entity-type", "users", "--entity-default", "--entity-type", "clients", "--entity-default"],
];

const server = (
  id: number,
  ports: { readonly broker: number; readonly controller: number },
  folder: string,
): string =>
  [
    `node.id=${id}`,
    `process.roles=${id === 1 ? "broker,controller" : "broker"}`,
    `listeners=PLAINTEXT://127.0.0.1:${ports.broker}${id === 1 ? `,CONTROLLER://127.0.0.1:${ports.controller}` : ""}`,
    "controller.listener.names=CONTROLLER",
    `controller.quorum.voters=1@127.0.0.1:${ports.controller}`,
    `log.dirs=${folder}`,
    "offsets.topic.num.partitions=1",
    "offsets.topic.replication.factor=2",
    "transaction.state.log.num.partitions=1",
    "transaction.state.log.replication.factor=2",
    "group.initial.rebalance.delay.ms=0",
    "",
  ].join("\n");

/**
 * Starts a controller with a broker, and a second broker; then writes that succeed and fail, a group
 * that reads and one that has stopped halfway.
 * @param options what each broker's Java is given, by the number of the broker.
 */
export async function startKafka(
  session: Session,
  binaries: Binaries,
  options: (id: number) => string = () => "",
): Promise<KafkaCluster> {
  const controller = await session.port();
  const brokers = [await session.port(), await session.port()];
  const bootstrap = `127.0.0.1:${brokers[0] ?? 0}`;
  const at = ["--bootstrap-server", bootstrap];
  const env = { LOG_DIR: await session.dir("logs"), KAFKA_HEAP_OPTS: "-Xmx256M" };
  const script = (name: string, ...args: readonly string[]): Promise<string> =>
    session.run(binaries[`${name}.sh`] ?? "", args, env);
  const produce = (topic: string, size: number, ...settings: readonly string[]): Promise<string> =>
    script(
      "kafka-producer-perf-test",
      ...["--topic", topic, "--num-records", "100"],
      ...[
        ...["--throughput", "-1", "--record-size", `${size}`],
        ...["--producer-props", `bootstrap.servers=${bootstrap}`, ...settings],
      ],
    );
  const group = (name: string, ...more: readonly string[]): readonly string[] => [
    ...[...at, "--topic", "orders", "--group", name, "--from-beginning", ...more],
  ];

  for (const [index, broker] of brokers.entries()) {
    const id = index + 1;
    const file = await session.file(
      `server-${id}.properties`,
      server(id, { broker, controller }, await session.dir(`data-${id}`)),
    );
    const format = ["format", "--cluster-id", "Y2FwdHVyZS1vZi1rYWZrYQ", "--config", file];
    await script("kafka-storage", ...format);
    await session.start(`kafka-${id}`, binaries["kafka-server-start.sh"] ?? "", [file], {
      modest: true,
      env: { ...env, KAFKA_OPTS: options(id) },
    });
  }
  await session.until("both brokers are there", async () => {
    await script(
      "kafka-topics",
      ...at,
      "--create",
      "--if-not-exists",
      "--topic",
      ...(topics[0] ?? []),
    );
    return true;
  });
  for (const topic of topics.slice(1))
    await script("kafka-topics", ...at, "--create", "--topic", ...topic);
  for (const entity of quotas)
    await script(
      "kafka-configs",
      ...at,
      "--alter",
      ...entity,
      "--add-config",
      [
        ...["producer_byte_rate=1000000", "consumer_byte_rate=1000000", "request_percentage=50"],
      ].join(),
    );
  await produce("orders", 100, "acks=all");
  await script("kafka-console-consumer", ...group("billing", "--max-messages", "50"));
  await session.start("consumer", binaries["kafka-console-consumer.sh"] ?? "", group("audit"), {
    modest: true,
    env,
  });
  await produce("narrow", 1000);
  return {
    bootstrap,
    lose: async () => {
      await session.stop("kafka-2");
      await produce("orders", 100, "acks=all", "retries=0");
    },
  };
}
