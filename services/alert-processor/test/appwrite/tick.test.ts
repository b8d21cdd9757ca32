/** The run of each minute: a memory on a file, real HTTP to all others, and a clock that tests set. */
import { Client, Messaging } from "node-appwrite";
import { eventually } from "../../../../test/kit/eventually.ts";
import { handle } from "../../appwrite/handle.ts";
import { partsOf, plan as topicPlan } from "../../appwrite/parts.ts";
import { settingsOf } from "../../appwrite/settings.ts";
import { topicChannel, topics } from "../../appwrite/topics.ts";
import type { AlertmanagerTarget } from "../../service/alertmanager-api.ts";
import type { Store } from "../../store/store.ts";
import { type FakeServer, fakeServer } from "../channels/fake-server.ts";
import { message, minute, plan, receiptOf, start } from "../examples.ts";
import { startAlertmanager as startReal } from "../service/real-alertmanager.ts";
import { contextOf, environment, scheduled } from "./executions.ts";
import { type FakeAlertmanager, login, startAlertmanager } from "./fake-alertmanager.ts";
import { type FakeAppwrite, startFake } from "./fake.ts";
import { anyStore, token } from "./setup.ts";

jest.setTimeout(60_000);

let alertmanager: FakeAlertmanager;
let appwrite: FakeAppwrite;
let outside: FakeServer;
let store: Store;
let now: number;
let logged: string[];

interface Otherwise {
  readonly alertmanager?: AlertmanagerTarget;
  readonly store?: Store;
  readonly silence?: string;
}

/** What a process of the function that begins now works with. */
function partsNow(more: Otherwise = {}) {
  const client = new Client().setEndpoint(appwrite.endpoint).setProject(appwrite.project);
  const messaging = new Messaging(client.setKey(appwrite.key("messages.write")));
  const clock = () => now;
  const settings = settingsOf({
    ...environment,
    VIGIL_ALERTMANAGER_URL: alertmanager.url,
    VIGIL_ALERTMANAGER_USERNAME: login.username,
    VIGIL_ALERTMANAGER_PASSWORD: login.password,
    VIGIL_ALERTMANAGER_CA: alertmanager.ca,
    VIGIL_SILENCE_SECONDS: more.silence,
  });
  return partsOf({
    store: more.store ?? store,
    channels: topics.map((topic) => topicChannel(messaging, topic, clock)),
    // Only the address of a test is private.
    settings: {
      ...settings,
      ...(more.alertmanager && { alertmanager: more.alertmanager }),
      heartbeat: { url: outside.url, plain: true, private: true },
    },
    clock,
  });
}

/** The run of each minute in such a process. */
function begin(more?: Otherwise) {
  const parts = partsNow(more);
  return async () => {
    const { body, statusCode } = await handle(scheduled(logged), parts);
    return { ...(body as object), statusCode };
  };
}

const take = (...alerts: Parameters<typeof receiptOf>) =>
  store.ingest([receiptOf(...alerts)], () => [], now);
const watchdog = message({
  fingerprint: "00000000000000f1",
  labels: { alertname: "Watchdog", severity: "none" },
});
const titles = () => [...appwrite.services.messages.values()].flatMap(({ title }) => title ?? []);

beforeAll(async () => {
  [alertmanager, outside] = await Promise.all([startAlertmanager(), fakeServer()]);
});
beforeEach(async () => {
  appwrite = await startFake();
  store = await anyStore();
  now = start;
  logged = [];
  Object.assign(alertmanager, { alerts: [], status: 200, onAsked: () => undefined });
});
afterEach(async () => {
  await store.close();
  await appwrite.close();
});
afterAll(() => Promise.all([alertmanager.close(), outside.close()]));

