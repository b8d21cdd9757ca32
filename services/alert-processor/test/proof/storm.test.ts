import { setTimeout as sleep } from "node:timers/promises";
import { firing, numbers } from "./alerts.ts";
import { Processor } from "./harness.ts";
import { channelTo, openReceiver, type Receiver } from "./receiver.ts";

const alerts = 50_000;
const batch = 20;
const lanes = 50;

describe("a storm", () => {
  let receiver: Receiver;
  let processor: Processor;

  beforeAll(async () => {
    receiver = await openReceiver();
    processor = await Processor.create({ channels: { people: channelTo(receiver) } });
    await processor.start();
  });

  afterAll(async () => {
    await processor.remove();
    await receiver.close();
  });

  it(`of ${alerts} new alerts is kept whole`, async () => {
    const statuses = new Map<number, number>();
    const left = numbers(0, alerts / batch);
    const lane = async (): Promise<void> => {
      for (let next = left.shift(); next !== undefined; next = left.shift()) {
        const message = numbers(next * batch, batch).map((number) => firing(number));
        for (;;) {
          const status = await processor.post(message);
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
          if (status === 200) break;
          await sleep(100);
        }
      }
    };
    const begun = performance.now();
    await Promise.all(numbers(0, lanes).map(lane));
    const seconds = (performance.now() - begun) / 1000;
    const { peak } = processor.memory();
    process.stdout.write(
      `${alerts} alerts in ${seconds.toFixed(1)} s, at most ${peak.toFixed(0)} MB; ` +
        `answers: ${JSON.stringify([...statuses])}\n`,
    );
    const { open } = await processor.get<{ open: number }>("/v1/status");
    expect(open).toBe(alerts);
    expect([...statuses.keys()].filter((status) => status !== 200 && status !== 503)).toEqual([]);
  });
});
