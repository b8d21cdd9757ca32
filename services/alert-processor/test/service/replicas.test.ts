/** Replicas that share a PostgreSQL whose own clock is set. */
import { pino } from "pino";
import { clockOf } from "../../service/store-clock.ts";
import type { DeskStore } from "../../store/desk.ts";
import { openPostgres } from "../../store/postgres.ts";
import { openStore } from "../../store/sql-store.ts";
import { message, minute, plan, receiptOf } from "../examples.ts";
import { PostgresServer } from "../store/postgres-server.ts";

const hour = 60 * minute;

let server: PostgresServer;
let url: string;
let replicas: DeskStore[];

beforeAll(async () => {
  server = await PostgresServer.start();
});
beforeEach(async () => {
  url = await server.fresh();
  replicas = [];
  const user = new URL(url).username;
  // What it says the time is, is what its own clock says and by how much somebody has set it.
  await server.ask(
    url,
    `CREATE TABLE wrong (by interval NOT NULL); INSERT INTO wrong VALUES ('0');
     CREATE FUNCTION clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE
       AS 'SELECT pg_catalog.clock_timestamp() + (SELECT by FROM wrong)';
     ALTER ROLE ${user} SET search_path = ${user}, pg_catalog`,
  );
});
afterEach(() => Promise.all(replicas.map((store) => store.close())));
afterAll(() => server.stop());

const set = (by: number) => server.ask(url, `UPDATE wrong SET by = '${by} milliseconds'`);

async function replica(elapsed?: () => number) {
  const store = await openStore(openPostgres({ url, plain: true }));
  replicas.push(store);
  const clock = await clockOf(store, pino({ level: "silent" }), elapsed);
  await clock.look();
  const taken = async (): Promise<string[]> => {
    const bundles = await store.take("pager", 99, 1, clock.now(), clock.now() + minute);
    return bundles.map(({ occasion }) => occasion);
  };
  return { store, clock, taken };
}
type Replica = Awaited<ReturnType<typeof replica>>;

/** Has an alert begin, and its beginning told: two reminders wait. */
async function begin({ clock, store }: Replica): Promise<void> {
  const now = clock.now();
  await store.ingest([receiptOf(message({ startsAt: now }))], plan, now);
  const [first] = await store.take("pager", 1, 1, now, now + minute);
  const keys = first?.deliveries.map(({ key }) => key) ?? [];
  await store.settle([{ kind: "sent", keys }], now);
}

/** Minutes until the reminders are due, as a replica sees it. */
async function waits({ clock, store }: Replica): Promise<number[]> {
  const all = await store.deliveries(message().fingerprint, 10);
  return all
    .filter(({ occasion, state }) => occasion === "reminder" && state === "pending")
    .map(({ dueAt }) => Math.round((dueAt - clock.now()) / minute))
    .sort((a, b) => a - b);
}

test.each([hour, -hour])("remind as if it had not been set by %i", async (by) => {
  const [one, two] = [await replica(), await replica()];
  await begin(one);
  for (const wrong of [by, 0, by]) {
    await set(wrong);
    // Nobody has noticed it, then one, then both.
    expect([await one.taken(), await two.taken()]).toEqual([[], []]);
    await one.clock.look();
    expect([await one.taken(), await two.taken()]).toEqual([[], []]);
    await two.clock.look();
    expect([await one.taken(), await two.taken()]).toEqual([[], []]);
    expect([await waits(one), await waits(two)]).toEqual([
      [5, 15],
      [5, 15],
    ]);
  }
});

test("put off nothing for one of them that stood still", async () => {
  let still = 0;
  const one = await replica();
  const two = await replica(() => performance.now() - still);
  await begin(one);
  still = hour;
  await two.clock.look();
  expect([await waits(one), await waits(two)]).toEqual([
    [5, 15],
    [5, 15],
  ]);
});

test("that were away while it was set are late for nothing", async () => {
  const one = await replica();
  await begin(one);
  const at = Date.now() - 10 * minute;
  await server.ask(url, `UPDATE clock SET at = ${at}`);
  await set(hour);
  await one.clock.look();
  // What else happened meanwhile nobody knows: what may be due is told.
  expect(await one.taken()).toEqual(["reminder"]);
});
