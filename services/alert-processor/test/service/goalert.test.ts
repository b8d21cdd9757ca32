import { eventually } from "../../../../test/kit/eventually.ts";
import { earOf as goalertEar } from "../../channels/goalert-hook.ts";
import { earOf as pagerdutyEar } from "../../channels/pagerduty-hook.ts";
import type { Alert, AlertEvent } from "../../core/alert.ts";
import {
  goalertSecret,
  type GoalertStandIn,
  goalertStandIn,
  hookOf,
} from "../channels/goalert-stand-in.ts";
import { login, type Place, sent, startPlace } from "./harness.ts";

let goalert: GoalertStandIn;
let place: Place;
const fingerprint = "00000000000000a1";

beforeEach(async () => {
  goalert = await goalertStandIn();
  place = await startPlace(
    {
      channels: {
        goalert: {
          kind: "goalert",
          url: goalert.url,
          tokenFile: "token",
          webhookSecretFile: "hook",
          plain: true,
          private: true,
        },
      },
      subscriptions: [{ channel: "goalert", after: [0, 3600], also: ["acknowledged", "resolved"] }],
    },
    { token: "the-token", hook: goalertSecret },
  );
});
afterEach(async () => {
  await place.stop();
  await goalert.close();
});

interface One {
  readonly alert: Alert;
  readonly events: readonly AlertEvent[];
}
const one = (): Promise<One> => place.json<One>(`/v1/alerts/${fingerprint}`);
const act = (action: object) =>
  place.ask(`/v1/alerts/${fingerprint}/actions`, { as: login, body: JSON.stringify(action) });
const told = (...actions: string[]) =>
  eventually(() =>
    Promise.resolve(
      JSON.stringify(goalert.told.map(({ action }) => action)) === JSON.stringify(actions),
    ),
  );

/** GoAlert delivers what waits, in order. @returns What each became. */
async function deliver(): Promise<string[]> {
  const results: string[] = [];
  for (const { body, headers } of goalert.hooks.splice(0)) {
    const { status, text } = await place.ask("/v1/hooks/goalert", { body, headers });
    results.push(status === 200 ? (JSON.parse(text) as { result: string }).result : text);
  }
  return results;
}

/** An alert that GoAlert was told of, and notified of. */
async function begin(): Promise<void> {
  await place.post([sent()]);
  await told("create");
  expect(await deliver()).toEqual(["nothing"]);
}

test("what somebody takes there is taken here, by name, and goes on there", async () => {
  await begin();
  goalert.act("active", "Acknowledged by Ada Lovelace (SMS)");
  expect(await deliver()).toEqual(["done"]);
  expect((await one()).alert).toMatchObject({
    status: "acknowledged",
    owner: "Ada Lovelace (GoAlert)",
  });
  // What comes after it shows that nothing was told in between.
  await act({ kind: "unacknowledge" });
  await told("create", "close", "create");
});

test("what somebody takes here rings nobody there, and what is given back rings again", async () => {
  await begin();
  await act({ kind: "acknowledge" });
  await told("create", "close");
  expect(await deliver()).toEqual(["nothing"]);
  expect((await one()).alert).toMatchObject({ status: "acknowledged", owner: "ada" });
  await act({ kind: "unacknowledge" });
  await told("create", "close", "close", "create");
  expect(goalert.alerts.map(({ status }) => status)).toEqual(["closed", "triggered"]);
  expect(await deliver()).toEqual(["nothing"]);
  goalert.act("active", "Acknowledged by Grace Hopper (Web)");
  expect(await deliver()).toEqual(["done"]);
  expect((await one()).alert.owner).toBe("Grace Hopper (GoAlert)");
});

test("an escalation there takes the alert from its owner here as well", async () => {
  await begin();
  goalert.act("active", "Acknowledged by Ada Lovelace (Web)");
  goalert.act("triggered", "Escalated to step #2 due to manual escalation by Ada Lovelace (Web)");
  expect(await deliver()).toEqual(["done", "done"]);
  const { alert, events } = await one();
  expect(alert).toMatchObject({ status: "firing", owner: null });
  expect(events[0]).toMatchObject({ kind: "unacknowledged", actor: "Ada Lovelace (GoAlert)" });
});

test("what a person closes there is closed here; what only waited too long goes on", async () => {
  await begin();
  goalert.act("closed", "Closed due to inactivity (unacknowledged for  3 days)");
  expect(await deliver()).toEqual(["noted"]);
  expect((await one()).alert.status).toBe("firing");
  goalert.act("closed", "Closed by Ada Lovelace (Web)");
  expect(await deliver()).toEqual(["done"]);
  expect((await one()).alert).toMatchObject({
    status: "resolved",
    closedBy: "Ada Lovelace (GoAlert)",
  });
});

test("the description says how PagerDuty and GoAlert prove who they are", async () => {
  interface Description {
    readonly paths: Record<string, { post: { security: readonly Record<string, unknown>[] } }>;
    readonly components: { securitySchemes: Record<string, { type: string; name?: string }> };
  }
  const { components, paths } = await place.json<Description>("/openapi.json");
  const { security = [] } = paths["/v1/hooks/{channel}"]?.post ?? {};
  const headers = security
    .flatMap((one) => Object.keys(one))
    .map((name) => components.securitySchemes[name])
    .map((scheme) => (scheme?.type === "http" ? "authorization" : scheme?.name?.toLowerCase()));
  const opening = { name: "pager", readSecret: () => "s".repeat(40) };
  const ears = [goalertEar(opening, "file"), pagerdutyEar(opening, "file")];
  expect(headers.sort()).toEqual(ears.map((ear) => ear?.header).sort());
});

test.each([
  ["with another password", hookOf({ Type: "Test" }, "another-secret-of-32-characters!"), 401],
  ["with the login of a person", { body: "{}", headers: { authorization: "Bearer x" } }, 401],
  [
    "of an alert that is not ours",
    hookOf({ Type: "AlertStatus", AlertID: 99, LogEntry: "Closed by Eve" }),
    200,
  ],
  ["that makes no sense", hookOf({}), 200],
])("a message %s changes nothing", async (_, { body, headers }, expected) => {
  await begin();
  expect((await place.ask("/v1/hooks/goalert", { body, headers })).status).toBe(expected);
  expect((await one()).alert.status).toBe("firing");
});
