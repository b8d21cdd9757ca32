import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Inventory } from "../../../rules/metrics/format.ts";
import { blackbox } from "../../../lab/capture/recipes/blackbox.ts";
import { capture, gather } from "../../../lab/capture/capture.ts";
import { collectorsIn } from "../../../lab/capture/recipes/mariadb.ts";
import { captureMachine, collectorsOf, node } from "../../../lab/capture/recipes/node.ts";
import { onlyWith } from "../../../lab/capture/notes.ts";
import { serverTool, type Recipe } from "../../../lab/capture/recipe.ts";
import { processor } from "../../../lab/capture/recipes/processor.ts";
import { notBuilt, recipes } from "../../../lab/capture/recipes/index.ts";
import { withSemantics } from "../../../lab/capture/semantics.ts";
import { createWorkshop } from "../../../tools/ensure.ts";
import type { UserError } from "../../../lib/errors.ts";
import { tools } from "../../../tools/tools.ts";
import { checkout, failure, recorder, temporary, workshop } from "../../kit/workshop.ts";

const gauge = { type: "gauge", labels: [] } as const;
const untyped = { type: "untyped", labels: [] } as const;

/** Captures into a temporary folder with Vigil's own tools. */
async function captured(recipe: Recipe): Promise<Inventory["metrics"]> {
  const found = await gather([recipe], createWorkshop({ root: checkout }), recorder());
  const { added, file, metrics, strange } = await capture(recipe, found, join(temporary(), "new"));
  const inventory = JSON.parse(readFileSync(file, "utf8")) as Inventory;
  expect(inventory).toMatchObject({ exporter: recipe.exporter, how: "captured" });
  expect(Object.keys(inventory.metrics)).toEqual(added);
  expect(added).toHaveLength(metrics);
  expect(strange).toEqual([]);
  return inventory.metrics;
}

describe("a real capture", () => {
  test("of node_exporter has what every Linux machine shows, and what is off by default", async () => {
    const machine: Recipe = { ...node, tools: [tools.node_exporter], capture: captureMachine };
    const metrics = await captured(machine);
    expect(metrics).toMatchObject({
      node_cpu_seconds_total: { type: "counter", labels: ["cpu", "mode"] },
      node_load5: gauge,
      node_memory_MemAvailable_bytes: gauge,
      node_scrape_collector_success: { type: "gauge", labels: ["collector"] },
      node_tcp_connection_states: {
        labels: ["state"],
        note: "off by default: --collector.tcpstat",
      },
      node_uname_info: { labels: expect.arrayContaining(["nodename", "release"]) as string[] },
      node_vmstat_pgfault: { ...untyped, semantics: "counter" },
      process_cpu_seconds_total: { type: "counter", labels: [] },
    });
  });

  test("of blackbox_exporter probes every kind of server", async () => {
    const metrics = await captured(blackbox);
    expect(metrics).toMatchObject({
      blackbox_exporter_config_last_reload_successful: gauge,
      probe_dns_serial: gauge,
      probe_expect_info: { type: "gauge", labels: ["ssh_version"] },
      probe_grpc_healthcheck_response: { type: "gauge", labels: ["serving_status"] },
      probe_http_duration_seconds: { type: "gauge", labels: ["phase"] },
      probe_http_status_code: gauge,
      probe_ssl_earliest_cert_expiry: gauge,
      probe_success: gauge,
    });
  });

  test("of the alert processor has what it counts of its senders and channels", async () => {
    const metrics = await captured(processor);
    expect(metrics).toMatchObject({
      nodejs_eventloop_lag_p99_seconds: gauge,
      process_start_time_seconds: gauge,
      vigil_processor_commit_seconds: { type: "histogram", labels: [] },
      vigil_processor_http_requests_total: {
        type: "counter",
        labels: ["code", "method", "route"],
      },
      vigil_processor_notifications_total: { type: "counter", labels: ["channel", "result"] },
      vigil_processor_store_up: gauge,
    });
  });
});

test("what is missing is all said at once, with how to get it", async () => {
  const recipe = (exporter: string, ...wanted: Recipe["tools"]): Recipe => ({
    exporter,
    tools: wanted,
    reference: () => "",
    capture: () => Promise.reject(new Error("it must not start")),
  });
  const asked = [
    recipe("a", serverTool("one", "1.0", "one-server", ["no-such-one"])),
    recipe("b", serverTool("two", "1.0", "two-server", ["no-such-two"])),
  ];
  const error = await failure<UserError>(gather(asked, workshop(), recorder()));
  expect(error.message).toBe("To capture this, one, two must be on this machine");
  expect(error.details).toEqual(["one: PATH: no no-such-one", "two: PATH: no no-such-two"]);
  expect(error.advice).toEqual([
    "apt-get install one-server (its service need not run)",
    "apt-get install two-server (its service need not run)",
  ]);
});

