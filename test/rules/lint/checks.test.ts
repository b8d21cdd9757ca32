import { type Check, checks, lint } from "../../../rules/lint/checks.ts";
import { joinInventory } from "../../../rules/lint/inventory.ts";
import { parse } from "../../../rules/lint/promql.ts";

const gauge = (...labels: string[]) => ({ type: "gauge", labels }) as const;
const counter = (...labels: string[]) => ({ type: "counter", labels }) as const;
const filesystem = ["device", "fstype", "mountpoint"];

const known = {
  inventory: joinInventory([
    {
      exporter: "node_exporter",
      how: "captured",
      version: "for these tests",
      metrics: {
        node_cpu_seconds_total: counter("cpu", "mode"),
        node_disk_read_bytes_total: counter("device"),
        node_disk_read_time_seconds_total: counter("device"),
        node_disk_reads_completed_total: counter("device"),
        node_filesystem_avail_bytes: gauge(...filesystem),
        node_filesystem_size_bytes: gauge(...filesystem),
        cluster_leads: gauge("cluster"),
        node_load5: gauge(),
        node_memory_MemFree_bytes: gauge(),
        node_uname_info: gauge("release"),
        node_vmstat_oom_kill: { type: "untyped", labels: [], semantics: "counter" },
        request_seconds: { type: "histogram", labels: ["code"] },
      },
    },
  ]),
  recorded: new Set(["instance:node_cpu_used:ratio"]),
};

const named = Object.entries<Check>(checks);

describe.each(named)("the check %s", (name, { bad, good }) => {
  it("finds what is wrong", () => {
    expect(lint(bad, known).map((text) => text.split(":")[0])).toContain(name);
  });
  it("lets pass what is right, as every other check does", () => {
    expect(lint(good, known)).toEqual([]);
  });
});

describe("matching", () => {
  const complaints = (expression: string): string[] => lint({ expression }, known);

  it("sees two selectors that fix a label to different values", () => {
    const sum =
      'rate(node_cpu_seconds_total{mode="a"}[5m]) + rate(node_cpu_seconds_total{mode="b"}[5m])';
    expect(complaints(`${sum} > 1`)).toEqual([
      expect.stringContaining("mode has different values on the sides of +"),
    ]);
    expect(complaints(`${sum.replace("+", "+ ignoring (mode)")} > 1`)).toEqual([]);
  });

  it("takes the clock for a number, which every label goes with", () => {
    expect(complaints("time() - node_filesystem_avail_bytes > 60")).toEqual([]);
  });

  it("sees a label that an aggregation took away", () => {
    expect(
      complaints(
        "node_filesystem_avail_bytes / sum by (instance, device) (node_filesystem_size_bytes) < 1",
      ).join("\n"),
    ).toContain("fstype is on one side of / only");
  });

  it("knows the labels of a histogram's series and of its quantile", () => {
    const quantile =
      "histogram_quantile(0.9, sum by (cluster, env, code, le) (rate(request_seconds_bucket[5m])))";
    expect(
      complaints(`${quantile} > 1 and on (cluster, env, code) rate(request_seconds_count[5m]) > 1`),
    ).toEqual([]);
    expect(
      complaints(`${quantile} > 1 and on (cluster, env, le) rate(request_seconds_count[5m]) > 1`),
    ).toEqual([expect.stringContaining("le is on one side")]);
  });

  it("says nothing where it knows nothing", () => {
    expect(complaints("something / on (cluster, env, any) another > 1")).toEqual([]);
  });
});

describe("the tree", () => {
  it("tells where an expression stops being one", () => {
    expect(() => parse("sum(rate(x[5m])")).toThrow(/no PromQL at character/);
    expect(() => parse("rate(x[$__rate_interval])")).toThrow("character 7");
    expect(() => parse("")).toThrow("character 0");
  });
});
