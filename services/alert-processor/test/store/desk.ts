import type { Heard, HeardKind } from "../../core/heard.ts";
import { classOf, rankOf, wordsByRank } from "../../core/severity.ts";
import type { DeskStore } from "../../store/desk.ts";
import { message, minute, plan, receiptOf, start } from "../examples.ts";

/**
 * What every memory that people look at must do.
 *
 * @param open - Opens an empty one; called for each test.
 */
export function servesPeople(name: string, open: () => Promise<DeskStore>): void {
  describe(`${name}: what people look at`, () => {
    let store: DeskStore;
    const tell = (now: number, ...alerts: ReturnType<typeof message>[]) =>
      store.ingest([receiptOf(...alerts)], plan, now);
    beforeEach(async () => {
      store = await open();
    });
    afterEach(() => store.close());

    const labels = (more: Readonly<Record<string, string>>) => ({ ...message().labels, ...more });

    test("says what changed after a position, each alert once and as it is now", async () => {
      const begun = await store.position();
      await tell(start, message({ fingerprint: "a1" }), message({ fingerprint: "a2" }));
      const first = await store.changedSince(begun, 100);
      expect(first.alerts.map(({ fingerprint }) => fingerprint).sort()).toEqual(["a1", "a2"]);
      expect(first.position).toBe(await store.position());
      expect(await store.changedSince(first.position, 100)).toEqual({
        position: first.position,
        alerts: [],
        more: false,
      });
      await store.act("a1", { kind: "acknowledge" }, "ada", undefined, plan, start + 1);
      await store.act("a1", { kind: "resolve" }, "ada", undefined, plan, start + 2);
      const { alerts } = await store.changedSince(first.position, 100);
      expect(alerts).toMatchObject([{ fingerprint: "a1", status: "resolved", owner: "ada" }]);
      const part = await store.changedSince(begun, 1);
      expect(part).toMatchObject({ more: true, alerts: [{}] });
    });

    test("hears once what was done elsewhere, for every alert in an incident", async () => {
      await tell(start, message({ fingerprint: "a1" }), message({ fingerprint: "a2" }));
      const person = { kind: "person", name: "Grace" } as const;
      const heard = {
        at: start + minute,
        by: person,
        service: "PagerDuty",
        incident: "Q1",
        text: "",
      };
      const hear = (id: string, kind: HeardKind, more: Partial<Heard> = {}, channel = "pager") =>
        store.hear(channel, { ...heard, id, kind, ...more }, plan, start + minute);
      expect(await hear("1", "acknowledged")).toEqual({ result: "unknown", alerts: [] });
      await hear("2", "begun", { fingerprint: "a1" });
      await hear("3", "begun", { episode: { fingerprint: "a2", startsAt: start }, incident: "Q2" });
      const joined = await hear("4", "noted", { incident: "Q2", movedTo: "Q1", text: "joined" });
      expect(joined).toMatchObject({ result: "noted", alerts: [{ fingerprint: "a2" }] });
      // Another channel has incidents of its own.
      expect(await hear("4", "acknowledged", {}, "other")).toEqual({
        result: "unknown",
        alerts: [],
      });
      const { alerts, result } = await hear("5", "acknowledged");
      expect([result, ...alerts.map(({ fingerprint }) => fingerprint)]).toEqual([
        "done",
        "a1",
        "a2",
      ]);
      expect(await hear("5", "acknowledged")).toEqual({ result: "repeated", alerts: [] });
      expect(await store.get("a2")).toMatchObject({
        status: "acknowledged",
        owner: "Grace (PagerDuty)",
      });
      // An incident of an episode that is over says nothing of the next.
      await tell(start + minute, message({ fingerprint: "a1", resolved: true }));
      await tell(start + 2 * minute, message({ fingerprint: "a1", startsAt: start + 2 * minute }));
      expect((await hear("6", "resolved", { incident: "Q1" })).alerts).toMatchObject([
        { fingerprint: "a2" },
      ]);
      expect(await store.get("a1")).toMatchObject({ status: "firing" });
    });

    test("corrects what a clock wrote that was ahead, once it is set back", async () => {
      const hour = 60 * minute;
      await tell(start, message({ fingerprint: "a1", severity: "emergency" }));
      await tell(start + 2 * hour, message({ fingerprint: "a2", severity: "emergency" }));
      await store.adjust(0, start + 1);
      await store.adjust(0, start + 2);
      const later = async (fingerprint: string) =>
        (await store.deliveries(fingerprint, 10))
          .filter(({ occasion }) => occasion === "reminder")
          .map(({ dueAt }) => Math.round((dueAt - start) / minute))
          .sort((a, b) => a - b);
      // As long after now as they would have been.
      expect(await later("a2")).toEqual(await later("a1"));
      const [first] = await store.take("pager", 99, 1, start + 2, start + 3 * hour);
      expect(first?.occasion).toBe("firing");
      // What was heard in the future, and is gone, is not kept until then.
      expect(await store.lose(new Set(["a1"]), start + 3, plan, start + 3)).toBe(1);
      expect(await store.get("a2")).toMatchObject({ status: "stale" });
    });

    test("corrects what a worker did whose clock was ahead, once it is gone", async () => {
      const ahead = start + 60 * minute;
      await tell(start, message({ severity: "warning" }), message({ fingerprint: "a2" }));
      const keysOf = async (channel: string, now: number) =>
        (await store.take(channel, 99, 1, now, now + 35_000)).map(({ key }) => key).sort();
      const chat = await store.take("chat", 1, 1, ahead, ahead + 35_000);
      const rest = await store.take("chat", 99, 1, ahead, ahead + 35_000);
      const keys = rest.flatMap(({ deliveries }) => deliveries.map(({ key }) => key));
      await store.settle([{ kind: "again", keys, dueAt: ahead + 5_000, why: "503" }], ahead);
      expect(await keysOf("chat", start + minute)).toEqual([]);
      await store.adjust(0, start + minute);
      expect(await keysOf("chat", start + minute)).toEqual(
        [...chat, ...rest].map(({ key }) => key).sort(),
      );
      // What others have taken just now stays theirs.
      await store.adjust(0, start + minute + 1);
      expect(await keysOf("chat", start + minute + 1)).toEqual([]);
    });

    test("lists what is open, the worst first, without what a list does not show", async () => {
      const of = (fingerprint: string, severity: string, startsAt = start) =>
        message({ fingerprint, startsAt, labels: labels({ severity }) });
      await tell(
        start,
        of("a1", "odd", start + 3),
        of("a2", "warning"),
        of("a3", "emergency"),
        of("a4", "critical"),
        of("a5", "critical", start + 2),
      );
      const names = (await store.open(4)).map(({ fingerprint }) => fingerprint);
      // A word that nobody knows counts as a warning: the newest of the two comes first.
      expect(names).toEqual(["a3", "a5", "a4", "a1"]);
      const [one] = await store.open(1);
      expect(one?.annotations).toEqual({ summary: message().annotations["summary"] });
    });

    test("puts every word for a severity where the core has it", async () => {
      const words = [...wordsByRank.flatMap(([, some]) => some), "bananas", "\u00a0Page\t", " P0 "];
      const alerts = words.map((severity, index) =>
        message({ fingerprint: `b${index}`, startsAt: start, labels: labels({ severity }) }),
      );
      await tell(start, ...alerts);
      const found = await store.open(100);
      expect(found).toHaveLength(words.length);
      const ranks = found.map(({ severity }) => rankOf(severity));
      expect(ranks).toEqual(ranks.toSorted());
      expect(found.map(({ level }) => level)).toEqual(
        found.map(({ severity }) => classOf(severity)),
      );
    });

    test("reminds nobody of what may be over, but of what goes on and of what somebody escalated", async () => {
      const names = ["a1", "a2", "a3", "a4"];
      const all = names.map((fingerprint) => message({ fingerprint }));
      await tell(start, ...all);
      const back = start + 60 * minute;
      const until = back - minute;
      await store.act("a4", { kind: "snooze", until }, "ada", undefined, plan, start + 1);
      const take = async (now: number, doubted?: number) =>
        (await store.take("pager", 99, 1, now, now, "all", doubted)).flatMap(({ deliveries }) =>
          deliveries.map((one) => `${one.fingerprint} ${one.occasion}`),
        );
      for (const channel of ["pager", "chat"]) {
        const firsts = await store.take(channel, 99, 1, start + 2, start + 3);
        const keys = firsts.flatMap(({ deliveries }) => deliveries.map(({ key }) => key));
        await store.settle([{ kind: "sent", keys }], start + 3);
      }
      expect((await store.depth()).oldestDueAt).toBe(start + 300_000);
      expect((await store.depth(back)).oldestDueAt).toBeNull();
      expect(await store.heardBefore(start)).toBeNull();
      expect(await store.heardBefore(back)).toBe(start);
      expect([await store.wake(plan, back, back), await take(back, back)]).toEqual([0, []]);
      await tell(back + 1, message({ fingerprint: "a1" }));
      await store.act("a2", { kind: "escalate", to: "pager" }, "ada", undefined, plan, back + 1);
      // A beginning is told however late it is.
      await tell(back + 1, message({ fingerprint: "a5" }));
      const sure = ["a1 reminder", "a2 reminder", "a5 firing"];
      expect((await take(back + 2, back)).sort()).toEqual(sure);
      expect((await take(back + 2)).sort()).toEqual([...sure, "a3 reminder"].sort());
      expect(await store.wake(plan, back + 2)).toBe(1);
    });

    test("finds every episode that is over, by words of its alert", async () => {
      const end = (fingerprint: string, startsAt: number, instance: string) =>
        message({
          fingerprint,
          startsAt,
          resolved: true,
          endsAt: startsAt + minute,
          labels: labels({ instance, note: "100%_\\" }),
        });
      for (const at of [0, 5, 10]) {
        const began = start + at * minute;
        await tell(began, { ...end("a1", began, "sw-1"), resolved: false, endsAt: null });
        await tell(began + minute, end("a1", began, "sw-1"));
      }
      await tell(start + 20 * minute, end("a2", start + 19 * minute, "web-1"));
      const all = await store.ended([], undefined, 100);
      expect(all.map(({ fingerprint }) => fingerprint)).toEqual(["a2", "a1", "a1", "a1"]);
      const found = await store.ended(["diskfull", "sw-1"], undefined, 2);
      expect(found.map(({ startsAt }) => (startsAt - start) / minute)).toEqual([10, 5]);
      expect(found.map(({ endsAt, startsAt }) => endsAt - startsAt)).toEqual([minute, minute]);
      const [, last] = found;
      expect(await store.ended(["sw-1"], last?.id, 100)).toMatchObject([{ startsAt: start }]);
      expect(await store.ended(["100%_\\\\"], undefined, 1)).toHaveLength(1);
      expect(await store.ended(["1000"], undefined, 1)).toEqual([]);
    });

    test("tells a channel that fails from one whose next message is not due, or just became so", async () => {
      await tell(start, message({ fingerprint: "a1", severity: "emergency" }));
      const of = async (name: string, now: number) =>
        (await store.channels(now)).find(({ channel }) => channel === name);
      const keysOf = async (channel: string) =>
        (await store.take(channel, 10, 1, start, start + minute)).flatMap(({ deliveries }) =>
          deliveries.map(({ key }) => key),
        );
      await store.settle([{ kind: "sent", keys: await keysOf("pager") }], start);
      expect(await of("pager", start + 299_000)).toMatchObject({
        pending: 2,
        due: 0,
        dueSince: null,
      });
      // A reminder that comes due is late since then, not since the alert began.
      const dueSince = start + 300_000;
      expect(await of("pager", dueSince)).toMatchObject({ due: 1, dueSince });
      const again = { kind: "again", dueAt: start + 15 * minute, why: "answered 503" } as const;
      await store.settle([{ ...again, keys: await keysOf("chat") }], start);
      // Between two tries it is as late as ever.
      expect(await of("chat", start + 5 * minute)).toMatchObject({ due: 1, dueSince: start });
    });

    test("knows how it stands with channels, and settles what was given up", async () => {
      await tell(start, message());
      const before = await store.channels(start + minute);
      const found = new Map(before.map((one) => [one.channel, one]));
      expect(found.get("pager")).toMatchObject({ pending: 3, due: 1, dueSince: start, dead: 0 });
      expect(found.get("chat")).toMatchObject({ pending: 1, due: 1, sentAt: null });
      const channel = "chat";
      const bundles = await store.take(channel, 10, 1, start, start + minute);
      const [first] = bundles.flatMap(({ deliveries }) => deliveries.map(({ key }) => key));
      await store.settle([{ keys: [first ?? ""], kind: "dead", why: "answered 401" }], start + 5);
      expect(await store.dead(10)).toMatchObject([
        { alertname: "DiskFull", channel, settledAt: start + 5, why: "answered 401" },
      ]);
      expect(await store.dismissDead("other", start + 6)).toBe(0);
      expect(await store.dismissDead(channel, start + 6)).toBe(1);
      expect(await store.dead(10)).toEqual([]);
      expect((await store.depth()).dead).toBe(0);
    });

    test("forgets what could not be understood when it is told to", async () => {
      expect(await store.quarantinedAt()).toBeNull();
      await store.ingest(
        [{ alerts: [], poison: [{ why: "odd", raw: "{}" }], digest: "d" }],
        plan,
        start,
      );
      expect(await store.quarantinedAt()).toBe(start);
      expect(await store.clearQuarantine()).toBe(1);
      expect(await store.clearQuarantine()).toBe(0);
    });
  });
}
