import { firing, numbers } from "../services/alert-processor/test/proof/alerts.ts";
import type { Processor } from "../services/alert-processor/test/proof/harness.ts";
import {
  channelTo,
  openReceiver,
  type Receiver,
} from "../services/alert-processor/test/proof/receiver.ts";
import { guarded, interrupted } from "./lib/interrupt.ts";
import { withProcessor } from "./lib/processor.ts";
import type { Report } from "./lib/report.ts";
import { median, quartiles } from "./lib/statistics.ts";

/** Seconds from a start to the first delivery of what was left over. */
const goal = 1;

const rounds = 10;

/** Enough that there is always something left over. */
const alerts = 20_000;

/** Seconds of one start: until alerts are taken in, and from then until the first delivery. */
interface Start {
  readonly ready: number;
  readonly first: number;
}

async function start(processor: Processor, receiver: Receiver): Promise<Start> {
  interrupted.signal.throwIfAborted();
  const heard = receiver.next();
  const begun = performance.now();
  const ready = (await processor.start()) / 1000;
  const first = ((await heard) - begun) / 1000 - ready;
  await processor.kill();
  return { ready, first };
}

/** A processor that is killed with much to tell, until it tells again. */
export function run(): Promise<Report> {
  return guarded(async () => {
    const receiver = await openReceiver();
    // Never answers: what is on its way when it is killed stays to be told.
    receiver.delay = () => Infinity;
    try {
      const people = channelTo(receiver, { bundle: 100 });
      return await withProcessor(
        async (processor) => {
          await processor.start();
          for (const first of numbers(0, alerts / 1000)) {
            const status = await processor.post(
              numbers(first * 1000, 1000).map((number) => firing(number)),
            );
            if (status !== 200) throw new Error(`alerts were answered ${status}`);
          }
          await processor.kill();
          const starts: Start[] = [];
          for (let round = 0; round < rounds; round += 1) {
            starts.push(await start(processor, receiver));
          }
          return report(starts);
        },
        { channels: { people } },
      );
    } finally {
      await receiver.close();
    }
  });
}

function report(starts: readonly Start[]): Report {
  const whole = starts.map(({ first, ready }) => ready + first);
  const [ready, first] = [starts.map((one) => one.ready), starts.map((one) => one.first)];
  return {
    name: "processor-restart",
    figures: [
      {
        what: "start after kill -9 to the first delivery",
        unit: "s",
        value: median(whole),
        spread: quartiles(whole),
        goal,
      },
      {
        what: "of which until it takes alerts in",
        unit: "s",
        value: median(ready),
        spread: quartiles(ready),
      },
      {
        what: "of which from then to the first delivery",
        unit: "s",
        value: median(first),
        spread: quartiles(first),
      },
    ],
    notes: [`${rounds} starts with ${alerts} deliveries left over, to a receiver on loopback.`],
  };
}
