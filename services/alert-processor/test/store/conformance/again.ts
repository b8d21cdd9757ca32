import type { Store } from "../../../store/store.ts";
import { message, minute, plan, start } from "../../examples.ts";
import { fingerprint, keysOf, lease, occasions, telling } from "./kit.ts";

/** What is told again, and what is no longer true. */
export function tellsAgain(name: string, open: () => Promise<Store>): void {
  describe(`${name}: telling`, () => {
    const memory = telling(open);
    const { send, take, tell } = memory;

    test("tries again when it was told to, and gives up when told to", async () => {
      await tell(start, message({ severity: "warning" }));
      const keys = keysOf(await take("chat", start));
      const dueAt = start + minute;
      await memory.store.settle([{ kind: "again", keys, dueAt, why: "answered 503" }], start);
      expect(await take("chat", dueAt - 1)).toEqual([]);
      const [again] = await take("chat", dueAt);
      expect(again?.deliveries).toMatchObject([{ attempts: 2, dueAt, plannedAt: start }]);
      await memory.store.settle([{ kind: "dead", keys, why: "answered 400" }], dueAt);
      expect(await memory.store.depth()).toMatchObject({ dead: 1, pending: 0 });
      expect(await memory.store.deliveries(fingerprint, 1)).toMatchObject([
        { state: "dead", why: "answered 400", settledAt: dueAt },
      ]);
      expect(await memory.store.redrive("pager", dueAt)).toEqual({ deliveries: 0, skipped: 0 });
      expect(await memory.store.redrive(undefined, dueAt)).toEqual({ deliveries: 1, skipped: 0 });
      expect(await send("chat", dueAt)).toEqual(["firing 1"]);
    });

    test("sends nothing again that is over, or has somebody", async () => {
      const some = ["a1", "a2", "a3"].map((one) => message({ fingerprint: one }));
      await tell(start, ...some);
      await memory.store.settle(
        [{ kind: "dead", keys: keysOf(await take("chat", start)), why: "" }],
        start,
      );
      await memory.store.act("a1", { kind: "acknowledge" }, "ada", undefined, plan, start + 1);
      await tell(start + 2, message({ fingerprint: "a2", resolved: true }));
      // Its end was to be told as well, but nothing was told before it.
      const ends = keysOf(await take("chat", start + 3));
      await memory.store.settle([{ kind: "dead", keys: ends, why: "" }], start + 3);
      const { deliveries, skipped } = await memory.store.redrive("chat", start + 4);
      expect([deliveries, skipped]).toEqual([1, 1 + 1 + ends.length]);
      const again = await take("chat", start + 4);
      expect(again.flatMap((one) => one.deliveries.map((each) => each.fingerprint))).toEqual([
        "a3",
      ]);
      expect(await memory.store.depth()).toMatchObject({ dead: 0 });
    });

    /** Steps that a person takes, or Alertmanager tells, each a millisecond after the one before. */
    const steps: Readonly<Record<string, (at: number) => Promise<unknown>>> = {
      taken: (at) =>
        memory.store.act(fingerprint, { kind: "acknowledge" }, "ada", undefined, plan, at),
      "given back": (at) =>
        memory.store.act(fingerprint, { kind: "unacknowledge" }, "ada", undefined, plan, at),
      snoozed: (at) =>
        memory.store.act(fingerprint, { kind: "snooze", until: lease }, "ada", undefined, plan, at),
      "handed over": (at) =>
        memory.store.act(fingerprint, { kind: "assign", to: "grace" }, "ada", undefined, plan, at),
      escalated: (at) =>
        memory.store.act(
          fingerprint,
          { kind: "escalate", to: "pager" },
          "ada",
          undefined,
          plan,
          at,
        ),
      closed: (at) =>
        memory.store.act(fingerprint, { kind: "resolve" }, "ada", undefined, plan, at),
      reopened: (at) =>
        memory.store.act(fingerprint, { kind: "reopen" }, "ada", undefined, plan, at),
      ended: (at) => tell(at, message({ resolved: true, endsAt: at })),
      "begun again": (at) => tell(at, message({ startsAt: at })),
      lost: (at) => memory.store.lose(new Set(), at, plan, at),
      "heard again": (at) => tell(at, message()),
      told: (at) => send("pager", at),
      refused: async (at) => {
        const keys = keysOf(await take("pager", at));
        expect(keys).not.toEqual([]);
        await memory.store.settle(
          [{ kind: "again", keys, dueAt: at + minute, why: "answered 503" }],
          at,
        );
      },
      "given up": async (at) => {
        const keys = keysOf(await take("pager", at));
        expect(keys).not.toEqual([]);
        await memory.store.settle([{ kind: "dead", keys, why: "answered 400" }], at);
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
        ["told", "ended", "begun again"],
        ["resolved 1", "firing 1"],
      ],
    ])("says nothing late that is no longer true: %j", async (before, after) => {
      await tell(start, message());
      let at = start;
      for (const step of before) await steps[step]?.((at += 1));
      const said: string[] = [];
      for (let round = 0; round < 3; round += 1)
        said.push(...(await send("pager", (at += minute))));
      expect(said).toEqual(after);
    });

    test("reminds whoever was only asked for help when it is given back, and nobody who was not", async () => {
      // Not for the pager: it can only be asked.
      await tell(
        start,
        message({ severity: "warning" }),
        message({ fingerprint: "a2", severity: "warning" }),
      );
      await steps["escalated"]?.(start + 1);
      expect(await send("pager", start + 1)).toEqual(["reminder 1"]);
      for (const step of ["taken", "told", "given back"]) await steps[step]?.(start + 2);
      expect(await send("pager", start + 3)).toEqual(["reminder 1"]);
      for (const action of ["acknowledge", "unacknowledge"] as const)
        await memory.store.act("a2", { kind: action }, "ada", undefined, plan, start + 4);
      expect(await send("pager", start + 5)).toEqual([]);
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
      ["a cry for help", ["told", "taken", "told", "escalated", "given up"], ["begun again"], []],
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
      ["an end", ["told", "ended", "given up"], ["begun again", "told"], ["resolved 1"]],
      ["an end", ["told", "lost", "given up"], [], ["resolved 1"]],
      ["an end", ["told", "lost", "given up"], ["heard again", "told"], []],
      ["an end", ["told", "lost", "given up"], ["ended", "told"], []],
      ["an end", ["told", "closed", "given up"], ["reopened", "told"], []],
      ["an end", ["given up", "ended"], [], []],
    ])("sends %s again, %j, %j meanwhile: %j", async (_, before, meanwhile, again) => {
      await tell(start, message());
      let at = start;
      for (const step of [...before, ...meanwhile]) await steps[step]?.((at += 1));
      const dead = (await memory.store.depth()).dead;
      expect(dead).toBe(1);
      expect(await memory.store.redrive("pager", (at += 1))).toEqual({
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
      await memory.store.release(start);
      expect(keysOf(await take("chat", start))).toEqual(keysOf(bundles));
    });

    test("tries at once after a new start what would wait longer", async () => {
      await tell(start, message());
      const keys = keysOf(await take("chat", start));
      await memory.store.settle(
        [{ kind: "again", keys, dueAt: lease, why: "answered 503" }],
        start,
      );
      await memory.store.release(start + 1);
      expect(keysOf(await take("chat", start + 1))).toEqual(keys);
      expect(await take("pager", start + 299_999)).toHaveLength(1);
    });

    test("tells what a clock that was ahead had put off, and leaves reminders their time", async () => {
      await tell(lease, message());
      await memory.store.release(start);
      expect(occasions(await take("pager", start))).toEqual(["firing 1"]);
      expect(occasions(await take("chat", start))).toEqual(["firing 1"]);
    });
  });
}
