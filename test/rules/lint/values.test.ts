import { type AlertDefinition, defineAlerts } from "../../../rules/lib/alert.ts";
import { estateBoard } from "../../../rules/lib/boards.ts";
import { defineSignals } from "../../../rules/lib/signal.ts";
import { joinInventory } from "../../../rules/lint/inventory.ts";
import { parse } from "../../../rules/lint/promql.ts";
import { deafQuantiles } from "../../../rules/lint/quantiles.ts";
import { alternatives } from "../../../rules/lint/regex.ts";
import { unheard } from "../../../rules/lint/unheard.ts";
import { joinValues, wrongMatchers, wrongSeries } from "../../../rules/lint/values.ts";
import { free, like, oneOf } from "../../../rules/metrics/values.ts";
import { bounds, httpCodes } from "../../../rules/metrics/values/standards.ts";

const inventory = joinInventory([
  {
    exporter: "some",
    how: "captured",
    version: "for these tests",
    metrics: {
      jobs: { type: "gauge", labels: ["owner", "queue", "state", "way"] },
      requests_total: { type: "counter", labels: ["code"] },
      took_seconds: { type: "histogram", labels: ["state"] },
      disk_busy: { type: "gauge", labels: ["device"] },
    },
  },
]);
const known = joinValues(
  [
    {
      source: "these tests",
      labels: {
        jobs: {
          owner: oneOf(["user", ""], { notApplicable: [""] }),
          queue: free("queues"),
          state: oneOf(["waiting", "running", "failed", "unknown"], { unknown: ["unknown"] }),
        },
        requests_total: { code: httpCodes },
        took_seconds: { state: oneOf(["ok"]), le: bounds(0.5, 1, 1e6) },
        "disk_*": { device: like(/^[a-z]+\d*$/, ["sda", "nvme0", "dm0"]) },
      },
    },
  ],
  { pod: "pods" },
);
const matchers = (expression: string): string[] =>
  wrongMatchers(parse(expression), known, inventory);

describe("a matcher", () => {
  it.each([
    'jobs{state="failed"}',
    'jobs{state!="running"}',
    'jobs{state=~"wait.*|failed"}',
    'jobs{state!~"waiting|running"}',
    'jobs{owner=""}',
    'jobs{owner!=""}',
    'jobs{queue="anything"}',
    'jobs{pod="anything", job="any", instance=~".*:1"}',
    'jobs{state!="running", state!="waiting"}',
    'requests_total{code=~"5..|429"}',
    'requests_total{code="418"}',
    'requests_total{code=~"(?i)50[0-4]"}',
    'took_seconds_bucket{state="ok", le="1"}',
    'took_seconds_bucket{le=~"1(?:\\\\.0)?|1e\\\\+06|\\\\+Inf"}',
    'disk_busy{device=~"(?:nvme|sd).+"}',
    'disk_busy{device="xyz7"}',
    'jobs{state="<state>"}',
    // Which labels a metric has is looked at elsewhere, and what nobody exposes, too.
    'others{state="fialed"}',
  ])("passes: %s", (expression) => {
    expect(matchers(expression)).toEqual([]);
  });

  it.each([
    ['jobs{state="fialed"}', "jobs{state} is never fialed: waiting, running, failed, unknown"],
    ['jobs{state!="Running"}', "jobs{state} is never Running"],
    ['jobs{state=~"waiting|fialed"}', "jobs{state} is never fialed"],
    ['jobs{state!~"waiting|runing"}', "jobs{state} is never runing"],
    ['jobs{state=~"(?:wait|run|fial).*"}', "jobs{state} is never fial.*"],
    ['jobs{state=""}', "jobs{state} is never absent"],
    ['jobs{state=~"stopped.*"}', "jobs{state} is never stopped.*"],
    ['jobs{state="failed", state!~"f.*"}', "leaves no value of state"],
    ['jobs{state!~"waiting|running|failed|unknown"}', "leaves no value of state"],
    ['jobs{way="up"}', "jobs{way} is neither enumerated nor free"],
    ['requests_total{code=~"6.."}', "requests_total{code} is never 6.."],
    ['requests_total{code="5xx"}', "requests_total{code} is never 5xx"],
    ['rate(took_seconds_bucket{le="2"}[5m])', "took_seconds_bucket{le} is never 2"],
    ['disk_busy{device=~"(?:nvme|fd).+"}', "disk_busy{device} is never fd.+"],
    ['jobs offset 5m and jobs{state="x"}', "jobs{state} is never x"],
  ])("is refused: %s", (expression, complaint) => {
    expect(matchers(expression)).toEqual([expect.stringContaining(complaint)]);
  });
});

