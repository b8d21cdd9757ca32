import { Client, TablesDB } from "node-appwrite";
import { ensureTables } from "../../appwrite/ensure-tables.ts";
import { openAppwriteStore } from "../../store/appwrite.ts";
import type { Store } from "../../store/store.ts";
import { type FakeAppwrite, startFake } from "../appwrite/fake.ts";
import { message, minute, plan, receiptOf, start } from "../examples.ts";
import { conforms } from "./conformance/index.ts";

let fake: FakeAppwrite;
let databases = 0;

const tablesWith = (...scopes: string[]): TablesDB =>
  new TablesDB(
    new Client()
      .setEndpoint(fake.endpoint)
      .setProject(fake.project)
      .setKey(fake.key(...scopes)),
  );

const rows = ["rows.read", "rows.write"];

/** A store on an empty database, with no more rights than the function has. */
function fresh(): { database: string; store: Store } {
  const database = `database${(databases += 1)}`;
  fake.copy("empty", database);
  return { database, store: openAppwriteStore(tablesWith(...rows), database) };
}

beforeAll(async () => {
  fake = await startFake();
  const scopes = ["databases.read", "databases.write", "tables.read", "tables.write"];
  const options = { dryRun: false, print: () => undefined, pause: 1 };
  await ensureTables(tablesWith(...scopes), "empty", options);
});

afterAll(() => fake.close());

conforms("Appwrite", () => Promise.resolve(fresh().store));

describe("Appwrite", () => {
  const { fingerprint } = message();
  const again = message({ annotations: { summary: "fuller" } });

  test("decides again when another writer was faster", async () => {
    const { database, store } = fresh();
    const other = openAppwriteStore(tablesWith(...rows), database);
    await store.ingest([receiptOf(message())], plan, start);
    fake.tables.beforeCommit = async () => {
      await other.act(fingerprint, { kind: "acknowledge" }, "ada", undefined, plan, start + 1);
    };
    await store.ingest([receiptOf(again)], plan, start + 2);
    expect(await store.get(fingerprint)).toMatchObject({
      annotations: { summary: "fuller" },
      owner: "ada",
      status: "acknowledged",
    });
  });

  test("decides again when another writer came between its reading and its writing", async () => {
    const { database, store } = fresh();
    const other = openAppwriteStore(tablesWith(...rows), database);
    await store.ingest([receiptOf(message())], plan, start);
    fake.tables.beforeStage = async () => {
      await other.act(fingerprint, { kind: "acknowledge" }, "ada", undefined, plan, start + 1);
    };
    await store.ingest([receiptOf(again)], plan, start + 2);
    expect(await store.get(fingerprint)).toMatchObject({ owner: "ada", version: 2 });
  });

  test("tells a person that somebody else was faster between reading and writing", async () => {
    const { database, store } = fresh();
    const other = openAppwriteStore(tablesWith(...rows), database);
    await store.ingest([receiptOf(message())], plan, start);
    fake.tables.beforeCommit = async () => {
      await other.act(fingerprint, { kind: "acknowledge" }, "ada", 1, plan, start + 1);
    };
    const late = store.act(fingerprint, { kind: "acknowledge" }, "grace", 1, plan, start + 2);
    await expect(late).rejects.toThrow("somebody changed it");
    expect(await store.get(fingerprint)).toMatchObject({ owner: "ada" });
  });

  test("gives up when others are always faster, and changes nothing", async () => {
    const { database, store } = fresh();
    const other = openAppwriteStore(tablesWith(...rows), database);
    const interfere = async (): Promise<void> => {
      await other.useOnce(`link ${Math.random()}`, start);
      fake.tables.beforeCommit = interfere;
    };
    fake.tables.beforeCommit = interfere;
    const taken = store.ingest([receiptOf(message())], plan, start);
    await expect(taken).rejects.toMatchObject({ type: "transaction_conflict" });
    fake.tables.beforeCommit = undefined;
    expect(await store.get(fingerprint)).toBeUndefined();
  });

  test("takes in what several writers bring at once, all of it", async () => {
    const { database } = fresh();
    const open = () => openAppwriteStore(tablesWith(...rows), database);
    const writers = [open(), open(), open()];
    await Promise.all(
      writers.flatMap((writer, n) =>
        [`a${n}`, `b${n}`, `c${n}`, `d${n}`].map((fingerprint) =>
          writer.ingest([receiptOf(message({ fingerprint }))], plan, start),
        ),
      ),
    );
    expect(await open().depth()).toMatchObject({ open: 12, pending: 48 });
  });

  test("gives no delivery to two workers", async () => {
    const { database, store } = fresh();
    const other = openAppwriteStore(tablesWith(...rows), database);
    await store.ingest([receiptOf(message())], plan, start);
    const take = (by: Store) => by.take("chat", 10, 1, start, start + minute);
    const taken = await Promise.all([take(store), take(other)]);
    expect(taken.flat()).toHaveLength(1);
  });

  test("takes and settles more than one query may name", async () => {
    const { store } = fresh();
    const many = Array.from({ length: 250 }, (_, n) =>
      message({ fingerprint: n.toString(16).padStart(32, "0") }),
    );
    await store.ingest([receiptOf(...many)], plan, start);
    const bundles = await store.take("chat", 250, 50, start, start + minute);
    expect(bundles.map(({ deliveries }) => deliveries.length)).toEqual([50, 50, 50, 50, 50]);
    const keys = bundles.flatMap(({ deliveries }) => deliveries.map(({ key }) => key));
    await store.settle([{ kind: "sent", keys }], start);
    expect(await store.depth()).toMatchObject({ pending: 750 });
  });

  test("rejects, and keeps nothing, when Appwrite fails in the middle", async () => {
    const { store } = fresh();
    fake.fail("/operations", 503);
    await expect(store.ingest([receiptOf(message())], plan, start)).rejects.toMatchObject({
      code: 503,
    });
    fake.fail("", 0);
    expect(await store.get(fingerprint)).toBeUndefined();
    expect(await store.ingest([receiptOf(message())], plan, start)).toMatchObject({ changed: 1 });
  });

  test("keeps labels as long as Alertmanager may send them, however they are written", async () => {
    const { store } = fresh();
    const long = "ü".repeat(16_000);
    const labels = { ...message().labels, instance: long, severity: long };
    const many = Array.from({ length: 60 }, (_, n) => message({ fingerprint: `a${n}`, labels }));
    await store.ingest([receiptOf(...many)], plan, start);
    expect((await store.get("a59"))?.instance).toBe(long);
  });

  test("counts a message that comes again instead of keeping it twice", async () => {
    const { database, store } = fresh();
    const receipt = receiptOf(message());
    await store.ingest([receipt, receipt], plan, start);
    await store.ingest([receipt], plan, start + 1);
    const kept = [...fake.tables.table(database, "receipts").rows.values()];
    expect(kept).toMatchObject([{ count: 3, alerts: 1, firstAt: start, lastAt: start + 1 }]);
  });

  test("forgets the numbers of old transactions, but not those that may still be in use", async () => {
    const { database, store } = fresh();
    const later = Date.now() + 2 * 3_600_000;
    for (let n = 0; n < 4; n += 1) await store.useOnce(`link ${n}`, later);
    const numbers = (): number => fake.tables.table(database, "commits").rows.size;
    await store.prune(start, Date.now());
    expect(numbers()).toBe(5);
    await store.prune(start, later);
    expect(numbers()).toBe(2);
    expect(await store.useOnce("link 0", later)).toBe(false);
    expect(await store.useOnce("another", later)).toBe(true);
  });
});
