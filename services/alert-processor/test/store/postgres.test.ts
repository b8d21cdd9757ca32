import { DatabaseError } from "../../store/database-error.ts";
import { openPostgres } from "../../store/postgres.ts";
import { openStore } from "../../store/sql-store.ts";
import type { Store } from "../../store/store.ts";
import { message, minute, plan, receiptOf, start } from "../examples.ts";
import { conforms } from "./conformance/index.ts";
import { servesPeople } from "./desk.ts";
import { FlakyProxy } from "./flaky-proxy.ts";
import { PostgresServer } from "./postgres-server.ts";

let server: PostgresServer;
const opened: Store[] = [];

beforeAll(async () => {
  server = await PostgresServer.start();
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((store) => store.close()));
});
afterAll(() => server.stop());

const open = async (url: string, timeout?: number): Promise<Store> => {
  const store = await openStore(openPostgres({ url, plain: true, timeout }));
  opened.push(store);
  return store;
};

const messages = (count: number) =>
  Array.from({ length: count }, (_, n) => message({ fingerprint: (count - n).toString(16) }));

conforms(
  "PostgreSQL",
  async () => openStore(openPostgres({ url: await server.fresh(), plain: true })),
  5,
);

servesPeople("PostgreSQL", async () =>
  openStore(openPostgres({ url: await server.fresh(), plain: true })),
);

test("writes a list in its order", async () => {
  const url = await server.fresh();
  const store = await open(url);
  const list = messages(2000);
  await store.ingest([receiptOf(...list)], plan, start);
  for (const table of ["alert_events", "outbox WHERE channel = 'chat'"]) {
    const rows = await server.ask(url, `SELECT fingerprint FROM ${table} ORDER BY id`);
    expect(rows).toEqual(list.map(({ fingerprint }) => ({ fingerprint })));
  }
});

test("takes a time with a fraction, as chance makes them", async () => {
  const store = await open(await server.fresh());
  await store.ingest([receiptOf(message())], plan, start);
  const [bundle] = await store.take("chat", 1, 1, start, start + minute);
  const keys = bundle?.deliveries.map(({ key }) => key) ?? [];
  await store.settle([{ kind: "again", keys, dueAt: start + 0.5, why: "" }], start);
  expect(await store.take("chat", 1, 1, start, start + minute)).toEqual([]);
  expect(await store.take("chat", 1, 1, start + 1, start + minute)).toHaveLength(1);
});

test("keeps of words what PostgreSQL can keep", async () => {
  const store = await open(await server.fresh());
  await store.ingest([receiptOf(message())], plan, start);
  const { fingerprint } = message();
  const text = "before\0after\ud800";
  await store.act(fingerprint, { kind: "comment", text }, "ada", undefined, plan, start);
  const [bundle] = await store.take("chat", 1, 1, start, start + minute);
  const keys = bundle?.deliveries.map(({ key }) => key) ?? [];
  await store.settle([{ kind: "dead", keys, why: text }], start);
  const kept = "before\ufffdafter\ufffd";
  expect(await store.history(fingerprint, 1)).toMatchObject([{ text: kept }]);
  const states = await store.deliveries(fingerprint, 10);
  expect(states.map(({ why }) => why)).toContain(kept);
});

describe("replicas", () => {
  let replicas: readonly [Store, Store];
  beforeEach(async () => {
    const url = await server.fresh();
    // Both make the tables, at the same time.
    replicas = await Promise.all([open(url), open(url)]);
  });

  test("that hear the same at the same time keep it once", async () => {
    const all = messages(50);
    const results = await Promise.all(
      Array.from({ length: 10 }, (_, n) => {
        const mine = n % 2 === 0 ? all : all.toReversed();
        return replicas[n % 2 === 0 ? 0 : 1].ingest([receiptOf(...mine)], plan, start);
      }),
    );
    const sum = (of: readonly number[]): number => of.reduce((a, b) => a + b);
    expect(sum(results.map(({ changed }) => changed))).toBe(50);
    expect(sum(results.map(({ repeated }) => repeated))).toBe(450);
    expect(await replicas[1].depth()).toMatchObject({ open: 50, pending: 200 });
    expect(await replicas[1].history("1", 10)).toHaveLength(1);
  });

  test("take nothing twice", async () => {
    await replicas[0].ingest([receiptOf(...messages(100))], plan, start);
    const taken = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        replicas[n % 2 === 0 ? 0 : 1].take("chat", 7, 3, start, start + minute),
      ),
    );
    const keys = taken.flat().flatMap(({ deliveries }) => deliveries.map(({ key }) => key));
    expect(keys).toHaveLength(100);
    expect(new Set(keys).size).toBe(100);
  });
});

describe("a database that fails", () => {
  const rejected = async (work: Promise<unknown>): Promise<DatabaseError> => {
    const error: unknown = await work.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(DatabaseError);
    return error as DatabaseError;
  };

  test("is an error while it is away, and is used again when it is back", async () => {
    const store = await open(await server.fresh());
    await store.ingest([receiptOf(message({ fingerprint: "ffff" }))], plan, start);
    const underway = store.ingest([receiptOf(...messages(5000))], plan, start).then(
      () => true,
      () => false,
    );
    // It has begun when others can still read: only then is it ended.
    await store.get("ffff");
    await server.crash();
    await rejected(store.get("ffff"));
    expect((await rejected(store.ingest([receiptOf(message())], plan, start))).code).toBe(
      "ECONNREFUSED",
    );
    await server.resume();
    expect(await store.get("ffff")).toMatchObject({ fingerprint: "ffff" });
    const { open: kept } = await store.depth();
    // All or nothing; all where it was said, and perhaps where only the answer was lost.
    expect((await underway) ? [5001] : [1, 5001]).toContain(kept);
    await store.ingest([receiptOf(...messages(5000))], plan, start);
    expect(await store.depth()).toMatchObject({ open: 5001, pending: 4 * 5001 });
  });

  test.each(["cut", "kept"] as const)(
    "is an error where the answer to a commit is %s, and telling again does no harm",
    async (answer) => {
      const proxy = await FlakyProxy.start(server.port);
      const url = new URL(await server.fresh());
      url.port = String(proxy.port);
      const store = await open(url.href, 1500);
      proxy.answer = answer;
      await rejected(store.ingest([receiptOf(message())], plan, start));
      proxy.answer = "passed";
      expect(await store.ingest([receiptOf(message())], plan, start)).toMatchObject({
        changed: 0,
        repeated: 1,
      });
      expect(await store.depth()).toMatchObject({ open: 1, pending: 4 });
      await store.close();
      opened.pop();
      await proxy.stop();
    },
  );

  test("is an error where another transaction does not end", async () => {
    const url = await server.fresh();
    const holder = openPostgres({ url, plain: true });
    const store = await open(url, 1000);
    await holder.transaction(async () => {
      const { code, message: text } = await rejected(store.useOnce("link", start));
      expect(code).toBe("57014");
      expect(text).toContain("pg_stat_activity");
    });
    expect(await store.useOnce("link", start)).toBe(true);
    await holder.close();
  });
});
