import { poll } from "../../lib/poll.ts";

/** Answers 1, 2, 3, … */
function counter(): () => number {
  let count = 0;
  return () => ++count;
}

test("asks until the answer will do", async () => {
  const ask = counter();
  expect(await poll(ask, (answer) => answer === 3, { every: 1 })).toBe(3);
  expect(ask()).toBe(4);
});

test("asks once at least, and gives back the last answer when time is over", async () => {
  expect(await poll(counter(), () => false, { every: 1, within: 0 })).toBe(1);
  expect(await poll(counter(), () => false, { every: 5, within: 20 })).toBeGreaterThan(1);
});

test("what is thrown while asking goes through", async () => {
  const ask = () => Promise.reject(new Error("out of order"));
  await expect(poll(ask, () => true, { every: 1 })).rejects.toThrow("out of order");
});

test("is ended from outside", async () => {
  const end = new AbortController();
  const ask = counter();
  const asked = poll(
    () => {
      const answer = ask();
      if (answer === 2) end.abort();
      return answer;
    },
    () => false,
    { every: 1, signal: end.signal },
  );
  await expect(asked).rejects.toThrow(/aborted/);
  expect(ask()).toBe(3);
});
