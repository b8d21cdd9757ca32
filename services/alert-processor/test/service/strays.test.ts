import { giveUpStrays } from "../../service/strays.ts";
import type { DeskStore } from "../../store/desk.ts";
import { message, minute, plan, receiptOf, start } from "../examples.ts";
import { freshMemory, removeMemories } from "./memory.ts";

let store: DeskStore;
beforeEach(async () => {
  store = await freshMemory();
  await store.ingest([receiptOf(message())], plan, start);
});
afterEach(() => store.close());
afterAll(removeMemories);

const states = async (): Promise<string[]> =>
  (await store.deliveries(message().fingerprint, 10))
    .filter(({ channel }) => channel === "pager")
    .map(({ dueAt, state }) => `${(dueAt - start) / minute} ${state}`)
    .sort();

test("what waits for a channel that is gone is given up, with the reason, and can be dismissed", async () => {
  expect(await giveUpStrays(store, ["chat"], start + 14 * minute)).toEqual(new Map());
  expect(await giveUpStrays(store, ["chat"], start + 15 * minute)).toEqual(new Map([["pager", 1]]));
  // The memory takes one of an alert at a time.
  const late = start + 60 * minute;
  while ((await giveUpStrays(store, ["chat"], late)).size > 0) continue;
  expect(await states()).toEqual(["0 dead", "15 dead", "5 dead"]);
  const [dead] = await store.dead(1);
  expect(dead?.why).toBe("the configuration no longer has a channel pager");
  expect((await store.channels(late)).find(({ channel }) => channel === "pager")?.due).toBe(0);
  expect(await store.dismissDead(undefined, late)).toBe(3);
});

test("what waits for a channel that there is, however long, is not touched", async () => {
  const late = start + 600 * minute;
  expect(await giveUpStrays(store, ["chat", "pager"], late)).toEqual(new Map());
});
