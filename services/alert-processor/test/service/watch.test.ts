import type { Alert } from "../../core/alert.ts";
import type { Incoming } from "../../core/payload.ts";
import { awaited, silenceName } from "../../service/listening.ts";
import { type Listed, type Watch, watchOf } from "../../service/watch.ts";
import type { Store } from "../../store/store.ts";
import { message, minute, plan, receiptOf, start } from "../examples.ts";
import { freshMemory, removeMemories } from "./memory.ts";

let store: Store;
let now: number;
let list: readonly Listed[];
/** When Alertmanager did. */
let started: number;
let watch: Watch;
let missing: string | undefined;

beforeEach(async () => {
  store = await freshMemory();
  now = start;
  list = [];
  started = 0;
  missing = undefined;
  watch = newWatch();
});
afterEach(() => store.close());
afterAll(removeMemories);

/** As a process that begins now has it. */
const newWatch = (): Watch =>
  watchOf({
    store,
    plan,
    clock: () => now,
    take: async (receipt) => {
      await store.ingest([receipt], plan, now);
    },
    silence: 5 * minute,
    listed: () =>
      Promise.resolve({ alerts: list, since: started, ...(missing !== undefined && { missing }) }),
    retention: 60 * minute,
  });

const tell = (...alerts: Incoming[]) => store.ingest([receiptOf(...alerts)], plan, now);
const beat = () =>
  tell(
    message({
      fingerprint: "00000000000000f1",
      labels: { alertname: "Watchdog", env: "production", severity: "none", team: "sre" },
    }),
  );
const open = async (): Promise<Alert[]> => store.list({});

