import type { Store } from "../../../store/store.ts";
import { message, minute, plan, start } from "../../examples.ts";
import { fingerprint, keysOf, lease, telling } from "./kit.ts";

/** That ends are told, after their beginnings. */
export function tellsEnds(name: string, open: () => Promise<Store>): void {
  describe(`${name}: telling`, () => {
    const memory = telling(open);
    const { send, take, tell } = memory;

    test("says that it ended only where it was told", async () => {
      await tell(start, message());
      expect(await send("chat", start)).toEqual(["firing 1"]);
      await tell(start + 1, message({ resolved: true }));
      expect(await send("chat", start + 1)).toEqual(["resolved 1"]);
      expect(await send("pager", start + 1)).toEqual([]);
      const states = (await memory.store.deliveries(fingerprint, 10)).map(
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
      expect(await memory.store.prune(start + minute, start + minute)).toBe(1);
      await tell(start + 2 * minute, message({ resolved: true }));
      expect(await send("chat", start + 2 * minute)).toEqual(["resolved 1"]);
      expect(await memory.store.prune(start + 3 * minute, start + 3 * minute)).toBe(1);
      expect(await memory.store.deliveries(fingerprint, 10)).toEqual([]);
    });

    test("tells an end after the beginning that is on its way", async () => {
      await tell(start, message());
      const bundles = await take("chat", start);
      await tell(start + 1, message({ resolved: true }));
      await memory.store.settle([{ kind: "sent", keys: keysOf(bundles) }], start + 2);
      expect(await send("chat", start + 2)).toEqual(["resolved 1"]);
      const told = (await memory.store.deliveries(fingerprint, 10)).map(({ occasion }) => occasion);
      expect(told).toEqual(expect.arrayContaining(["firing", "resolved"]));
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
        await memory.store.settle([{ kind: "sent", keys: keysOf(bundles) }], start + minute);
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
      await memory.store.settle([later], start + 1);
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
      await memory.store.settle(
        [{ kind: "again", keys, dueAt: lease, why: "no answer" }],
        start + 2,
      );
      expect(await send("chat", start + 2)).toEqual(["resolved 1"]);

      await tell(start + minute, message({ startsAt: start + minute }));
      await take("chat", start + minute, 1, lease);
      await tell(
        start + minute + 1,
        message({ startsAt: start + minute, resolved: true, endsAt: start + minute + 1 }),
      );
      expect(await take("chat", start + minute + 1)).toEqual([]);
      await memory.store.release(start + minute + 2);
      expect(await send("chat", start + minute + 2)).toEqual(["resolved 1"]);
    });

    test("loses what Alertmanager no longer knows, and takes it back", async () => {
      await tell(start, message(), message({ fingerprint: "a2" }), message({ fingerprint: "a3" }));
      await tell(start + minute, message({ fingerprint: "a3" }));
      await send("chat", start);
      expect(await memory.store.lose(new Set(["a2"]), start + minute, plan, start + minute)).toBe(
        1,
      );
      expect(await memory.store.get(fingerprint)).toMatchObject({ status: "stale" });
      expect(await send("chat", start + minute)).toEqual(["resolved 1"]);
      await tell(start + 2 * minute, message());
      expect(await memory.store.get(fingerprint)).toMatchObject({ status: "firing" });
      expect(await send("chat", start + 2 * minute)).toEqual(["reminder 1"]);
    });
  });
}
