import { ask } from "../../../lib/ask.ts";
import { onlyWith } from "../notes.ts";
import { debianTool, type Recipe } from "../recipe.ts";

/** The server that is captured here, and on which others are. */
export const server = debianTool("etcd", "3.5.30", "etcd-server", "usr/bin/etcd");

/** Calls that leave traces, by the JSON gateway; keys and values are base64. */
const calls: readonly (readonly [path: string, body: Readonly<Record<string, unknown>>])[] = [
  ["kv/put", { key: "a2V5", value: "dmFsdWU=" }],
  ["kv/put", { key: "a2V5", value: "b3RoZXI=" }],
  ["kv/range", { key: "a2V5" }],
  ["kv/deleterange", { key: "a2V5" }],
  ["kv/compaction", { revision: 3, physical: true }],
  ["lease/grant", { TTL: 60 }],
  ["maintenance/defragment", {}],
  ["maintenance/snapshot", {}],
  ["maintenance/status", {}],
  ["cluster/member/list", {}],
];

export const etcd: Recipe = {
  exporter: "etcd",
  tools: [server],
  reference: ({ etcd = "" }) =>
    `etcd ${etcd}: a cluster of three after writes, reads, a compaction and a snapshot; the third with --metrics=extensive, then lost`,
  async capture(session, binaries) {
    const members = await Promise.all(
      ["first", "second", "third"].map(async (name) => ({
        name,
        client: `http://127.0.0.1:${await session.port()}`,
        peer: `http://127.0.0.1:${await session.port()}`,
      })),
    );
    const cluster = members.map(({ name, peer }) => `${name}=${peer}`).join(",");
    for (const { client, name, peer } of members)
      await session.start(name, binaries["etcd"] ?? "", [
        ...["--name", name, "--data-dir", session.path(name)],
        ...["--listen-client-urls", client, "--advertise-client-urls", client],
        ...["--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer],
        ...["--initial-cluster", cluster, "--metrics", name === "third" ? "extensive" : "basic"],
        "--unsafe-no-fsync",
      ]);
    for (const { client, name } of members)
      await session.until(
        `${name} is well`,
        async () => (await ask(`${client}/health`)).status === 200,
      );
    for (const { client } of members)
      for (const [path, body] of calls) {
        const url = `${client}/v3/${path}`;
        // A compaction of what is compacted already is refused, which is of no matter here.
        await ask(url, { method: "POST", body });
      }
    // Shown once peers have been probed for five seconds.
    await session.until("round trips are measured", async () =>
      (await ask(`${members[0]?.client ?? ""}/metrics`)).body.includes(
        "\netcd_network_peer_round_trip_time_seconds_count",
      ),
    );
    const [first, second, third] = members.map(({ client }) => `${client}/metrics`);
    const usual = {
      ...(await session.scrape(first ?? "")),
      ...(await session.scrape(second ?? "")),
    };
    await session.scrape(third ?? "", onlyWith("--metrics=extensive", usual));
    await session.stop("third");
    await session.until("the loss of a member is counted", async () => {
      const seen = await session.scrape(first ?? "");
      return (
        "etcd_network_peer_sent_failures_total" in seen &&
        "etcd_network_disconnected_peers_total" in seen
      );
    });
  },
};
