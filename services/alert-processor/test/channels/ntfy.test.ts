import { type FakeServer, fakeServer, type Said, type Seen } from "./fake-server.ts";
import {
  alertAt,
  alertOf,
  enough,
  hostile,
  hostileAlert,
  manyAlerts,
  messageOf,
  occasions,
  open,
} from "./messages.ts";

interface Payload {
  readonly topic: string;
  readonly title: string;
  readonly message: string;
  readonly priority: number;
  readonly tags: readonly string[];
  readonly click: string;
  readonly actions: readonly { readonly label: string; readonly url: string }[];
}

const no = (http: number, code: number, error: string): Said => ({
  status: http,
  body: JSON.stringify({ code, http, error, link: "https://ntfy.sh/docs/publish/" }),
});

/** Publishing as JSON, as its documentation describes it, on a server that asks for a token. */
function ntfy({ body, headers, method, path }: Seen): Said {
  if (method !== "POST" || path !== "/") return no(404, 40401, "page not found");
  if (headers.authorization !== "Bearer tk_1") return no(403, 40301, "forbidden");
  const { actions, message, priority, topic } = JSON.parse(body) as Payload;
  if (topic !== "alerts_of-ours") return no(400, 40009, "invalid request: topic invalid");
  if (priority < 1 || priority > 5) return no(400, 40007, "invalid priority");
  if (actions.length > 3) return no(400, 40018, "actions invalid");
  // What is longer is made a file, which nobody reads on a phone.
  const attachment = Buffer.byteLength(message) > 4096 ? { attachment: {} } : {};
  const taken = { id: "x", time: 1, event: "message", topic, ...attachment };
  return { status: 200, body: JSON.stringify(taken) };
}

let server: FakeServer;
beforeEach(async () => {
  server = await fakeServer();
  server.script = [ntfy];
});
afterEach(() => server.close());

const channel = (topic = "alerts_of-ours", token = "tk_1") =>
  open(
    {
      kind: "ntfy",
      url: server.url,
      topicFile: "topic",
      tokenFile: "token",
      plain: true,
      private: true,
    },
    { topic: `${topic}\n`, token },
  );

async function sent(message = messageOf()): Promise<Payload> {
  expect(await channel().send(message, enough())).toEqual({ kind: "sent" });
  return JSON.parse(server.seen.at(-1)?.body ?? "") as Payload;
}

test("pushes an alert with its links as buttons", async () => {
  expect(await sent()).toEqual({
    topic: "alerts_of-ours",
    title: "CRITICAL: DiskFull on db-1:9100: The disk of db-1 is full",
    message: `The disk of db-1 is full
No byte is left on /var.

Severity: critical
Since: 2023-11-14T22:13:20Z
Team: platform
Service: host
Environment: production`,
    priority: 4,
    tags: ["rotating_light"],
    click: "https://vigil.example/alerts/00000000000000a1",
    actions: [
      {
        action: "view",
        label: "Acknowledge",
        url: "https://vigil.example/acknowledge/00000000000000a1?once=1",
      },
      { action: "view", label: "Open", url: "https://vigil.example/alerts/00000000000000a1" },
      { action: "view", label: "Runbook", url: "https://runbooks.example/disk-full" },
    ],
  });
});

test("rings by severity, and not for an end or for who has it", async () => {
  const priority = async (severity: string) =>
    (await sent(messageOf({ alerts: [alertOf({ severity })] }))).priority;
  expect([
    await priority("emergency"),
    await priority("critical"),
    await priority("warning"),
    await priority("info"),
  ]).toEqual([5, 4, 3, 2]);
  for (const occasion of ["acknowledged", "resolved"] as const) {
    const message = messageOf({ occasion, alerts: [alertAt(occasion)] });
    expect((await sent(message)).priority).toBe(2);
  }
});

test("reports a storm at once", async () => {
  const storm = await sent(messageOf({ alerts: manyAlerts(20) }));
  expect(storm.title).toContain("20 alerts");
  expect(storm.click).toBe("https://vigil.example/");
});

test.each(hostile)("stays in its limits, by bytes: %#", async (text) => {
  for (const occasion of occasions) {
    for (const count of [1, 20]) {
      const alerts = Array.from({ length: count }, () => hostileAlert(text));
      const { message, title } = await sent(messageOf({ alerts, occasion }));
      expect(Buffer.byteLength(message)).toBeLessThanOrEqual(4096);
      expect(Buffer.byteLength(title)).toBeLessThanOrEqual(250);
      expect(message.isWellFormed()).toBe(true);
    }
  }
});

test("needs no token where the server asks for none", async () => {
  server.script = [{ status: 200, body: '{"id":"x","event":"message"}' }];
  const to = open(
    { kind: "ntfy", url: server.url, topicFile: "topic", plain: true, private: true },
    { topic: "alerts" },
  );
  expect(await to.send(messageOf(), enough())).toEqual({ kind: "sent" });
  expect(server.seen[0]?.headers.authorization).toBeUndefined();
});

test("is barred by a token that may not write, and waits when it was too much", async () => {
  const wrong = channel("alerts_of-ours", "tk_2");
  expect(await wrong.send(messageOf(), enough())).toEqual({ kind: "barred", why: "answered 403" });
  server.script = [no(429, 42908, "limit reached: daily message quota reached")];
  expect(await channel().send(messageOf(), enough())).toEqual({
    kind: "failed",
    why: "answered 429",
  });
});

test.each(["a/b", "a.b", "x".repeat(65)])("takes nothing but a topic: %s", (topic) => {
  expect(() => channel(topic)).toThrow("topic must hold the name of a topic");
});
