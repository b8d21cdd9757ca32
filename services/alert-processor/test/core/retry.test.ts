import fc from "fast-check";
import { outcomeOf, waitFor } from "../../core/retry.ts";

const minute = 60_000;
const day = 24 * 60 * minute;

describe("the wait for another attempt", () => {
  test("doubles from five seconds to fifteen minutes, half of it by chance", () => {
    const shortest = [1, 2, 3, 4, 8, 9, 100].map((attempts) => waitFor(attempts, 0, 0));
    expect(shortest).toEqual([2_500, 5_000, 10_000, 20_000, 320_000, 450_000, 450_000]);
    expect(waitFor(1, 0, 1)).toBe(5_000);
    expect(waitFor(100, 0, 1)).toBe(15 * minute);
  });

  test("is never shorter than what the other side asked for, and always a whole number", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 200 }),
        fc.nat({ max: day - 1 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat({ max: 3600 }),
        (attempts, age, chance, after) => {
          const wait = waitFor(attempts, age, chance, after) ?? -1;
          expect(wait).toBeGreaterThanOrEqual(after * 1000);
          expect(Number.isInteger(wait)).toBe(true);
        },
      ),
    );
  });

  test("ends after a day", () => {
    expect(waitFor(3, day - 1, 0)).toBeGreaterThan(0);
    expect(waitFor(3, day, 0)).toBeUndefined();
  });
});

describe("an answer", () => {
  test.each([
    [200, "sent"],
    [202, "sent"],
    [301, "barred"],
    [400, "refused"],
    [401, "barred"],
    [403, "barred"],
    [404, "barred"],
    [410, "barred"],
    [413, "refused"],
    [422, "refused"],
    [408, "failed"],
    [425, "failed"],
    [429, "failed"],
    [500, "failed"],
    [503, "failed"],
  ])("of %d means %s", (status, kind) => {
    expect(outcomeOf(status, null, 0).kind).toBe(kind);
  });

  test("may say when to come back, within reason", () => {
    expect(outcomeOf(429, "7", 0)).toEqual({
      kind: "failed",
      why: "answered 429",
      afterSeconds: 7,
    });
    const now = Date.UTC(2026, 10, 21, 8);
    const date = "Sat, 21 Nov 2026 08:00:30 GMT";
    expect(outcomeOf(503, date, now)).toMatchObject({ afterSeconds: 30 });
    for (const odd of ["-1", "soon", "", "999999"]) {
      expect(outcomeOf(429, odd, 0)).toEqual({ kind: "failed", why: "answered 429" });
    }
  });
});
