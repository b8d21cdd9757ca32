import { doubtOf, type Doubt } from "../../service/doubt.ts";
import { minute, start } from "../examples.ts";

let now: number;
let heard: number | null;
let states: string[];

const doubt = (): Doubt =>
  doubtOf({
    clock: () => start + now,
    elapsed: () => now,
    heardBefore: () => Promise.resolve(heard),
    onState: (state) => states.push(state),
  });

beforeEach(() => {
  now = 0;
  heard = start - 24 * 60 * minute;
  states = [];
});

/** Asks each second for a time, as a process does. */
async function goOn(one: Doubt, minutes: number): Promise<number | undefined> {
  let said = await one.before();
  for (const until = now + minutes * minute; now < until; said = await one.before()) now += 1_000;
  return said;
}

describe("what may be over after a long absence", () => {
  test("is what was heard of before it, until Alertmanager's list decides", async () => {
    const one = doubt();
    expect(await goOn(one, 6)).toBe(start);
    one.end();
    expect(await goOn(one, 60)).toBeUndefined();
    expect(states).toEqual(["begun"]);
  });

  test("is nothing any more when Alertmanager could not be asked for ten minutes", async () => {
    const one = doubt();
    expect(await goOn(one, 10)).toBe(start);
    expect(await goOn(one, 1)).toBeUndefined();
    expect(states).toEqual(["begun", "given up"]);
  });

  test.each([
    ["a short pause", start - 5 * minute],
    ["a memory that is new", null],
  ])("is nothing after %s", async (_, last) => {
    heard = last;
    expect(await goOn(doubt(), 1)).toBeUndefined();
    expect(states).toEqual([]);
  });

  test("is so as well where the process stood still", async () => {
    heard = start;
    const one = doubt();
    await goOn(one, 60);
    now += 6 * minute;
    expect(await one.before()).toBe(start + now);
    one.end();
    expect(await one.before()).toBeUndefined();
    now += 60 * minute;
    expect(await one.before()).toBe(start + now);
    expect(states).toEqual(["begun", "begun"]);
  });

  test("is not known as long as the memory is away", async () => {
    const one = doubtOf({
      clock: () => start,
      elapsed: () => now,
      heardBefore: () => (now === 0 ? Promise.reject(new Error("down")) : Promise.resolve(heard)),
      onState: (state) => states.push(state),
    });
    await expect(one.before()).rejects.toThrow("down");
    now += 1_000;
    expect(await one.before()).toBe(start);
  });
});