describe("the heartbeat", () => {
  test("goes on to the address outside in each run, as long as it is heard", async () => {
    const tick = begin();
    await take(watchdog);
    const before = outside.seen.length;
    // A run may begin a little early.
    for (now of [start, start + minute - 500]) {
      expect(await tick()).toMatchObject({ heard: true, pinged: true, failed: [] });
    }
    expect(outside.seen).toHaveLength(before + 2);
  });

  test("that falls silent is an alert that is told in the same run, and ends when it is heard", async () => {
    const tick = begin();
    await take(watchdog);
    now += 5 * minute + 1;
    const before = outside.seen.length;
    expect(await tick()).toMatchObject({ heard: false, pinged: false, open: 1, failed: [] });
    expect(outside.seen).toHaveLength(before);
    const told = "EMERGENCY: WatchdogSilent: Alertmanager is silent: alerts do not arrive";
    expect(titles()).toEqual([told, told]);
    // Alertmanager lists no alert of ours, which must not end it.
    now += 10 * minute;
    expect(await tick()).toMatchObject({ heard: false, lost: 0, open: 1 });
    await take(watchdog);
    expect(await tick()).toMatchObject({ heard: true, pinged: true, open: 0 });
    expect(titles().at(-1)).toContain("Resolved: WatchdogSilent");
  });

  test("may be silent as long as the environment says", async () => {
    const tick = begin({ silence: "30" });
    await take(watchdog);
    now += 30_000;
    expect(await tick()).toMatchObject({ heard: true });
    now += 1;
    expect(await tick()).toMatchObject({ heard: false, open: 1 });
  });

  test("that was never heard counts from when the process began", async () => {
    await begin()();
    now += 6 * minute;
    const tick = begin();
    expect(await tick()).toMatchObject({ heard: false, open: 0 });
    now += 5 * minute + 1;
    expect(await tick()).toMatchObject({ heard: false, pinged: false, open: 1 });
  });

  test("that the address outside does not take is said, and nothing else suffers", async () => {
    const dead = await fakeServer();
    await dead.close();
    const alive = outside;
    outside = dead;
    const tick = begin();
    outside = alive;
    await take(watchdog);
    expect(await tick()).toMatchObject({
      statusCode: 200,
      heard: true,
      pinged: false,
      failed: ["sending the heartbeat"],
    });
    expect(logged.join()).toContain("sending the heartbeat failed, will be retried in a minute");
    expect(logged.join()).not.toContain(String(dead.port));
  });
});

