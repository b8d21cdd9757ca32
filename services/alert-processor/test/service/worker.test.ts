import { eventually } from "../../../../test/kit/eventually.ts";
import type { Channel, Message } from "../../channels/channel.ts";
import type { Outcome } from "../../core/retry.ts";
import { linksAt } from "../../service/links.ts";
import { sealFor } from "../../service/tokens.ts";
import { startWorker, type Worker } from "../../service/worker.ts";
import type { Store } from "../../store/store.ts";
import { message, minute, plan, receiptOf, start } from "../examples.ts";
import { freshMemory, removeMemories } from "./memory.ts";

let store: Store;
let now: number;
let workers: Worker[];
const results: string[] = [];
const troubles: unknown[] = [];

beforeEach(async () => {
  store = await freshMemory();
  now = start;
  workers = [];
  results.length = 0;
  troubles.length = 0;
});
afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
  await store.close();
});
afterAll(removeMemories);

/** A way to nobody: answers as it is told, and keeps what it got. */
function channelTo(
  outcomes: readonly (Outcome | Promise<Outcome>)[],
  fields: Partial<Channel> = {},
): Channel & { readonly got: Message[] } {
  const got: Message[] = [];
  return {
    name: "chat",
    bundle: 1,
    perSecond: 1000,
    idempotent: true,
    ...fields,
    got,
    send: (one) => {
      got.push(one);
      return Promise.resolve(outcomes[got.length - 1] ?? { kind: "sent" });
    },
  };
}

function work(channel: Channel, from: Store = store): Worker {
  const clock = () => now;
  const links = linksAt("https://alerts.example.com", sealFor("s".repeat(32), "take"), clock);
  const worker = startWorker({
    store: from,
    channel,
    links,
    clock,
    pause: 5,
    onDone: (result, why) => results.push(`${channel.name} ${result} ${why}`.trim()),
    onTrouble: (error) => troubles.push(error),
  });
  workers.push(worker);
  return worker;
}

const tell = (...alerts: Parameters<typeof receiptOf>) =>
  store.ingest([receiptOf(...alerts)], plan, now);
const came = (count: number) => eventually(() => Promise.resolve(results.length >= count));

test("what is due is told, with links", async () => {
  const channel = channelTo([]);
  work(channel);
  await tell(message());
  await came(1);
  expect(results).toEqual(["chat sent"]);
  expect(channel.got[0]).toMatchObject({ occasion: "firing", alerts: [{ alertname: "DiskFull" }] });
  expect(channel.got[0]?.links.page).toBe("https://alerts.example.com/");
});

test("what failed is tried again with the same key, not before its time", async () => {
  const failed = { kind: "failed", why: "answered 503", afterSeconds: 30 } as const;
  const channel = channelTo([failed]);
  const worker = work(channel);
  await tell(message());
  await came(1);
  now += 29_000;
  worker.nudge();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(channel.got).toHaveLength(1);
  now += 1_000;
  await came(2);
  expect(results).toEqual(["chat again answered 503", "chat sent"]);
  expect(channel.got[1]?.key).toBe(channel.got[0]?.key);
});

test("what is refused, or fails for a day, is given up", async () => {
  const channel = channelTo([
    { kind: "refused", why: "answered 400" },
    { kind: "failed", why: "no route" },
    { kind: "failed", why: "no route" },
  ]);
  work(channel);
  await tell(message());
  await came(1);
  await tell(message({ fingerprint: "a2" }));
  await came(2);
  now += 24 * 60 * minute;
  await came(3);
  expect(results).toEqual(["chat dead answered 400", "chat again no route", "chat dead no route"]);
  const [given] = await store.deliveries("a2", 1);
  expect(given).toMatchObject({ state: "dead", why: "no route; given up after a day" });
});

