import { ask } from "../../../lib/ask.ts";
import { noted, only } from "../notes.ts";
import { goTool, type Recipe } from "../recipe.ts";

const version = "1.11.3";
const tool = goTool(
  "pushgateway",
  version,
  { from: version, before: "2" },
  {
    main: "github.com/prometheus/pushgateway",
    variables: { "github.com/prometheus/common/version.Version": version },
  },
  { alsoCalled: { pushgateway: "prometheus-pushgateway" } },
);

/** A job's own metric; what jobs push is not the gateway's. */
const own = "capture_last_success_timestamp_seconds";
const withoutOwn = only((name) => name !== own);

export const pushgateway: Recipe = {
  exporter: "pushgateway",
  tools: [tool],
  reference: ({ pushgateway = "" }) =>
    `Pushgateway ${pushgateway}: a job that pushes, replaces, is refused and is deleted`,
  async capture(session, binaries) {
    const address = `127.0.0.1:${await session.port()}`;
    const base = `http://${address}`;
    await session.start(
      "pushgateway",
      binaries["pushgateway"] ?? "",
      [
        `--web.listen-address=${address}`,
        `--persistence.file=${session.path("kept")}`,
        "--web.enable-admin-api",
      ],
      { ready: `${base}/-/ready` },
    );
    const push = (job: string, method: "DELETE" | "POST" | "PUT", body?: string) =>
      ask(`${base}/metrics/job/${job}`, { method, body });
    await push("capture", "PUT", `# TYPE ${own} gauge\n${own} 1\n`);
    await push("capture", "POST", `# TYPE ${own} gauge\n${own} 2\n`);
    // Not the type that the first job says.
    await push("refused", "POST", `# TYPE ${own} counter\n${own} 3\n`);
    await push("gone", "PUT", `${own} 1\n`);
    await push("gone", "DELETE");
    for (const path of ["-/healthy", "api/v1/status", "api/v1/metrics", "metrics"])
      await ask(`${base}/${path}`);
    await session.scrape(`${base}/metrics`, (all) =>
      noted(withoutOwn(all), (name) =>
        /^push_(?:failure_)?time_seconds$/.test(name)
          ? "one series a group, with the group's labels (honor_labels); 0 if it never happened"
          : undefined,
      ),
    );
  },
};
