import fc from "fast-check";
import { deliveriesOf } from "../../core/routing.ts";
import { messagesLag, peersLag, quiet } from "../../core/times.ts";
import { steadyClock } from "../../service/clock.ts";
import { type Listed, type Watch, watchOf } from "../../service/watch.ts";
import type { DeskStore } from "../../store/desk.ts";
import { message, minute, receiptOf, start } from "../examples.ts";
import { freshMemory, removeMemories } from "./memory.ts";

const second = 1_000;
const hour = 60 * minute;

describe("a clock", () => {
  let passed = 0;
  let wall = start;
  const set: (readonly [by: number, now: number])[] = [];
  let onSet = (by: number, now: number): Promise<void> => {
    set.push([by, now]);
    return Promise.resolve();
  };
  const opened = () =>
    steadyClock({
      wall: () => Promise.resolve(wall),
      onSet: (by, now) => onSet(by, now),
      elapsed: () => passed,
    });
  const pass = (milliseconds: number): void => {
    passed += milliseconds;
    wall += milliseconds;
  };

  it("that is put right follows, and was not set", async () => {
    const clock = await opened();
    pass(minute);
    wall -= 900;
    await clock.look();
    expect([clock.now(), clock.steady(), set]).toEqual([wall, minute, []]);
  });

  it.each([hour, -hour])("that is set by %d follows once all is put right", async (by) => {
    const clock = await opened();
    pass(minute);
    wall += by;
    const before = onSet;
    onSet = () => Promise.reject(new Error("the memory is down"));
    await expect(clock.look()).rejects.toThrow("the memory is down");
    pass(second);
    expect(clock.now()).toBe(wall - by);
    onSet = before;
    set.length = 0;
    await clock.look();
    expect(set).toEqual([[by, wall]]);
    pass(second);
    await clock.look();
    expect([clock.now(), clock.steady(), set.length]).toEqual([wall, second, 1]);
  });

  it("was not set because the answer took long, or because nobody answered", async () => {
    let answer = (): Promise<number> => Promise.reject(new Error("no answer"));
    set.length = 0;
    const clock = await steadyClock({
      wall: () => answer(),
      onSet: (by, now) => onSet(by, now),
      elapsed: () => passed,
    });
    await expect(clock.look()).rejects.toThrow("no answer");
    const begun = clock.now();
    answer = () => {
      pass(20 * second);
      const said = clock.now();
      pass(20 * second);
      return Promise.resolve(said);
    };
    await clock.look();
    expect([clock.now() - begun, set]).toEqual([40 * second, []]);
  });
});

/** A processor with what is around it: time passes for all alike, and only its wall clock is set. */
class World {
  readonly #store: DeskStore;
  /** Milliseconds that have passed; nobody sets them. */
  passed = 0;
  #wrong = 0;
  #works = true;
  #begins = 0;
  #clock!: Awaited<ReturnType<typeof steadyClock>>;
  #watch!: Watch;
  list: readonly Listed[] = [];
  /** What happened when: by the time that passed. */
  readonly log: string[] = [];

  private constructor(store: DeskStore) {
    this.#store = store;
  }

  static async begin(): Promise<World> {
    const world = new World(await freshMemory());
    await world.#begin();
    return world;
  }

