import { groups } from "../../../rules/index.ts";
import { reasonOf as why, unseenAlerts, type Known } from "../../../cli/estate/unseen.ts";
import { unseenLine } from "../../../cli/estate/loaded.ts";
import { parse, selectors, type Selector } from "../../../rules/lint/promql.ts";
import { root } from "../../kit/harness.ts";

const selector = (text: string): Selector => {
  const [found] = selectors(parse(text));
  if (found === undefined) throw new Error(`no selector in ${text}`);
  return found;
};

const up = (job: string) => ({
  labels: { job, instance: `${job}:1` },
  health: "up" as const,
  lastError: "",
});
const down = (job: string) => ({ ...up(job), health: "down" as const, lastError: "refused" });

const exposed = (kind: "counter" | "gauge", ...labels: string[]) => ({
  kind,
  labels: new Set(labels),
  from: ["x 1"],
});

const known: Known = {
  targets: [up("node"), up("redis"), down("etcd")],
  names: new Set(["seen", "seen_total"]),
  inventory: new Map([
    ["errors_total", exposed("counter", "kind")],
    ["plain_total", exposed("counter")],
    ["seen", exposed("gauge", "state")],
    ["seen_total", exposed("counter")],
    ["sensor", exposed("gauge")],
  ]),
  notes: new Map([["sensor", "off by default: --collector.sensor"]]),
};

describe("a series is not there because", () => {
  it.each([
    ["sensor", "kafka", "missing", "nothing is scraped as job kafka"],
    ["sensor", "etcd", "down", "etcd:1 does not answer: refused"],
    ["sensor", "node", "missing", "answers without sensor: off by default: --collector.sensor"],
    ["errors_total", "redis", "event", "the first event makes errors_total"],
    // What a kernel counts is there before the first event, or never.
    [
      "errors_total",
      "node",
      "missing",
      "answers without errors_total: there is nothing of that kind, or it is a version other than x 1",
    ],
    [
      "plain_total",
      "redis",
      "missing",
      "answers without plain_total: there is nothing of that kind, or it is a version other than x 1",
    ],
    ['seen_total{code="5"}', "redis", "event", 'the first event makes seen_total{code="5"}'],
    ['seen{state="x"}', "redis", "missing", 'seen is there, but not seen{state="x"}'],
  ])("%s of %s: %s", (text, job, kind, reason) => {
    expect(why(selector(text), job, known)).toEqual({ kind, why: reason });
  });
});

describe("of the alerts of an estate (a stand-in for Prometheus' answers)", () => {
  const loaded = groups
    .filter(({ name }) => ["host-hardware", "host-memory", "slo"].includes(name))
    .flatMap((group) => Object.values(group.alerts).map((alert) => ({ alert, group })));
  const ask = (names: string[]) =>
    unseenAlerts(
      {
        names: () => Promise.resolve(names),
        selects: () => Promise.resolve(true),
        targets: () => Promise.resolve([up("node")]),
      },
      loaded,
      root,
    );

  it("those without their series are told, and no other", async () => {
    const found = await ask(["up", "node_memory_MemAvailable_bytes", "node_memory_MemTotal_bytes"]);
    const names = found.map(({ alert }) => alert);
    expect(names).toContain("HostSmartUnhealthy");
    expect(names).not.toContain("HostMemoryLow");
    // Recorded from up, which is there.
    expect(names).not.toContain("SloFastBurn");
  });

  it("none is told where all have theirs", async () => {
    const all = loaded.flatMap(({ alert }) => {
      const expression = alert.expression(undefined, { jobs: [] });
      return selectors(parse(expression)).map(({ metric }) => metric);
    });
    expect(await ask(all)).toEqual([]);
  });
});

it("the line of make status says how many, and where to read on", () => {
  const missing = { alert: "A", why: "x", kind: "missing" } as const;
  const event = { alert: "B", why: "x", kind: "event" } as const;
  expect(unseenLine(3, [event])).toBe("3 alerts loaded.");
  expect(unseenLine(3, [missing, event])).toBe(
    "3 alerts loaded, of which 1 had no series within a day; make reach says why.",
  );
});
