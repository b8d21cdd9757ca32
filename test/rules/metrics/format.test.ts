import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import {
  fileName,
  mergeMetrics,
  parseExposition,
  renderInventory,
  type Inventory,
  type Metrics,
} from "../../../rules/metrics/format.ts";

const folder = join(process.cwd(), "rules", "metrics");

describe("the text a program exposes", () => {
  it("is read by name, type and labels, without those of the scrape", () => {
    const text = `# HELP jobs_total Jobs \\ "done".
# TYPE jobs_total counter
jobs_total{state="done",instance="a",job="b"} 1
jobs_total{state="failed",queue="a\\"b\\\\,}"} 2 1795000000000
# TYPE size gauge
size -1.5e+06
plain{ a="1" , } NaN
`;
    expect(parseExposition(text)).toEqual({
      jobs_total: { type: "counter", labels: ["queue", "state"] },
      size: { type: "gauge", labels: [] },
      plain: { type: "untyped", labels: ["a"] },
    });
  });

  it("knows a summary whose own name ends as a histogram's part does", () => {
    const text = `# TYPE put_bucket summary
put_bucket{quantile="0.5"} 1
put_bucket_sum 1
put_bucket_count 1
# TYPE put summary
put{quantile="0.5"} 1
`;
    expect(parseExposition(text)).toEqual({
      put_bucket: { type: "summary", labels: [] },
      put: { type: "summary", labels: [] },
    });
  });

  it("has histograms and summaries under one name", () => {
    const text = `# TYPE took_seconds histogram
took_seconds_bucket{path="/",le="+Inf"} 1
took_seconds_sum{path="/"} 1
took_seconds_count{path="/"} 1
# TYPE wait_seconds summary
wait_seconds{quantile="0.5"} 1
wait_seconds_sum 1
wait_seconds_count 1
# TYPE bytes_sum counter
bytes_sum 1
`;
    expect(parseExposition(text)).toEqual({
      took_seconds: { type: "histogram", labels: ["path"] },
      wait_seconds: { type: "summary", labels: [] },
      bytes_sum: { type: "counter", labels: [] },
    });
  });

  it("says nothing of a metric without samples", () => {
    expect(parseExposition("# TYPE nothing counter\n\n# a remark\n")).toEqual({});
  });

  it.each(["<html>", "name", "name{label=1} 2", 'name{label="x} 2', "name 1 2 3"])(
    "is refused with the line: %s",
    (line) => {
      expect(() => parseExposition(`good 1\n${line}\n`)).toThrow(`line 2 is not a sample: ${line}`);
    },
  );
});

describe("several scrapes", () => {
  it("are united", () => {
    const first: Metrics = { a: { type: "untyped", labels: ["y"] } };
    const second: Metrics = {
      a: { type: "counter", labels: ["x"], note: "why" },
      b: { type: "gauge", labels: [] },
    };
    const all: Metrics = {
      a: { type: "counter", labels: ["x", "y"], note: "why" },
      b: { type: "gauge", labels: [] },
    };
    expect(mergeMetrics(first, second)).toEqual(all);
    expect(mergeMetrics(second, first)).toEqual(all);
  });

  it("may not disagree about a type", () => {
    const one: Metrics = { a: { type: "counter", labels: [] } };
    const other: Metrics = { a: { type: "gauge", labels: [] } };
    expect(() => mergeMetrics(one, other)).toThrow("a is a counter here and a gauge there");
  });
});

const metric = fc.record({
  type: fc.constantFrom("counter", "gauge", "histogram", "summary", "untyped"),
  labels: fc.uniqueArray(fc.constantFrom("cpu", "device", "mode", "state", "zone")),
});

describe("the text of an inventory", () => {
  const head = { exporter: "x", version: "1", how: "captured", reference: 'a "b"' } as const;

  it("is JSON with one metric a line, sorted", () => {
    const metrics: Metrics = {
      b: { type: "untyped", labels: ["y", "X"], semantics: "gauge", note: 'a "trap"' },
      B: { type: "gauge", labels: [] },
    };
    expect(renderInventory({ ...head, metrics })).toBe(`{
  "exporter": "x",
  "version": "1",
  "how": "captured",
  "reference": "a \\"b\\"",
  "metrics": {
    "B": { "type": "gauge", "labels": [] },
    "b": { "type": "untyped", "labels": ["X", "y"], "semantics": "gauge", "note": "a \\"trap\\"" }
  }
}
`);
  });

  it("does not depend on any order, and says everything", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom("a", "b", "c_total", "d"), metric), (metrics) => {
        const text = renderInventory({ ...head, metrics });
        const read = JSON.parse(text) as Inventory;
        const reversed = Object.fromEntries(Object.entries(metrics).reverse());
        expect(renderInventory({ ...head, metrics: reversed })).toBe(text);
        expect(renderInventory(read)).toBe(text);
        expect(Object.keys(read.metrics).sort()).toEqual(Object.keys(metrics).sort());
      }),
    );
  });
});

describe.each(readdirSync(folder).filter((name) => name.endsWith(".json")))("%s", (name) => {
  const text = readFileSync(join(folder, name), "utf8");
  const inventory = JSON.parse(text) as Inventory;
  const stem = name.replace(/\.json$/, "");

  it("is as it would be written, under its own name", () => {
    expect(renderInventory(inventory)).toBe(text);
    // The last parts of a version may be left out, where patches change no metrics.
    expect(
      [name, `${stem}.`, `${stem}-`].some((start) => fileName(inventory).startsWith(start)),
    ).toBe(true);
  });

  it("says where it is from, and is whole", () => {
    expect(["captured", "source"]).toContain(inventory.how);
    expect(inventory.reference).not.toBe("");
    expect(inventory.reference).not.toMatch(/\/(?:root|tmp|work|home)\//);
    expect(Object.keys(inventory.metrics).length).toBeGreaterThan(0);
    const [found] = Object.entries(inventory.metrics).filter(
      ([metric, { labels, type }]) =>
        !/^[a-zA-Z_:][\w:]*$/.test(metric) ||
        !/^(?:counter|gauge|histogram|summary|untyped)$/.test(type) ||
        labels.some((label) => !/^[a-zA-Z_]\w*$/.test(label)),
    );
    expect(found).toBeUndefined();
  });
});
