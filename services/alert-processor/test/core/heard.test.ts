import type { Alert } from "../../core/alert.ts";
import { type Doer, hear, type Heard, type HeardKind } from "../../core/heard.ts";
import { receive } from "../../core/lifecycle.ts";
import { deliveriesOf, type Subscription } from "../../core/routing.ts";
import { message, minute, start } from "../examples.ts";

const later = start + minute;
const [{ alert: firing }] = receive(undefined, message(), start) as [{ alert: Alert }];

const states: Readonly<Record<string, Alert>> = {
  firing,
  taken: { ...firing, status: "acknowledged", owner: "ada" },
  snoozed: { ...firing, status: "snoozed", owner: "ada", snoozedUntil: later + minute },
  stale: { ...firing, status: "stale" },
  ended: { ...firing, status: "resolved", endsAt: later },
  closed: { ...firing, status: "resolved", endsAt: later, closedBy: "ada" },
};

const doers: Readonly<Record<string, Doer>> = {
  person: { kind: "person", name: "Grace" },
  nobody: { kind: "nobody" },
  integration: { kind: "integration" },
};

const heardOf = (kind: HeardKind, by: Doer = { kind: "person", name: "Grace" }): Heard => ({
  id: "1",
  at: later,
  kind,
  by,
  service: "PagerDuty",
  incident: "Q1",
  text: "",
});

/** What becomes of it: the alert's new status, `noted`, or nothing. */
function became(alert: Alert, heard: Heard): string {
  const [change] = hear(alert, heard, 0, "pager", later);
  if (change === undefined) return "";
  return change.event?.kind === "commented" ? "noted" : change.alert.status;
}

const kinds = ["acknowledged", "unacknowledged", "resolved", "reopened"] as const;

test("what becomes of an alert, by what it is, what was done, and who did it", () => {
  const table = Object.entries(states).map(([state, alert]): [string, object] => {
    const row = kinds.flatMap((kind) =>
      Object.entries(doers).map<[string, string]>(([who, by]) => [
        `${kind} by ${who}`,
        became(alert, heardOf(kind, by)),
      ]),
    );
    return [state, Object.fromEntries(row.filter(([, what]) => what !== ""))];
  });
  const taken = (by: string) => `acknowledged by ${by}`;
  expect(Object.fromEntries(table)).toEqual({
    firing: {
      [taken("person")]: "acknowledged",
      [taken("nobody")]: "acknowledged",
      "resolved by person": "resolved",
      "resolved by nobody": "noted",
    },
    taken: {
      [taken("person")]: "noted",
      [taken("nobody")]: "noted",
      "unacknowledged by person": "firing",
      "unacknowledged by nobody": "firing",
      "resolved by person": "resolved",
      "resolved by nobody": "noted",
    },
    snoozed: {
      [taken("person")]: "noted",
      [taken("nobody")]: "noted",
      "unacknowledged by person": "noted",
      "unacknowledged by nobody": "noted",
      "resolved by person": "resolved",
      "resolved by nobody": "noted",
    },
    stale: {
      [taken("person")]: "acknowledged",
      [taken("nobody")]: "acknowledged",
      "resolved by person": "resolved",
      "resolved by nobody": "noted",
    },
    ended: { "reopened by person": "noted", "reopened by nobody": "noted" },
    closed: { "reopened by person": "firing", "reopened by nobody": "firing" },
  });
});

test("what was done here since counts more", () => {
  const [change] = hear(firing, heardOf("acknowledged"), later + 1, "pager", later + 2);
  expect(change).toMatchObject({ alert: { status: "firing" }, event: { kind: "commented" } });
});

test("whoever said it is not told it, but is reminded later", () => {
  const table: Subscription[] = ["pager", "chat"].map((channel) => ({
    channel,
    after: [0, 300],
    also: ["acknowledged", "resolved"],
  }));
  const told = (alert: Alert, kind: HeardKind): string[] =>
    hear(alert, heardOf(kind), 0, "pager", later).flatMap((change) =>
      deliveriesOf(change, table).map(
        ({ channel, dueAt }) => `${channel} ${(dueAt - later) / 1000}`,
      ),
    );
  expect(told(firing, "acknowledged")).toEqual(["chat 0"]);
  expect(told(firing, "resolved")).toEqual(["chat 0"]);
  expect(told(states["taken"] ?? firing, "unacknowledged")).toEqual([
    "pager 300",
    "chat 0",
    "chat 300",
  ]);
});
