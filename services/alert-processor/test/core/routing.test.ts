import type { Alert, EventKind } from "../../core/alert.ts";
import { act, receive } from "../../core/lifecycle.ts";
import { cancels, deliveriesOf, keyOf, type Subscription } from "../../core/routing.ts";
import { message, start } from "../examples.ts";

const alertOf = (fields: Parameters<typeof message>[0] = {}): Alert => {
  const [change] = receive(undefined, message(fields), start);
  if (change === undefined) throw new Error("nothing began");
  return change.alert;
};

const told = (
  kind: EventKind,
  subscriptions: readonly Subscription[],
  alert = alertOf(),
): string[] => {
  const { fingerprint, startsAt } = alert;
  const event = { fingerprint, startsAt, kind, at: start, actor: null, text: "" };
  return deliveriesOf({ alert, event }, subscriptions).map(
    ({ channel, dueAt, occasion }) => `${channel} ${occasion} ${(dueAt - start) / 1000}`,
  );
};

const all: Subscription = { channel: "all", after: [0], also: ["resolved"] };
const urgent: Subscription = {
  channel: "urgent",
  severities: ["emergency", "critical"],
  after: [0, 300],
  also: ["acknowledged", "resolved"],
};
const lead: Subscription = { channel: "lead", teams: ["platform"], after: [900], also: [] };

describe("who is notified", () => {
  test("is decided by severity and team; nobody foresees every severity", () => {
    expect(told("firing", [all, urgent, lead])).toEqual([
      "all firing 0",
      "urgent firing 0",
      "urgent reminder 300",
      "lead reminder 900",
    ]);
    expect(told("firing", [all, urgent], alertOf({ severity: "odd" }))).toEqual(["all firing 0"]);
    for (const severity of ["page", "Error", "P1", " FATAL ", "Emergency"]) {
      expect(told("firing", [urgent], alertOf({ severity }))).toHaveLength(2);
    }
    // Where the table has the word itself, it alone says who.
    const pages = { ...all, channel: "pages", severities: ["page"] };
    expect(told("firing", [urgent, pages], alertOf({ severity: "page" }))).toEqual([
      "pages firing 0",
    ]);
    const other = alertOf({ labels: { ...message().labels, team: "dba" } });
    expect(told("firing", [lead], other)).toEqual([]);
  });

  test("starts again when nobody has it any more", () => {
    for (const kind of ["returned", "unacknowledged", "woken"] as const) {
      expect(told(kind, [urgent])).toEqual(["urgent reminder 0", "urgent reminder 300"]);
    }
  });

  test("hears once that it goes on, and is not reminded, where somebody has it still", () => {
    const { alert } = act(alertOf(), { kind: "acknowledge" }, "ada", start);
    expect(told("returned", [urgent, lead], alert)).toEqual(["urgent reminder 0"]);
  });

  test("hears what follows only where it wants to", () => {
    expect(told("acknowledged", [all, urgent, lead])).toEqual(["urgent acknowledged 0"]);
    expect(told("resolved", [all, urgent, lead])).toEqual(["all resolved 0", "urgent resolved 0"]);
    expect(told("stale", [all])).toEqual(["all resolved 0"]);
    expect(told("snoozed", [all, urgent])).toEqual(["urgent acknowledged 0"]);
    expect(told("commented", [all, urgent])).toEqual([]);
  });

  test("is the channel that somebody asks for help, whatever the table says", () => {
    const change = act(alertOf(), { kind: "escalate", to: "lead" }, "ada", start);
    const { alert, event } = change;
    expect({ owner: alert.owner, status: alert.status, text: event?.text }).toEqual({
      owner: null,
      status: "firing",
      text: "to lead",
    });
    const [first, ...more] = deliveriesOf(change, [all, urgent]);
    expect(first).toMatchObject({ channel: "lead", occasion: "reminder", dueAt: start });
    expect(more).toEqual([]);
  });

  test.each(["returned", "unacknowledged", "woken"] as const)(
    "is, when it is %s, also the channel that may have been asked for help: if it was told of it",
    (kind) => {
      const dba = { ...lead, teams: ["dba"] };
      expect(told(kind, [all, dba])).toEqual(["all reminder 0", "lead reminder 0"]);
      const { fingerprint, startsAt } = alertOf();
      const event = { fingerprint, startsAt, kind, at: start, actor: null, text: "" };
      const planned = deliveriesOf({ alert: alertOf(), event }, [all, dba]);
      expect(planned.map(({ ifTold }) => ifTold)).toEqual([undefined, true]);
    },
  );

  test("hears who has it now when it is handed over", () => {
    expect(told("assigned", [all, urgent, lead])).toEqual(["urgent acknowledged 0"]);
    const action = { kind: "assign", to: "grace", text: "you know it" } as const;
    const { alert, event } = act(alertOf(), action, "ada", start);
    expect(alert).toMatchObject({ owner: "grace", status: "acknowledged" });
    expect(event).toMatchObject({ actor: "ada", text: "to grace: you know it" });
  });

  test("is nobody for the heartbeat, and where nothing happened", () => {
    const labels = { ...message().labels, alertname: "Watchdog" };
    expect(told("firing", [all], alertOf({ labels }))).toEqual([]);
    expect(deliveriesOf({ alert: alertOf() }, [all])).toEqual([]);
  });
});

describe("the key of a delivery", () => {
  test("is the same for the same, another for anything else", () => {
    const alert = alertOf();
    const key = keyOf(alert, "firing", "all");
    expect(key).toMatch(/^[0-9a-f]{36}$/);
    expect(keyOf({ ...alert, status: "acknowledged" } as Alert, "firing", "all")).toBe(key);
    const others = [
      keyOf(alert, "resolved", "all"),
      keyOf(alert, "firing", "urgent"),
      keyOf({ ...alert, startsAt: start + 1 }, "firing", "all"),
      keyOf({ ...alert, fingerprint: "b" }, "firing", "all"),
    ];
    expect(new Set([key, ...others]).size).toBe(5);
  });
});

test("what is taken, quiet or over is no longer told", () => {
  const { fingerprint, startsAt } = alertOf();
  const kinds = (
    ["acknowledged", "assigned", "escalated", "snoozed", "resolved", "stale", "woken"] as const
  ).filter((kind) => cancels({ fingerprint, startsAt, kind, at: start, actor: null, text: "" }));
  expect(kinds).toEqual(["acknowledged", "assigned", "snoozed", "resolved", "stale"]);
});
