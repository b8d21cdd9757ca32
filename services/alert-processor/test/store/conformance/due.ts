import type { Bundle, Store } from "../../../store/store.ts";
import { message, minute, plan, start } from "../../examples.ts";
import { fingerprint, keysOf, lease, occasions, telling } from "./kit.ts";

/** What is taken, and when. */
export function takesWhatIsDue(name: string, open: () => Promise<Store>): void {
  describe(`${name}: telling`, () => {
    const memory = telling(open);
    const { send, take, tell } = memory;

    test("takes what is due, once, with its alert", async () => {
      await tell(start, message());
      const [bundle, ...more] = await take("pager", start);
      expect(more).toEqual([]);
      expect(bundle).toMatchObject({ occasion: "firing" });
      const alert = await memory.store.get(fingerprint);
      expect(bundle?.deliveries).toMatchObject([
        { alert, attempts: 1, channel: "pager", dueAt: start },
      ]);
      expect(await take("pager", start)).toEqual([]);
      expect(occasions(await take("chat", start))).toEqual(["firing 1"]);
    });

    test("takes what is most urgent first, whatever waits, and on its own", async () => {
      const many = Array.from({ length: 3000 }, (_, n) =>
        message({ fingerprint: `b${n.toString(16)}`, severity: n % 2 === 0 ? "warning" : "page" }),
      );
      await tell(start, ...many);
      await tell(start + 1, message({ severity: "emergency" }));
      const severities = (bundles: readonly Bundle[]) =>
        bundles.map(({ deliveries }) => deliveries.map(({ alert }) => alert.severity).join(" "));
      const first = await memory.store.take("chat", 3, 2, start + 1, lease);
      expect(severities(first)).toEqual(["emergency", "page page"]);
      expect(await memory.store.take("chat", 9, 9, start + 1, lease, "urgent")).toEqual([]);
      await tell(start + 2, message({ fingerprint: "a2", severity: "emergency" }));
      const urgent = await memory.store.take("chat", 9, 9, start + 2, lease, "urgent");
      expect(severities(urgent)).toEqual(["emergency"]);
    });

    test("reminds as long as nobody has taken it", async () => {
      await tell(start, message());
      expect(await send("pager", start)).toEqual(["firing 1"]);
      expect(await send("pager", start + 299_999)).toEqual([]);
      expect(await send("pager", start + 300_000)).toEqual(["reminder 1"]);
      await memory.store.act(
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
      await memory.store.settle([{ kind: "again", keys, dueAt, why: "answered 503" }], start);
      expect(await send("pager", dueAt)).toEqual(["firing 1", "firing 1"]);
      expect(await send("pager", dueAt)).toEqual([]);
      const states = (await memory.store.deliveries(fingerprint, 10))
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
      const [bundle] = await memory.store.take("pager", 9, 9, start, lease);
      const keys = bundle?.deliveries.map(({ key }) => key) ?? [];
      const [reminds, dueAt] = [start + 300_000, start + 400_000];
      await memory.store.settle([{ kind: "again", keys, dueAt, why: "answered 503" }], start + 1);
      expect(await send("pager", reminds)).toEqual(["reminder 1"]);
      expect(await send("pager", dueAt)).toEqual([]);
      expect(await send("pager", start + 900_000)).toEqual(["reminder 1"]);
    });

    test("keeps together what went out together", async () => {
      const many = Array.from({ length: 25 }, (_, n) =>
        message({ fingerprint: `b${n.toString(16)}` }),
      );
      await tell(start, ...many);
      const before = await take("chat", start, 10);
      expect(occasions(before)).toEqual(["firing 10", "firing 10", "firing 5"]);
      await memory.store.release(start);
      await tell(start, message({ fingerprint: "c" }));
      const after = await memory.store.take("chat", 12, 10, start, lease);
      const known = new Map(before.map(({ deliveries, key }) => [key, deliveries.length]));
      for (const { deliveries, key } of after) expect(deliveries).toHaveLength(known.get(key) ?? 0);
      expect(new Set([...keysOf(after), ...keysOf(await take("chat", start, 10))]).size).toBe(26);
    });

    test("reminds nobody of what may be over, but of what goes on and of what somebody escalated", async () => {
      const names = ["a1", "a2", "a3"];
      await tell(start, ...names.map((one) => message({ fingerprint: one })));
      await send("pager", start);
      const back = start + 60 * minute;
      const take = async (now: number, doubted?: number) =>
        (await memory.store.take("pager", 99, 1, now, now, "all", doubted))
          .flatMap(({ deliveries }) => deliveries)
          .map((one) => `${one.fingerprint} ${one.occasion}`)
          .sort();
      expect(await take(back, back)).toEqual([]);
      await tell(back + 1, message({ fingerprint: "a1" }));
      const escalate = { kind: "escalate", to: "pager" } as const;
      await memory.store.act("a2", escalate, "ada", undefined, plan, back + 1);
      // A beginning is told however late it is.
      await tell(back + 1, message({ fingerprint: "a4", startsAt: back }));
      const sure = ["a1 reminder", "a2 reminder", "a4 firing"];
      expect(await take(back + 2, back)).toEqual(sure);
      expect(await take(back + 2)).toEqual([
        "a1 reminder",
        "a2 reminder",
        "a3 reminder",
        "a4 firing",
      ]);
    });

    test("leaves behind of what went out together what may be over, and tells that on its own", async () => {
      const names = ["a1", "a2", "a3"];
      await tell(start, ...names.map((one) => message({ fingerprint: one })));
      await send("pager", start);
      const due = start + 5 * minute;
      const [before] = await take("pager", due, 10);
      expect(before).toMatchObject({ occasion: "reminder", deliveries: [{}, {}, {}] });
      await memory.store.release(due);
      const back = start + 60 * minute;
      await tell(back + 1, message({ fingerprint: "a2" }));
      const told = async (doubted?: number) => {
        const bundles = await memory.store.take("pager", 99, 10, back + 2, lease, "all", doubted);
        await memory.store.settle([{ kind: "sent", keys: keysOf(bundles) }], back + 2);
        return bundles.map(({ deliveries, key }) => ({
          same: key === before?.key,
          of: deliveries.map(({ fingerprint }) => fingerprint).join(" "),
        }));
      };
      expect(await told(back)).toEqual([{ same: true, of: "a2" }]);
      // Who knows the bundle by its name must not take it for a repetition.
      expect(await told()).toEqual([{ same: false, of: "a1 a3" }]);
    });

    test("takes one by one what was refused together", async () => {
      await tell(start, ...["a1", "a2", "a3"].map((one) => message({ fingerprint: one })));
      const [bundle] = await memory.store.take("chat", 10, 10, start, lease);
      const keys = bundle?.deliveries.map(({ key }) => key) ?? [];
      await memory.store.settle([{ kind: "apart", keys, why: "answered 400" }], start);
      const bundles = await memory.store.take("chat", 10, 10, start, lease);
      expect(occasions(bundles)).toEqual(["firing 1", "firing 1", "firing 1"]);
      expect(bundles.map(({ key }) => key)).toEqual(keys);
    });

    test("keeps heartbeats out of what people see", async () => {
      const labels = { ...message().labels, alertname: "Watchdog", severity: "none" };
      await tell(start, message({ labels }));
      expect(await memory.store.list({ state: "all" })).toEqual([]);
      expect(await memory.store.heartbeats()).toMatchObject([{ fingerprint, lastSeenAt: start }]);
      expect(await memory.store.depth()).toMatchObject({ open: 0, pending: 0 });
    });
  });
}
