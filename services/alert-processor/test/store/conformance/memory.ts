import type { Store } from "../../../store/store.ts";
import { message, minute, plan, receiptOf, start } from "../../examples.ts";
import { fingerprint, keysOf, lease, occasions, telling } from "./kit.ts";

/** What becomes of alerts by what is heard of them. */
export function remembersAlerts(name: string, open: () => Promise<Store>): void {
  describe(`${name}: memory`, () => {
    const memory = telling(open);
    const { tell } = memory;

    test("keeps an alert with all its attributes", async () => {
      expect(await tell(start, message())).toEqual({ changed: 1, repeated: 0, poisoned: 0 });
      expect(await memory.store.get(fingerprint)).toEqual({
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
      expect(await memory.store.get("ffff")).toBeUndefined();
      expect(await memory.store.among(["ffff", fingerprint])).toEqual([
        await memory.store.get(fingerprint),
      ]);
      expect(await memory.store.among([])).toEqual([]);
    });

    test("keeps texts of any kind as they are", async () => {
      const text = `'; DROP TABLE alerts; -- " \\ $1 ? {{ }} \u{1f525} \n\t${"ä".repeat(5000)}`;
      await tell(start, message({ annotations: { [text.slice(0, 40)]: text } }));
      expect((await memory.store.get(fingerprint))?.annotations[text.slice(0, 40)]).toBe(text);
    });

    test("changes nothing when told again", async () => {
      await tell(start, message());
      expect(await tell(start + 1, message(), message())).toMatchObject({
        changed: 0,
        repeated: 2,
      });
      expect(await memory.store.history(fingerprint, 10)).toHaveLength(1);
      expect(await memory.store.depth()).toMatchObject({ open: 1, pending: 4 });
    });

    test("remembers when an alert was last heard of, and its newest words", async () => {
      await tell(start, message());
      const annotations = { summary: "The disk of db-1 is fuller" };
      await tell(start + 1, message({ annotations }));
      await tell(start + minute, message({ annotations }));
      expect(await memory.store.get(fingerprint)).toMatchObject({
        annotations,
        lastSeenAt: start + minute,
        updatedAt: start,
        version: 1,
      });
    });

    test("begins again when it fires again, and ends the episode before", async () => {
      await tell(start, message());
      await memory.store.act(
        fingerprint,
        { kind: "acknowledge" },
        "ada",
        undefined,
        plan,
        start + 1,
      );
      await tell(start + minute, message({ startsAt: start + minute }));
      expect(await memory.store.get(fingerprint)).toMatchObject({
        status: "firing",
        owner: null,
        startsAt: start + minute,
      });
      const events = await memory.store.history(fingerprint, 10);
      expect(events.map(({ kind, startsAt }) => [kind, startsAt - start])).toEqual([
        ["firing", minute],
        ["resolved", 0],
        ["acknowledged", 0],
        ["firing", 0],
      ]);
    });

    test("loses nothing when a beginning moves back, or forward and back again", async () => {
      await tell(start, message());
      await memory.store.act(
        fingerprint,
        { kind: "acknowledge" },
        "ada",
        undefined,
        plan,
        start + 1,
      );
      const earlier = start - minute;
      const annotations = { summary: "The disk of db-1 is fuller" };
      await tell(start + minute, message({ startsAt: earlier, annotations }));
      expect(await memory.store.get(fingerprint)).toMatchObject({
        annotations,
        lastSeenAt: start + minute,
        owner: "ada",
        status: "acknowledged",
      });
      await tell(start + minute, message());
      expect(await memory.store.history(fingerprint, 10)).toHaveLength(2);
      const endsAt = start + 2 * minute;
      await tell(endsAt, message({ startsAt: earlier, resolved: true, endsAt }));
      expect(await memory.store.get(fingerprint)).toMatchObject({ status: "resolved", endsAt });
      // What ended before it began is an older one.
      await tell(start + 3 * minute, message({ startsAt: start + 3 * minute }));
      await tell(start + 4 * minute, message({ startsAt: earlier, resolved: true, endsAt }));
      expect(await memory.store.get(fingerprint)).toMatchObject({ status: "firing", endsAt: null });
    });

    test("opens again what Alertmanager had only let expire, when nothing can be late", async () => {
      await tell(start, message());
      const chat = await memory.store.take("chat", 9, 9, start, lease);
      await memory.store.settle([{ kind: "sent", keys: keysOf(chat) }], start);
      await tell(start + minute, message({ resolved: true }));
      const listed = message({ listed: true });
      await tell(start + 6 * minute - 1, listed, message());
      expect((await memory.store.get(fingerprint))?.status).toBe("resolved");
      await tell(start + 6 * minute, message());
      expect((await memory.store.get(fingerprint))?.status).toBe("resolved");
      await tell(start + 6 * minute, listed);
      expect(await memory.store.get(fingerprint)).toMatchObject({
        status: "firing",
        endsAt: null,
        startsAt: start,
        version: 3,
      });
      const [event] = await memory.store.history(fingerprint, 1);
      expect(event).toMatchObject({ kind: "returned", actor: null });
      // That it was over had not been told yet, and is no longer true.
      expect(occasions(await memory.store.take("chat", 9, 1, start + 6 * minute, lease))).toEqual([
        "reminder 1",
      ]);
      // Where there is no list, a message says it after longer.
      await tell(start + 7 * minute, message({ resolved: true, endsAt: start + 7 * minute }));
      await tell(start + 21 * minute, message());
      expect((await memory.store.get(fingerprint))?.status).toBe("resolved");
      await tell(start + 22 * minute, message());
      expect((await memory.store.get(fingerprint))?.status).toBe("firing");
    });

    test("leaves closed what somebody closed, until it begins again", async () => {
      await tell(start, message());
      const closed = start + 2 * minute;
      await memory.store.act(fingerprint, { kind: "resolve" }, "ada", undefined, plan, closed);
      expect(await memory.store.get(fingerprint)).toMatchObject({
        closedBy: "ada",
        status: "resolved",
      });
      await tell(start + 60 * minute, message({ listed: true }), message());
      expect((await memory.store.get(fingerprint))?.status).toBe("resolved");
      // It began before it was closed, and was told after.
      await tell(start + 60 * minute, message({ startsAt: start + minute }));
      expect(await memory.store.get(fingerprint)).toMatchObject({
        closedBy: null,
        status: "firing",
      });
    });

    test("keeps the end of what it never heard of, and notifies nobody", async () => {
      await tell(start, message({ resolved: true }));
      expect((await memory.store.get(fingerprint))?.status).toBe("resolved");
      expect(await memory.store.depth()).toMatchObject({ open: 0, pending: 0 });
    });

    test("takes what is wrong aside and keeps the rest", async () => {
      const poison = [{ why: "startsAt is not a time", raw: "{}" }];
      const receipt = { ...receiptOf(message()), poison };
      expect(await memory.store.ingest([receipt], plan, start)).toMatchObject({
        changed: 1,
        poisoned: 1,
      });
      expect(await memory.store.quarantine(10)).toEqual([{ at: start, ...poison[0] }]);
      expect((await memory.store.depth()).quarantined).toBe(1);
    });

    test("takes in nothing of what fails in the middle", async () => {
      const broken = (): never => {
        throw new Error("no plan");
      };
      await expect(memory.store.ingest([receiptOf(message())], broken, start)).rejects.toThrow(
        "no plan",
      );
      expect(await memory.store.get(fingerprint)).toBeUndefined();
      expect(await tell(start, message())).toMatchObject({ changed: 1 });
    });

    test("takes five thousand at once", async () => {
      const many = Array.from({ length: 5000 }, (_, n) => message({ fingerprint: n.toString(16) }));
      expect(await tell(start, ...many)).toMatchObject({ changed: 5000 });
      expect(await memory.store.depth()).toMatchObject({ open: 5000, pending: 20_000 });
      const ended = many.map((one) => ({ ...one, resolved: true, endsAt: start + 1 }));
      await tell(start + 1, ...ended);
      expect(await memory.store.depth()).toMatchObject({ open: 0, pending: 0 });
    });
  });
}