describe("a heartbeat", () => {
  test("is not silent because the clock jumped, or because the process stood still", async () => {
    let passed = 0;
    const careful = watchOf({
      store,
      plan,
      clock: () => now,
      elapsed: () => passed,
      take: async (receipt) => {
        await store.ingest([receipt], plan, now);
      },
      silence: 5 * minute,
      retention: 60 * minute,
    });
    const listen = (minutes: number): Promise<boolean> => {
      passed += minutes * minute;
      now += minutes * minute;
      return careful.listen();
    };
    await beat();
    expect(await listen(1)).toBe(true);
    now += 60 * minute;
    expect(await listen(1)).toBe(true);
    await beat();
    // The clock is put right, and the next beat counts though the memory knows a later one.
    now -= 60 * minute;
    await beat();
    expect(await listen(20)).toBe(true);
    expect(await open()).toEqual([]);
    for (const one of [1, 1, 1, 1, 1]) await listen(one);
    expect(await open()).toMatchObject([{ alertname: silenceName }]);
    await beat();
    expect(await listen(1)).toBe(true);
    expect(await open()).toEqual([]);
  });

  test("that is heard makes no alert", async () => {
    await beat();
    now += 4 * minute;
    expect(await watch.listen()).toBe(true);
    expect(await open()).toEqual([]);
  });

  test("that falls silent is an alert without any Alertmanager, and ends when it is heard", async () => {
    await beat();
    now += 6 * minute;
    expect(await watch.listen()).toBe(false);
    const [silent] = await open();
    expect(silent).toMatchObject({
      alertname: silenceName,
      environment: "production",
      severity: "emergency",
      startsAt: start,
      team: "sre",
    });
    expect(silent?.annotations["description"]).toContain("was last heard at 2023-11-14T22:13:20");
    now += minute;
    await watch.listen();
    expect(await store.history(silent?.fingerprint ?? "", 9)).toHaveLength(1);
    await beat();
    expect(await watch.listen()).toBe(true);
    expect(await open()).toEqual([]);
  });

  test("that somebody closed stays closed until the next silence", async () => {
    await beat();
    now += 6 * minute;
    await watch.listen();
    const [silent] = await open();
    await store.act(silent?.fingerprint ?? "", { kind: "resolve" }, "ada", undefined, plan, now);
    now += minute;
    await watch.listen();
    expect(await open()).toEqual([]);
    await beat();
    await watch.listen();
    now += 6 * minute;
    await watch.listen();
    expect(await open()).toHaveLength(1);
  });

  test("that is gone on purpose is not waited for, until it is heard again", async () => {
    const other = message({
      fingerprint: "00000000000000f2",
      labels: { alertname: "Watchdog", env: "old", severity: "none", team: "sre" },
    });
    const names = async () => (await awaited(store)).map(({ labels }) => labels["env"]);
    await tell(other);
    await beat();
    now += 6 * minute;
    await beat();
    expect(await watch.listen()).toBe(false);
    expect(await names()).toEqual(["production", "old"]);
    const [silent] = await open();
    const closed = silent?.fingerprint ?? "";
    await store.act(closed, { kind: "resolve" }, "ada", undefined, plan, now);
    now += minute;
    await beat();
    expect([await watch.listen(), await names()]).toEqual([true, ["production"]]);
    await store.act(closed, { kind: "comment", text: "moved" }, "ada", undefined, plan, now + 1);
    now += minute;
    await tell(other);
    await beat();
    expect([await watch.listen(), await names()]).toEqual([true, ["production", "old"]]);
    now += 4 * minute;
    await beat();
    now += 2 * minute;
    expect([await watch.listen(), (await open()).length]).toEqual([false, 1]);
  });

  test("that is the only one is missing, whoever closed its silence", async () => {
    await beat();
    now += 6 * minute;
    await watch.listen();
    const [silent] = await open();
    await store.act(silent?.fingerprint ?? "", { kind: "resolve" }, "ada", undefined, plan, now);
    expect([await watch.listen(), await open()]).toEqual([false, []]);
  });

  test("that never came is missed, too", async () => {
    expect(await watch.listen()).toBe(false);
    expect(await open()).toEqual([]);
    now += 6 * minute;
    expect(await watch.listen()).toBe(false);
    const [silent] = await open();
    expect(silent?.annotations["description"]).toContain("was not heard since");
    await beat();
    expect(await watch.listen()).toBe(true);
    expect(await open()).toEqual([]);
  });

  test("that never came is still missed by a new process, until it is heard", async () => {
    now += 6 * minute;
    await watch.listen();
    watch = newWatch();
    expect(await watch.listen()).toBe(false);
    now += 6 * minute;
    await watch.listen();
    const [silent, ...others] = await open();
    expect(others).toEqual([]);
    expect(await store.history(silent?.fingerprint ?? "", 9)).toHaveLength(1);
    await beat();
    expect(await watch.listen()).toBe(true);
    expect(await open()).toEqual([]);
  });

  test("of any fingerprint is never taken for an alert of our own, nor the other way round", async () => {
    const names = Array.from({ length: 16 }, (_, n) => `${n.toString(16)}000000000000000`);
    const labels = { alertname: "Watchdog", env: "production", severity: "none" };
    const beats = () => tell(...names.map((fingerprint) => message({ fingerprint, labels })));
    await beats();
    now += 6 * minute;
    expect(await watch.listen()).toBe(false);
    const silent = await store.list({});
    expect(silent.map(({ alertname }) => alertname)).toEqual(names.map(() => silenceName));
    expect(silent.filter(({ fingerprint }) => /^[0-9a-f]*$/.test(fingerprint))).toEqual([]);
    await beats();
    expect(await watch.listen()).toBe(true);
    expect(await open()).toEqual([]);
    expect((await store.heartbeats()).map(({ fingerprint }) => fingerprint)).toEqual(names);
  });

  test("that falls silent again as soon as it was heard is an alert again", async () => {
    await beat();
    now += 6 * minute;
    await watch.listen();
    await beat();
    now += 4 * minute;
    expect(await watch.listen()).toBe(true);
    now += 2 * minute;
    expect(await watch.listen()).toBe(false);
    expect(await open()).toHaveLength(1);
  });

  test("that Prometheus ends counts as silent", async () => {
    await beat();
    const [heart] = await store.heartbeats();
    await tell({ ...message(), ...heart, resolved: true, endsAt: now });
    expect(await watch.listen()).toBe(false);
    expect(await open()).toHaveLength(1);
  });
});

