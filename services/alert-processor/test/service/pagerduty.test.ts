import { eventually } from "../../../../test/kit/eventually.ts";
import type { Alert, AlertEvent } from "../../core/alert.ts";
import {
  type Hook,
  hookSecret,
  pagerdutyStandIn,
  signed,
  type StandIn,
  user,
} from "../channels/pagerduty-stand-in.ts";
import { login, type Place, sent, startPlace } from "./harness.ts";

let pager: StandIn;
let place: Place;
const fingerprint = "00000000000000a1";

beforeEach(async () => {
  pager = await pagerdutyStandIn();
  place = await startPlace(
    {
      channels: {
        pagerduty: {
          kind: "pagerduty",
          url: pager.url,
          keyFile: "key",
          webhookSecretFile: "hook",
          plain: true,
          private: true,
        },
      },
      subscriptions: [
        { channel: "pagerduty", after: [0, 3600], also: ["acknowledged", "resolved"] },
      ],
    },
    { key: "routing-key", hook: `a-secret-that-was-replaced\n${hookSecret}\n` },
  );
});
afterEach(async () => {
  await place.stop();
  await pager.close();
});

interface One {
  readonly alert: Alert;
  readonly events: readonly AlertEvent[];
}
const one = (): Promise<One> => place.json<One>(`/v1/alerts/${fingerprint}`);
const statusNow = async (): Promise<string> => (await one()).alert.status;
const act = (action: object) =>
  place.ask(`/v1/alerts/${fingerprint}/actions`, { as: login, body: JSON.stringify(action) });
const post = ({ body, headers }: Hook, channel = "pagerduty") =>
  place.ask(`/v1/hooks/${channel}`, { body, headers });

/** PagerDuty delivers what waits, in order. @returns What each became. */
async function deliver(): Promise<string[]> {
  const results: string[] = [];
  for (const hook of pager.hooks.splice(0)) {
    const { status, text } = await post(hook);
    results.push(status === 200 ? (JSON.parse(text) as { result: string }).result : text);
  }
  return results;
}

const told = (count: number) => eventually(() => Promise.resolve(pager.told.length === count));

/** An alert that PagerDuty was told of, and told us of. */
async function begin(): Promise<void> {
  await place.post([sent()]);
  await told(1);
  expect(await deliver()).toEqual(["nothing"]);
}

test("what somebody takes there is taken here, by name, and PagerDuty is not told so again", async () => {
  await begin();
  pager.act("incident.acknowledged", "Ada Lovelace");
  expect(await deliver()).toEqual(["done"]);
  const { alert, events } = await one();
  expect(alert).toMatchObject({ status: "acknowledged", owner: "Ada Lovelace (PagerDuty)" });
  expect(events[0]).toMatchObject({ kind: "acknowledged", actor: "Ada Lovelace (PagerDuty)" });
  // What comes after it shows that nothing was told in between.
  await act({ kind: "unacknowledge" });
  await told(3);
  expect(pager.told.map(({ event_action }) => event_action)).toEqual([
    "trigger",
    "resolve",
    "trigger",
  ]);
  expect(pager.rung()).toBe(2);
});

test("what we tell comes back as nothing new, however often", async () => {
  await begin();
  await act({ kind: "acknowledge" });
  await told(2);
  const { alert, events } = await one();
  const echo = [...pager.hooks];
  expect(await deliver()).toEqual(["nothing"]);
  for (const hook of echo) expect((await post(hook)).text).toContain("repeated");
  await place.post([sent({ status: "resolved", endsAt: "2026-11-21T09:00:00Z" })]);
  await told(3);
  expect(await deliver()).toEqual(["nothing"]);
  expect((await one()).events).toHaveLength(events.length + 1);
  expect(alert.owner).toBe("ada");
});

