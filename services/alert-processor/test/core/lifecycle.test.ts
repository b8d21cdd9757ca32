import fc from "fast-check";
import type { Alert, Status } from "../../core/alert.ts";
import { type Action, act, LifecycleError, lose, receive, wake } from "../../core/lifecycle.ts";
import { message, minute, start } from "../examples.ts";

const begun = (): Alert => {
  const [change] = receive(undefined, message(), start);
  if (change === undefined) throw new Error("nothing began");
  return change.alert;
};

const later = start + minute;

const withStatus = (status: Status): Alert => ({
  ...begun(),
  status,
  owner: status === "firing" || status === "stale" ? null : "ada",
  snoozedUntil: status === "snoozed" ? later : null,
  closedBy: status === "resolved" ? "ada" : null,
});

const allowed: Readonly<Record<Action["kind"], readonly Status[]>> = {
  acknowledge: ["firing", "acknowledged", "snoozed", "stale"],
  unacknowledge: ["acknowledged", "snoozed"],
  snooze: ["firing", "acknowledged", "snoozed", "stale"],
  resolve: ["firing", "acknowledged", "snoozed", "stale"],
  reopen: ["resolved"],
  assign: ["firing", "acknowledged", "snoozed", "stale"],
  escalate: ["firing", "acknowledged", "snoozed", "stale"],
  comment: ["firing", "acknowledged", "snoozed", "stale", "resolved"],
};

const actions: Readonly<Record<Action["kind"], Action>> = {
  assign: { kind: "assign", to: "grace" },
  escalate: { kind: "escalate", to: "lead" },
  acknowledge: { kind: "acknowledge" },
  unacknowledge: { kind: "unacknowledge" },
  snooze: { kind: "snooze", until: later + minute },
  resolve: { kind: "resolve" },
  reopen: { kind: "reopen" },
  comment: { kind: "comment", text: "it is the backup" },
};

describe("what a person does", () => {
  const statuses: Status[] = ["firing", "acknowledged", "snoozed", "stale", "resolved"];
  const cases = Object.values(actions).flatMap((action) =>
    statuses.map((status) => [action.kind, status, action] as const),
  );
  const isAllowed = ([kind, status]: (typeof cases)[number]) => allowed[kind].includes(status);
  test.each(cases.filter((one) => !isAllowed(one)))(
    "no %s while it is %s",
    (_kind, status, action) => {
      expect(() => act(withStatus(status), action, "ada", later)).toThrow(LifecycleError);
    },
  );
  test.each(cases.filter(isAllowed))("%s while it is %s", (_kind, status, action) => {
    const before = withStatus(status);
    const { alert, event } = act(before, action, "ada", later);
    expect(alert.version).toBe(before.version + 1);
    expect(alert.updatedAt).toBe(later);
    expect(event).toMatchObject({ actor: "ada", at: later, startsAt: start });
    expect(alert.snoozedUntil === null).toBe(alert.status !== "snoozed");
  });

  test("needs a snooze to end in the future", () => {
    const action = { kind: "snooze", until: later } as const;
    expect(() => act(begun(), action, "ada", later)).toThrow("must end in the future");
  });
});

describe("what comes on its own", () => {
  test("wakes what was snoozed, not before its time", () => {
    const snoozed = withStatus("snoozed");
    expect(wake(snoozed, later - 1)).toEqual([]);
    expect(wake(begun(), later)).toEqual([]);
    expect(wake(snoozed, later)).toMatchObject([
      { alert: { owner: null, status: "firing" }, event: { kind: "woken" } },
    ]);
  });

  test("loses what is open, once", () => {
    expect(lose(withStatus("resolved"), later)).toEqual([]);
    expect(lose(withStatus("stale"), later)).toEqual([]);
    expect(lose(withStatus("snoozed"), later)).toMatchObject([{ alert: { status: "stale" } }]);
  });

  test("gives what was lost back to who had it", () => {
    const taken = { ...withStatus("stale"), owner: "ada" };
    expect(receive(taken, message(), later)).toMatchObject([
      { alert: { owner: "ada", status: "acknowledged" }, event: { kind: "returned" } },
    ]);
  });

  test("hears a heartbeat that Alertmanager had ended as soon as it comes again", () => {
    const beat = message({ labels: { ...message().labels, alertname: "Watchdog" } });
    const [ended] = receive(undefined, { ...beat, resolved: true, endsAt: later }, later);
    if (ended === undefined) throw new Error("nothing ended");
    for (const closedBy of [null, "ada"]) {
      const over = { ...ended.alert, closedBy };
      // Of an Alertmanager that knows another beginning, too.
      for (const startsAt of [start, start - minute]) {
        const [again] = receive(over, { ...beat, startsAt }, later + 1);
        expect(again?.alert).toMatchObject({
          status: "firing",
          closedBy: null,
          endsAt: null,
          lastSeenAt: later + 1,
        });
      }
      // A list does not come from Alertmanager by the way that the heartbeat is to prove.
      expect(receive(over, { ...beat, listed: true }, later + 1)).toEqual([]);
    }
  });
  test("takes the later of two ends", () => {
    const [one] = receive(begun(), message({ resolved: true, endsAt: later }), later);
    const ended = one?.alert;
    expect(receive(ended, message({ resolved: true, endsAt: later - 1 }), later)).toEqual([]);
    const [two] = receive(ended, message({ resolved: true, endsAt: later + 1 }), later);
    expect(two).toMatchObject({ alert: { endsAt: later + 1 } });
    expect(two?.event).toBeUndefined();
  });

  test("keeps versions growing whatever happens", () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant("message"), at: fc.nat({ max: 5 }), resolved: fc.boolean() }),
      fc.record({
        kind: fc.constant("action"),
        action: fc.constantFrom(...Object.values(actions)),
      }),
      fc.record({ kind: fc.constantFrom("wake", "lose") }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        let alert = begun();
        for (const [index, one] of steps.entries()) {
          const now = start + index * 10;
          const changes =
            "resolved" in one
              ? receive(alert, message({ startsAt: start + one.at, resolved: one.resolved }), now)
              : "action" in one
                ? tried(alert, one.action, now)
                : one.kind === "wake"
                  ? wake(alert, now)
                  : lose(alert, now);
          for (const { alert: next, event } of changes) {
            expect(next.version - alert.version).toBe(event === undefined ? 0 : 1);
            expect(next.startsAt).toBeGreaterThanOrEqual(alert.startsAt);
            expect(next.status === "resolved").toBe(next.endsAt !== null);
            alert = next;
          }
        }
      }),
    );
  });
});

function tried(alert: Alert, action: Action, now: number) {
  try {
    return [act(alert, action, "ada", now)];
  } catch (error) {
    if (error instanceof LifecycleError) return [];
    throw error;
  }
}
