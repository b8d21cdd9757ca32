/** Telling: topics of Appwrite as channels, and the drain that feeds them. */
import { Client, Messaging } from "node-appwrite";
import { drain } from "../../appwrite/drain.ts";
import { subscriptions, topicChannel, topics } from "../../appwrite/topics.ts";
import type { Channel, Message } from "../../channels/channel.ts";
import type { Alert } from "../../core/alert.ts";
import { receive } from "../../core/lifecycle.ts";
import { deliveriesOf } from "../../core/routing.ts";
import type { Store } from "../../store/store.ts";
import { message, minute, receiptOf, start } from "../examples.ts";
import { type FakeAppwrite, startFake } from "./fake.ts";
import { anyStore } from "./setup.ts";

let fake: FakeAppwrite;
let channels: readonly Channel[];

const page = "https://status.example.org/";
const links = { page, alert: () => page, acknowledge: () => "" };

const alertOf = (fields: Parameters<typeof message>[0] = {}): Alert =>
  (receive(undefined, message(fields), start)[0] as { alert: Alert }).alert;

const telling = (key: string, alert = alertOf()): Message => ({
  key,
  occasion: "firing",
  alerts: [alert],
  links,
});

const never = new AbortController().signal;

function channelsWith(...scopes: string[]): readonly Channel[] {
  const client = new Client()
    .setEndpoint(fake.endpoint)
    .setProject(fake.project)
    .setKey(fake.key(...scopes));
  return topics.map((topic) => topicChannel(new Messaging(client), topic, () => start));
}

beforeEach(async () => {
  fake = await startFake();
  channels = channelsWith("messages.write");
});
afterEach(() => fake.close());

describe("a topic", () => {
  const sent = () => [...fake.services.messages.values()];

  test("gets a push and an SMS, each once whatever the number of attempts", async () => {
    for (let attempt = 0; attempt < 2; attempt += 1) {
      expect(await channels[0]?.send(telling("a"), never)).toEqual({ kind: "sent" });
    }
    expect(sent()).toMatchObject([
      { kind: "push", topics: ["critical-alerts"] },
      {
        kind: "sms",
        content: `CRITICAL: DiskFull on db-1:9100: The disk of db-1 is full\n${page}`,
      },
    ]);
    expect(sent()[0]).toMatchObject({ data: { url: page } });
    expect(sent()[0]?.body).not.toContain("Acknowledge");
  });

  test("gets what is missing where half of it was sent", async () => {
    fake.fail("/messages/sms", 503);
    const failed = { kind: "failed", why: "sms: Appwrite 503 general_unknown" };
    expect(await channels[0]?.send(telling("a"), never)).toEqual(failed);
    fake.fail("", 0);
    expect(await channels[0]?.send(telling("a"), never)).toEqual({ kind: "sent" });
    expect(sent().map(({ kind }) => kind)).toEqual(["push", "sms"]);
  });

  test("gets nothing longer than Appwrite and telephones take", async () => {
    const summary = "\u{1f525}".repeat(2000);
    const alert = alertOf({ annotations: { summary, description: summary } });
    expect(await channels[0]?.send(telling("a", alert), never)).toEqual({ kind: "sent" });
    const [push, sms] = sent();
    expect(Array.from(push?.title ?? "")).toHaveLength(256);
    expect(Array.from(push?.body ?? "")).toHaveLength(700);
    expect(Buffer.byteLength(push?.body ?? "")).toBeLessThan(4096);
    expect(Array.from(sms?.content ?? "").length).toBeLessThan(250);
  });

  test("is tried again where the key may not send, or nobody answers", async () => {
    const [refused] = channelsWith("rows.read");
    expect(await refused?.send(telling("a"), never)).toEqual({
      kind: "barred",
      why: "push: Appwrite 401 general_unauthorized_scope; sms: Appwrite 401 general_unauthorized_scope",
    });
    await fake.close();
    expect(await channels[0]?.send(telling("a"), never)).toMatchObject({ kind: "failed" });
    fake = await startFake();
  });

  test("does not wait longer than it is told to", async () => {
    const outcome = await channels[0]?.send(telling("a"), AbortSignal.abort());
    expect(outcome).toEqual({ kind: "failed", why: "push: took too long; sms: took too long" });
  });
});