test("what is given back there needs somebody here, and PagerDuty rings of its own accord", async () => {
  await begin();
  pager.act("incident.acknowledged", "Ada Lovelace");
  pager.act("incident.unacknowledged", null);
  expect(await deliver()).toEqual(["done", "done"]);
  const { alert, events } = await one();
  expect(alert).toMatchObject({ status: "firing", owner: null });
  expect(events[0]).toMatchObject({
    kind: "unacknowledged",
    actor: "PagerDuty",
    text: "its time ran out in PagerDuty",
  });
  await act({ kind: "acknowledge" });
  await told(2);
  expect(pager.told[1]?.event_action).toBe("acknowledge");
});

test("what a person ends there is closed here, and opened again with it", async () => {
  await begin();
  pager.act("incident.resolved", "Ada Lovelace");
  expect(await deliver()).toEqual(["done"]);
  expect((await one()).alert).toMatchObject({
    status: "resolved",
    closedBy: "Ada Lovelace (PagerDuty)",
  });
  pager.act("incident.reopened", "Grace Hopper");
  expect(await deliver()).toEqual(["done"]);
  expect((await one()).alert).toMatchObject({ status: "firing", closedBy: null });
});

test("what ends there on its own, or is joined to another, does not end the alert", async () => {
  await begin();
  pager.act("incident.resolved", null);
  pager.act("incident.resolved", "Ada Lovelace", {
    resolve_reason: { type: "merge_resolve_reason", incident: { id: "QOTHER" } },
  });
  expect(await deliver()).toEqual(["noted", "noted"]);
  expect(await statusNow()).toBe("firing");
  // The other one holds it now.
  pager.act("incident.acknowledged", "Ada Lovelace", { id: "QOTHER" });
  expect(await deliver()).toEqual(["done"]);
  expect(await statusNow()).toBe("acknowledged");
});

test("people who are asked there, and notes that are written there, are in the alert's history", async () => {
  await begin();
  for (const type of ["incident.reassigned", "incident.escalated"]) pager.act(type, "Ada Lovelace");
  pager.act("incident.delegated", "Ada Lovelace", {
    escalation_policy: { summary: "Second line" },
  });
  pager.act("incident.annotated", "Ada Lovelace", {
    id: "PNOTE",
    content: "it is the backup",
    incident: { id: pager.incidents[0]?.id },
  });
  expect(await deliver()).toEqual(["noted", "noted", "noted", "noted"]);
  const { alert, events } = await one();
  expect(alert.status).toBe("firing");
  expect(events.slice(0, 4).map(({ actor, text }) => `${actor ?? ""}: ${text}`)).toEqual([
    "Ada Lovelace (PagerDuty): it is the backup",
    "Ada Lovelace (PagerDuty): handed in PagerDuty to Second line",
    "Ada Lovelace (PagerDuty): escalated in PagerDuty to Grace Hopper",
    "Ada Lovelace (PagerDuty): reassigned in PagerDuty to Grace Hopper",
  ]);
});

test("a snooze is told as an acknowledgement, survives PagerDuty's time limit, and its end rings", async () => {
  await begin();
  await act({ kind: "snooze", until: Date.now() + 3_600_000 });
  await told(2);
  expect(pager.incidents[0]?.status).toBe("acknowledged");
  pager.act("incident.unacknowledged", null);
  expect(await deliver()).toEqual(["nothing", "noted"]);
  expect(await statusNow()).toBe("snoozed");
  await act({ kind: "unacknowledge" });
  await told(4);
  expect(pager.rung()).toBe(2);
});

test("what was done since counts more than what was long on its way", async () => {
  await begin();
  pager.act("incident.acknowledged", "Ada Lovelace");
  await act({ kind: "acknowledge" });
  await act({ kind: "unacknowledge" });
  expect((await deliver())[0]).toBe("noted");
  expect(await statusNow()).toBe("firing");
});

const event = (fields: object) => ({
  id: "E1",
  event_type: "incident.acknowledged",
  occurred_at: new Date().toISOString(),
  agent: user("Eve"),
  client: null,
  data: { id: "Q1", type: "incident", incident_key: null },
  ...fields,
});

