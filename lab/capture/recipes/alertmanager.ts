import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { ask } from "../../../lib/ask.ts";
import { tools } from "../../../tools/tools.ts";
import type { Binaries, Recipe } from "../recipe.ts";
import type { Session } from "../session.ts";

/** Receivers that work (a webhook) and that do not (nobody listens on port 9). */
const config = (webhook: string): string =>
  JSON.stringify({
    route: {
      receiver: "works",
      group_by: ["alertname"],
      group_wait: "0s",
      group_interval: "1s",
      routes: [{ receiver: "fails", matchers: ["way=bad"] }],
    },
    receivers: [
      { name: "works", webhook_configs: [{ url: webhook }] },
      { name: "fails", webhook_configs: [{ url: "http://127.0.0.1:9/" }] },
    ],
    inhibit_rules: [{ source_matchers: ["way=good"], target_matchers: ["way=mute"] }],
  });

/** A webhook that takes everything. */
async function answerWebhook(session: Session): Promise<string> {
  const server = createServer((request, response) => {
    request.resume().on("end", () => response.end());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  session.later(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** Flags of a member of a cluster, with `peer` when there is one. */
const member = (cluster: string, peer?: string): string[] => [
  `--cluster.listen-address=${cluster}`,
  `--cluster.advertise-address=${cluster}`,
  "--cluster.settle-timeout=1s",
  ...(peer === undefined ? [] : [`--cluster.peer=${peer}`]),
];

/**
 * Starts an Alertmanager; gives back its address.
 *
 * @param flags - Beside those of its files and its listener.
 */
export async function startAlertmanager(
  session: Session,
  binaries: Binaries,
  name: string,
  flags: readonly string[],
): Promise<string> {
  const address = `127.0.0.1:${await session.port()}`;
  const file = await session.file(`${name}.yml`, config(await answerWebhook(session)));
  await session.start(
    name,
    binaries["alertmanager"] ?? "",
    [
      `--config.file=${file}`,
      `--storage.path=${session.path(name)}`,
      `--web.listen-address=${address}`,
      ...flags,
    ],
    { ready: `http://${address}/-/ready` },
  );
  return address;
}

export const alertmanager: Recipe = {
  exporter: "alertmanager",
  tools: [tools.alertmanager],
  reference: ({ alertmanager = "" }) =>
    `two alertmanager ${alertmanager} in a cluster, with a webhook that works, one that does not, a silence and an inhibition; no --enable-feature (receiver-name-in-metrics would add the label receiver_name)`,
  async capture(session, binaries) {
    const peers = [await session.port(), await session.port()].map((port) => `127.0.0.1:${port}`);
    const [one = "", two = ""] = peers;
    const first = await startAlertmanager(session, binaries, "first", member(one));
    const second = await startAlertmanager(session, binaries, "second", member(two, one));
    const post = async (path: string, body: unknown): Promise<void> => {
      const answer = await ask(`http://${first}/api/v2/${path}`, { method: "POST", body });
      if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${answer.body}`);
    };
    const now = Date.now();
    await post("silences", {
      matchers: [{ name: "way", value: "still", isRegex: false, isEqual: true }],
      startsAt: new Date(now).toISOString(),
      endsAt: new Date(now + 3_600_000).toISOString(),
      createdBy: "capture",
      comment: "capture",
    });
    const ways = ["good", "bad", "mute", "still"];
    await post(
      "alerts",
      ways.map((way) => ({ labels: { alertname: "Capture", way } })),
    );
    const sees = async (line: RegExp): Promise<boolean> =>
      line.test((await ask(`http://${first}/metrics`)).body);
    const wanted = [
      /^alertmanager_notifications_total\{.*integration="webhook".*\} [1-9]/m,
      /^alertmanager_notifications_failed_total\{.*integration="webhook".*\} [1-9]/m,
      /^alertmanager_notifications_suppressed_total\{.*\} [1-9]/m,
      /^alertmanager_cluster_members 2/m,
    ];
    for (const line of wanted) await session.until(`${line.source} is seen`, () => sees(line));
    await session.scrape(`http://${first}/metrics`);
    await session.scrape(`http://${second}/metrics`);
  },
};
