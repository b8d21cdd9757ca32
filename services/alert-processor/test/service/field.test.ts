/** What goes wrong with tools like this one, by what people report of them; each for real. */
import { request } from "node:https";
import type { Alert, AlertEvent } from "../../core/alert.ts";
import type { Noise } from "../../store/store.ts";
import { type FakeServer, fakeServer } from "../channels/fake-server.ts";
import { eventually } from "../../../../test/kit/eventually.ts";
import { login, type Place, sent, startPlace, tokens } from "./harness.ts";

let people: FakeServer;
/** Told only of what somebody asks them for. */
let helpers: FakeServer;
let place: Place;

beforeAll(async () => {
  people = await fakeServer();
  helpers = await fakeServer();
  place = await startPlace({
    channels: {
      people: { kind: "webhook", url: people.url, plain: true, private: true },
      help: { kind: "webhook", url: helpers.url, plain: true, private: true },
    },
    subscriptions: [
      { channel: "people", after: [0], also: ["resolved"] },
      { channel: "help", severities: ["p5"], after: [0], also: [] },
    ],
  });
});
afterAll(async () => {
  await place.stop();
  await people.close();
  await helpers.close();
});

interface Known {
  readonly alert: Alert;
  readonly events: readonly AlertEvent[];
}
let last = 0xf000;
const fresh = (): string => (last += 1).toString(16).padStart(16, "0");
const known = (fingerprint: string): Promise<Known> =>
  place.json<Known>(`/v1/alerts/${fingerprint}`);
const told = (fingerprint: string, who = people): string[] =>
  who.seen
    .map(({ body }) => JSON.parse(body) as { occasion: string; alerts: Alert[] })
    .filter(({ alerts }) => alerts.some((one) => one.fingerprint === fingerprint))
    .map(({ occasion }) => occasion);
async function tells(fingerprint: string, ...occasions: string[]): Promise<void> {
  const enough = () => Promise.resolve(told(fingerprint).length >= occasions.length);
  await eventually(enough);
  expect(told(fingerprint)).toEqual(occasions);
}
const kindsOf = ({ events }: Known): string[] => events.map(({ kind }) => kind).reverse();

test("an end whose beginning was never heard is kept, and nobody is notified", async () => {
  const fingerprint = fresh();
  const over = { fingerprint, status: "resolved", endsAt: "2026-11-21T08:03:00Z" };
  await place.post([sent(over)]);
  const other = fresh();
  await place.post([sent({ fingerprint: other })]);
  await tells(other, "firing");
  expect(told(fingerprint)).toEqual([]);
  expect((await known(fingerprint)).alert).toMatchObject({ status: "resolved" });
});

test("an end that a long-running group repeats with each message is one end", async () => {
  const fingerprint = fresh();
  const [beside, labels] = [fresh(), { alertname: "Repeated", severity: "critical" }];
  await place.post([sent({ fingerprint, labels })]);
  await tells(fingerprint, "firing");
  const over = sent({ fingerprint, labels, status: "resolved", endsAt: "2026-11-21T08:03:00Z" });
  for (let n = 0; n < 4; n += 1) {
    const annotations = { summary: `${n} of the group` };
    await place.post([over, sent({ fingerprint: beside, annotations })]);
  }
  await tells(fingerprint, "firing", "resolved");
  expect(kindsOf(await known(fingerprint))).toEqual(["firing", "resolved"]);
  const noise = await place.json<{ alerts: Noise[] }>("/v1/noise?days=1");
  expect(noise.alerts.find(({ alertname }) => alertname === "Repeated")?.episodes).toBe(1);
});

test("the same alert twice in one message is one alert, whatever comes first", async () => {
  const fingerprint = fresh();
  const over = sent({ fingerprint, status: "resolved", endsAt: "2026-11-21T08:03:00Z" });
  await place.post([over, sent({ fingerprint }), over]);
  expect((await known(fingerprint)).alert.status).toBe("resolved");
});