test("what a channel does not take by its secret or address waits until somebody has fixed that", async () => {
  const channel = channelTo([{ kind: "barred", why: "answered 401" }]);
  work(channel);
  await tell(message());
  await came(1);
  now += 15 * minute;
  await came(2);
  expect(results).toEqual(["chat refused answered 401", "chat sent"]);
});

test("one alert that a channel refuses takes no other with it", async () => {
  const channel = channelTo([], { bundle: 20 });
  const refuses = (one: Message): boolean =>
    one.alerts.some(({ fingerprint }) => fingerprint === "bad");
  const send: Channel["send"] = (one) =>
    Promise.resolve(refuses(one) ? { kind: "refused", why: "answered 400" } : { kind: "sent" });
  await tell(...["a1", "bad", "a2"].map((fingerprint) => message({ fingerprint })));
  work({ ...channel, send });
  await came(4);
  expect(results.toSorted()).toEqual([
    "chat again answered 400",
    "chat dead answered 400",
    "chat sent",
    "chat sent",
  ]);
});

test("a storm is bundled", async () => {
  const many = Array.from({ length: 25 }, (_, n) => message({ fingerprint: `b${n.toString(16)}` }));
  await tell(...many);
  const channel = channelTo([], { bundle: 10 });
  work(channel);
  await came(3);
  expect(channel.got.map(({ alerts }) => alerts.length)).toEqual([10, 10, 5]);
});

test("a channel that hangs delays no other", async () => {
  let free: (outcome: Outcome) => void = () => undefined;
  const hanging = new Promise<Outcome>((resolve) => {
    free = resolve;
  });
  work(channelTo([hanging, hanging], { name: "pager" }));
  const well = channelTo([]);
  work(well);
  await tell(message());
  await came(1);
  await tell(message({ fingerprint: "a2" }));
  await came(2);
  expect(results).toEqual(["chat sent", "chat sent"]);
  free({ kind: "sent" });
  await came(4);
});

test("what was told while the memory is away is written down later, and not told again", async () => {
  let away = true;
  const shaky: Store = {
    ...store,
    settle: (...args) => (away ? Promise.reject(new Error("gone")) : store.settle(...args)),
  };
  const rejections: unknown[] = [];
  const heard = (error: unknown): void => void rejections.push(error);
  process.on("unhandledRejection", heard);
  // Slow, so that something fails while the next one waits for its turn.
  const channel = channelTo([], { perSecond: 20 });
  work(channel, shaky);
  await tell(message(), message({ fingerprint: "a2" }), message({ fingerprint: "a3" }));
  await eventually(() => Promise.resolve(channel.got.length === 3 && troubles.length > 3));
  away = false;
  await came(3);
  process.off("unhandledRejection", heard);
  expect(rejections).toEqual([]);
  expect(results).toEqual(["chat sent", "chat sent", "chat sent"]);
  expect(channel.got).toHaveLength(3);
  expect(await store.depth()).toMatchObject({ pending: 9 });
});

test("a channel that breaks its word, and a store that is gone for a moment, are trouble only", async () => {
  const channel = channelTo([Promise.reject(new Error("odd"))]);
  let broken = true;
  const shaky: Store = {
    ...store,
    take: (...args) => (broken ? Promise.reject(new Error("gone")) : store.take(...args)),
  };
  work(channel, shaky);
  await tell(message());
  await eventually(() => Promise.resolve(troubles.length > 1));
  broken = false;
  await came(1);
  expect(results).toEqual(["chat again odd"]);
  expect(troubles[0]).toEqual(new Error("gone"));
});

test("what is on its way is ended before it stops", async () => {
  let free: (outcome: Outcome) => void = () => undefined;
  const slow = new Promise<Outcome>((resolve) => {
    free = resolve;
  });
  const channel = channelTo([slow]);
  const worker = work(channel);
  await tell(message());
  await eventually(() => Promise.resolve(channel.got.length === 1));
  const stopped = worker.stop();
  free({ kind: "sent" });
  await stopped;
  expect(results).toEqual(["chat sent"]);
});
