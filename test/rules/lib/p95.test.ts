import { p95 } from "../../../rules/lib/p95.ts";

describe("the buckets of a fixture", () => {
  it("are cumulative, beside the labels of the series, for so many minutes", () => {
    expect(p95('took_seconds{model="a"}', [1, 2], 1.2, 30)).toEqual({
      'took_seconds_bucket{model="a",le="1"}': "0+940.000x30",
      'took_seconds_bucket{model="a",le="2"}': "0+990.000x30",
      'took_seconds_bucket{model="a",le="+Inf"}': "0+1000.000x30",
    });
  });

  it.each([0.55, 0.75, 0.95])(
    "put the 95th percentile at %d, as Prometheus interpolates",
    (value) => {
      const [low, high] = [0.5, 1];
      const counts = Object.values(p95('took_seconds{a="b"}', [low, high], value, 5, 20)).map(
        (text) => Number(/^0\+([\d.]+)x5$/.exec(text)?.[1]),
      );
      const [below = NaN, until = NaN, all = NaN] = counts;
      expect(low + (high - low) * ((0.95 * all - below) / (until - below))).toBeCloseTo(value, 2);
    },
  );
});
