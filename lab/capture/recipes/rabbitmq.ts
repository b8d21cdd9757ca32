import { connect } from "node:net";
import { ask } from "../../../lib/ask.ts";
import { onlyWith } from "../notes.ts";
import { rabbitmqTool, startMapper, startNode } from "./rabbitmq-node.ts";
import type { Recipe } from "../recipe.ts";
import type { Session } from "../session.ts";

/** What /metrics/detailed is asked for: each family costs, so none is there on its own. */
const families = [
  "auth_attempt_detailed_metrics",
  "auth_attempt_metrics",
  "channel_exchange_metrics",
  "channel_metrics",
  "channel_process_metrics",
  "channel_queue_exchange_metrics",
  "channel_queue_metrics",
  "connection_coarse_metrics",
  "connection_metrics",
  "exchange_bindings",
  "exchange_names",
  "queue_coarse_metrics",
  "queue_consumer_count",
  "queue_metrics",
  "ra_metrics",
  "vhost_status",
];

/** A client that sends, consumes and acknowledges, over STOMP: the simplest protocol there is. */
async function startClient(session: Session, port: number): Promise<void> {
  const socket = connect(port, "127.0.0.1");
  session.later(() => socket.destroy());
  let heard = "";
  socket.setEncoding("utf8").on("data", (text: string) => {
    heard += text;
    for (const [, id = ""] of text.matchAll(/^ack:(.*)$/gm)) send("ACK", { id });
  });
  socket.on("error", () => undefined);
  const send = (command: string, headers: Readonly<Record<string, string>>, body = ""): void => {
    const lines = Object.entries(headers).map(([key, value]) => `${key}:${value}`);
    socket.write([command, ...lines, "", `${body}\0`].join("\n"));
  };
  send("CONNECT", { "accept-version": "1.2", host: "/", login: "guest", passcode: "guest" });
  for (const [id, queue] of ["classic", "quorum"].entries()) {
    const destination = `/amq/queue/${queue}`;
    send("SUBSCRIBE", { id: `${id}`, destination, ack: "client-individual" });
    send("SEND", { destination, receipt: queue }, "body");
    send("SEND", { destination: "/exchange/amq.topic/nobody" }, "body");
  }
  await session.until("both messages have come", () =>
    Promise.resolve(heard.split("MESSAGE").length > 2),
  );
}

export const rabbitmq: Recipe = {
  exporter: "rabbitmq",
  tools: [rabbitmqTool],
  reference: ({ rabbitmq = "" }) =>
    `RabbitMQ ${rabbitmq} with rabbitmq_prometheus: /metrics, /metrics/per-object and /metrics/detailed?family=… of a classic and a quorum queue with a consumer`,
  async capture(session, binaries) {
    const [stomp, management] = [await session.port(), await session.port()];
    const url = await startNode(session, binaries, {
      name: "capture",
      mapper: await startMapper(session, binaries),
      plugins: ["rabbitmq_management", "rabbitmq_prometheus", "rabbitmq_stomp"],
      settings: [
        `stomp.listeners.tcp.1 = 127.0.0.1:${stomp}`,
        "management.tcp.ip = 127.0.0.1",
        `management.tcp.port = ${management}`,
      ],
    });
    // The account every new RabbitMQ has, good on loopback only.
    const login = { username: "guest", password: "guest" };
    for (const type of ["classic", "quorum"])
      await session.until(`queue ${type} is there`, async () => {
        const { status } = await ask(`http://127.0.0.1:${management}/api/queues/%2f/${type}`, {
          method: "PUT",
          login,
          body: { durable: true, arguments: { "x-queue-type": type } },
        });
        return status < 300;
      });
    await startClient(session, stomp);
    await session.until("statistics are there", async () =>
      /^rabbitmq_channel_messages_acked_total\{.*\} [1-9]/m.test(
        (await ask(`${url}/per-object`)).body,
      ),
    );
    const usual = await session.scrape(url);
    await session.scrape(`${url}/per-object`, onlyWith("/metrics/per-object", usual));
    for (const family of families)
      await session.scrape(
        `${url}/detailed?family=${family}`,
        onlyWith(`/metrics/detailed?family=${family}`, usual),
      );
  },
};
