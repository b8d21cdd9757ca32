import { type Capture, captureOf, firingIn, valuesOf } from "./replay.ts";

const born = 1_790_000_000;
const untouched = born + 60;
const span = { step: 15, steps: 12 };

/** An estate of 150 s of which a busy machine left out every scrape but these. */
const captured = (
  name: string,
  samples: readonly (readonly [at: number, value: number])[],
  interval = NaN,
) => {
  const every = (value: number) => [[born, String(value)] as const, [born + 150, String(value)] as const]; // prettier-ignore
  const result = [
    // The estate's own beginning and end.
    { metric: { __name__: "up" }, values: every(1) },
    { metric: { __name__: "prometheus_rule_group_interval_seconds" }, values: every(interval) },
    {
      metric: { __name__: name },
      values: samples.map(([at, value]) => [born + at, String(value)] as const),
    },
  ];
  const capture: Capture = captureOf(JSON.stringify({ data: { result } }), untouched);
  return capture.series.map((one) => valuesOf(one, capture, span).split(" ").at(-1)).at(-1);
};

describe("what follows a capture", () => {
  it("is that counters go on at the pace of the time that nobody touched", () => {
    const seen = [[0, 0], [60, 600], [150, 780]] as const; // prettier-ignore
    expect(captured("evaluations_total", seen)).toBe("810+30x2");
    expect(captured("memory_bytes", seen)).toBe("780+0x2");
    expect(captured("evaluations_total", [[0, 5], [150, 5]])).toBe("5+0x2"); // prettier-ignore
  });

  it("is that what happened after the last touch happens again, and what happened in it does not", () => {
    const evaluated = [[0, born], [120, born + 61], [150, born + 61]] as const; // prettier-ignore
    expect(captured("last_evaluation_timestamp_seconds", evaluated)).toBe(`${born + 76}+15x2`);
    const during = [[0, born], [150, born + 150.2]] as const; // prettier-ignore
    expect(captured("last_evaluation_timestamp_seconds", during)).toMatch(/\+15x2$/);
    const loaded = [[0, born + 59], [150, born + 59]] as const; // prettier-ignore
    expect(captured("last_reload_timestamp_seconds", loaded)).toBe(`${born + 59}+0x2`);
    const ends = [[0, born + 9e6], [150, born + 9e6]] as const; // prettier-ignore
    expect(captured("certificate_expiry_seconds", ends)).toBe(`${born + 9e6}+0x2`);
  });

  it("is that what has an interval longer than nobody touched happens again, unless it is long overdue", () => {
    const name = "prometheus_rule_group_last_evaluation_timestamp_seconds";
    const before = [[0, born - 9], [45, born + 40], [150, born + 40]] as const; // prettier-ignore
    expect(captured(name, before, 300)).toBe(`${born + 55}+15x2`);
    expect(captured(name, before, 90)).toBe(`${born + 55}+15x2`);
    expect(captured(name, before, 15)).toBe(`${born + 40}+0x2`);
  });
});

/** Complains of what happens each second when it has not happened for ten. */
const rules = `groups:
  - name: all
    rules:
      - alert: Watchdog
        expr: vector(1)
        labels: { severity: none }
      - alert: Stale
        expr: time() - happened_timestamp_seconds > 10
        labels: { severity: critical }
`;

it.each([120, 140, 155, 165, 179])(
  "what happened a second before the end of %d s was a second ago in each step that follows",
  (length) => {
    const times = Array.from({ length: length + 1 }, (_, second) => born + second);
    const values = times.map((at) => [at, String(at - 1)]);
    const result = [{ metric: { __name__: "happened_timestamp_seconds" }, values }];
    const capture = captureOf(JSON.stringify({ data: { result } }), untouched);
    expect(firingIn([rules], capture, { step: 60, steps: 10 })).toEqual([]);
  },
);
