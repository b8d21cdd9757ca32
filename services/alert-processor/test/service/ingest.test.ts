import { ingestInto, OverloadedError } from "../../service/ingest.ts";
import type { Ingested, Receipt, Store } from "../../store/store.ts";
import { message, plan, receiptOf, start } from "../examples.ts";
import { freshMemory, removeMemories } from "./memory.ts";

let store: Store;
const groups: (Ingested & { receipts: number })[] = [];
beforeEach(async () => {
  groups.length = 0;
  store = await freshMemory();
});
afterEach(() => store.close());
afterAll(removeMemories);

const into = (target: Store = store, room?: number) =>
  ingestInto({
    store: target,
    plan,
    clock: () => start,
    onDone: (done, receipts) => groups.push({ ...done, receipts }),
    ...(room !== undefined && { room }),
  });

const one = (n: number): Receipt => receiptOf(message({ fingerprint: n.toString(16) }));

test("messages that come together are written together", async () => {
  const take = into();
  await Promise.all(Array.from({ length: 50 }, (_, n) => take(one(n))));
  expect(groups).toEqual([{ changed: 50, repeated: 0, poisoned: 0, receipts: 50 }]);
  await take(one(1));
  expect(groups[1]).toMatchObject({ receipts: 1, repeated: 1 });
});

test("a group is not larger than what is written in a moment", async () => {
  const take = into();
  const large = (from: number): Receipt =>
    receiptOf(
      ...Array.from({ length: 3000 }, (_, n) => message({ fingerprint: (from + n).toString(16) })),
    );
  await Promise.all([take(large(0)), take(large(3000)), take(large(6000))]);
  expect(groups.map(({ receipts }) => receipts)).toEqual([1, 1, 1]);
});

test("what cannot be written takes nothing else along", async () => {
  const bad = one(99);
  const picky: Store = {
    ...store,
    ingest: (receipts, planner, now) =>
      receipts.includes(bad)
        ? Promise.reject(new Error("cannot be written"))
        : store.ingest(receipts, planner, now),
  };
  const take = into(picky);
  const all = await Promise.allSettled([take(one(1)), take(bad), take(one(2))]);
  expect(all.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(await store.depth()).toMatchObject({ open: 2 });
});

test("what there is no room for is refused, and taken when there is", async () => {
  const take = into(store, 2);
  const all = await Promise.allSettled([take(one(1)), take(one(2)), take(one(3))]);
  expect(all.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected"]);
  expect((all[2] as PromiseRejectedResult).reason).toBeInstanceOf(OverloadedError);
  await take(one(3));
  const large = Array.from({ length: 10 }, (_, n) => message({ fingerprint: `f${n}` }));
  await take(receiptOf(...large));
  expect(await store.depth()).toMatchObject({ open: 13 });
});
