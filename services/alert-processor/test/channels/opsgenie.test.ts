import type { Occasion } from "../../core/alert.ts";
import { type FakeServer, fakeServer, type Said, type Seen } from "./fake-server.ts";
import { alertAt, alertOf, enough, hostile, hostileAlert, messageOf, open } from "./messages.ts";

interface Created {
  readonly alias: string;
  readonly message: string;
  readonly description: string;
  readonly entity: string;
  readonly source: string;
  readonly priority: string;
  readonly details: Readonly<Record<string, string>>;
  readonly note: string;
}

const no = (status: number, headers: Record<string, string> = {}): Said => ({
  status,
  headers,
  body: '{"message":"no","took":0.001,"requestId":"r"}',
});

/** The Alert API as its documentation describes it: what is asked for is taken, and done later. */
class Opsgenie {
  readonly open = new Map<string, { acknowledged: boolean }>();
  /** How often each alias rang. */
  readonly rings: string[] = [];
  /** Requests that are done only after it was asked for them so often. */
  slow = 0;
  readonly #waiting = new Map<string, { asked: number; act: () => void }>();

  readonly answer = ({ body, headers, method, path }: Seen): Said => {
    if (headers.authorization !== "GenieKey key") return no(403);
    const { pathname, searchParams } = new URL(path, "https://api.example");
    const [, request] = /^\/v2\/alerts\/requests\/([\w-]+)$/.exec(pathname) ?? [];
    if (method === "GET" && request !== undefined) return this.#state(request);
    if (method !== "POST") return no(405);
    if (pathname === "/v2/alerts") return this.#create(JSON.parse(body) as Created);
    const [, alias, action] = /^\/v2\/alerts\/([^/]+)\/(acknowledge|close)$/.exec(pathname) ?? [];
    if (alias === undefined || searchParams.get("identifierType") !== "alias") return no(404);
    const key = decodeURIComponent(alias);
    return this.#take(action === "close" ? this.slow : 0, () => {
      const one = this.open.get(key);
      if (action === "close") this.open.delete(key);
      else if (one) one.acknowledged = true;
    });
  };

  #create(alert: Created): Said {
    const { details, ...texts } = alert;
    const limits = { message: 130, description: 15_000, alias: 512, entity: 512, source: 100 };
    const fits =
      alert.message !== "" &&
      Object.entries(limits).every(([name, limit]) => texts[name as "alias"].length <= limit) &&
      Object.entries(details).flat().join("").length <= 8_000 &&
      /^P[1-5]$/.test(alert.priority);
    if (!fits) return no(422);
    return this.#take(0, () => {
      // A second one of the same alias only counts.
      if (!this.open.has(alert.alias)) this.rings.push(alert.alias);
      this.open.set(alert.alias, this.open.get(alert.alias) ?? { acknowledged: false });
    });
  }

  #take(asked: number, act: () => void): Said {
    const requestId = `r-${this.#waiting.size}`;
    this.#waiting.set(requestId, { asked, act });
    if (asked === 0) act();
    const body = JSON.stringify({ result: "Request will be processed", took: 0.1, requestId });
    return { status: 202, body };
  }

  #state(request: string): Said {
    const one = this.#waiting.get(request);
    if (one === undefined) return no(404);
    if (one.asked > 0) {
      one.asked -= 1;
      if (one.asked === 0) one.act();
      return no(404);
    }
    return { status: 200, body: '{"data":{"success":true,"status":"Closed alert"}}' };
  }
}

let server: FakeServer;
let service: Opsgenie;
beforeEach(async () => {
  service = new Opsgenie();
  server = await fakeServer();
  server.script = [service.answer];
});
afterEach(() => server.close());

const channel = (key = "key") =>
  open(
    { kind: "opsgenie", url: server.url, keyFile: "key", plain: true, private: true },
    { key: `${key}\n` },
  );
const tell = (message = messageOf()) => channel().send(message, enough());
const at = (occasion: Occasion) => messageOf({ occasion, alerts: [alertAt(occasion)] });
const alias = "00000000000000a1|1700000000000";

test("creates an alert that says what it is", async () => {
  expect(await tell()).toEqual({ kind: "sent" });
  expect(JSON.parse(server.seen[0]?.body ?? "")).toMatchObject({
    alias,
    message: "CRITICAL: DiskFull on db-1:9100: The disk of db-1 is full",
    description: expect.stringContaining(
      "Acknowledge: https://vigil.example/acknowledge/00000000000000a1?once=1",
    ) as string,
    entity: "db-1:9100",
    source: "host",
    priority: "P2",
    details: { alertname: "DiskFull", instance: "db-1:9100", severity: "critical" },
  });
});

test("acknowledges and closes the alert by its alias", async () => {
  await tell();
  expect([...service.open]).toEqual([[alias, { acknowledged: false }]]);
  expect(await tell(at("acknowledged"))).toEqual({ kind: "sent" });
  expect([...service.open]).toEqual([[alias, { acknowledged: true }]]);
  expect(await tell(at("resolved"))).toEqual({ kind: "sent" });
  expect(await tell(at("resolved"))).toEqual({ kind: "sent" });
  expect([...service.open]).toEqual([]);
});

test("rings again with a reminder, and only once the old alert is closed", async () => {
  await tell();
  await tell(at("acknowledged"));
  service.slow = 1;
  expect(await tell(at("reminder"))).toEqual({ kind: "sent" });
  expect(service.rings).toEqual([alias, alias]);
  expect([...service.open]).toEqual([[alias, { acknowledged: false }]]);
});

test("gives up for now where the old alert does not close in time", async () => {
  service.slow = 1_000;
  const time = new AbortController();
  server.onRequest = () => {
    if (server.seen.at(-1)?.method === "GET") time.abort();
  };
  expect(await channel().send(at("reminder"), time.signal)).toMatchObject({ kind: "failed" });
  expect(service.rings).toEqual([]);
});

test("is as urgent as the alert", async () => {
  for (const severity of ["emergency", "critical", "warning", "info"]) {
    await tell(messageOf({ alerts: [alertOf({ severity })] }));
  }
  const priorities = server.seen.map(({ body }) => (JSON.parse(body) as Created).priority);
  expect(priorities).toEqual(["P1", "P2", "P3", "P5"]);
  expect(channel()).toMatchObject({ bundle: 1, idempotent: true, keeps: true });
});

test.each(hostile)("stays in its limits: %#", async (text) => {
  const labels = Object.fromEntries(
    Array.from({ length: 100 }, (_, n) => [`label_${n}`, text.repeat(10)]),
  );
  expect(await tell(messageOf({ alerts: [{ ...hostileAlert(text), labels }] }))).toEqual({
    kind: "sent",
  });
});

test("waits as long as its own header says", async () => {
  server.script = [
    no(429, { "x-ratelimit-state": "THROTTLED", "x-ratelimit-period-in-sec": "60" }),
  ];
  expect(await tell()).toEqual({ kind: "failed", why: "answered 429", afterSeconds: 60 });
  server.script = [no(429)];
  expect(await tell()).toEqual({ kind: "failed", why: "answered 429" });
});

test("is barred by a wrong key", async () => {
  expect(await channel("other").send(messageOf(), enough())).toEqual({
    kind: "barred",
    why: "answered 403",
  });
});