describe("the comparison with Alertmanager", () => {
  test("brings what never arrived, and tells it in the same run", async () => {
    alertmanager.alerts = [message()];
    now += minute;
    expect(await begin()()).toMatchObject({ found: 1, lost: 0, open: 1, sent: 2, failed: [] });
    const told = "CRITICAL: DiskFull on db-1:9100: The disk of db-1 is full";
    expect(titles()).toEqual([told, told]);
  });

  test("ends what it does not list any more", async () => {
    const tick = begin();
    await take(message(), message({ fingerprint: "a2" }));
    now += 6 * minute;
    alertmanager.alerts = [message()];
    expect(await tick()).toMatchObject({ found: 0, lost: 1, failed: [] });
    expect(await store.get("a2")).toMatchObject({ status: "stale" });
    expect(await store.get(message().fingerprint)).toMatchObject({ status: "firing" });
  });

  test("comes before anybody is reminded of what is over, or woken for it, after a long absence", async () => {
    const labels = (severity: string) => ({ ...message().labels, severity });
    const over = message({ fingerprint: "a2", labels: labels("emergency") });
    const quiet = message({ fingerprint: "a3" });
    const tick = begin();
    await take(watchdog);
    await store.ingest([receiptOf(message(), over, quiet)], topicPlan, now);
    const snooze = { kind: "snooze", until: now + 10 * minute } as const;
    await store.act("a3", snooze, "ada", undefined, topicPlan, now);
    expect(await tick()).toMatchObject({ failed: [] });
    const before = titles().length;
    now += 60 * minute;
    alertmanager.alerts = [watchdog, message()];
    // The first that comes after the absence may be a message.
    const startsAt = new Date(start).toISOString();
    const body = { alerts: [{ ...watchdog, status: "firing", startsAt, endsAt: undefined }] };
    const bearer = { authorization: `Bearer ${token}` };
    const posted = contextOf(logged, "/v1/alerts", body, bearer);
    const { statusCode } = await handle(posted, partsNow());
    expect([statusCode, titles().slice(before)]).toEqual([200, []]);
    expect(await tick()).toMatchObject({ lost: 2, woken: 0, failed: [] });
    const reminded = titles()
      .slice(before)
      .filter((title) => title.startsWith("Still"));
    expect(new Set(reminded)).toEqual(
      new Set(["Still CRITICAL, nobody has it: DiskFull on db-1:9100: The disk of db-1 is full"]),
    );
  });

  test("leaves what it found to the next run where the time for telling is over", async () => {
    const tick = begin();
    alertmanager.alerts = [message()];
    now += minute;
    alertmanager.onAsked = () => (now += 40_000);
    expect(await tick()).toMatchObject({ found: 1, sent: 0, pending: 4 });
    expect(await tick()).toMatchObject({ found: 0, sent: 2 });
  });

  test("that cannot be made is said, changes nothing, and stops no other job", async () => {
    const tick = begin();
    const wrong = { username: login.username, password: "babbage" };
    const { ca, url } = alertmanager;
    const locked = begin({ alertmanager: { url, ca, login: wrong, receiver: "vigil" } });
    const unknown = begin({ alertmanager: { url, ca, login, receiver: "nobody" } });
    const failed = ["comparing with Alertmanager"];
    await store.ingest([receiptOf(message())], plan, now);
    now += 6 * minute;
    await take(watchdog);
    alertmanager.status = 500;
    expect(await tick()).toMatchObject({ statusCode: 200, heard: true, pinged: true, failed });
    alertmanager.status = 200;
    expect(await locked()).toMatchObject({ statusCode: 200, lost: 0, failed });
    expect(await unknown()).toMatchObject({ statusCode: 200, lost: 0, failed });
    const log = logged.join("\n");
    expect(log).toContain("comparing with Alertmanager failed, will be retried in a minute");
    expect(log).toMatch(/it answered 500[^]*it answered 401[^]*has no receiver nobody/);
    expect(log).not.toContain("babbage");
    expect(await store.get(message().fingerprint)).toMatchObject({ status: "firing" });
  });

  test("makes nobody wait to be told", async () => {
    const silent = await startAlertmanager();
    silent.status = 0;
    const { ca, url } = silent;
    const tick = begin({ alertmanager: { url, ca, login, receiver: "vigil" } });
    await take(watchdog);
    now += 6 * minute;
    const running = tick();
    await eventually(() => Promise.resolve(titles().length === 2));
    await silent.close();
    expect(await running).toMatchObject({ sent: 2, failed: ["comparing with Alertmanager"] });
  });

  test("is made with a real Alertmanager", async () => {
    const route = { receiver: "processor", group_wait: "0s" };
    const real = await startReal({ route, receivers: [{ name: "processor" }] });
    try {
      now = Date.now();
      const tick = begin({ alertmanager: real.target });
      const labels = { alertname: "DiskFull", severity: "critical" };
      const startsAt = new Date(now - 2 * minute).toISOString();
      await real.post([{ labels, startsAt }]);
      await eventually(async () => "found" in (await tick()) && titles().length > 0);
      const [alert] = await store.list({});
      expect(alert).toMatchObject({ alertname: "DiskFull", status: "firing", labels });

      await real.post([{ labels, startsAt, endsAt: new Date().toISOString() }]);
      now += 6 * minute;
      await eventually(async () => {
        await tick();
        return (await store.get(alert?.fingerprint ?? ""))?.status === "stale";
      });
    } finally {
      await real.stop();
    }
  });
});

describe("a job that fails", () => {
  const broken = () => Promise.reject(new Error("broken"));

  test("is named in the answer, and the others are done", async () => {
    await store.ingest([receiptOf(message())], plan, now);
    const lose = (): ReturnType<Store["lose"]> => broken();
    const tick = begin({
      store: { ...store, wake: broken, heartbeats: broken, wasUsed: broken, among: broken, lose },
    });
    expect(await tick()).toMatchObject({
      statusCode: 200,
      open: 1,
      heard: false,
      pinged: false,
      failed: [
        "comparing with Alertmanager",
        "deleting old history",
        "ending snoozes",
        "listening for heartbeats",
      ],
    });
  });

  test("is trouble of the store where that cannot say how much there is", async () => {
    const tick = begin({ store: { ...store, depth: broken } });
    expect(await tick()).toEqual({ statusCode: 503, error: "temporarily unavailable, try again" });
  });
});
