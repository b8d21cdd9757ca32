import type { Tool } from "../../../tools/tool.ts";
import { noted } from "../notes.ts";
import { serverTool, type Recipe } from "../recipe.ts";

/** The exporter does not report its version: this is the one to install. */
const exporterVersion = "0.12.2";

const celeryTools: Tool = {
  name: "celery",
  version: "5.5",
  binaries: ["celery", "celery-exporter"],
  accepts: { from: "5.5", before: "6" },
  advice: `Install celery-exporter ${exporterVersion} of https://github.com/danihodovic/celery-exporter, and celery[redis] 5.5 or later (pip), so that both are on PATH; the celery-exporter of PyPI is another program`,
};
const serverTools = serverTool("redis", "7.0", "redis-server", ["redis-server", "redis-cli"]);

/** An application whose worker sends itself a task for each end that a task can come to. */
const application = (broker: string): string => `
import time
from celery import Celery
from celery.exceptions import Reject
from celery.signals import worker_ready

app = Celery("capture", broker="${broker}")
app.conf.task_send_sent_event = True

@app.task
def succeed(): pass

@app.task
def fail(): raise ValueError("as it should")

@app.task(bind=True, max_retries=1)
def again(self): raise self.retry(countdown=0)

@app.task(acks_late=True)
def reject(): raise Reject("as it should", requeue=False)

@app.task
def last(): time.sleep(600)

@worker_ready.connect
def send(**_):
    for task in succeed, fail, again, reject, last: task.delay()
    succeed.apply_async(expires=0)
`;

/** Every task has come to its end, and the worker has told how it is. */
const wanted: readonly string[] = [
  ...["failed", "rejected", "retried", "revoked", "sent", "succeeded"].map(
    (end) => `celery_task_${end}_total`,
  ),
  "celery_active_process_count",
  "celery_queue_length",
  "celery_task_runtime",
  "celery_worker_tasks_active",
];

const notes: Readonly<Record<string, string>> = {
  celery_task_runtime: "seconds, though the name does not say so",
  celery_task_sent_total: "only with task_send_sent_event on in the application",
  celery_worker_up:
    "goes to 0 without a heartbeat; the series is removed later (--purge-offline-worker-metrics)",
};

export const celery: Recipe = {
  exporter: "celery-exporter",
  tools: [celeryTools, serverTools],
  version: () => exporterVersion,
  reference: ({ celery = "", redis = "" }) =>
    `danihodovic/celery-exporter ${exporterVersion} on Celery ${celery} with Redis ${redis}: a worker with -E, after tasks that succeed, fail, are retried, rejected and revoked`,
  async capture(session, binaries) {
    const port = await session.port();
    const cli = (...args: readonly string[]): Promise<string> =>
      session.run(binaries["redis-cli"] ?? "", ["-p", `${port}`, ...args]);
    await session.start(
      "redis",
      binaries["redis-server"] ?? "",
      ["--port", `${port}`, "--bind", "127.0.0.1", "--save", ""],
      { modest: true },
    );
    await session.until("redis answers", async () => (await cli("PING")).includes("PONG"));
    const broker = `redis://127.0.0.1:${port}/0`;
    const address = { host: "127.0.0.1", port: await session.port() };
    const url = `http://${address.host}:${address.port}`;
    await session.start(
      "celery-exporter",
      binaries["celery-exporter"] ?? "",
      [`--broker-url=${broker}`, `--host=${address.host}`, `--port=${address.port}`],
      { modest: true, ready: `${url}/health` },
    );
    await session.file("capture.py", application(broker));
    await session.start(
      "worker",
      binaries["celery"] ?? "",
      ["-A", "capture", "worker", "-E", "--concurrency=2", "--hostname=capture"],
      { modest: true },
    );
    await session.until("every task is counted", async () => {
      const seen = await session.scrape(`${url}/metrics`, (metrics) =>
        noted(metrics, (name) => notes[name]),
      );
      return wanted.every((name) => name in seen);
    });
  },
};
