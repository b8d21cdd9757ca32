import { appendFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { tools } from "../../tools.ts";
import { lokiConfig, rules } from "./loki-config.ts";
import { only } from "../notes.ts";
import { goTool, type Recipe } from "../recipe.ts";

const version = "3.7.8";
const tool = goTool(
  "loki",
  version,
  { from: "3.7", before: "4" },
  {
    main: "github.com/grafana/loki/v3/cmd/loki",
    variables: { "github.com/grafana/loki/v3/pkg/util/build.Version": version },
  },
);

const tenant = "shop";
const now = (): string => `${Date.now()}000000`;

/** What is asked of Loki after there are lines; some of it is wrong. */
const questions = [
  'query_range?query={app="capture"}',
  'query_range?query=sum(rate({app="capture"}|="line"[1m]))by(app)&step=1',
  'query?query=sum(count_over_time({app="capture"}[1m]))',
  "query_range?query={broken",
  "labels",
  "label/app/values",
  'series?match[]={app="capture"}',
  'index/stats?query={app="capture"}',
  'index/volume?query={app="capture"}',
  'patterns?query={app="capture"}',
  'detected_fields?query={app="capture"}',
  "rules",
];

/**
 * A whole record (its kind, length and checksum come first) of no type that Loki knows. Plain damage is
 * not counted: Loki reads a segment up to it, and says nothing.
 */
const strangeRecord = Buffer.from([1, 0, 1, 0xff, 0, 0, 0, 0xff]);

/** What appears last. */
const traces = [
  "loki_boltdb_shipper_compact_tables_operation_total",
  "loki_discarded_samples_total",
  "loki_ingester_chunk_age_seconds",
  "loki_prometheus_notifications_sent_total",
  "loki_prometheus_rule_evaluations_total",
];

/** Without what comes by chance: a cache throws out when it gets to it. */
const steady = only((name) => name !== "loki_embeddedcache_evicted_total");

export const loki: Recipe = {
  exporter: "loki",
  tools: [tool, tools.alertmanager],
  reference: ({ alertmanager = "", loki = "" }) =>
    `Loki ${loki} as a single binary on its file system, with rings in its memberlist and Alertmanager ${alertmanager}: lines of a tenant written, refused, queried, flushed, compacted and deleted, rules that record, fire and fail, and a restart on a damaged write-ahead log`,
  async capture(session, binaries) {
    const [http = 0, grpc = 0, gossip = 0, alertmanager = 0, nobody = 0] = await Promise.all(
      Array.from({ length: 5 }, () => session.port()),
    );
    const ports = { http, grpc, gossip, alertmanager, nobody };
    const folder = await session.dir("loki");
    await session.file(`loki/rules/${tenant}/rules.yaml`, rules);
    const config = await session.file("loki.json", JSON.stringify(lokiConfig(folder, ports)));
    const base = `http://127.0.0.1:${http}`;
    const call = async (path: string, body?: unknown, method = "POST"): Promise<number> => {
      const answer = await fetch(`${base}${path}`, {
        headers: { "x-scope-orgid": tenant, "content-type": "application/json" },
        ...(body === undefined ? {} : { method, body: JSON.stringify(body) }),
      });
      await answer.arrayBuffer();
      return answer.status;
    };
    const push = (line: string): Promise<number> =>
      call("/loki/api/v1/push", {
        streams: [{ stream: { app: "capture", level: "info" }, values: [[now(), line]] }],
      });
    const start = () =>
      session.start("loki", binaries["loki"] ?? "", [`-config.file=${config}`], {
        ready: `${base}/ready`,
      });
    await session.start("alertmanager", binaries["alertmanager"] ?? "", [
      `--config.file=${await session.file("alertmanager.yml", "route: { receiver: none }\nreceivers: [{ name: none }]\n")}`,
      `--web.listen-address=127.0.0.1:${alertmanager}`,
      `--storage.path=${session.path("alertmanager")}`,
      "--cluster.listen-address=",
    ]);
    await start();
    /** Works until all of it has left its traces. */
    const work = (traces: readonly string[]) =>
      session.until("Loki shows everything that happened", async () => {
        for (let n = 0; n < 20; n++) await push(`line ${n} of many`);
        await push("too long ".repeat(200));
        for (const question of questions) await call(`/loki/api/v1/${question}`);
        await call("/loki/api/v1/push", "no lines");
        await call("/flush", {});
        const seen = await session.scrape(`${base}/metrics`, steady);
        return traces.every((name) => name in seen);
      });
    await session.until("lines are taken", async () => (await push("line")) === 204);
    await work(traces);
    await session.stop("loki");
    const wal = join(folder, "wal");
    for (const name of await readdir(wal))
      if (/^\d+$/.test(name)) await appendFile(join(wal, name), strangeRecord);
    await start();
    await work(["loki_ingester_wal_corruptions_total"]);
  },
};