test("the command refuses a name it does not know and suggests one", () => {
  const { status, stderr } = spawnSync(
    process.execPath,
    [join(checkout, "cli/vigil.ts"), "capture", "nodes", "constructor"],
    { encoding: "utf8" },
  );
  expect(status).toBe(2);
  expect(stderr).toContain("There is no recipe nodes, constructor\n");
  expect(stderr).toContain("Did you mean node?");
});

test("the README says of each recipe what it needs", () => {
  const readme = readFileSync("rules/metrics/README.md", "utf8");
  const rows = readme.split("\n").filter((line) => /^\| `/.test(line));
  const named = rows.flatMap((row) => [...(row.split("|")[1] ?? "").matchAll(/`([^`]+)`/g)]);
  const names = named.map(([, name]) => name);
  expect(names).toEqual(expect.arrayContaining(Object.keys(recipes)));
});

test("every inventory said to be captured has its recipe or may not be built, and every recipe its inventory", () => {
  const captured = ["", "deployed"].flatMap((below) => {
    const folder = join(checkout, "rules", "metrics", below);
    return readdirSync(folder)
      .filter((name) => name.endsWith(".json"))
      .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as Inventory)
      .filter(({ how }) => how === "captured")
      .map(({ exporter }) => join(below, exporter));
  });
  expect([...new Set(captured)].sort()).toEqual(
    [
      ...Object.values(recipes).map(({ exporter, folder = "" }) => join(folder, exporter)),
      ...Object.keys(notBuilt),
    ].sort(),
  );
});

describe("help texts tell the collectors", () => {
  test("of node_exporter and postgres_exporter, on and off", () => {
    const help = `
      --[no-]collector.arp       Enable the arp collector (default: enabled).
      --collector.cpu.info       Enable metric cpu_info
      --collector.tcpstat        Enable the tcpstat collector
                                 (default: disabled).`;
    expect(collectorsOf(help)).toEqual({ on: ["arp"], off: ["tcpstat"] });
  });

  test("of mysqld_exporter", () => {
    const help = `
      --collect.heartbeat.utc    Use UTC
      --[no-]collect.heartbeat   Collect from heartbeat
      --collect.info_schema.userstats
                                 If running with userstat=1, set to true`;
    expect(collectorsIn(help)).toEqual(["heartbeat", "info_schema.userstats"]);
  });
});

test("what is seen only with a flag is noted", () => {
  const usual = { a: gauge, b: gauge };
  const seen = { a: gauge, b: { type: "gauge", labels: ["x"] }, c: gauge } as const;
  expect(onlyWith("--more", usual)(seen)).toEqual({
    a: gauge,
    b: { type: "gauge", labels: ["x"], note: "some labels only with --more" },
    c: { ...gauge, note: "off by default: --more" },
  });
});

test.each([
  ["node_vmstat_pgfault", untyped, "counter"],
  ["node_vmstat_nr_free_pages", untyped, "gauge"],
  ["node_netstat_Tcp_CurrEstab", untyped, "gauge"],
  ["node_netstat_Tcp_RetransSegs", untyped, "counter"],
  ["mysql_global_status_threads_connected", untyped, "gauge"],
  ["mysql_global_status_slow_queries", untyped, "counter"],
  ["mysql_global_status_wsrep_local_state", untyped, "gauge"],
  ["mysql_global_status_wsrep_local_cert_failures", untyped, "counter"],
  ["mysql_slave_status_seconds_behind_master", untyped, "gauge"],
  ["mysql_global_status_buffer_pool_pages", gauge, undefined],
  ["node_ethtool_info", gauge, undefined],
  ["redis_rdb_saves_total", gauge, "counter"],
  ["redis_connected_clients", gauge, undefined],
  ["rabbitmq_alarms_memory_used_watermark", untyped, "gauge"],
  ["something_else", untyped, undefined],
] as const)("%s, an %j, is a %s", (name, metric, semantics) => {
  expect(withSemantics({ [name]: metric })[name]?.semantics).toBe(semantics);
});
