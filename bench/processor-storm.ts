import { setTimeout as sleep } from "node:timers/promises";
import { firing, numbers } from "../services/alert-processor/test/proof/alerts.ts";
import type { Processor } from "../services/alert-processor/test/proof/harness.ts";
import { channelTo, openReceiver } from "../services/alert-processor/test/proof/receiver.ts";
import { guarded, interrupted } from "./lib/interrupt.ts";
import { withProcessor } from "./lib/processor.ts";
import type { Report } from "./lib/report.ts";

/** Everything that fires when a data centre goes: all new, in so many seconds, to be told as well. */
const alerts = 50_000;
const seconds = 10;
const batch = 20;

/** Megabytes that are there at most. */
const room = 256;

interface Storm {
  /** From the first message to the acknowledgement of the last one: seconds. */
  readonly lasted: number;
  readonly refused: number;
  readonly peak: number;
  readonly stored: number;
  /** Deliveries that were told when the last alert was stored. */
  readonly told: number;
}

async function storm(processor: Processor, told: () => number): Promise<Storm> {
  let refused = 0;
  const begun = performance.now();
  const post = async (message: number): Promise<void> => {
    const due = begun + (message * batch * seconds * 1000) / alerts;
    await sleep(Math.max(0, due - performance.now()), undefined, { signal: interrupted.signal });
    const body = numbers(message * batch, batch).map((number) => firing(number));
    while ((await processor.post(body)) !== 200) {
      refused += 1;
      await sleep(500, undefined, { signal: interrupted.signal });
    }
  };
  await Promise.all(numbers(0, alerts / batch).map(post));
  const lasted = (performance.now() - begun) / 1000;
  const { open } = await processor.get<{ open: number }>("/v1/status");
  return { lasted, refused, peak: processor.memory().peak, stored: open, told: told() };
}

/** A storm of new alerts: whether all are kept, and in how much memory. */
export function run(): Promise<Report> {
  return guarded(async () => {
    const receiver = await openReceiver();
    try {
      const found = await withProcessor(
        async (processor) => {
          await processor.start();
          return storm(processor, () => receiver.told.size);
        },
        { channels: { people: channelTo(receiver) } },
      );
      return report(found);
    } finally {
      await receiver.close();
    }
  });
}

function report({ lasted, peak, refused, stored, told }: Storm): Report {
  return {
    name: "processor-storm",
    figures: [
      {
        what: `${alerts} new alerts, until the last one is acknowledged`,
        unit: "s",
        value: lasted,
      },
      {
        what: "alerts that are not stored then",
        unit: "times",
        value: alerts - stored,
        goal: 0,
      },
      { what: "resident memory, at most", unit: "MB", value: peak, goal: room },
    ],
    notes: [
      `They are sent within ${seconds} s, ${batch} in a message; ${refused} messages were refused and ` +
        `sent again. ${told} alerts had been told by then, as many as the channel's rate allows.`,
    ],
  };
}
