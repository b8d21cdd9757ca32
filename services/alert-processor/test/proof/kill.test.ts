import { setTimeout as sleep } from "node:timers/promises";
import { until } from "../../../../test/kit/servers.ts";
import { ended, firing, numbers, type Sent } from "./alerts.ts";
import { Processor } from "./harness.ts";
import { channelTo, nameOf, openReceiver, type Receiver } from "./receiver.ts";

const rounds = 50;
const batch = 20;

/** Posts new alerts, and ends of older ones, until it is stopped; remembers what was answered 200. */
function load(processor: Processor) {
  const acknowledged: Sent[] = [];
  const odd = new Set<number>();
  let next = 0;
  const stopping = new AbortController();
  const { signal } = stopping;
  /** As Alertmanager does: what was not answered 200 comes again until it is. */
  async function insist(alerts: readonly Sent[]): Promise<void> {
    while (!signal.aborted) {
      const status = await processor.post(alerts);
      if (status === 200) {
        acknowledged.push(...alerts);
        return;
      }
      if (status !== 0 && status !== 503) odd.add(status);
      await sleep(20);
    }
  }
  async function send(): Promise<void> {
    while (!signal.aborted) {
      const alerts = numbers((next += batch), batch).map((number) => firing(number));
      await insist(alerts);
      await insist(alerts.slice(0, batch / 4).map(ended));
    }
  }
  const running = Promise.all([send(), send()]);
  return {
    acknowledged,
    odd,
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

/** The last status of each alert that was acknowledged. */
const acknowledgedIn = ({ acknowledged }: ReturnType<typeof load>): Map<string, string> =>
  new Map(acknowledged.map((one) => [one.fingerprint, one.status]));

interface Row {
  readonly fingerprint: string;
  readonly startsAt: number;
  readonly occasion: string;
  readonly state: string;
}

describe("a processor that is killed again and again", () => {
  let receiver: Receiver;
  let processor: Processor;

  beforeAll(async () => {
    receiver = await openReceiver();
    // Slow now and then, so that it is killed while a message is on its way.
    receiver.delay = () => Math.random() * 30;
    const people = channelTo(receiver, { bundle: 50, perSecond: 100 });
    processor = await Processor.create({ channels: { people } });
  });

  afterAll(async () => {
    await processor.remove();
    await receiver.close();
  });

  it(`loses nothing in ${rounds} rounds: neither what it acknowledged nor what it has to tell`, async () => {
    await processor.start();
    const loader = load(processor);
    // On a busy machine many a round is over before anything was acknowledged.
    const enough = (): boolean => acknowledgedIn(loader).size > rounds * batch;
    let kills = 0;
    for (; kills < rounds || !enough(); kills += 1) {
      await sleep(Math.random() * 400);
      await processor.kill();
      await processor.start();
    }
    await loader.stop();
    await until("all deliveries", 60, async () => {
      const { pending } = await processor.get<{ pending: number }>("/v1/status");
      return pending === 0 ? true : undefined;
    });
    await processor.stop();

    expect(processor.ask("PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }]);
    const kept = new Map(
      processor
        .ask("SELECT fingerprint, status FROM alerts")
        .map(({ fingerprint, status }) => [fingerprint, status]),
    );
    const last = acknowledgedIn(loader);
    expect(last.size).toBeGreaterThan(rounds * batch);
    expect([...last].filter(([fingerprint]) => !kept.has(fingerprint))).toEqual([]);
    const unended = [...last].filter(
      ([fingerprint, status]) => status === "resolved" && kept.get(fingerprint) !== "resolved",
    );
    expect(unended).toEqual([]);
    expect(loader.odd).toEqual(new Set());

    const outbox = processor.ask(
      `SELECT fingerprint, "startsAt", occasion, state FROM outbox`,
    ) as unknown as Row[];
    // A beginning that nobody heard before the end came is no longer told; all else is.
    const silent = outbox.filter(
      ({ fingerprint, state }) =>
        state !== "sent" && !(state === "cancelled" && kept.get(fingerprint) === "resolved"),
    );
    expect(silent).toEqual([]);
    const sent = outbox.filter(({ state }) => state === "sent");
    const unheard = sent.filter(
      ({ fingerprint, occasion, startsAt }) =>
        !receiver.told.has(nameOf(fingerprint, startsAt, occasion)),
    );
    expect(unheard).toEqual([]);
    const underTwoKeys = [...receiver.told].filter(([, keys]) => keys.size > 1);
    expect(underTwoKeys).toEqual([]);

    const repeated = [...receiver.keys.values()].filter((times) => times > 1).length;
    process.stdout.write(
      `${kills} kills: ${last.size} alerts acknowledged, ${receiver.keys.size} messages, ` +
        `${repeated} of them repeated with the same key\n`,
    );
  }, 600_000);
});