test("times of another zone, and fractions down to a nanosecond, are the same times", async () => {
  const fingerprint = fresh();
  await place.post([sent({ fingerprint, startsAt: "2026-11-21T16:00:00.123456789+08:00" })]);
  expect((await known(fingerprint)).alert.startsAt).toBe(Date.parse("2026-11-21T08:00:00.123Z"));
  await place.post([
    sent({
      fingerprint,
      startsAt: "2026-11-21T08:00:00.123456789Z",
      status: "resolved",
      endsAt: "2026-11-21T10:03:00+02:00",
    }),
  ]);
  const { alert } = await known(fingerprint);
  expect(alert).toMatchObject({ status: "resolved", endsAt: Date.parse("2026-11-21T08:03:00Z") });
});

test("what Grafana's own alerting sends is taken, and ends", async () => {
  const fingerprint = fresh();
  const grafana = {
    valueString: "[ var='B' labels={} value=93.4 ]",
    values: null,
    dashboardURL: "https://grafana.example/d/x?orgId=1",
    panelURL: "",
    silenceURL: "https://grafana.example/alerting/silence/new?matcher=a%3Db",
    imageURL: "",
    orgId: 1,
  };
  const labels = { alertname: "DatasourceNoData", datasource_uid: "a", grafana_folder: "Node" };
  await place.post([sent({ fingerprint, labels, ...grafana })]);
  await tells(fingerprint, "firing");
  await place.post([sent({ fingerprint, labels, ...grafana, status: "resolved", endsAt: "" })]);
  await place.post([
    sent({ fingerprint, labels, ...grafana, status: "resolved", endsAt: "2026-11-21T08:03:00Z" }),
  ]);
  await tells(fingerprint, "firing", "resolved");
  expect(kindsOf(await known(fingerprint))).toEqual(["firing", "resolved"]);
});

test("a beginning that is an impossible time does no harm", async () => {
  for (const startsAt of ["0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "9999-12-31T23:59:59Z"]) {
    const fingerprint = fresh();
    await place.post([sent({ fingerprint, startsAt })]);
    await tells(fingerprint, "firing");
    const endsAt = "2026-11-21T08:03:00Z";
    await place.post([sent({ fingerprint, startsAt, endsAt, status: "resolved" })]);
    await tells(fingerprint, "firing", "resolved");
    expect((await known(fingerprint)).alert.startsAt).toBe(Date.parse(startsAt));
  }
});

test.each([
  ["in pieces of no said length", { "transfer-encoding": "chunked" }, ""],
  ["by another name of JSON", { "content-type": "application/json; charset=utf-8" }, ""],
  ["with a mark of its byte order", {}, "\ufeff"],
])("a message %s is taken", async (_, headers, before) => {
  const fingerprint = fresh();
  const body = `${before}${JSON.stringify({ alerts: [sent({ fingerprint })] })}`;
  const { port } = new URL(place.url);
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const all = { "content-type": "application/json", authorization: `Bearer ${tokens[0]}` };
    const options = { port, method: "POST", rejectUnauthorized: false, agent: false };
    const outgoing = request(
      { ...options, host: "127.0.0.1", path: "/v1/alerts", headers: { ...all, ...headers } },
      (incoming) => {
        resolve(incoming.resume().statusCode);
      },
    );
    outgoing.on("error", reject);
    outgoing.write(body.slice(0, 20));
    outgoing.end(body.slice(20));
  });
  expect(status).toBe(200);
  expect((await known(fingerprint)).alert.status).toBe("firing");
});

test("one value that is nothing costs no alert", async () => {
  const fingerprint = fresh();
  await place.post([
    sent({ fingerprint, annotations: { summary: "It is full", description: null, count: 3 } }),
  ]);
  await tells(fingerprint, "firing");
  const { annotations } = (await known(fingerprint)).alert;
  expect(annotations).toEqual({ summary: "It is full", count: "3" });
});