describe("Alertmanager's list", () => {
  const listed = (fields: Partial<Listed> = {}): Listed => ({
    ...message(),
    active: true,
    listed: true,
    ...fields,
  });

  test("ends what was lost, not what came just now", async () => {
    await tell(message());
    expect(await watch.reconcile()).toEqual({ lost: 0, found: 0 });
    now += 6 * minute;
    expect(await watch.reconcile()).toEqual({ lost: 1, found: 0 });
    expect(await store.get(message().fingerprint)).toMatchObject({ status: "stale" });
  });

  test("ends nothing while Alertmanager may not have been told of everything again", async () => {
    await tell(message());
    now += 6 * minute;
    started = now - minute;
    expect(await watch.reconcile()).toEqual({ lost: 0, found: 0 });
    now += 4 * minute;
    expect(await watch.reconcile()).toEqual({ lost: 1, found: 0 });
  });

  test("decides that what it has goes on, though a message ended it; what somebody closed stays", async () => {
    await tell(message(), message({ fingerprint: "a2" }));
    await tell(message({ resolved: true, endsAt: now }));
    await store.act("a2", { kind: "resolve" }, "ada", undefined, plan, now);
    list = [listed({ startsAt: start - minute }), listed({ fingerprint: "a2" })];
    now += 4 * minute;
    expect(await watch.reconcile()).toEqual({ lost: 0, found: 0 });
    now += minute;
    expect(await watch.reconcile()).toEqual({ lost: 0, found: 1 });
    expect(await watch.reconcile()).toEqual({ lost: 0, found: 0 });
    expect(await open()).toMatchObject([{ fingerprint: message().fingerprint, status: "firing" }]);
  });

  test("ends what only bears the name of an alert of ours", async () => {
    await tell(message({ labels: { ...message().labels, alertname: silenceName } }));
    now += 6 * minute;
    expect(await watch.reconcile()).toEqual({ lost: 1, found: 0 });
  });

  test("keeps what is silenced, and what is ours", async () => {
    await tell(message());
    await beat();
    now += 6 * minute;
    await watch.listen();
    list = [listed({ active: false })];
    now += 60 * minute;
    expect((await watch.reconcile()).found).toBe(0);
    const names = (await open()).filter(({ status }) => status === "firing");
    expect(names.map(({ alertname }) => alertname).sort()).toEqual(["DiskFull", silenceName]);
  });

  test("brings what never arrived, but nothing that is silenced or may still come", async () => {
    list = [listed(), listed({ fingerprint: "a2", active: false })];
    expect(await watch.reconcile()).toEqual({ lost: 0, found: 0 });
    now += minute;
    expect(await watch.reconcile()).toEqual({ lost: 0, found: 1 });
    expect(await watch.reconcile()).toEqual({ lost: 0, found: 0 });
    expect(await open()).toMatchObject([{ fingerprint: message().fingerprint, status: "firing" }]);
  });

  test("brings a new episode and what was thought lost, but not what somebody closed", async () => {
    await tell(message(), message({ fingerprint: "a2" }), message({ fingerprint: "a3" }));
    now += 6 * minute;
    expect(await watch.reconcile()).toEqual({ lost: 3, found: 0 });
    await store.act("a3", { kind: "resolve" }, "ada", undefined, plan, now);
    list = [
      listed(),
      listed({ fingerprint: "a2", startsAt: start + minute }),
      listed({ fingerprint: "a3" }),
    ];
    expect(await watch.reconcile()).toEqual({ lost: 0, found: 2 });
    expect(await watch.reconcile()).toEqual({ lost: 0, found: 0 });
    expect((await open()).map(({ fingerprint, startsAt }) => [fingerprint, startsAt])).toEqual([
      ["a2", start + minute],
      [message().fingerprint, start],
    ]);
  });

  test("ends nothing while one of several does not answer, and brings what the others have", async () => {
    await tell(message());
    now += 6 * minute;
    missing = "https://two.example:9093: it answered 503";
    list = [listed({ fingerprint: "a2" })];
    expect(await watch.reconcile()).toEqual({ lost: 0, found: 1, missing });
    missing = undefined;
    expect(await watch.reconcile()).toEqual({ lost: 1, found: 0 });
  });

  test("ends nothing because clocks were set ahead just after it had started", async () => {
    let steady = 0;
    const process = watchOf({
      store,
      plan,
      clock: () => now,
      elapsed: () => steady,
      take: () => Promise.resolve(),
      silence: minute,
      listed: () => Promise.resolve({ alerts: [], since: started }),
      retention: minute,
    });
    await tell(message());
    started = now;
    now += 60 * minute;
    expect(await process.reconcile()).toEqual({ lost: 0, found: 0 });
    steady += 5 * minute;
    expect(await process.reconcile()).toEqual({ lost: 1, found: 0 });
  });

  test("says of what is in doubt that it goes on, and that the rest is lost as soon as it can know", async () => {
    let passed = 0;
    const day = 24 * 60 * minute;
    await tell(message(), message({ fingerprint: "a2" }));
    const snooze = { kind: "snooze", until: now + minute } as const;
    for (const one of [message().fingerprint, "a2"]) {
      await store.act(one, snooze, "ada", undefined, plan, now);
    }
    now += day;
    let ends = 0;
    let doubted = now;
    const process = watchOf({
      store,
      plan,
      clock: () => now,
      elapsed: () => passed,
      steady: () => passed,
      doubt: {
        before: () => Promise.resolve(ends === 0 ? doubted : undefined),
        end: () => void (ends += 1),
      },
      take: async (receipt) => {
        await store.ingest([receipt], plan, now);
      },
      silence: minute,
      listed: () => Promise.resolve({ alerts: list, since: started }),
      retention: 2 * day,
    });
    await beat();
    const [beaten] = await store.heartbeats();
    now += minute;
    doubted = now;
    list = [listed(), listed({ ...beaten, resolved: false, endsAt: null })];
    expect(await process.wake()).toBe(0);
    expect(await process.reconcile()).toEqual({ lost: 0, found: 0 });
    expect([await process.wake(), ends]).toEqual([1, 0]);
    // A heartbeat is heard, or not: that it is listed says nothing of the way to here.
    expect(await store.heartbeats()).toEqual([beaten]);
    passed += 5 * minute;
    now += 5 * minute;
    expect(await process.reconcile()).toEqual({ lost: 1, found: 0 });
    expect([await process.wake(), ends]).toEqual([0, 1]);
    expect(await store.get("a2")).toMatchObject({ status: "stale" });
  });

  test("that is very long is brought in parts", async () => {
    list = Array.from({ length: 5_001 }, (_, n) => listed({ fingerprint: `b${n}` }));
    now += minute;
    expect(await watch.reconcile()).toEqual({ lost: 0, found: 5_000 });
    expect(await watch.reconcile()).toEqual({ lost: 0, found: 1 });
    expect(await watch.reconcile()).toEqual({ lost: 0, found: 0 });
  });

  test("is not needed", async () => {
    const alone = watchOf({
      store,
      plan,
      clock: () => now,
      take: () => Promise.resolve(),
      silence: minute,
      retention: minute,
    });
    await tell(message());
    now += 60 * minute;
    expect(await alone.reconcile()).toEqual({ lost: 0, found: 0 });
    expect(await open()).toMatchObject([{ status: "firing" }]);
  });
});

test("snoozes end, and history is forgotten when it is old", async () => {
  await tell(message(), message({ fingerprint: "a2", resolved: true }));
  const { fingerprint } = message();
  const until = now + minute;
  await store.act(fingerprint, { kind: "snooze", until }, "ada", undefined, plan, now);
  now = until;
  expect(await watch.wake()).toBe(1);
  // A clock that was set ahead must not cost the history: it counts when it has said so for a day.
  now += 100 * 24 * 60 * minute;
  expect([await watch.prune(), await watch.prune()]).toEqual([0, 0]);
  now += 24 * 60 * minute;
  expect(await watch.prune()).toBe(1);
  expect(await open()).toHaveLength(1);
});
