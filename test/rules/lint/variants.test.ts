import { allAlerts, groups } from "../../../rules/index.ts";
import type { AlertGroup } from "../../../rules/lib/alert.ts";
import { defineAlerts } from "../../../rules/lib/alert.ts";
import { estateBoard } from "../../../rules/lib/boards.ts";
import { defineSignals } from "../../../rules/lib/signal.ts";
import { variants } from "../../../rules/lint/variants/table.ts";
import { tryVariants } from "../../../lab/variants.ts";

const named = groups.map((group) => [group.name, group] as const);

it.each(named)("the alerts of %s hold in every variant", async (_name, group) => {
  const results = await tryVariants(group);
  expect([...results].filter(([, text]) => text !== undefined)).toEqual([]);
});

describe("an alert that is different by nature", () => {
  const different = allAlerts().flatMap(({ byNature = {}, name }) =>
    Object.entries(byNature).map(([variant, reason]) => ({ name, variant, reason })),
  );

  it("says why, in a sentence", () => {
    const silent = different.filter(({ reason }) => !/^[A-Z].{20,}[.]$/s.test(reason));
    expect(silent).toEqual([]);
  });

  it("would fail without saying so", async () => {
    const useless: string[] = [];
    for (const group of groups) {
      const alerts = Object.values(group.alerts).filter(({ byNature }) => byNature !== undefined);
      // One variant at a time: each reason must be needed.
      const single = alerts.flatMap((alert) =>
        Object.keys(alert.byNature ?? {}).map((variant) => ({
          ...alert,
          name: `${alert.name}_${variant}`,
          byNature: Object.fromEntries(
            Object.keys(variants)
              .filter((one) => one !== variant)
              .map((one) => [one, "looked at elsewhere"]),
          ),
        })),
      );
      if (single.length === 0) continue;
      const results = await tryVariants(group, single);
      useless.push(...[...results].flatMap(([name, text]) => (text === undefined ? [name] : [])));
    }
    expect(useless).toEqual([]);
  });
});

/** A wrong alert for each variant: what the field found, in small. */
const signals = defineSignals({
  errors: { unit: "count", about: "Errors.", query: (q) => q.increase("errors_total", "15m") },
  summed: { unit: "count", about: "Sum.", query: (q) => `sum by (env) (${q.gauge("wanted")})` },
  wanted: { unit: "count", about: "Wanted.", query: (q) => q.gauge("wanted") },
  node: {
    unit: "bool",
    about: "With its node.",
    query: (q) =>
      `${q.gauge("waiting")} * on (cluster, env, pod) group_left (node) ${q.gauge("pod_info")}`,
  },
  share: {
    unit: "ratio",
    about: "Share.",
    query: (q) => `${q.gauge("used")} / ${q.gauge("limit")}`,
  },
  before: {
    unit: "bool",
    about: "Was there.",
    query: (q) => `${q.gauge("wanted")} offset 10m unless ${q.gauge("wanted")}`,
  },
  rate: { unit: "opsPerSecond", about: "Rate.", query: (q) => q.rate("errors_total") },
  raw: { unit: "count", about: "Raw.", query: (q) => `changes(${q.counter("errors_total")}[15m])` },
});
const texts = { for: "0s", summary: "s", description: "d", severity: "warning" } as const;
const wrong = (
  when: (s: Record<keyof typeof signals, string>) => string,
  fires: object,
  more = {},
) => ({ ...texts, when, fires, ...more }) as never;
const object = { instance: "", host: "" };