describe("a message", () => {
  test.each<readonly [string, Hook]>([
    ["is signed with another secret", signed(event({}), "another-secret-of-32-characters!")],
    ["has no signature", { ...signed(event({})), headers: {} }],
    ["was changed on its way", { ...signed(event({})), body: '{"event":{}}' }],
    [
      "is signed in another version",
      { ...signed(event({})), headers: { "x-pagerduty-signature": "v0=00,v1=,v1=zz" } },
    ],
  ])("that %s is refused, and does nothing", async (_, hook) => {
    await begin();
    expect((await post(hook)).status).toBe(401);
    expect(await statusNow()).toBe("firing");
    const metrics = (await place.ask("/metrics", { as: login })).text;
    expect(metrics).toContain('vigil_processor_hooks_total{channel="pagerduty",result="forged"} 1');
  });

  test("signed with two secrets, one of which is ours, is heard", async () => {
    await begin();
    const hook = signed(event({}), "the-one-before-it-0123456789", hookSecret);
    expect(JSON.parse((await post(hook)).text)).toEqual({ result: "done" });
  });

  // PagerDuty stops to tell who refuses three.
  test.each<readonly [string, Hook, string]>([
    ["of an incident that is not ours", signed(event({ data: { id: "QX" } })), "unknown"],
    [
      "that is a test of the connection",
      signed(
        event({ event_type: "pagey.ping", agent: null, data: { message: "Hello", type: "ping" } }),
      ),
      "unknown",
    ],
    ["of a kind that nobody knew", signed(event({ event_type: "incident.dreamt" })), "nothing"],
    [
      "about a service",
      signed(
        event({ event_type: "service.updated", data: { id: "P1", type: "service", teams: 7 } }),
      ),
      "unknown",
    ],
    ["older than anybody tries", signed(event({ occurred_at: "2026-11-20T00:00:00Z" })), "old"],
    ["from the future", signed(event({ occurred_at: "2999-01-01T00:00:00Z" })), "old"],
    ["that makes no sense", signed({ hello: "world" }), "senseless"],
    [
      "whose parts are odd",
      signed(event({ agent: 7, client: "x", data: { id: 7, assignees: "x" } })),
      "unknown",
    ],
    [
      "with the key of nothing",
      signed(event({ data: { id: "QX", incident_key: "a|b|c" } })),
      "unknown",
    ],
    [
      "with the key of an alert that is not there",
      signed(event({ data: { id: "QX", incident_key: "ff|7" } })),
      "unknown",
    ],
    [
      "begun with an address of somebody else",
      signed(
        event({
          event_type: "incident.triggered",
          client: { url: `https://evil.example/#/alerts/${fingerprint}` },
          data: { id: "QX" },
        }),
      ),
      "unknown",
    ],
  ])("%s is taken, and changes nothing", async (_, hook, result) => {
    await begin();
    const { status, text } = await post(hook);
    expect([status, JSON.parse(text)]).toEqual([200, { result }]);
    expect(await statusNow()).toBe("firing");
  });

  test("that is larger than any of theirs is refused; so is what no channel hears", async () => {
    const large = signed(event({ data: { id: "Q1", content: "x".repeat(400_000) } }));
    // The connection is closed while it is still sent: the sender may see either.
    const refused = await post(large).then(
      ({ status }) => String(status),
      (error: unknown) => String(error),
    );
    expect(refused).toMatch(/413|EPIPE|ECONNRESET|hang up/);
    expect((await post(signed(event({})), "slack")).status).toBe(404);
  });

  test("with the key of an incident finds its alert without any other word", async () => {
    await begin();
    const { startsAt } = (await one()).alert;
    const data = { id: "QNEW", incident_key: `${fingerprint}|${startsAt}` };
    expect((await post(signed(event({ data })))).text).toContain("done");
    expect(await statusNow()).toBe("acknowledged");
  });

  test("is remembered across a restart", async () => {
    await begin();
    const hook = signed(event({}));
    expect((await post(hook)).text).toContain("done");
    await act({ kind: "unacknowledge" });
    await place.again();
    expect((await post(hook)).text).toContain("repeated");
    expect(await statusNow()).toBe("firing");
  });
});
