import { readdirSync } from "node:fs";
import { join } from "node:path";
import { benches } from "../../bench/index.ts";
import { isMet, type Report } from "../../bench/lib/report.ts";
import { countSeries, valuesBy } from "../../bench/lib/scraper.ts";
import { renderTable } from "../../bench/lib/table.ts";
import { root } from "../kit/harness.ts";

describe("the list of benches", () => {
  it("has every file once, and every entry a file", () => {
    const files = readdirSync(join(root, "bench"))
      .filter((file) => file.endsWith(".ts") && !["index.ts", "main.ts"].includes(file))
      .map((file) => file.slice(0, -".ts".length));
    expect(benches.map(({ name }) => name).sort()).toEqual(files.sort());
  });
});

describe("a report", () => {
  const report: Report = {
    name: "speed",
    figures: [
      {
        what: "time",
        unit: "ms",
        value: 12.34,
        spread: [11, 14],
        reference: { what: "empty", value: 300 },
        goal: 20,
      },
      { what: "state", unit: "MB", value: 1.5, goal: 1 },
      { what: "series", unit: "series", value: 293 },
    ],
    notes: ["A note."],
  };

  it("says of every goal whether it is met", () => {
    expect(report.figures.map(isMet)).toEqual([true, false, undefined]);
  });

  it("is a table", () => {
    expect(renderTable([report, { name: "size", figures: [], notes: [] }])).toMatchInlineSnapshot(`
"             median (quartiles)     goal    measured beside it
speed
  ✓  time    12.3 ms (11.0 … 14.0)  ≤ 20.0  empty: 300.0
  ✗  state   1.50 MB                ≤ 1.00
     series  293 series
    A note.
size
"
`);
  });
});

describe("an answer to a scrape", () => {
  const text = [
    "# HELP node_scrape_collector_duration_seconds How long.",
    'node_scrape_collector_duration_seconds{collector="cpu"} 0.0003',
    'node_scrape_collector_duration_seconds{collector="filesystem"} 1.5e-3',
    "node_load1 0.5",
    "",
  ].join("\n");

  it("is counted by its samples", () => {
    expect(countSeries(text)).toBe(3);
  });

  it("is read by label", () => {
    expect([...valuesBy(text, "node_scrape_collector_duration_seconds", "collector")]).toEqual([
      ["cpu", 0.0003],
      ["filesystem", 0.0015],
    ]);
  });
});
