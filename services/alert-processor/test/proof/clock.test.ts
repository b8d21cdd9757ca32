import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "../../../../test/kit/servers.ts";
import type { Channel, Message } from "../../channels/channel.ts";
import type { Outcome } from "../../core/retry.ts";
import { deliveriesOf } from "../../core/routing.ts";
import { steadyClock } from "../../service/clock.ts";
import { linksAt } from "../../service/links.ts";
import { sealFor } from "../../service/tokens.ts";
import { startWorker, type Worker } from "../../service/worker.ts";
import { openStore } from "../../store/sql-store.ts";
import { openSqlite } from "../../store/sqlite.ts";
import type { DeskStore } from "../../store/desk.ts";
import { message, minute, receiptOf, start } from "../examples.ts";

const hour = 60 * minute;

describe("a clock that is set back", () => {
  const folder = mkdtempSync(join(tmpdir(), "vigil-clock-"));
  const told: Message[] = [];
  const troubles: unknown[] = [];
  let outcome: Outcome = { kind: "sent" };
  let wall = start;
  let store: DeskStore;
  let worker: Worker | undefined;

  const channel: Channel = {
    name: "people",
    bundle: 1,
    perSecond: 1_000,
    idempotent: true,
    send: (one) => {
      told.push(one);
      return Promise.resolve(outcome);
    },
  };
  let look = (): Promise<void> => Promise.resolve();
  let clock = (): number => wall;
  const fire = (fingerprint: string, after: readonly number[]) =>
    store.ingest(
      [receiptOf(message({ fingerprint, startsAt: wall }))],
      (change) => deliveriesOf(change, [{ channel: "people", after, also: [] }]),
      clock(),
    );
  const work = (): void => {
    worker = startWorker({
      store,
      channel,
      links: linksAt("https://localhost", sealFor("s".repeat(32), "take"), clock),
      clock,
      pause: 10,
      onDone: () => undefined,
      onTrouble: (error) => troubles.push(error),
    });
  };
  const stateOf = async (fingerprint: string) => (await store.deliveries(fingerprint, 10))[0];
  const sent = (fingerprint: string) =>
    until("word of it", 30, async () =>
      (await stateOf(fingerprint))?.state === "sent" ? true : undefined,
    );

  beforeEach(async () => {
    store = await openStore(openSqlite(join(folder, `${told.length}.db`)));
    wall = start;
    const steady = await steadyClock({
      wall: () => Promise.resolve(wall),
      onSet: (by, now) => store.adjust(by, now),
    });
    ({ look, now: clock } = steady);
    outcome = { kind: "sent" };
  });

  afterEach(async () => {
    await worker?.stop();
    await store.close();
    expect(troubles).toEqual([]);
  });

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it("does not hold up what waits to be tried again", async () => {
    outcome = { kind: "failed", why: "no answer" };
    await fire("a1", [0]);
    work();
    await until("a failure", 30, async () =>
      (await stateOf("a1"))?.why === "no answer" ? true : undefined,
    );
    outcome = { kind: "sent" };
    wall = start - hour;
    await look();
    expect(await sent("a1")).toBe(true);
  });

  it("does not hold up what was due and not taken yet", async () => {
    await fire("a2", [0]);
    wall = start - hour;
    await look();
    work();
    expect(await sent("a2")).toBe(true);
  });

  it("does not bring a reminder before its time", async () => {
    await fire("a3", [900]);
    await fire("a4", [0]);
    wall = start - hour;
    await look();
    work();
    await sent("a4");
    expect(await stateOf("a3")).toMatchObject({ state: "pending", attempts: 0 });
  });
});
