import { ask } from "../../../lib/ask.ts";
import { tools } from "../../../tools/tools.ts";
import { startAlertmanager } from "./alertmanager.ts";
import type { Recipe } from "../recipe.ts";

const features = ["created-timestamp-zero-ingestion", "exemplar-storage", "extra-scrape-metrics"];

/** JSON is a part of YAML. */
const config = (own: string, dead: string, alertmanager: string, folder: string): string =>
  JSON.stringify({
    global: { scrape_interval: "1s", evaluation_interval: "1s", external_labels: { a: "b" } },
    rule_files: [`${folder}/rules.yml`],
    scrape_configs: [
      { job_name: "self", static_configs: [{ targets: [own] }] },
      { job_name: "file", file_sd_configs: [{ files: [`${folder}/targets.json`] }] },
      { job_name: "http", http_sd_configs: [{ url: `http://${dead}/targets` }] },
      { job_name: "dns", dns_sd_configs: [{ names: ["localhost"], type: "A", port: 9 }] },
      { job_name: "few", sample_limit: 1, static_configs: [{ targets: [own] }] },
    ],
    alerting: { alertmanagers: [{ static_configs: [{ targets: [alertmanager, dead] }] }] },
    remote_write: [
      { url: `http://${own}/api/v1/write`, metadata_config: { send_interval: "1s" } },
      { url: `http://${dead}/api/v1/write` },
    ],
    remote_read: [
      { url: `http://${dead}/read`, read_recent: true, required_matchers: { remote: "yes" } },
    ],
  });

const rules = JSON.stringify({
  groups: [
    {
      name: "capture",
      rules: [
        { record: "capture:up", expr: "up" },
        { alert: "Always", expr: "vector(1)" },
        // Many to many: an evaluation that fails.
        { record: "capture:bad", expr: "up * on () up" },
      ],
    },
  ],
});

export const prometheus: Recipe = {
  exporter: "prometheus",
  tools: [tools.prometheus, tools.alertmanager],
  reference: ({ prometheus = "" }) =>
    `prometheus ${prometheus} --web.enable-remote-write-receiver --web.enable-lifecycle --enable-feature=${features.join(",")}, with rules, an Alertmanager, remote write to itself, remote read, discovery by file, HTTP and DNS, and servers that are not there`,
  async capture(session, binaries) {
    const alertmanager = await startAlertmanager(session, binaries, "alertmanager", [
      "--cluster.listen-address=",
    ]);
    const address = `127.0.0.1:${await session.port()}`;
    const dead = `127.0.0.1:${await session.port()}`;
    await session.file("rules.yml", rules);
    await session.file("targets.json", JSON.stringify([{ targets: [address] }]));
    const file = await session.file(
      "prometheus.yml",
      config(address, dead, alertmanager, session.folder),
    );
    await session.start(
      "prometheus",
      binaries["prometheus"] ?? "",
      [
        `--config.file=${file}`,
        `--storage.tsdb.path=${session.path("data")}`,
        `--web.listen-address=${address}`,
        "--web.enable-remote-write-receiver",
        "--web.enable-lifecycle",
        // The first alerts are sent before any Alertmanager has been discovered.
        "--rules.alert.resend-delay=1s",
        `--enable-feature=${features.join(",")}`,
      ],
      { ready: `http://${address}/-/ready` },
    );
    const query = async (text: string): Promise<boolean> => {
      const url = `http://${address}/api/v1/query?query=${encodeURIComponent(text)}`;
      const answer = JSON.parse((await ask(url)).body) as { data?: { result: unknown[] } };
      return (answer.data?.result.length ?? 0) > 0;
    };
    const wanted = [
      "prometheus_notifications_sent_total > 0",
      "prometheus_notifications_errors_total > 0",
      "prometheus_rule_evaluation_failures_total > 0",
      "prometheus_remote_storage_samples_total > 0",
      "prometheus_target_scrapes_exceeded_sample_limit_total > 0",
    ];
    for (const text of wanted) await session.until(`Prometheus says ${text}`, () => query(text));
    await ask(`http://${address}/api/v1/query?query=(`);
    await ask(`http://${address}/api/v1/query?query=up{remote="yes"}`);
    await ask(`http://${address}/-/reload`, { method: "POST" });
    await session.scrape(`http://${address}/metrics`);
  },
};
