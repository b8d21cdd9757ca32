import { readHook } from "../../channels/pagerduty-hook.ts";
import { type FakeServer, fakeServer } from "./fake-server.ts";
import {
  alertAt,
  alertOf,
  enough,
  hostile,
  hostileAlert,
  messageOf,
  occasions,
  open,
} from "./messages.ts";

let server: FakeServer;
beforeEach(async () => {
  server = await fakeServer();
  server.script = [{ status: 202 }];
});
afterEach(() => server.close());

const channel = () =>
  open(
    { kind: "pagerduty", url: server.url, keyFile: "key", plain: true, private: true },
    { key: "routing-key\n" },
  );

interface Event {
  readonly dedup_key: string;
  readonly event_action: string;
  readonly payload: {
    readonly severity: string;
    readonly source: string;
    readonly summary: string;
  };
}

/** What PagerDuty gets. */
async function sent(message = messageOf()): Promise<Event> {
  expect(await channel().send(message, enough())).toEqual({ kind: "sent" });
  return JSON.parse(server.seen.at(-1)?.body ?? "") as Event;
}

test("sends an event as version 2 of the API takes it", async () => {
  expect(await sent()).toEqual({
    routing_key: "routing-key",
    event_action: "trigger",
    dedup_key: "00000000000000a1|1700000000000",
    client: "Vigil",
    client_url: "https://vigil.example/alerts/00000000000000a1",
    links: [
      {
        href: "https://vigil.example/acknowledge/00000000000000a1?once=1",
        text: "Acknowledge",
      },
      { href: "https://vigil.example/alerts/00000000000000a1", text: "Open" },
      { href: "https://runbooks.example/disk-full", text: "Runbook" },
      { href: "https://dashboards.example/host", text: "Dashboard" },
    ],
    payload: {
      summary: "CRITICAL: DiskFull on db-1:9100: The disk of db-1 is full",
      source: "db-1:9100",
      severity: "critical",
      timestamp: "2023-11-14T22:13:20Z",
      component: "host",
      group: "platform",
      class: "DiskFull",
      custom_details: { alertname: "DiskFull", instance: "db-1:9100", severity: "critical" },
    },
  });
  expect(server.seen[0]).toMatchObject({ method: "POST", path: "/v2/enqueue" });
});

test("says all of an episode about one incident", async () => {
  const events: Event[] = [];
  for (const occasion of occasions) {
    events.push(await sent(messageOf({ occasion, alerts: [alertAt(occasion)] })));
  }
  expect(events.map((event) => event.event_action)).toEqual([
    "trigger",
    "trigger",
    "acknowledge",
    "resolve",
  ]);
  expect(new Set(events.map((event) => event.dedup_key)).size).toBe(1);
  // PagerDuty rings again for what was over, not for what somebody has taken there.
  const told = server.seen.map(({ body }) => (JSON.parse(body) as Event).event_action);
  expect(told).toEqual(["trigger", "resolve", "trigger", "acknowledge", "resolve"]);
  const next = messageOf({ alerts: [alertOf({ startsAt: alertOf().startsAt + 1 })] });
  expect((await sent(next)).dedup_key).not.toBe(events[0]?.dedup_key);
});

test("an incident that could not be ended is not begun again, and all comes again", async () => {
  server.script = [{ status: 503 }];
  const reminder = messageOf({ occasion: "reminder", alerts: [alertAt("reminder")] });
  expect((await channel().send(reminder, enough())).kind).toBe("failed");
  expect(server.seen).toHaveLength(1);
});

test.each([
  ["emergency", "critical"],
  ["critical", "critical"],
  ["warning", "warning"],
  ["info", "info"],
  ["page", "critical"],
  ["error", "error"],
  ["P1", "critical"],
  ["fatal", "critical"],
  ["constructor", "warning"],
  ["", "info"],
])("calls %s %s", async (severity, theirs) => {
  expect((await sent(messageOf({ alerts: [alertOf({ severity })] }))).payload.severity).toBe(
    theirs,
  );
});

test("always has a source", async () => {
  const source = async (fields: object) =>
    (await sent(messageOf({ alerts: [alertOf({ instance: "", ...fields })] }))).payload.source;
  expect([await source({}), await source({ service: "" })]).toEqual(["host", "unknown"]);
});

test("stays below every limit with the largest alert that is taken in", async () => {
  // Four bytes each, and one that JSON escapes.
  for (const wide of ["🔥", '"']) {
    const value = wide.repeat(16_384 / wide.length);
    const labels = Object.fromEntries(
      Array.from({ length: 100 }, (_, n) => [`${n} ${value}`, value] as const),
    );
    const url = `https://runbooks.example/${"ä".repeat(16_000)}`;
    const annotations = { summary: value, runbook_url: url, dashboard_url: url };
    const fingerprint = "f".repeat(32);
    const { dedup_key, payload } = await sent(
      messageOf({ alerts: [{ ...hostileAlert(value), annotations, fingerprint, labels }] }),
    );
    expect(Buffer.byteLength(server.seen.at(-1)?.body ?? "")).toBeLessThan(512_000);
    expect(Array.from(payload.summary).length).toBeLessThanOrEqual(1024);
    expect(dedup_key.length).toBeLessThanOrEqual(255);
  }
});

test.each(hostile)("takes any label: %#", async (text) => {
  const { payload } = await sent(messageOf({ alerts: [hostileAlert(text)] }));
  expect(payload.severity).toBe("warning");
  expect(payload.summary).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
});

test("tells of one alert at a time", async () => {
  expect(channel()).toMatchObject({ bundle: 1, idempotent: true });
  expect((await channel().send(messageOf({ alerts: [] }), enough())).kind).toBe("refused");
});

test.each(["constructor", "__proto__", "toString"])("hears of %s as of any other event", (type) => {
  const event = { id: "1", event_type: type, occurred_at: "2026-01-01T00:00:00Z", data: {} };
  expect(readHook({ event }, "https://vigil.example/")?.kind).toBe("other");
});