test("every alert goes to one topic, and what is critical to both", () => {
  const told = (severity: string) =>
    receive(undefined, message({ severity }), start)
      .flatMap((change) => deliveriesOf(change, subscriptions))
      .map(({ channel, dueAt }) => `${channel} ${(dueAt - start) / minute}`);
  const all = "monitoring-alerts 0";
  const critical = ["critical-alerts 0", "critical-alerts 5", "critical-alerts 15"];
  expect(told("critical")).toEqual([...critical, all]);
  expect(told("emergency")).toEqual([...critical, all]);
  expect(told("warning")).toEqual([all]);
  expect(told("something new")).toEqual([all]);
});

describe("the drain", () => {
  let store: Store;
  const onTrouble = jest.fn();
  const many = Array.from({ length: 50 }, (_, n) => message({ fingerprint: `b${n}` }));

  const run = (now: number, until = now + minute, to = channels) =>
    drain({ store, channels: to, links, clock: () => now, until, onTrouble });

  beforeEach(async () => {
    onTrouble.mockClear();
    store = await anyStore();
    const plan = (change: Parameters<typeof deliveriesOf>[0]) =>
      deliveriesOf(change, subscriptions);
    await store.ingest([receiptOf(...many)], plan, start);
  });
  afterEach(() => store.close());

  test("tells a storm in few messages, and reminds as long as nobody takes it", async () => {
    expect(await run(start)).toBe(6);
    expect(fake.services.messages.size).toBe(9);
    expect(await run(start)).toBe(0);
    expect(await run(start + 300_000)).toBe(3);
    expect(onTrouble).not.toHaveBeenCalled();
  });

  test("begins nothing after its time", async () => {
    expect(await run(start, start)).toBe(0);
    expect((await store.depth()).pending).toBe(200);
  });

  test("stops in the middle when its time is over, and the next one goes on", async () => {
    let now = start;
    const slow = channels.map((channel) => ({
      ...channel,
      send: (...args: Parameters<Channel["send"]>) => {
        now += 1_000;
        return channel.send(...args);
      },
    }));
    const options = { store, channels: slow, links, clock: () => now, onTrouble };
    const first = await drain({ ...options, until: start + 2_000 });
    expect(first).toBeLessThan(6);
    const free = start + minute;
    now = free;
    const second = await drain({ ...options, until: free + minute });
    expect(first + second).toBe(6);
    expect(fake.services.messages.size).toBe(9);
  });

  test("tries again what failed, and gives up what is refused", async () => {
    fake.fail("/messages", 503);
    expect(await run(start)).toBe(0);
    expect(onTrouble).toHaveBeenCalledWith(
      "critical-alerts: push: Appwrite 503 general_unknown; sms: Appwrite 503 general_unknown",
    );
    fake.fail("/messages", 400);
    expect(await run(start + minute)).toBe(0);
    expect(await store.depth()).toMatchObject({ dead: 100, pending: 100 });
  });

  test("gives up after a day", async () => {
    fake.fail("/messages", 503);
    await run(start + 24 * 60 * minute);
    expect(await store.depth()).toMatchObject({ dead: 100 });
  });

  test("says what stops one channel, and goes on with the other", async () => {
    const [critical, all] = channels as [Channel, Channel];
    const broken = { ...critical, send: () => Promise.reject(new Error("broken")) };
    expect(await run(start, start + minute, [broken, all])).toBe(3);
    expect(onTrouble).toHaveBeenCalledWith("critical-alerts: broken");
  });
});
