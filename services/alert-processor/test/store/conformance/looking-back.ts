import type { Store } from "../../../store/store.ts";
import { message, minute, plan, receiptOf, start } from "../../examples.ts";
import { fingerprint, lease, occasions } from "./kit.ts";

/** What is found and forgotten. */
export function looksBack(name: string, open: () => Promise<Store>): void {
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