test("alerts whose summaries are the same are not taken for one", async () => {
  const [one, two] = [fresh(), fresh()];
  const annotations = { summary: "A job is failing" };
  for (const [index, fingerprint] of [one, two].entries()) {
    const labels = { alertname: "JobFailing", job: `job-${index}`, severity: "critical" };
    await place.post([sent({ fingerprint, labels, annotations })]);
  }
  await tells(one, "firing");
  await tells(two, "firing");
  const keys = people.seen.map(({ body }) => (JSON.parse(body) as { key: string }).key);
  expect(new Set(keys).size).toBe(keys.length);
});

test.each([
  ["a name that nobody sees", { kind: "assign", to: "\u202e\u200b \0" }],
  ["a comment that says nothing", { kind: "comment", text: " \n " }],
])("%s is a mistake", async (_, action) => {
  const fingerprint = fresh();
  await place.post([sent({ fingerprint })]);
  const path = `/v1/alerts/${fingerprint}/actions`;
  expect(await place.ask(path, { as: login, body: JSON.stringify(action) })).toMatchObject({
    status: 400,
  });
});

test("an empty group is not a mistake", async () => {
  expect((await place.post([])).status).toBe(200);
});

test("what began and ended while a channel was away is not told as if it went on", async () => {
  const fingerprint = fresh();
  interface Delivered {
    readonly deliveries: readonly { readonly occasion: string; readonly state: string }[];
  }
  const states = async (): Promise<Record<string, string>> => {
    const { deliveries } = await place.json<Delivered>(`/v1/alerts/${fingerprint}`);
    return Object.fromEntries(deliveries.map(({ occasion, state }) => [occasion, state]));
  };
  people.script = [{ status: 503 }];
  await place.post([sent({ fingerprint })]);
  await eventually(() => Promise.resolve(told(fingerprint).length > 0));
  await place.post([sent({ fingerprint, status: "resolved", endsAt: "2026-11-21T08:03:00Z" })]);
  await eventually(async () => (await states())["firing"] === "cancelled");
  const before = told(fingerprint).length;
  people.script = [{ status: 200 }];
  await eventually(async () => (await states())["resolved"] === "sent");
  expect(told(fingerprint).slice(before)).not.toContain("firing");
});

test("a message that a channel refused for its secret is sent once that is fixed, without anybody's help", async () => {
  const fingerprint = fresh();
  people.script = [{ status: 401 }];
  await place.post([sent({ fingerprint })]);
  const refused = 'vigil_processor_notifications_total{channel="people",result="refused"} 1';
  await eventually(async () => (await place.ask("/metrics", { as: login })).text.includes(refused));
  expect((await place.json<{ dead: number }>("/v1/status")).dead).toBe(0);
  people.script = [{ status: 200 }];
  await place.again();
  await tells(fingerprint, "firing", "firing");
  await eventually(async () => (await place.json<{ pending: number }>("/v1/status")).pending === 0);
});

test("a channel that was asked for help hears that somebody has it, and that it is over", async () => {
  const [fingerprint, other] = [fresh(), fresh()];
  await place.post([sent({ fingerprint }), sent({ fingerprint: other })]);
  await tells(fingerprint, "firing");
  const act = async (action: object, as = login): Promise<void> => {
    const body = JSON.stringify(action);
    const { status } = await place.ask(`/v1/alerts/${fingerprint}/actions`, { as, body });
    expect(status).toBe(200);
  };
  const heard = async (...occasions: string[]): Promise<void> => {
    await eventually(() => Promise.resolve(told(fingerprint, helpers).length >= occasions.length));
    expect(told(fingerprint, helpers)).toEqual(occasions);
  };
  await act({ kind: "escalate", to: "help" });
  await heard("reminder");
  await act({ kind: "acknowledge" }, "grace:hopper");
  await heard("reminder", "acknowledged");
  const over = { status: "resolved", endsAt: "2026-11-21T08:03:00Z" };
  await place.post([sent({ fingerprint, ...over }), sent({ fingerprint: other, ...over })]);
  await heard("reminder", "acknowledged", "resolved");
  await tells(other, "firing", "resolved");
  expect(told(other, helpers)).toEqual([]);
});
