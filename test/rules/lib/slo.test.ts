import fc from "fast-check";
import { groups } from "../../../rules/index.ts";
import { groupsFor } from "../../../rules/selection.ts";
import { plainOptions, renderRuleFile } from "../../../rules/lib/rule-file.ts";
import { burnFactor, ObjectiveError, recordingsOf, type Slo } from "../../../rules/lib/slo.ts";
import { group, sloGroup, slos } from "../../../rules/slo.ts";
import { inspect } from "../../kit/inspect.ts";

const probe: Slo = {
  about: "It answers.",
  job: "probe",
  indicator: { kind: "probe", good: (q) => q.gauge("probe_success") },
  objective: 0.999,
};

describe("the factor of a burn rate", () => {
  it.each([
    [0.02, 30, 1, 14.4],
    [0.05, 30, 6, 6],
    [0.1, 30, 24, 3],
    [0.1, 30, 72, 1],
  ])("for %d of the budget of %d days in %d hours is %d", (share, days, hours, factor) => {
    expect(burnFactor(share, days, hours)).toBeCloseTo(factor, 9);
  });

  it("spends exactly that share of the budget in that time, for any period", () => {
    const positive = fc.double({ min: 0.01, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        positive,
        fc.integer({ min: 1, max: 365 }),
        positive,
        (share, days, objective) => {
          const hours = share * 24;
          // Errors at `factor` times the allowed pace for `hours`, held against the period's allowance.
          const spent = burnFactor(share, days, hours) * (1 - objective) * hours;
          expect(spent).toBeCloseTo(share * (1 - objective) * days * 24, 6);
        },
      ),
    );
  });

  it("is what the alerts compute from what is recorded", () => {
    const written = Object.values(group.alerts).flatMap((alert) => [
      ...alert
        .expression(undefined, plainOptions)
        .matchAll(/\(([\d.]+) \* 24 \/ (\d+) \* slo:time_period:days \* slo:error_budget:ratio\)/g),
    ]);
    expect(written).toHaveLength(8);
    const factors = written.map(([, share, hours]) =>
      burnFactor(Number(share), 30, Number(hours)).toFixed(1),
    );
    expect([...new Set(factors)]).toEqual(["14.4", "6.0", "3.0", "1.0"]);
  });
});

describe("what is recorded for an objective", () => {
  it("has the names that dashboards of others know", () => {
    expect(recordingsOf("site", probe).map(({ record }) => record)).toEqual([
      "slo:objective:ratio",
      "slo:error_budget:ratio",
      "slo:time_period:days",
      "slo:sli_bad:rate5m",
      "slo:sli_total:rate5m",
      ...["5m", "30m", "1h", "2h", "6h", "1d", "3d", "30d"].map(
        (window) => `slo:sli_error:ratio_rate${window}`,
      ),
      "slo:current_burn_rate:ratio",
      "slo:period_error_budget_remaining:ratio",
    ]);
  });

  it("is labelled with it, and knows its budget exactly", () => {
    const recordings = recordingsOf("site", { ...probe, objective: 0.9995, days: 7 });
    expect(recordings.every(({ labels }) => labels["slo"] === "site")).toBe(true);
    const value = (name: string) => recordings.find(({ record }) => record === name)?.expr;
    expect(value("slo:error_budget:ratio")).toBe("vector(0.0005)");
    expect(value("slo:time_period:days")).toBe("vector(7)");
  });

  it.each([
    [1, "leaves no budget for errors"],
    [99.9, "is not a share between 0 and 1"],
    [0, "is not a share between 0 and 1"],
    [NaN, "is not a share between 0 and 1"],
  ])("is refused for an objective of %d", (objective, why) => {
    const refused = () => recordingsOf("site", { ...probe, objective });
    expect(refused).toThrow(ObjectiveError);
    expect(refused).toThrow(`of site ${why}: write 0.999 for 99.9 %`);
  });
});

type SeriesText = Readonly<Record<string, string>>;

/** Whether these series give this recorded value, to four places, in the real engine. */
function records(
  series: SeriesText,
  [record, slo]: readonly [string, string],
  at: string,
  value: number,
): void {
  const expr = `round(${record}{slo="${slo}"}, 0.0001)`;
  const tests = {
    rule_files: ["rules.yml"],
    evaluation_interval: "1m",
    tests: [
      {
        interval: "1m",
        input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
        promql_expr_test: [
          { expr, eval_time: at, exp_samples: [{ labels: `{slo="${slo}"}`, value }] },
        ],
      },
    ],
  };
  const files = {
    "rules.yml": renderRuleFile(group, plainOptions),
    "t.yml": JSON.stringify(tests),
  };
  expect(inspect(files, "promtool", "test", "rules", "t.yml")).toContain("SUCCESS");
}

describe("each kind of indicator, in the real engine", () => {
  const errors = "slo:sli_error:ratio_rate5m";

  it("a ratio is bad events among all", () => {
    const series = {
      'alertmanager_notifications_total{integration="webhook"}': "0+10x30",
      'alertmanager_notifications_failed_total{integration="webhook"}': "0+1x30",
    };
    records(series, [errors, "alert-delivery"], "20m", 0.1);
  });

  it("a ratio is zero, not nothing, where nothing ever failed", () => {
    const series = { 'alertmanager_notifications_total{integration="webhook"}': "0+10x30" };
    records(series, [errors, "alert-delivery"], "20m", 0);
  });

  it("a latency is requests above the bound, whichever way the bound is written", () => {
    const name = "prometheus_http_request_duration_seconds";
    const at = (suffix: string) => `${name}${suffix},handler="/api/v1/query_range"}`;
    for (const bound of ["1", "1.0"]) {
      const series = {
        [`${name}_count{handler="/api/v1/query_range"}`]: "0+10x30",
        [at(`_bucket{le="${bound}"`)]: "0+8x30",
        [at('_bucket{le="+Inf"')]: "0+10x30",
      };
      records(series, [errors, "query-latency"], "20m", 0.2);
    }
  });

  it("a probe is the time it was down", () => {
    const series = {
      'probe_success{instance="a"}': "1x9 0x9",
      'probe_success{instance="b"}': "1x20",
    };
    records(series, [errors, "probe-availability"], "18m", 0.5);
  });

  it("freshness is the time it was too old", () => {
    const series = { prometheus_rule_group_last_evaluation_timestamp_seconds: "0+60x10 600x20" };
    records(series, [errors, "rule-freshness"], "11m", 0);
    records(series, [errors, "rule-freshness"], "13m", 1);
    // Ten of the twenty-two minutes recorded so far.
    records(series, ["slo:sli_error:ratio_rate30m", "rule-freshness"], "22m", 0.4545);
  });
});

describe("the objectives of a stack", () => {
  it("are those that can be measured there", () => {
    const text = renderRuleFile(sloGroup({ jobs: ["node"], objectives: {} }), plainOptions);
    expect(text).toContain("slo: scrape-success");
    expect(text).not.toContain("slo: probe-availability");
  });

  it("may be others", () => {
    const objectives = { "scrape-success": 0.95 };
    const selection = { jobs: ["node"], services: [], lacks: {}, objectives };
    const slo = groupsFor(groups, selection).find(({ name }) => name === "slo");
    expect(slo?.recordings).toContainEqual({
      record: "slo:objective:ratio",
      labels: { slo: "scrape-success" },
      expr: "vector(0.95)",
    });
  });

  it("are of all four kinds", () => {
    const kinds = Object.values<Slo>(slos).map(({ indicator }) => indicator.kind);
    expect([...new Set(kinds)].sort()).toEqual(["freshness", "latency", "probe", "ratio"]);
  });
});
