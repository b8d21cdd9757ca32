import { fewest, takeTurns } from "../../bench/lib/rounds.ts";
import { differences, median, quantile, quartiles } from "../../bench/lib/statistics.ts";

describe("statistics", () => {
  it("take quantiles between samples, whatever their order", () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(quartiles([5, 4, 3, 2, 1])).toEqual([2, 4]);
    expect(quantile([1, 2], 0.99)).toBeCloseTo(1.99);
  });

  it("have nothing to say of no samples", () => {
    expect(() => median([])).toThrow("no samples");
  });

  it("compare round by round", () => {
    expect(differences([5, 9, 7], [1, 2])).toEqual([4, 7]);
  });
});

describe("taking turns", () => {
  /** Contenders that write down when they were asked, on a clock of their own. */
  function contest(step: number) {
    let clock = 0;
    const asked: string[] = [];
    const turn = (name: string) => () => {
      clock += step;
      asked.push(name);
      return Promise.resolve(asked.length);
    };
    return { asked, contenders: { a: turn("a"), b: turn("b") }, now: () => clock };
  }

  it("changes who is first, and does not count the rounds that fill caches", async () => {
    const { asked, contenders, now } = contest(1);
    const results = await takeTurns(contenders, { rounds: 3, seconds: 60, warmUps: 2, now });
    expect(asked.join("")).toBe("abbaabbaab");
    expect(results).toEqual({ a: [5, 8, 9], b: [6, 7, 10] });
  });

  it("ends when the time is over, but not before a few rounds", async () => {
    const { contenders, now } = contest(10_000);
    const results = await takeTurns(contenders, { rounds: 50, seconds: 1, now });
    expect(results.a).toHaveLength(fewest);
  });
});