  async #begin(): Promise<void> {
    const begun = this.passed;
    const elapsed = (): number => this.passed - begun;
    this.#clock = await steadyClock({
      wall: () => Promise.resolve(this.#wall()),
      onSet: (by, now) => this.#store.adjust(by, now),
      elapsed,
    });
    const { now: clock, steady } = this.#clock;
    this.#watch = watchOf({
      store: this.#store,
      plan: (change) =>
        deliveriesOf(change, [{ channel: "people", after: [0, 300, 3600], also: ["resolved"] }]),
      clock,
      steady,
      elapsed,
      take: async ({ alerts }) => {
        await this.#ingest(...alerts);
      },
      silence: 5 * minute,
      listed: () =>
        Promise.resolve({ alerts: this.list, since: start - hour, at: start + this.passed }),
      retention: 1000 * hour,
    });
  }

  #wall(): number {
    return start + this.passed + this.#wrong;
  }

  #ingest(...alerts: Parameters<typeof receiptOf>) {
    const { now, steady } = this.#clock;
    return this.#store.ingest(
      [receiptOf(...alerts)],
      (change) =>
        deliveriesOf(change, [{ channel: "people", after: [0, 300, 3600], also: ["resolved"] }]),
      now(),
      steady(),
    );
  }

  async set(by: number): Promise<void> {
    this.#wrong += by;
    await this.#clock.look();
  }

  /** It is killed, and begins again by the clock as it is. */
  async restart(): Promise<void> {
    await this.#begin();
    await this.#store.adjust(0, this.#clock.now());
  }

  fire(): Promise<unknown> {
    this.#begins = start + this.passed;
    return this.again();
  }

  again(fields: Partial<Listed> = {}): Promise<unknown> {
    return this.#ingest(message({ startsAt: this.#begins, ...fields }));
  }

  end(): Promise<unknown> {
    return this.again({ resolved: true, endsAt: start + this.passed });
  }

  beat(): Promise<unknown> {
    const labels = { alertname: "Watchdog", severity: "none" };
    return this.#ingest(message({ fingerprint: "00000000000000f1", labels }));
  }

  break(): void {
    this.#works = !this.#works;
  }

  async status(): Promise<string | undefined> {
    return (await this.#store.get(message().fingerprint))?.status;
  }

  lists(): void {
    this.list = [{ ...message({ startsAt: this.#begins }), active: true, listed: true }];
  }

  async reconcile(): Promise<unknown> {
    await this.#clock.look();
    return this.#watch.reconcile();
  }

  async pass(minutes: number): Promise<void> {
    for (let n = 0; n < minutes; n += 1) {
      this.passed += minute;
      await this.#clock.look();
      await this.#watch.listen();
      await this.#tell();
    }
  }

  async #tell(): Promise<void> {
    const now = this.#clock.now();
    for (const { deliveries, occasion } of await this.#store.take("people", 99, 1, now, now + 1)) {
      const keys = deliveries.map(({ key }) => key);
      const names = deliveries.map(({ alert }) => alert.alertname);
      this.log.push(
        `${this.passed / minute} ${occasion} ${names.join()}${this.#works ? "" : " failed"}`,
      );
      const again = { kind: "again", dueAt: now + 2 * minute, why: "" } as const;
      await this.#store.settle([{ keys, ...(this.#works ? { kind: "sent" } : again) }], now);
    }
  }

  close(): Promise<void> {
    return this.#store.close();
  }
}

/** A smaller step is not a jump, and none is so round that two beats seem to come in the same millisecond. */
const jumps = fc
  .tuple(
    fc.constantFrom(1, -1),
    fc.oneof(
      fc.integer({ min: 1, max: 48 * 60 }).map((minutes) => minutes * minute),
      fc.integer({ min: 2, max: 90 }).map((seconds) => seconds * second),
    ),
    fc.integer({ min: 1, max: 999 }),
  )
  .map(([way, by, more]) => way * (by + more));

const runs = Number(process.env["VIGIL_RUNS"] ?? 12);

describe("a processor whose clock is set", () => {
  let worlds: World[] = [];
  const world = async (): Promise<World> => {
    const one = await World.begin();
    worlds.push(one);
    return one;
  };
  afterEach(async () => {
    await Promise.all(worlds.map((one) => one.close()));
    worlds = [];
  });
  afterAll(removeMemories);

  const steps = fc.array(
    fc.oneof(
      { weight: 3, arbitrary: fc.record({ pass: fc.integer({ min: 1, max: 9 }) }) },
      { weight: 3, arbitrary: fc.record({ set: jumps }) },
      { weight: 4, arbitrary: fc.constantFrom("fire", "end", "beat", "break") },
    ),
    { minLength: 4, maxLength: 25 },
  );

  it("tells the same at the same time as one whose clock is not", async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const [right, wrong] = [await world(), await world()];
        for (const one of [right, wrong]) {
          await one.beat();
          await one.fire();
          for (const step of all) {
            if (typeof step === "string") await one[step]();
            else if ("pass" in step) await one.pass(step.pass);
            else if (one === wrong) await one.set(step.set);
          }
          await one.pass(10);
        }
        expect(wrong.log).toEqual(right.log);
      }),
      { numRuns: runs },
    );
  });

  it.each([
    ["a message", messagesLag, false],
    ["a list", peersLag, true],
  ] as const)(
    "opens nothing again by %s that is late, and what goes on in the end",
    async (_, lag, listed) => {
      const later = fc.array(
        fc.record({ pass: fc.integer({ min: 0, max: lag / minute - 1 }), set: jumps }),
        { minLength: 1, maxLength: 5 },
      );
      await fc.assert(
        fc.asyncProperty(later, fc.boolean(), async (all, killed) => {
          const one = await world();
          await one.fire();
          await one.pass(1);
          await one.end();
          one.lists();
          const hear = (): Promise<unknown> => (listed ? one.reconcile() : one.again());
          const ended = one.passed;
          for (const step of all) {
            await one.pass(step.pass);
            await one.set(step.set);
            if (killed) await one.restart();
            await hear();
            const isOpen = (await one.status()) !== "resolved";
            expect(isOpen && one.passed - ended < lag).toBe(false);
          }
          await one.pass(lag / minute);
          await hear();
          expect(await one.status()).toBe("firing");
        }),
        { numRuns: runs },
      );
    },
  );

  it("gives nothing up that was heard of a moment ago, and what is gone in the end", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(jumps, { minLength: 1, maxLength: 4 }), async (all) => {
        const one = await world();
        await one.pass(quiet / minute);
        await one.fire();
        for (const by of all) {
          await one.pass(1);
          await one.set(by);
          await one.reconcile();
          expect(await one.status()).toBe("firing");
        }
        await one.pass(quiet / minute + 1);
        await one.reconcile();
        expect(await one.status()).toBe("stale");
      }),
      { numRuns: runs },
    );
  });

  it("brings what never arrived, however far its clock is behind", async () => {
    const one = await world();
    await one.set(-48 * hour);
    one.lists();
    one.list = one.list.map((alert) => ({ ...alert, startsAt: start }));
    await one.pass(1);
    await one.reconcile();
    expect(await one.status()).toBe("firing");
  });

  it.each([1, -1])(
    "was killed meanwhile: it tells what it owes at once, and reminds no sooner (%d)",
    async (way) => {
      const one = await world();
      await one.set(way * hour);
      await one.fire();
      await one.set(0);
      await one.restart();
      await one.pass(1);
      expect(one.log).toEqual(["1 firing DiskFull"]);
      await one.set(-way * hour);
      await one.restart();
      await one.pass(3);
      expect(one.log).toEqual(["1 firing DiskFull"]);
    },
  );
});
