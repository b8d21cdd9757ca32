import fc from "fast-check";
import type { Alert } from "../../core/alert.ts";
import { LifecycleError } from "../../core/lifecycle.ts";
import type { Incoming } from "../../core/payload.ts";
import { type Bundle, ConflictError, type Store, UnknownAlertError } from "../../store/store.ts";
import { message, minute, plan, receiptOf, start } from "../examples.ts";

const fingerprint = message().fingerprint;
const lease = start + 10 * minute;

const keysOf = (bundles: readonly Bundle[]): string[] =>
  bundles.flatMap(({ deliveries }) => deliveries.map(({ key }) => key));

const occasions = (bundles: readonly Bundle[]): string[] =>
  bundles.map(({ deliveries, occasion }) => `${occasion} ${deliveries.length}`);

/** What two stores must agree on, whatever order messages came in. */
const essence = ({ endsAt, fingerprint, startsAt, status }: Alert) => ({
  endsAt,
  fingerprint,
  // Of episodes that overlap any beginning will do once they are over.
  startsAt: endsAt === null ? startsAt : null,
  status,
});

/**
 * What every store must do. Runs the same on each.
 *
 * @param open - Opens an empty store; called for each test.
 */
export function conforms(name: string, open: () => Promise<Store>, runs = 50): void {
  describe(`${name}: memory`, () => {
    let store: Store;
    const tell = (now: number, ...alerts: Incoming[]) =>
      store.ingest([receiptOf(...alerts)], plan, now);
    beforeEach(async () => {
      store = await open();
    });
    afterEach(() => store.close());

    test("keeps an alert with all its attributes", async () => {
      expect(await tell(start, message())).toEqual({ changed: 1, repeated: 0, poisoned: 0 });
      expect(await store.get(fingerprint)).toEqual({
        fingerprint,
        status: "firing",
        severity: "critical",
        alertname: "DiskFull",
        instance: "db-1:9100",
        service: "host",
        team: "platform",
        environment: "production",
        startsAt: start,
        endsAt: null,
        lastSeenAt: start,
        updatedAt: start,
        labels: message().labels,
        annotations: message().annotations,
        owner: null,
        snoozedUntil: null,
        closedBy: null,
        version: 1,
      });
      expect(await store.get("ffff")).toBeUndefined();
      expect(await store.among(["ffff", fingerprint])).toEqual([await store.get(fingerprint)]);
      expect(await store.among([])).toEqual([]);
    });

    test("keeps texts of any kind as they are", async () => {
      const text = `'; DROP TABLE alerts; -- " \\ $1 ? {{ }} \u{1f525} \n\t${"ä".repeat(5000)}`;
      await tell(start, message({ annotations: { [text.slice(0, 40)]: text } }));
      expect((await store.get(fingerprint))?.annotations[text.slice(0, 40)]).toBe(text);
    });

    test("changes nothing when told again", async () => {
      await tell(start, message());
      expect(await tell(start + 1, message(), message())).toMatchObject({
        changed: 0,
        repeated: 2,
      });
      expect(await store.history(fingerprint, 10)).toHaveLength(1);
      expect(await store.depth()).toMatchObject({ open: 1, pending: 4 });
    });

    test("remembers when an alert was last heard of, and its newest words", async () => {
      await tell(start, message());
      const annotations = { summary: "The disk of db-1 is fuller" };
      await tell(start + 1, message({ annotations }));
      await tell(start + minute, message({ annotations }));
      expect(await store.get(fingerprint)).toMatchObject({
        annotations,
        lastSeenAt: start + minute,
        updatedAt: start,
        version: 1,
      });
    });

    test("begins anew when it fires again, and ends the episode before", async () => {
      await tell(start, message());
      await store.act(fingerprint, { kind: "acknowledge" }, "ada", undefined, plan, start + 1);
      await tell(start + minute, message({ startsAt: start + minute }));
      expect(await store.get(fingerprint)).toMatchObject({
        status: "firing",
        owner: null,
        startsAt: start + minute,
      });
      const events = await store.history(fingerprint, 10);
      expect(events.map(({ kind, startsAt }) => [kind, startsAt - start])).toEqual([
        ["firing", minute],
        ["resolved", 0],
        ["acknowledged", 0],
        ["firing", 0],
      ]);
    });

    test("loses nothing when a beginning moves back, or forward and back again", async () => {
      await tell(start, message());
      await store.act(fingerprint, { kind: "acknowledge" }, "ada", undefined, plan, start + 1);
      const earlier = start - minute;
      const annotations = { summary: "The disk of db-1 is fuller" };
      await tell(start + minute, message({ startsAt: earlier, annotations }));
      expect(await store.get(fingerprint)).toMatchObject({
        annotations,
        lastSeenAt: start + minute,
        owner: "ada",
        status: "acknowledged",
      });
      await tell(start + minute, message());
      expect(await store.history(fingerprint, 10)).toHaveLength(2);
      const endsAt = start + 2 * minute;
      await tell(endsAt, message({ startsAt: earlier, resolved: true, endsAt }));
      expect(await store.get(fingerprint)).toMatchObject({ status: "resolved", endsAt });
      // What ended before it began is an older one.
      await tell(start + 3 * minute, message({ startsAt: start + 3 * minute }));
      await tell(start + 4 * minute, message({ startsAt: earlier, resolved: true, endsAt }));
      expect(await store.get(fingerprint)).toMatchObject({ status: "firing", endsAt: null });
    });

    test("opens again what Alertmanager had only let expire, when nothing can be late", async () => {
      await tell(start, message());
      const chat = await store.take("chat", 9, 9, start, lease);
      await store.settle([{ kind: "sent", keys: keysOf(chat) }], start);
      await tell(start + minute, message({ resolved: true }));
      const listed = message({ listed: true });
      await tell(start + 6 * minute - 1, listed, message());
      expect((await store.get(fingerprint))?.status).toBe("resolved");
      await tell(start + 6 * minute, message());
      expect((await store.get(fingerprint))?.status).toBe("resolved");
      await tell(start + 6 * minute, listed);
      expect(await store.get(fingerprint)).toMatchObject({
        status: "firing",
        endsAt: null,
        startsAt: start,
        version: 3,
      });
      const [event] = await store.history(fingerprint, 1);
      expect(event).toMatchObject({ kind: "returned", actor: null });
      // That it was over had not been told yet, and is not so any more.
      expect(occasions(await store.take("chat", 9, 1, start + 6 * minute, lease))).toEqual([
        "reminder 1",
      ]);
      // Where there is no list, a message says it after longer.
      await tell(start + 7 * minute, message({ resolved: true, endsAt: start + 7 * minute }));
      await tell(start + 21 * minute, message());
      expect((await store.get(fingerprint))?.status).toBe("resolved");
      await tell(start + 22 * minute, message());
      expect((await store.get(fingerprint))?.status).toBe("firing");
    });

    test("leaves closed what somebody closed, until it begins anew", async () => {
      await tell(start, message());
      const closed = start + 2 * minute;
      await store.act(fingerprint, { kind: "resolve" }, "ada", undefined, plan, closed);
      expect(await store.get(fingerprint)).toMatchObject({ closedBy: "ada", status: "resolved" });
      await tell(start + 60 * minute, message({ listed: true }), message());
      expect((await store.get(fingerprint))?.status).toBe("resolved");
      // It began before it was closed, and was told after.
      await tell(start + 60 * minute, message({ startsAt: start + minute }));
      expect(await store.get(fingerprint)).toMatchObject({ closedBy: null, status: "firing" });
    });

    test("keeps the end of what it never heard of, and tells nobody", async () => {
      await tell(start, message({ resolved: true }));
      expect((await store.get(fingerprint))?.status).toBe("resolved");
      expect(await store.depth()).toMatchObject({ open: 0, pending: 0 });
    });

    test("ends in the same state in whatever order messages come, and how often", async () => {
      const episodes = fc.uniqueArray(
        fc.record({
          fingerprint: fc.constantFrom("00000000000000a1", "00000000000000a2"),
          startsAt: fc.nat({ max: 3 }).map((n) => start + n * minute),
          // Also such as overlap the next one, or go on for longer than it.
          lasts: fc.constantFrom(1, 2, 30, 60, 90, 150).map((seconds) => seconds * 1000),
          ended: fc.boolean(),
        }),
        { minLength: 1, maxLength: 6, selector: (one) => one.fingerprint + String(one.startsAt) },
      );
      const messagesOf = (of: {
        lasts: number;
        ended: boolean;
        fingerprint: string;
        startsAt: number;
      }) => {
        const fires = message({ fingerprint: of.fingerprint, startsAt: of.startsAt });
        const endsAt = of.startsAt + of.lasts;
        return of.ended ? [fires, { ...fires, resolved: true, endsAt }] : [fires];
      };
      await fc.assert(
        fc.asyncProperty(
          episodes.map((all) => all.flatMap(messagesOf)),
          fc.infiniteStream(fc.nat()),
          async (messages, chance) => {
            const next = (below: number): number => (chance.next().value as number) % below;
            const shuffled = [...messages, ...messages.filter(() => next(2) === 0)]
              .map((one) => ({ one, at: next(1000) }))
              .sort((a, b) => a.at - b.at)
              .map(({ one }) => one);
            const [ordered, mixed] = [await open(), await open()];
            await ordered.ingest([receiptOf(...messages)], plan, start);
            for (const one of shuffled) await mixed.ingest([receiptOf(one)], plan, start);
            const states = await Promise.all(
              [ordered, mixed].map(async (each) =>
                (await each.list({ state: "all" })).map(essence).sort(byFingerprint),
              ),
            );
            await Promise.all([ordered.close(), mixed.close()]);
            const last = lastEpisodes(messages);
            expect(states[0]).toEqual(last);
            expect(states[1]).toEqual(last);
          },
        ),
        { numRuns: runs },
      );
    });

    test("takes what is wrong aside and keeps the rest", async () => {
      const poison = [{ why: "startsAt is no time", raw: "{}" }];
      const receipt = { ...receiptOf(message()), poison };
      expect(await store.ingest([receipt], plan, start)).toMatchObject({ changed: 1, poisoned: 1 });
      expect(await store.quarantine(10)).toEqual([{ at: start, ...poison[0] }]);
      expect((await store.depth()).quarantined).toBe(1);
    });

    test("takes in nothing of what fails in the middle", async () => {
      const broken = (): never => {
        throw new Error("no plan");
      };
      await expect(store.ingest([receiptOf(message())], broken, start)).rejects.toThrow("no plan");
      expect(await store.get(fingerprint)).toBeUndefined();
      expect(await tell(start, message())).toMatchObject({ changed: 1 });
    });

    test("takes five thousand at once", async () => {
      const many = Array.from({ length: 5000 }, (_, n) => message({ fingerprint: n.toString(16) }));
      expect(await tell(start, ...many)).toMatchObject({ changed: 5000 });
      expect(await store.depth()).toMatchObject({ open: 5000, pending: 20_000 });
      const ended = many.map((one) => ({ ...one, resolved: true, endsAt: start + 1 }));
      await tell(start + 1, ...ended);
      expect(await store.depth()).toMatchObject({ open: 0, pending: 0 });
    });
  });

  describe(`${name}: people`, () => {
    let store: Store;
    const acting = (action: Parameters<Store["act"]>[1], now = start + 1, version?: number) =>
      store.act(fingerprint, action, "ada", version, plan, now);

    beforeEach(async () => {
      store = await open();
      await store.ingest([receiptOf(message())], plan, start);
    });
    afterEach(() => store.close());

    test("acknowledge, and give back", async () => {
      expect(await acting({ kind: "acknowledge", text: "on it" })).toMatchObject({
        status: "acknowledged",
        owner: "ada",
        version: 2,
      });
      expect(await store.depth()).toMatchObject({ open: 1, pending: 0 });
      await acting({ kind: "unacknowledge" });
      expect(await store.get(fingerprint)).toMatchObject({ status: "firing", owner: null });
      // Chat once, the pager now and twice later.
      expect(await store.depth()).toMatchObject({ pending: 4 });
      const [, taken] = await store.history(fingerprint, 10);
      expect(taken).toEqual({
        fingerprint,
        startsAt: start,
        kind: "acknowledged",
        at: start + 1,
        actor: "ada",
        text: "on it",
      });
    });

    test("are told when somebody else was faster", async () => {
      await acting({ kind: "acknowledge" }, start + 1, 1);
      await expect(acting({ kind: "acknowledge" }, start + 2, 1)).rejects.toThrow(ConflictError);
      expect(await store.get(fingerprint)).toMatchObject({ version: 2 });
    });

    test("snooze until a time, when it asks again", async () => {
      await acting({ kind: "snooze", until: start + minute });
      expect(await store.get(fingerprint)).toMatchObject({ status: "snoozed", owner: "ada" });
      expect(await store.wake(plan, start + minute - 1)).toBe(0);
      expect(await store.wake(plan, start + minute)).toBe(1);
      expect(await store.get(fingerprint)).toMatchObject({ status: "firing", owner: null });
      expect(occasions(await store.take("chat", 9, 1, start + minute, lease))).toEqual([
        "reminder 1",
      ]);
    });

    test("comment and close", async () => {
      await acting({ kind: "comment", text: "it is the backup" });
      await acting({ kind: "resolve" });
      expect(await store.get(fingerprint)).toMatchObject({ status: "resolved", endsAt: start + 1 });
      await expect(acting({ kind: "acknowledge" })).rejects.toThrow(LifecycleError);
      await acting({ kind: "comment", text: "it was the backup" });
      const kinds = (await store.history(fingerprint, 10)).map(({ kind }) => kind);
      expect(kinds).toEqual(["commented", "resolved", "commented", "firing"]);
    });

    test("are done and found whatever people type, without harm to the memory", async () => {
      for (const odd of ["a\0b", "a\ud800b"]) {
        await store.act(fingerprint, { kind: "assign", to: odd }, odd, undefined, plan, start);
        expect((await store.get(fingerprint))?.owner).toMatch(/^a.?b$/u);
        expect(await store.list({ team: odd, severity: odd })).toEqual([]);
        expect(await store.redrive(odd, start)).toEqual({ deliveries: 0, skipped: 0 });
      }
    });

    test("do nothing to what there is not", async () => {
      const missing = store.act("ffff", { kind: "acknowledge" }, "ada", undefined, plan, start);
      await expect(missing).rejects.toThrow(UnknownAlertError);
      await expect(acting({ kind: "unacknowledge" })).rejects.toThrow(LifecycleError);
    });

    test("use a link once", async () => {
      expect(await store.useOnce("link", start + minute)).toBe(true);
      expect(await store.useOnce("link", start + minute)).toBe(false);
      expect(await store.useOnce("other", start + minute)).toBe(true);
      expect(await store.wasUsed("link")).toBe(true);
      expect(await store.wasUsed("another")).toBe(false);
      await store.prune(start, start + 2 * minute);
      expect(await store.wasUsed("link")).toBe(false);
    });
  });

  describe(`${name}: telling`, () => {
    let store: Store;
    const tell = (now: number, ...alerts: Incoming[]) =>
      store.ingest([receiptOf(...alerts)], plan, now);
    const take = (channel: string, now: number, size = 1, until = now + 10 * minute) =>
      store.take(channel, 1000, size, now, until);
    const send = async (channel: string, now: number): Promise<string[]> => {
      const bundles = await take(channel, now);
      await store.settle([{ kind: "sent", keys: keysOf(bundles) }], now);
      return occasions(bundles);
    };

    beforeEach(async () => {
      store = await open();
    });
    afterEach(() => store.close());

    test("takes what is due, once, with its alert", async () => {
      await tell(start, message());
      const [bundle, ...more] = await take("pager", start);
      expect(more).toEqual([]);
      expect(bundle).toMatchObject({ occasion: "firing" });
      const alert = await store.get(fingerprint);
      expect(bundle?.deliveries).toMatchObject([
        { alert, attempts: 1, channel: "pager", dueAt: start },
      ]);
      expect(await take("pager", start)).toEqual([]);
      expect(occasions(await take("chat", start))).toEqual(["firing 1"]);
    });

    test("takes what is most urgent first, whatever waits, and by itself", async () => {
      const many = Array.from({ length: 3000 }, (_, n) =>
        message({ fingerprint: `b${n.toString(16)}`, severity: n % 2 === 0 ? "warning" : "page" }),
      );
      await tell(start, ...many);
      await tell(start + 1, message({ severity: "emergency" }));
      const severities = (bundles: readonly Bundle[]) =>
        bundles.map(({ deliveries }) => deliveries.map(({ alert }) => alert.severity).join(" "));
      const first = await store.take("chat", 3, 2, start + 1, lease);
      expect(severities(first)).toEqual(["emergency", "page page"]);
      expect(await store.take("chat", 9, 9, start + 1, lease, "urgent")).toEqual([]);
      await tell(start + 2, message({ fingerprint: "a2", severity: "emergency" }));
      const urgent = await store.take("chat", 9, 9, start + 2, lease, "urgent");
      expect(severities(urgent)).toEqual(["emergency"]);
    });

    test("reminds as long as nobody has taken it", async () => {
      await tell(start, message());
      expect(await send("pager", start)).toEqual(["firing 1"]);
      expect(await send("pager", start + 299_999)).toEqual([]);
      expect(await send("pager", start + 300_000)).toEqual(["reminder 1"]);
      await store.act(
        fingerprint,
        { kind: "acknowledge" },
        "ada",
        undefined,
        plan,
        start + 400_000,
      );
      expect(await send("pager", start + 400_000)).toEqual(["acknowledged 1"]);
      expect(await send("pager", start + 900_000)).toEqual([]);
    });

    test("spares a channel that was down the reminders it has missed", async () => {
      await tell(start, message(), message({ fingerprint: "b1" }));
      const keys = keysOf(await take("pager", start));
      const dueAt = start + 400_000;
      await store.settle([{ kind: "again", keys, dueAt, why: "answered 503" }], start);
      expect(await send("pager", dueAt)).toEqual(["firing 1", "firing 1"]);
      expect(await send("pager", dueAt)).toEqual([]);
      const states = (await store.deliveries(fingerprint, 10))
        .filter(({ channel }) => channel === "pager")
        .map(({ dueAt, settledAt, state }) => [(dueAt - start) / 1000, state, settledAt]);
      expect(states).toEqual([
        [900, "pending", null],
        [300, "cancelled", dueAt],
        [400, "sent", dueAt],
      ]);
      expect(await send("pager", start + 900_000)).toEqual(["reminder 1", "reminder 1"]);
    });

    test("does not tell the beginning after a reminder was sent in its place", async () => {
      await tell(start, message());
      const [bundle] = await store.take("pager", 9, 9, start, lease);
      const keys = bundle?.deliveries.map(({ key }) => key) ?? [];
      const [reminds, dueAt] = [start + 300_000, start + 400_000];
      await store.settle([{ kind: "again", keys, dueAt, why: "answered 503" }], start + 1);
      expect(await send("pager", reminds)).toEqual(["reminder 1"]);
      expect(await send("pager", dueAt)).toEqual([]);
      expect(await send("pager", start + 900_000)).toEqual(["reminder 1"]);
    });

    test("says that it ended only where it was told", async () => {
      await tell(start, message());
      expect(await send("chat", start)).toEqual(["firing 1"]);
      await tell(start + 1, message({ resolved: true }));
      expect(await send("chat", start + 1)).toEqual(["resolved 1"]);
      expect(await send("pager", start + 1)).toEqual([]);
      const states = (await store.deliveries(fingerprint, 10)).map(
        ({ channel, occasion, state }) => `${channel} ${occasion} ${state}`,
      );
      expect(states.sort()).toEqual([
        "chat firing sent",
        "chat resolved sent",
        "pager firing cancelled",
        "pager reminder cancelled",
        "pager reminder cancelled",
      ]);
    });

    test("tells the end of what was open for longer than history is kept", async () => {
      await tell(start, message(), message({ fingerprint: "a2" }));
      expect(await send("chat", start)).toEqual(["firing 1", "firing 1"]);
      await tell(start + 1, message({ fingerprint: "a2", resolved: true }));
      expect(await send("chat", start + 1)).toEqual(["resolved 1"]);
      expect(await store.prune(start + minute, start + minute)).toBe(1);
      await tell(start + 2 * minute, message({ resolved: true }));
      expect(await send("chat", start + 2 * minute)).toEqual(["resolved 1"]);
      expect(await store.prune(start + 3 * minute, start + 3 * minute)).toBe(1);
      expect(await store.deliveries(fingerprint, 10)).toEqual([]);
    });

    test("tells an end after the beginning that is on its way", async () => {
      await tell(start, message());
      const bundles = await take("chat", start);
      await tell(start + 1, message({ resolved: true }));
      await store.settle([{ kind: "sent", keys: keysOf(bundles) }], start + 2);
      expect(await send("chat", start + 2)).toEqual(["resolved 1"]);
      const told = (await store.deliveries(fingerprint, 10)).map(({ occasion }) => occasion);
      expect(told).toEqual(expect.arrayContaining(["firing", "resolved"]));
    });

    test("tries again when it was told to, and gives up when told to", async () => {
      await tell(start, message({ severity: "warning" }));
      const keys = keysOf(await take("chat", start));
      const dueAt = start + minute;
      await store.settle([{ kind: "again", keys, dueAt, why: "answered 503" }], start);
      expect(await take("chat", dueAt - 1)).toEqual([]);
      const [again] = await take("chat", dueAt);
      expect(again?.deliveries).toMatchObject([{ attempts: 2, dueAt, plannedAt: start }]);
      await store.settle([{ kind: "dead", keys, why: "answered 400" }], dueAt);
      expect(await store.depth()).toMatchObject({ dead: 1, pending: 0 });
      expect(await store.deliveries(fingerprint, 1)).toMatchObject([
        { state: "dead", why: "answered 400", settledAt: dueAt },
      ]);
      expect(await store.redrive("pager", dueAt)).toEqual({ deliveries: 0, skipped: 0 });
      expect(await store.redrive(undefined, dueAt)).toEqual({ deliveries: 1, skipped: 0 });
      expect(await send("chat", dueAt)).toEqual(["firing 1"]);
    });

    test("sends nothing again that is over, or has somebody", async () => {
      const some = ["a1", "a2", "a3"].map((one) => message({ fingerprint: one }));
      await tell(start, ...some);
      await store.settle(
        [{ kind: "dead", keys: keysOf(await take("chat", start)), why: "" }],
        start,
      );
      await store.act("a1", { kind: "acknowledge" }, "ada", undefined, plan, start + 1);
      await tell(start + 2, message({ fingerprint: "a2", resolved: true }));
      // Its end was to be told as well, but nothing was told before it.
      const ends = keysOf(await take("chat", start + 3));
      await store.settle([{ kind: "dead", keys: ends, why: "" }], start + 3);
      const { deliveries, skipped } = await store.redrive("chat", start + 4);
      expect([deliveries, skipped]).toEqual([1, 1 + 1 + ends.length]);
      const again = await take("chat", start + 4);
      expect(again.flatMap((one) => one.deliveries.map((each) => each.fingerprint))).toEqual([
        "a3",
      ]);
      expect(await store.depth()).toMatchObject({ dead: 0 });
    });

    /** Steps that a person takes, or Alertmanager tells, each a millisecond after the one before. */
    const steps: Readonly<Record<string, (at: number) => Promise<unknown>>> = {
      taken: (at) => store.act(fingerprint, { kind: "acknowledge" }, "ada", undefined, plan, at),
      "given back": (at) =>
        store.act(fingerprint, { kind: "unacknowledge" }, "ada", undefined, plan, at),
      snoozed: (at) =>
        store.act(fingerprint, { kind: "snooze", until: lease }, "ada", undefined, plan, at),
      "handed over": (at) =>
        store.act(fingerprint, { kind: "assign", to: "grace" }, "ada", undefined, plan, at),
      escalated: (at) =>
        store.act(fingerprint, { kind: "escalate", to: "pager" }, "ada", undefined, plan, at),
      closed: (at) => store.act(fingerprint, { kind: "resolve" }, "ada", undefined, plan, at),
      reopened: (at) => store.act(fingerprint, { kind: "reopen" }, "ada", undefined, plan, at),
      ended: (at) => tell(at, message({ resolved: true, endsAt: at })),
      "begun anew": (at) => tell(at, message({ startsAt: at })),
      lost: (at) => store.lose(new Set(), at, plan, at),
      "heard again": (at) => tell(at, message()),
      told: (at) => send("pager", at),
      refused: async (at) => {
        const keys = keysOf(await take("pager", at));
        expect(keys).not.toEqual([]);
        await store.settle([{ kind: "again", keys, dueAt: at + minute, why: "answered 503" }], at);
      },
      "given up": async (at) => {
        const keys = keysOf(await take("pager", at));
        expect(keys).not.toEqual([]);
        await store.settle([{ kind: "dead", keys, why: "answered 400" }], at);
      },
    };
    test.each([
      [["told", "taken", "given back"], ["reminder 1"]],
      [["told", "snoozed", "given back"], ["reminder 1"]],
      [["told", "taken", "refused", "given back"], ["reminder 1"]],
      [["told", "lost", "heard again"], ["reminder 1"]],
      [["told", "closed", "reopened"], ["reminder 1"]],
      [["told", "closed", "refused", "reopened"], ["reminder 1"]],
      [["told", "taken", "closed", "reopened"], ["reminder 1"]],
      // The end of an episode is true whatever comes next.
      [
        ["told", "ended", "begun anew"],
        ["resolved 1", "firing 1"],
      ],
    ])("says nothing late that is not so any more: %j", async (before, after) => {
      await tell(start, message());
      let at = start;
      for (const step of before) await steps[step]?.((at += 1));
      const said: string[] = [];
      for (let round = 0; round < 3; round += 1)
        said.push(...(await send("pager", (at += minute))));
      expect(said).toEqual(after);
    });

    const notTold = ["given up"];
    test.each([
      // Somebody is needed as long as nobody came: help that was asked for as well.
      ["a beginning", notTold, [], ["firing 1"]],
      ["a beginning", notTold, ["taken"], []],
      ["a beginning", notTold, ["snoozed"], []],
      ["a beginning", notTold, ["lost"], []],
      ["a beginning", notTold, ["ended"], []],
      ["a cry for help", ["told", "taken", "told", "escalated", "given up"], [], ["reminder 1"]],
      ["a cry for help", ["told", "snoozed", "told", "escalated", "given up"], [], ["reminder 1"]],
      ["a cry for help", ["told", "lost", "told", "escalated", "given up"], [], ["reminder 1"]],
      ["a cry for help", ["told", "taken", "told", "escalated", "given up"], ["handed over"], []],
      ["a cry for help", ["told", "taken", "told", "escalated", "given up"], ["closed"], []],
      ["a cry for help", ["told", "taken", "told", "escalated", "given up"], ["begun anew"], []],
      [
        "that what somebody has goes on",
        ["told", "taken", "lost", "told", "heard again", "given up"],
        [],
        ["reminder 1"],
      ],
      // Who has it is told while somebody has.
      ["who has it", ["told", "taken", "given up"], [], ["acknowledged 1"]],
      ["who has it", ["told", "snoozed", "given up"], [], ["acknowledged 1"]],
      ["who has it", ["told", "taken", "given up"], ["given back", "told"], []],
      ["who has it", ["told", "taken", "given up"], ["handed over", "told"], []],
      ["who has it", ["told", "taken", "given up"], ["lost", "told"], []],
      ["who has it", ["told", "taken", "given up"], ["closed", "told"], []],
      // An end is told as long as it is over, by whatever comes next.
      ["an end", ["told", "ended", "given up"], [], ["resolved 1"]],
      ["an end", ["told", "ended", "given up"], ["begun anew", "told"], ["resolved 1"]],
      ["an end", ["told", "lost", "given up"], [], ["resolved 1"]],
      ["an end", ["told", "lost", "given up"], ["heard again", "told"], []],
      ["an end", ["told", "lost", "given up"], ["ended", "told"], []],
      ["an end", ["told", "closed", "given up"], ["reopened", "told"], []],
      ["an end", ["given up", "ended"], [], []],
    ])("sends %s again, %j, %j meanwhile: %j", async (_, before, meanwhile, again) => {
      await tell(start, message());
      let at = start;
      for (const step of [...before, ...meanwhile]) await steps[step]?.((at += 1));
      const dead = (await store.depth()).dead;
      expect(dead).toBe(1);
      expect(await store.redrive("pager", (at += 1))).toEqual({
        deliveries: again.length,
        skipped: dead - again.length,
      });
      expect(await send("pager", (at += 1))).toEqual(again);
    });

    test("comes again when its worker is gone", async () => {
      await tell(start, message());
      const bundles = await take("chat", start, 1, lease);
      expect(await take("chat", lease - 1)).toEqual([]);
      expect(keysOf(await take("chat", lease))).toEqual(keysOf(bundles));
      await store.release(start);
      expect(keysOf(await take("chat", start))).toEqual(keysOf(bundles));
    });

    test("tries at once after a new start what would wait longer", async () => {
      await tell(start, message());
      const keys = keysOf(await take("chat", start));
      await store.settle([{ kind: "again", keys, dueAt: lease, why: "answered 503" }], start);
      await store.release(start + 1);
      expect(keysOf(await take("chat", start + 1))).toEqual(keys);
      expect(await take("pager", start + 299_999)).toHaveLength(1);
    });

    test("tells what a clock that was ahead had put off, and leaves reminders their time", async () => {
      await tell(lease, message());
      await store.release(start);
      expect(occasions(await take("pager", start))).toEqual(["firing 1"]);
      expect(occasions(await take("chat", start))).toEqual(["firing 1"]);
    });

    test("keeps together what went out together", async () => {
      const many = Array.from({ length: 25 }, (_, n) =>
        message({ fingerprint: `b${n.toString(16)}` }),
      );
      await tell(start, ...many);
      const before = await take("chat", start, 10);
      expect(occasions(before)).toEqual(["firing 10", "firing 10", "firing 5"]);
      await store.release(start);
      await tell(start, message({ fingerprint: "c" }));
      const after = await store.take("chat", 12, 10, start, lease);
      const known = new Map(before.map(({ deliveries, key }) => [key, deliveries.length]));
      for (const { deliveries, key } of after) expect(deliveries).toHaveLength(known.get(key) ?? 0);
      expect(new Set([...keysOf(after), ...keysOf(await take("chat", start, 10))]).size).toBe(26);
    });

    test("takes one by one what was refused together", async () => {
      await tell(start, ...["a1", "a2", "a3"].map((one) => message({ fingerprint: one })));
      const [bundle] = await store.take("chat", 10, 10, start, lease);
      const keys = bundle?.deliveries.map(({ key }) => key) ?? [];
      await store.settle([{ kind: "apart", keys, why: "answered 400" }], start);
      const bundles = await store.take("chat", 10, 10, start, lease);
      expect(occasions(bundles)).toEqual(["firing 1", "firing 1", "firing 1"]);
      expect(bundles.map(({ key }) => key)).toEqual(keys);
    });

    test("tells the end of an episode by its own dates when the next has begun", async () => {
      await tell(start, message());
      expect(await send("pager", start)).toEqual(["firing 1"]);
      await tell(start + minute, message({ startsAt: start + minute }));
      const told: unknown[] = [];
      for (let round = 0; round < 2; round += 1) {
        const bundles = await take("pager", start + minute);
        for (const { deliveries, occasion } of bundles) {
          const { startsAt = 0, status } = deliveries[0]?.alert ?? {};
          told.push([occasion, status, startsAt - start]);
        }
        await store.settle([{ kind: "sent", keys: keysOf(bundles) }], start + minute);
      }
      expect(told).toEqual([
        ["resolved", "resolved", 0],
        ["firing", "firing", minute],
      ]);
    });

    test("tells the end that a channel refused before the next beginning, and tries both at once", async () => {
      await tell(start, message());
      expect(await send("chat", start)).toEqual(["firing 1"]);
      await tell(start + 1, message({ resolved: true, endsAt: start + 1 }));
      const keys = keysOf(await take("chat", start + 1));
      const later = { kind: "again", keys, dueAt: lease, why: "answered 503" } as const;
      await store.settle([later], start + 1);
      expect(await take("chat", start + 2)).toEqual([]);
      // The last word must be that it fires, and it must not wait for the turn of the end.
      await tell(start + minute, message({ startsAt: start + minute }));
      expect(await send("chat", start + minute)).toEqual(["resolved 1"]);
      expect(await send("chat", start + minute)).toEqual(["firing 1"]);
    });

    test("tells no end while the beginning may still be on its way, as long as its worker lives", async () => {
      await tell(start, message());
      const keys = keysOf(await take("chat", start));
      await tell(start + 1, message({ resolved: true, endsAt: start + 1 }));
      expect(await take("chat", start + 1)).toEqual([]);
      await store.settle([{ kind: "again", keys, dueAt: lease, why: "no answer" }], start + 2);
      expect(await send("chat", start + 2)).toEqual(["resolved 1"]);

      await tell(start + minute, message({ startsAt: start + minute }));
      await take("chat", start + minute, 1, lease);
      await tell(
        start + minute + 1,
        message({ startsAt: start + minute, resolved: true, endsAt: start + minute + 1 }),
      );
      expect(await take("chat", start + minute + 1)).toEqual([]);
      await store.release(start + minute + 2);
      expect(await send("chat", start + minute + 2)).toEqual(["resolved 1"]);
    });

    test("loses what Alertmanager no longer knows, and takes it back", async () => {
      await tell(start, message(), message({ fingerprint: "a2" }), message({ fingerprint: "a3" }));
      await tell(start + minute, message({ fingerprint: "a3" }));
      await send("chat", start);
      expect(await store.lose(new Set(["a2"]), start + minute, plan, start + minute)).toBe(1);
      expect(await store.get(fingerprint)).toMatchObject({ status: "stale" });
      expect(await send("chat", start + minute)).toEqual(["resolved 1"]);
      await tell(start + 2 * minute, message());
      expect(await store.get(fingerprint)).toMatchObject({ status: "firing" });
      expect(await send("chat", start + 2 * minute)).toEqual(["reminder 1"]);
    });

    test("keeps heartbeats out of what people see", async () => {
      const labels = { ...message().labels, alertname: "Watchdog", severity: "none" };
      await tell(start, message({ labels }));
      expect(await store.list({ state: "all" })).toEqual([]);
      expect(await store.heartbeats()).toMatchObject([{ fingerprint, lastSeenAt: start }]);
      expect(await store.depth()).toMatchObject({ open: 0, pending: 0 });
    });
  });

  describe(`${name}: looking back`, () => {
    let store: Store;
    beforeEach(async () => {
      store = await open();
      const other = { ...message().labels, team: "dba", severity: "warning" };
      await store.ingest(
        [
          receiptOf(
            message(),
            message({ fingerprint: "a2", labels: other, startsAt: start + 1 }),
            message({ fingerprint: "a3", resolved: true }),
          ),
        ],
        plan,
        start,
      );
    });
    afterEach(() => store.close());

    const found = async (filter: Parameters<Store["list"]>[0]): Promise<string[]> =>
      (await store.list(filter)).map((alert) => alert.fingerprint.replace(/^0+/, ""));

    test("lists by state, team and severity, newest first", async () => {
      expect(await found({})).toEqual(["a2", "a1"]);
      expect(await found({ state: "resolved" })).toEqual(["a3"]);
      expect(await found({ state: "all", limit: 2 })).toHaveLength(2);
      expect(await found({ team: "dba" })).toEqual(["a2"]);
      expect(await found({ severity: "critical" })).toEqual(["a1"]);
      expect(await found({ severity: "' OR ''='" })).toEqual([]);
    });

    test("counts what fires often and what nobody takes", async () => {
      await store.act(fingerprint, { kind: "acknowledge" }, "ada", undefined, plan, start + 1);
      await store.ingest([receiptOf(message({ startsAt: start + minute }))], plan, start + minute);
      expect(await store.noise(start)).toEqual([
        { alertname: "DiskFull", team: "platform", episodes: 2, acknowledged: 1 },
        { alertname: "DiskFull", team: "dba", episodes: 1, acknowledged: 0 },
      ]);
    });

    test("counts and forgets to the moment, though the moment has a fraction", async () => {
      expect(await store.noise(start - 0.5)).not.toEqual([]);
      expect(await store.prune(start - 0.5, start + 0.5)).toBe(0);
    });

    test("forgets what is old and over, and nothing else", async () => {
      expect(await store.prune(start, start)).toBe(0);
      expect(await store.prune(start + 1, start + 1)).toBe(1);
      expect(await found({ state: "all" })).toEqual(["a2", "a1"]);
      expect(await store.history(fingerprint, 10)).toEqual([]);
      expect(occasions(await store.take("chat", 9, 9, start, lease))).toEqual(["firing 2"]);
    });
  });
}

const byFingerprint = (a: { fingerprint: string }, b: { fingerprint: string }): number =>
  a.fingerprint < b.fingerprint ? -1 : 1;

/**
 * The oracle: of each alert its latest episode, ended when anything said so: its own end, or that of one that
 * began before it and ended within it.
 */
function lastEpisodes(messages: readonly Incoming[]) {
  const latest = new Map<string, number>();
  for (const { fingerprint, startsAt } of messages) {
    latest.set(fingerprint, Math.max(startsAt, latest.get(fingerprint) ?? 0));
  }
  return [...latest]
    .map(([of, startsAt]) => {
      const ends = messages
        .filter((one) => one.fingerprint === of && one.resolved)
        .filter((one) => one.startsAt === startsAt || (one.endsAt ?? 0) > startsAt)
        .map(({ endsAt }) => endsAt ?? 0);
      if (ends.length === 0) return { endsAt: null, fingerprint: of, startsAt, status: "firing" };
      return { endsAt: Math.max(...ends), fingerprint: of, startsAt: null, status: "resolved" };
    })
    .sort(byFingerprint);
}
