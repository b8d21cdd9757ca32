import { ask } from "../../../lib/ask.ts";
import { parseExposition, type Metrics } from "../../../rules/metrics/format.ts";
import { account, mariadbTools, sql, startExporter, startServer } from "./mariadb.ts";
import { noted, only } from "../notes.ts";
import { serverTool, type Recipe } from "../recipe.ts";

/** A new node is sent the data of another by it. */
const rsyncTool = serverTool("rsync", "3", "rsync galera-4", ["rsync"]);

interface Node {
  readonly name: string;
  /** Ports: of the group, for missed writes, and for all data. */
  readonly group: number;
  readonly writes: number;
  readonly data: number;
}

/** The settings that make a server a node. */
const settingsOf = ({ data, group, writes }: Node, nodes: readonly Node[]): string[] => [
  "--binlog-format=ROW",
  "--innodb-autoinc-lock-mode=2",
  "--wsrep-on=ON",
  "--wsrep-provider=/usr/lib/galera/libgalera_smm.so",
  `--wsrep-cluster-address=gcomm://${nodes.map((node) => `127.0.0.1:${node.group}`).join(",")}`,
  "--wsrep-node-address=127.0.0.1",
  "--wsrep-sst-method=rsync",
  `--wsrep-sst-receive-address=127.0.0.1:${data}`,
  `--wsrep-provider-options=gmcast.listen_addr=tcp://127.0.0.1:${group};ist.recv_addr=127.0.0.1:${writes}`,
];

export const galera: Recipe = {
  exporter: "mysqld_exporter-galera",
  tools: [...mariadbTools, rsyncTool],
  reference: ({ mariadb = "", mysqld_exporter = "" }) =>
    `mysqld_exporter ${mysqld_exporter} on a cluster of three nodes of MariaDB ${mariadb} with Galera, and on one of them cut off: what a server without Galera does not have`,
  async capture(session, binaries) {
    const plain = await startServer(session, binaries, "plain", 1);
    await sql(session, binaries, plain.socket, account);
    const { body } = await ask(await startExporter(session, binaries, plain.port));
    const usual = parseExposition(body);
    const more = (metrics: Metrics): Metrics =>
      noted(only((name) => !(name in usual))(metrics), () => "only with a Galera provider loaded");

    const place = async (name: string): Promise<Node> => ({
      name,
      group: await session.port(),
      writes: await session.port(),
      data: await session.port(),
    });
    const nodes = [await place("first"), await place("second"), await place("third")] as const;
    const start = (node: Node, id: number, ...flags: readonly string[]) =>
      startServer(session, binaries, node.name, id, [...settingsOf(node, nodes), ...flags]);
    const first = await start(nodes[0], 2, "--wsrep-new-cluster");
    const second = await start(nodes[1], 3);
    const third = await start(nodes[2], 4);
    await sql(session, binaries, first.socket, `${account}; CREATE DATABASE seen`);
    await sql(session, binaries, first.socket, "CREATE TABLE seen.seen (id int PRIMARY KEY)");
    for (const [id, { port, socket }] of [first, second, third].entries()) {
      await session.until("a node has the table of another", async () => {
        await sql(session, binaries, socket, `INSERT INTO seen.seen VALUES (${id})`);
        return true;
      });
      await session.scrape(await startExporter(session, binaries, port), more);
    }
    const isolate = "SET GLOBAL wsrep_provider_options = 'gmcast.isolate=1'";
    await sql(session, binaries, third.socket, isolate);
    await session.until("the node is cut off", async () =>
      (
        await sql(session, binaries, third.socket, "SHOW STATUS LIKE 'wsrep_cluster_status'")
      ).includes("non-Primary"),
    );
    await session.scrape(await startExporter(session, binaries, third.port), more);
  },
};