describe("a series of a fixture", () => {
  const series = (name: string): string[] => wrongSeries(name, known, inventory);

  it.each([
    'jobs{job="j",queue="any",state="failed"}',
    'took_seconds_bucket{le="+Inf",state="ok"}',
    'requests_total{code="418"}',
    'recorded:by:us{state="anything"}',
  ])("passes: %s", (name) => {
    expect(series(name)).toEqual([]);
  });

  it.each([
    ['jobs{queue="any",state="broken"}', "jobs{state} is never broken"],
    ['jobs{way="up"}', "jobs{way} is neither enumerated nor free"],
    ['requests_total{code="0"}', "requests_total{code} is never 0"],
    ['took_seconds_bucket{le="0.7"}', "took_seconds_bucket{le} is never 0.7"],
    ['disk_busy{device="/dev/sda"}', "disk_busy{device} is never /dev/sda"],
  ])("is refused: %s", (name, complaint) => {
    expect(series(name)).toEqual([expect.stringContaining(complaint)]);
  });
});

describe("a quantile", () => {
  const quantile = "histogram_quantile(0.9, sum by (le) (rate(took_seconds_bucket[5m])))";

  it.each([`${quantile} > 1`, `${quantile} >= 1e6`, `${quantile} < 2e6`, "jobs > 2e6"])(
    "can be seen: %s",
    (expression) => {
      expect(deafQuantiles(parse(expression), known)).toEqual([]);
    },
  );

  it.each([`${quantile} > 1e6`, `(${quantile} and jobs > 0) >= 2e6`])(
    "is above every bucket: %s",
    (expression) => {
      expect(deafQuantiles(parse(expression), known)).toEqual([
        expect.stringContaining("its buckets end at 1000000"),
      ]);
    },
  );
});

describe("a value that says that its program does not know", () => {
  const told = (marks: Parameters<typeof oneOf>[1], ...expressions: string[]): string[] => {
    const { jobs } = defineSignals({
      jobs: { unit: "count", about: "Jobs.", query: (q) => q.gauge("jobs") },
    });
    const group = defineAlerts(
      {
        service: "jobs",
        team: "sre",
        scope: "queue",
        layer: "service",
        board: estateBoard,
        target: { job: "jobs" },
      },
      { jobs },
      Object.fromEntries(
        expressions.map((expression, index): [string, AlertDefinition] => [
          `Jobs${index}`,
          {
            severity: "warning",
            when: () => expression,
            for: "5m",
            summary: "Jobs",
            description: "Jobs.",
            fires: { series: {}, from: "5m" },
            quiet: "never",
          },
        ]),
      ),
    );
    const state = oneOf(["good", "bad", "unknown"], { unknown: ["unknown"], ...marks });
    return unheard([group], joinValues([{ source: "these", labels: { jobs: { state } } }], {}));
  };
  const reason = "Nobody can do anything about it.";

  it.each([
    'jobs{state!="good"} > 0',
    'jobs{state="good"} == 0',
    'max by (env) (jobs{state="good"}) == 0 and jobs{state="good"}',
    'jobs{state=~"bad|unknown"} > 0',
    "jobs > 0",
  ])("is heard: %s", (expression) => {
    expect(told({}, expression)).toEqual([]);
  });

  it.each(['jobs{state="bad"} > 0', 'jobs{state="good"} < 3', 'jobs{state!~"good|unknown"} > 0'])(
    "is heard by nobody, which needs a reason: %s",
    (expression) => {
      expect(told({}, expression)).toEqual(["no alert is about jobs{state}: unknown"]);
      expect(told({ unheard: reason }, expression)).toEqual([]);
      expect(told({}, expression, 'jobs{state="unknown"} > 0')).toEqual([]);
    },
  );

  it("has no reason that is not needed", () => {
    expect(told({ unheard: reason }, 'jobs{state!="good"} > 0')).toEqual([
      "jobs{state} says why it is unheard, but Jobs0 is about it",
    ]);
  });
});

it.each([
  ["", [""]],
  ["a|b", ["a", "b"]],
  ["ext[34|]|(?:a|b)c?", ["ext[34|]", "ac?", "bc?"]],
  ["(?:requests\\.)?cpu", ["requests\\.cpu", "cpu"]],
  ["a(b|c(d|e))f|g", ["abf", "acdf", "acef", "g"]],
  ["x(a|b)*y", ["x(a|b)*y"]],
  ["a\\|b|[]|]c", ["a\\|b", "[]|]c"]],
  ["(?i)a|b", ["(?i)a", "(?i)b"]],
  ["(a|b|c|d)(a|b|c|d)(a|b|c|d)(a|b|c|d)(a|b|c|d)", [expect.stringContaining("(a|b|c|d)")]],
])("the choices of %s", (pattern, expected) => {
  expect(alternatives(pattern)).toEqual(expected);
});
