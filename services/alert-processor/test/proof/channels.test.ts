import { until } from "../../../../test/kit/servers.ts";
import { firing, numbers } from "./alerts.ts";
import { Processor } from "./harness.ts";
import { channelTo, openReceiver, type Receiver } from "./receiver.ts";

describe("a processor with channels that hang or fail", () => {
  const receivers: Receiver[] = [];
  let processor: Processor;

  beforeAll(async () => {
    const [well, hangs, fails] = await Promise.all([
      openReceiver(),
      openReceiver(),
      openReceiver(),
    ]);
    hangs.delay = () => Infinity;
    fails.status = 500;
    receivers.push(well, hangs, fails);
    processor = await Processor.create({
      channels: {
        well: channelTo(well, { bundle: 1, perSecond: 100 }),
        hangs: channelTo(hangs),
        fails: channelTo(fails),
      },
    });
    await processor.start();
  });

  afterAll(async () => {
    await processor.remove();
    await Promise.all(receivers.map((one) => one.close()));
  });

  it("tells the others all the same", async () => {
    const [well, hangs, fails] = receivers as [Receiver, Receiver, Receiver];
    const heard = (): boolean => hangs.keys.size > 0 && fails.keys.size > 0;
    expect(await processor.post([firing(0)])).toBe(200);
    await until("the channels that hang or fail", 30, () => heard() || undefined);
    expect(await processor.post(numbers(1, 199).map((number) => firing(number)))).toBe(200);
    await until("every alert", 60, () => (well.told.size === 200 ? true : undefined));
    const sent = (): Record<string, unknown>[] =>
      processor.ask(
        "SELECT channel, count(*) AS n FROM outbox WHERE state = 'sent' GROUP BY channel",
      );
    await until("word of it", 30, () => (sent()[0]?.["n"] === 200 ? true : undefined));
    expect(sent()).toEqual([{ channel: "well", n: 200 }]);
  });
});
