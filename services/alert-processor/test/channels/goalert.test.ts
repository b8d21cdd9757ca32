import { goalertSecret, type GoalertStandIn, goalertStandIn, hookOf } from "./goalert-stand-in.ts";
import { alertAt, enough, hostile, hostileAlert, messageOf, occasions, open } from "./messages.ts";

let goalert: GoalertStandIn;
beforeEach(async () => {
  goalert = await goalertStandIn();
});
afterEach(() => goalert.close());

const channel = (url = goalert.url, hook = `${goalertSecret}\n`) =>
  open(
    {
      kind: "goalert",
      url,
      tokenFile: "token",
      webhookSecretFile: "hook",
      plain: true,
      private: true,
    },
    { token: "the-token\n", hook },
  );

test("sends an alert as the generic API takes it", async () => {
  expect(await channel().send(messageOf(), enough())).toEqual({ kind: "sent" });
  expect(goalert.tokens).toEqual(["Bearer the-token"]);
  expect(goalert.told).toEqual([
    {
      action: "create",
      dedup: "00000000000000a1|1700000000000",
      meta: { "vigil-episode": "00000000000000a1|1700000000000" },
      summary: "CRITICAL: DiskFull on db-1:9100: The disk of db-1 is full",
      details: `The disk of db-1 is full
No byte is left on /var.

Severity: critical
Since: 2023-11-14T22:13:20Z
Team: platform
Service: host
Environment: production

Acknowledge: https://vigil.example/acknowledge/00000000000000a1?once=1
Open: https://vigil.example/alerts/00000000000000a1
Runbook: https://runbooks.example/disk-full
Dashboard: https://dashboards.example/host`,
    },
  ]);
});

test("keeps one alert of an episode, which needs somebody only while nobody has it", async () => {
  const statuses: string[] = [];
  for (const occasion of occasions) {
    await channel().send(messageOf({ occasion, alerts: [alertAt(occasion)] }), enough());
    statuses.push(`${goalert.alerts.length} ${goalert.alerts.at(-1)?.status ?? ""}`);
  }
  // A reminder begins again: GoAlert does not ring again for what is open.
  expect(statuses).toEqual(["1 triggered", "2 triggered", "2 closed", "2 closed"]);
  expect(new Set(goalert.told.map(({ dedup }) => dedup)).size).toBe(1);
});

test("an answer that is not GoAlert's means that it was not taken", async () => {
  const elsewhere = channel(goalert.url.replace("/oncall", "/other"));
  expect((await elsewhere.send(messageOf(), enough())).kind).toBe("barred");
  expect((await channel().send(messageOf({ alerts: [] }), enough())).kind).toBe("refused");
});

test.each(hostile)("stays within what GoAlert keeps, whatever labels hold: %#", async (text) => {
  await channel().send(messageOf({ alerts: [hostileAlert(text.repeat(20))] }), enough());
  const [{ details, summary } = { details: "", summary: "" }] = goalert.told;
  expect(Array.from(summary).length).toBeLessThanOrEqual(1024);
  expect(Array.from(details).length).toBeLessThanOrEqual(6144);
  expect(summary).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
});

describe("its ear", () => {
  const ear = () => {
    const { ear: one } = channel(goalert.url, `the-one-before-it-0123456789\n${goalertSecret}\n`);
    if (one === undefined) throw new Error("It has none");
    return one;
  };
  const isGenuine = (header: string) => ear().isGenuine(header, Buffer.alloc(0));

  test("knows its own by the password in the address, one of two while it is replaced", () => {
    const by = (secret?: string) => hookOf({}, secret).headers["authorization"] ?? "";
    expect([by(), by("the-one-before-it-0123456789")].map(isGenuine)).toEqual([true, true]);
    expect([by("x"), `Bearer ${goalertSecret}`, goalertSecret, ""].map(isGenuine)).toEqual([
      ...[false, false, false, false],
    ]);
    expect(() => channel(goalert.url, "short")).toThrow(
      "channels.on-call: hook must hold the webhook's secret",
    );
  });

  const heard = (message: object) =>
    ear().read(message, "https://vigil.example/", 1_700_000_000_000);
  const status = (LogEntry: string) => heard({ Type: "AlertStatus", AlertID: 7, LogEntry });

  test.each([
    ["Acknowledged by Ada Lovelace (Web)", "acknowledged", "Ada Lovelace"],
    ["Acknowledged by Ada (of the night) (SMS)", "acknowledged", "Ada (of the night)"],
    ["Acknowledged by Ada", "acknowledged", "Ada"],
    ["Acknowledged by [unknown] (Web)", "acknowledged", null],
    ["Acknowledged", "acknowledged", null],
    ["Closed by Ada via Grafana integration (Web)", "resolved", "Ada via Grafana integration"],
    ["Closed via by night integration (Generic API)", "resolved", "integration"],
    ["Closed due to inactivity (unacknowledged for  3 days)", "resolved", null],
    ["Escalated to step #2 due to manual escalation by Ada (Web)", "unacknowledged", "Ada"],
    ["Escalated to step #2 automatically after 5 minutes", "unacknowledged", null],
    ["Policy updated by Ada", "other", "Ada"],
    // What every object has.
    ["constructor by Ada", "other", "Ada"],
    ["__proto__ by Ada", "other", "Ada"],
    ["", "other", null],
  ])("reads %j", (entry, kind, who) => {
    const { by, incident, kind: found } = status(entry) ?? {};
    expect(incident).toBe("GoAlert 7");
    expect(found).toBe(kind);
    expect(by).toEqual(
      who === null
        ? { kind: "nobody" }
        : who === "integration"
          ? { kind: "integration" }
          : { kind: "person", name: who },
    );
  });

  test("learns which episode an alert of GoAlert's is about", () => {
    const about = (Meta: unknown) => heard({ Type: "Alert", AlertID: 7, Meta });
    const episode = { fingerprint: "00000000000000a1", startsAt: 1_700_000_000_000 };
    const meta = { "vigil-episode": "00000000000000a1|1700000000000" };
    expect(about(meta)).toMatchObject({ kind: "begun", episode, incident: "GoAlert 7" });
    for (const odd of [null, 7, {}, { "vigil-episode": 7 }, { "vigil-episode": "a|b" }]) {
      expect(about(odd)?.episode).toBeUndefined();
    }
  });

  test("takes what is about no alert for nothing, and what is not a message for nonsense", () => {
    for (const type of ["Test", "Verification", "AlertBundle", "ScheduleOnCallUsers"]) {
      expect(heard({ Type: type })).toMatchObject({ kind: "other", incident: "" });
    }
    expect([heard({}), ear().read(undefined, "", 0), ear().read("x", "", 0)]).toEqual([
      ...[undefined, undefined, undefined],
    ]);
  });
});
