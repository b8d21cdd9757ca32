import { tools } from "../../../tools/tools.ts";
import { only } from "../notes.ts";
import { serverTool, type Recipe } from "../recipe.ts";

/** Where Debian's package of scripts for the textfile collector puts this one. */
const script = "/usr/share/prometheus-node-exporter-collectors/apt_info.py";

const aptTool = serverTool("apt", "2", "python3-apt prometheus-node-exporter-collectors", [
  "apt-get",
]);

export const apt: Recipe = {
  exporter: "apt-textfile",
  // The script has no version.
  version: () => "1",
  tools: [tools.node_exporter, aptTool],
  reference: ({ apt: version = "", node_exporter = "" }) =>
    `apt_info.py of Debian's prometheus-node-exporter-collectors with apt ${version}, read by the textfile collector of node_exporter ${node_exporter}`,
  async capture(session, binaries) {
    // Debian's own Python: only that one has the bindings of apt.
    const text = await session.run("/usr/bin/python3", [script]);
    await session.file("textfile/apt.prom", text);
    const address = `127.0.0.1:${await session.port()}`;
    await session.start(
      "node_exporter",
      binaries["node_exporter"] ?? "",
      [
        ...["--collector.disable-defaults", "--collector.textfile"],
        `--collector.textfile.directory=${session.path("textfile")}`,
        ...["--web.disable-exporter-metrics", `--web.listen-address=${address}`],
      ],
      { ready: `http://${address}/` },
    );
    const written = only((name) => new RegExp(`^${name}\\b`, "m").test(text));
    await session.scrape(`http://${address}/metrics`, written);
  },
};