const faulty: AlertGroup = defineAlerts(
  {
    service: "trial",
    team: "sre",
    scope: "workload",
    layer: "service",
    board: estateBoard,
    copies: "same",
    target: { job: "trial", instance: "a:1", host: "a" },
  },
  signals,
  {
    born: wrong(
      (s) => `${s.errors} > 0`,
      { series: { 'errors_total{kind="x"}': "0x20 1x20" }, from: "21m", labels: { kind: "x" } },
      { quiet: { series: { 'errors_total{kind="x"}': "5x30" }, at: "25m" } },
    ),
    neighbour: wrong(
      (s) => `${s.summed} > 5`,
      { series: { wanted: "6x20" }, from: "0m", labels: { ...object, job: "" } },
      { quiet: { series: { wanted: "4x20" }, at: "10m" } },
    ),
    replica: wrong(
      (s) => `max without (instance, host) (${s.wanted}) > 5`,
      { series: { 'wanted{set="db"}': "6x20" }, from: "0m", labels: { ...object, set: "db" } },
      { quiet: { series: { 'wanted{set="db"}': "4x20" }, at: "10m" } },
    ),
    moved: wrong(
      (s) => `max by (cluster, env, job, pod, node) (${s.node}) > 0`,
      {
        series: { 'waiting{pod="p"}': "1x40", 'pod_info{pod="p",node="n"}': "1x40" },
        from: "15m",
        labels: { ...object, pod: "p", node: "n" },
      },
      {
        for: "15m",
        quiet: {
          series: { 'waiting{pod="p"}': "0x40", 'pod_info{pod="p",node="n"}': "1x40" },
          at: "20m",
        },
      },
    ),
    mounted: wrong(
      (s) => `${s.wanted} > 5`,
      {
        series: { 'wanted{device="sda1",mountpoint="/"}': "6x20" },
        from: "0m",
        labels: { device: "sda1", mountpoint: "/" },
      },
      { quiet: { series: { 'wanted{device="sda1",mountpoint="/"}': "4x20" }, at: "10m" } },
    ),
    unknown: wrong(
      (s) => `${s.share} > 0.9`,
      { series: { used: "95x20", limit: "100x20" }, from: "0m" },
      { quiet: { series: { used: "50x20", limit: "100x20" }, at: "10m" } },
    ),
    removed: wrong(
      (s) => s.before,
      { series: { wanted: "1x20 stale" }, from: "21m" },
      { quiet: { series: { wanted: "1x40" }, at: "30m" } },
    ),
    burst: wrong(
      (s) => `${s.rate} > 0.1`,
      { series: { errors_total: "0+12x30" }, from: "6m" },
      {
        severity: "critical",
        for: "5m",
        quiet: { series: { errors_total: "0+1x30" }, at: "10m" },
      },
    ),
    reset: wrong(
      (s) => `${s.raw} > 0`,
      { series: { 'errors_total{kind="x"}': "0x20 1x20" }, from: "21m", labels: { kind: "x" } },
      { quiet: { series: { 'errors_total{kind="x"}': "5x40" }, at: "30m" } },
    ),
  },
);

describe("a fault of the field is found by the variant made for it", () => {
  it.each(Object.keys(faulty.alerts))("%s", async (name) => {
    const alert = faulty.alerts[name];
    if (alert === undefined) throw new Error(`no alert ${name}`);
    const found = (await tryVariants(faulty, [alert])).get(name);
    expect(found).toMatch(new RegExp(`^${name}\\b`, "m"));
  });

  it("unknown, by a number that the inventory knows", async () => {
    const speed = defineSignals({
      speed: { unit: "count", about: "Speed.", query: (q) => q.gauge("node_network_speed_bytes") },
    });
    const link = 'node_network_speed_bytes{device="eth0"}';
    const slow = (condition: string): AlertGroup =>
      defineAlerts(
        {
          service: "trial",
          team: "sre",
          scope: "device",
          layer: "basic",
          board: estateBoard,
          target: { job: "trial", instance: "a:1", host: "a" },
        },
        speed,
        {
          slow: {
            ...texts,
            when: (s) => `${s.speed} ${condition}`,
            fires: { series: { [link]: "1e6x20" }, from: "0m", labels: { device: "eth0" } },
            quiet: { series: { [link]: "1e9x20" }, at: "10m" },
          },
        },
      );
    expect((await tryVariants(slow("< 1e8"))).get("slow")).toMatch(/^unknown-special-\d+\b/m);
    expect((await tryVariants(slow("> 0 < 1e8"))).get("slow")).toBeUndefined();
  });
});
