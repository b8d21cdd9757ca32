import { type FakeServer, fakeServer, type Step } from "./fake-server.ts";
import { enough, hostile, hostileAlert, manyAlerts, messageOf, open } from "./messages.ts";

const created: Step = { status: 201, body: '{"$id":"0123"}' };

let server: FakeServer;
beforeEach(async () => {
  server = await fakeServer();
  server.script = [created];
});
afterEach(() => server.close());

const critical = { topic: "critical-alerts", kinds: ["push", "sms"] };
const monitoring = { topic: "monitoring-alerts", kinds: ["push", "sms", "email"] };

const channel = (of: object = critical) =>
  open(
    {
      kind: "appwrite",
      endpoint: `${server.url}/v1`,
      projectId: "vigil",
      keyFile: "key",
      plain: true,
      private: true,
      ...of,
    },
    { key: "secret-key\n" },
  );

interface Sent {
  readonly messageId: string;
  readonly title?: string;
  readonly content?: string;
}

const bodies = () =>
  Object.fromEntries(
    server.seen.map(({ body, path }) => [path.split("/").at(-1) ?? "", JSON.parse(body) as Sent]),
  );

test("tells a topic in each of its ways", async () => {
  expect(await channel(monitoring).send(messageOf(), enough())).toEqual({ kind: "sent" });
  const title = "CRITICAL: DiskFull on db-1:9100: The disk of db-1 is full";
  const url = "https://vigil.example/alerts/00000000000000a1";
  const topics = ["monitoring-alerts"];
  expect(bodies()).toEqual({
    push: {
      messageId: expect.any(String) as string,
      topics,
      title,
      body: expect.stringMatching(/^The disk of db-1 is full\n/) as string,
      data: { fingerprints: "00000000000000a1", occasion: "firing", url },
      priority: "high",
    },
    sms: { messageId: expect.any(String) as string, topics, content: `${title}\n${url}` },
    email: {
      messageId: expect.any(String) as string,
      topics,
      subject: title,
      content: expect.stringContaining("<h1") as string,
      html: true,
    },
  });
  for (const { headers, method, path } of server.seen) {
    expect(method).toBe("POST");
    expect(path).toMatch(/^\/v1\/messaging\/messages\/(?:push|sms|email)$/);
    expect(headers).toMatchObject({
      "content-type": "application/json",
      "x-appwrite-key": "secret-key",
      "x-appwrite-project": "vigil",
    });
  }
});

test("uses ids that Appwrite takes, one for each message and kind", async () => {
  const ids = async (key: string, of: object): Promise<string[]> => {
    const before = server.seen.length;
    await channel(of).send(messageOf({ key }), enough());
    return server.seen
      .slice(before)
      .map(({ body }) => (JSON.parse(body) as Sent).messageId)
      .sort();
  };
  const first = await ids("a1", monitoring);
  expect(await ids("a1", monitoring)).toEqual(first);
  const other = await ids("a2", monitoring);
  expect(new Set([...first, ...other]).size).toBe(6);
  for (const id of first) expect(id).toMatch(/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,35}$/);
});

test("takes a message that Appwrite has already as sent", async () => {
  const taken = { message: "It exists.", code: 409, type: "message_already_exists" };
  server.script = [{ status: 409, body: JSON.stringify(taken) }];
  expect(await channel().send(messageOf(), enough())).toEqual({ kind: "sent" });
});

test.each(["", "{}", "null", '{"type":"project_already_exists"}'])(
  "tries again after any other conflict: %s",
  async (body) => {
    server.script = [{ status: 409, body }];
    expect(await channel({ ...critical, kinds: ["sms"] }).send(messageOf(), enough())).toEqual({
      kind: "failed",
      why: "sms: answered 409",
    });
  },
);

test("comes again as long as one kind may still work", async () => {
  server.script = [{ status: 400 }, { status: 503, headers: { "retry-after": "9" } }];
  const outcome = await channel().send(messageOf(), enough());
  expect(outcome).toMatchObject({ kind: "failed", afterSeconds: 9 });
  expect(outcome).toMatchObject({
    why: expect.stringMatching(/^push: answered \d+; sms: answered \d+$/) as string,
  });
});

test("gives up when no kind will work", async () => {
  server.script = [created, { status: 400 }];
  expect(await channel().send(messageOf(), enough())).toMatchObject({
    kind: "refused",
    why: expect.stringMatching(/^(?:push|sms): answered 400$/) as string,
  });
});

test("comes again when the key is not taken", async () => {
  server.script = [{ status: 400 }, { status: 401 }];
  expect(await channel().send(messageOf(), enough())).toMatchObject({ kind: "barred" });
});

test("reports a storm at once", async () => {
  await channel().send(messageOf({ alerts: manyAlerts(50) }), enough());
  expect(bodies()["push"]?.title).toBe("50 alerts (13 critical, 37 warning): DiskFull (50)");
  expect(bodies()["sms"]?.content).toBe(
    "50 alerts (13 critical, 37 warning): DiskFull (50)\nhttps://vigil.example/",
  );
  expect(channel()).toMatchObject({ bundle: 50, idempotent: true });
});

test.each(hostile)("keeps to every limit with any label: %#", async (text) => {
  const alerts = [hostileAlert(text)];
  expect(await channel(monitoring).send(messageOf({ alerts }), enough())).toEqual({ kind: "sent" });
  const { email, push, sms } = bodies();
  expect(Array.from(push?.title ?? "").length).toBeLessThanOrEqual(256);
  expect(Array.from(sms?.content ?? "").length).toBeLessThanOrEqual(300);
  expect(email?.content).not.toMatch(/<(?:script|img|!channel)/);
});
