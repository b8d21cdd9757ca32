import { ask } from "../../../lib/ask.ts";
import type { Metrics } from "../../../rules/metrics/format.ts";
import { noted, only } from "../notes.ts";
import { rabbitmqTool, startMapper, startNode } from "./rabbitmq-node.ts";
import type { Recipe } from "../recipe.ts";

const state = "erlang_vm_dist_node_state";

/** What is there for each other node: a single one has none of it. */
const links = (metrics: Metrics): Metrics =>
  noted(only((name) => name.startsWith("erlang_vm_dist_"))(metrics), (name) =>
    name === state ? "absent while the link is down, 1 during an attempt" : undefined,
  );

export const rabbitmqCluster: Recipe = {
  exporter: "rabbitmq-cluster",
  tools: [rabbitmqTool],
  reference: ({ rabbitmq = "" }) =>
    `RabbitMQ ${rabbitmq} with rabbitmq_prometheus: /metrics of a cluster of two nodes, the links between them, until one is stopped`,
  async capture(session, binaries) {
    const mapper = await startMapper(session, binaries);
    const names = ["first", "second"];
    const settings = [
      "cluster_formation.peer_discovery_backend = classic_config",
      ...names.map(
        (name, index) => `cluster_formation.classic_config.nodes.${index + 1} = ${name}@localhost`,
      ),
    ];
    const urls: string[] = [];
    for (const name of names)
      urls.push(
        await startNode(session, binaries, {
          name,
          mapper,
          plugins: ["rabbitmq_prometheus"],
          settings,
        }),
      );
    const text = async (url: string) => (await ask(url)).body;
    for (const url of urls) {
      const up = new RegExp(`^${state}\\{.*\\} 3$`, "m");
      await session.until("the nodes are linked", async () => up.test(await text(url)));
      await session.scrape(url, links);
    }
    await session.stop("second");
    await session.until(
      "the link is gone",
      async () => !(await text(urls[0] ?? "")).includes(`\n${state}{`),
    );
  },
};
