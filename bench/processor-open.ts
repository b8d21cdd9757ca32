import { appendFile, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { toYaml } from "../lib/yaml.ts";
import { Alertmanager } from "../services/alert-processor/test/proof/alertmanager.ts";
import { firing, numbers } from "../services/alert-processor/test/proof/alerts.ts";
import type { Processor } from "../services/alert-processor/test/proof/harness.ts";
import { user } from "../services/alert-processor/test/proof/place.ts";
import { guarded, interrupted } from "./lib/interrupt.ts";
import { withProcessor } from "./lib/processor.ts";
import type { Report } from "./lib/report.ts";

/** Open at once: a large estate whose network is gone. */
const alerts = 30_000;

/** A cluster, each of whose members Prometheus tells of every alert. */
const members = ["first", "second"];

/** Alerts of one name, which Alertmanager tells together. */
const together = 100;

/** Megabytes that are there at most. */
const room = 256;

/** Comparisons that are looked at. */
const rounds = 2;

/** People who open the page at the same time. */
const pages = 3;

/** Minutes until everything is told, and between two comparisons, at most. */
const patience = 5;

interface Health {
  readonly alertmanager: { readonly answeredAt: number | null; readonly problem: string } | null;
}

interface Found {
  readonly rest: number;
  readonly comparing: readonly number[];
  readonly opening: number;
  readonly peak: number;
}

/** Asks each second until there is an answer. @throws Error where none comes in time. */
async function wait<T>(what: () => string, ask: () => Promise<T | undefined>): Promise<T> {
  const end = performance.now() + patience * 60_000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > end) throw new Error(`timed out waiting until ${what()}`);
    await sleep(1_000, undefined, { signal: interrupted.signal });
  }
}

async function fill(processor: Processor, cluster: readonly Alertmanager[]): Promise<void> {
  const endsAt = new Date(Date.now() + 3_600_000).toISOString();
  for (const first of numbers(0, alerts / together)) {
    const some = numbers(first * together, together).map((number) => {
      const { annotations, labels } = firing(number);
      return { annotations, endsAt, labels: { ...labels, alertname: `HostDiskFillsUp${first}` } };
    });
    for (const one of cluster) await one.post(...some);
  }
  await wait(
    () => `${alerts} alerts are open`,
    async () => {
      const { open } = await processor.get<{ open: number }>("/v1/status");
      return open === alerts ? open : undefined;
    },
  );
}

/** From here on the peak counts again. */
const countAnew = ({ pid }: Processor): Promise<void> => writeFile(`/proc/${pid}/clear_refs`, "5");

/** Megabytes at most while the page is opened. */
async function opened(processor: Processor): Promise<number> {
  await countAnew(processor);
  const asked = numbers(0, pages).map(() =>
    processor.get<{ alerts: readonly unknown[] }>("/v1/open"),
  );
  for (const { alerts: rows } of await Promise.all(asked))
    if (rows.length < 5_000) throw new Error(`the page's list has ${rows.length} rows only`);
  return processor.memory().peak;
}

/** Megabytes at most in the next comparison. */
async function compared(processor: Processor): Promise<number> {
  const read = async () => (await processor.get<Health>("/v1/health")).alertmanager;
  const before = (await read())?.answeredAt ?? 0;
  await countAnew(processor);
  let why = "";
  // One that was given up on a busy machine is done again a minute later; what it took counts, too.
  await wait(
    () =>
      `Alertmanager's list is compared${why === "" ? "" : `; the last comparison failed: ${why}`}`,
    async () => {
      const { answeredAt, problem } = (await read()) ?? { answeredAt: 0, problem: "" };
      why = problem;
      return (answeredAt ?? 0) > before ? answeredAt : undefined;
    },
  );
  return processor.memory().peak;
}

/** Many open alerts: the memory that they take at rest, and while they are compared with Alertmanager's list. */
export function run(): Promise<Report> {
  return guarded(() =>
    withProcessor(async (processor) => {
      const cluster: Alertmanager[] = [];
      try {
        for (const name of members) cluster.push(await Alertmanager.start(processor, name));
        const login = { username: user.name, passwordFile: "password", caFile: "ca.pem" };
        const alertmanager = cluster.map(({ port }) => ({
          url: `https://localhost:${port}`,
          ...login,
        }));
        await appendFile(processor.place.config, toYaml({ alertmanager }));
        await processor.start();
        await fill(processor, cluster);
        const { peak } = processor.memory();
        const comparing: number[] = [];
        for (let round = 0; round < rounds; round += 1) comparing.push(await compared(processor));
        // Between two comparisons.
        await sleep(20_000, undefined, { signal: interrupted.signal });
        const rest = processor.memory().now;
        return report({ rest, comparing, opening: await opened(processor), peak });
      } finally {
        for (const one of cluster) await one.kill();
      }
    }),
  );
}

function report({ comparing, opening, peak, rest }: Found): Report {
  const unit = "MB" as const;
  return {
    name: "processor-open",
    figures: [
      {
        what: `resident memory with ${alerts} open alerts, at rest`,
        unit,
        value: rest,
        goal: room,
      },
      {
        what: "at most while they are compared with Alertmanager's list",
        unit,
        value: Math.max(...comparing),
        goal: room,
      },
      { what: "at most while they are taken in", unit, value: peak, goal: room },
      {
        what: `at most while ${pages} people open the page`,
        unit,
        value: opening,
        goal: room,
      },
    ],
    notes: [
      `${members.length} real Alertmanagers report them in groups of ${together}, each of all of them; ${rounds} comparisons.`,
    ],
  };
}
