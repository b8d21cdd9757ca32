import { LifecycleError } from "../../../core/lifecycle.ts";
import { ConflictError, type Store, UnknownAlertError } from "../../../store/store.ts";
import { message, minute, plan, receiptOf, start } from "../../examples.ts";
import { fingerprint, lease, occasions } from "./kit.ts";

/** What people do. */
export function letsPeopleAct(name: string, open: () => Promise<Store>): void {
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
}
