import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { toYaml } from "../lib/yaml.ts";
import { parseConfig } from "../components/config/parse.ts";
import { groups } from "../rules/index.ts";
import { renderAlertmanager } from "../rules/lib/alertmanager.ts";
import {
  type Inbox,
  openInbox,
  type Server,
  startAlertmanager,
  startServer,
  until,
} from "../test/kit/servers.ts";
import { ensureTools } from "../tools/ensure.ts";
import { silent } from "../lib/progress.ts";
import { guarded, interrupted } from "./lib/interrupt.ts";
import { localConfig } from "./lib/place.ts";
import type { Figure, Report } from "./lib/report.ts";
import { median, quantile, quartiles } from "./lib/statistics.ts";

/** Seconds from the event to the webhook, at the 95th percentile. */
const goals = { emergency: 10, critical: 20 } as const;

type Severity = keyof typeof goals;
const severities = Object.keys(goals) as Severity[];

/** Events, each with a target, a rule group and alerts of its own: each meets the cycles elsewhere. */
const events = [...Array(20).keys()];

/** Seconds: until all is scraped and evaluated, and within which events happen. */
const warmUp = 40;
const spread = 60;

interface Timings {
  readonly scrape: string;
  readonly evaluation: string;
  /** Text of alertmanager.yml that tells `secrets/webhook`. */
  readonly alertmanager: string;
}

/** As stack local renders them. */
async function ours(): Promise<Timings> {
  const { config } = parseConfig(await localConfig(), new Date(), groups);
  if (config === undefined) throw new Error("Pulumi.local.yaml is not a valid configuration");
  return {
    scrape: config.prometheus.scrapeInterval,
    evaluation: config.prometheus.evaluationInterval,
    alertmanager: renderAlertmanager({
      channels: {
        webhook: {
          temper: "chat",
          section: "webhook_configs",
          settings: { url_file: "secrets/webhook" },
        },
      },
    }),
  };
}

/** Those of kube-prometheus-stack. Grouped by name, or one event would wait for the group of another. */
const theirs: Timings = {
  scrape: "30s",
  evaluation: "30s",
  alertmanager: toYaml({
    route: {
      receiver: "webhook",
      group_by: ["alertname"],
      group_wait: "30s",
      group_interval: "5m",
      repeat_interval: "12h",
    },
    receivers: [{ name: "webhook", webhook_configs: [{ url_file: "secrets/webhook" }] }],
  }),
};

const alertName = (event: number, severity: Severity): string => `Event${event}${severity}`;

/** A group of its own for each event, so that their evaluations begin at different moments. */
const rules = toYaml({
  groups: events.map((event) => ({
    name: `event-${event}`,
    rules: severities.map((severity) => ({
      alert: alertName(event, severity),
      expr: `event{event="${event}"} == 1`,
      labels: { severity, team: "sre", service: "bench" },
    })),
  })),
});

function prometheusYml(timings: Timings, exporter: string, alertmanager: string): string {
  return toYaml({
    global: {
      scrape_interval: timings.scrape,
      scrape_timeout: timings.scrape,
      evaluation_interval: timings.evaluation,
      external_labels: { env: "bench" },
    },
    rule_files: ["rules.yml"],
    alerting: { alertmanagers: [{ static_configs: [{ targets: [alertmanager] }] }] },
    scrape_configs: events.map((event) => ({
      job_name: `event-${event}`,
      metrics_path: `/${event}`,
      static_configs: [{ targets: [exporter], labels: { event: String(event) } }],
    })),
  });
}

/** Says of each event whether it has happened. */
function openExporter(
  happensAt: readonly number[],
): Promise<{ address: string; close: () => void }> {
  const server = createServer((request, response) => {
    const at = happensAt[Number(request.url?.slice(1))] ?? Infinity;
    response.setHeader("content-type", "text/plain; version=0.0.4");
    response.end(`event ${performance.now() >= at ? 1 : 0}\n`);
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      const close = (): void => {
        server.close();
        server.closeAllConnections();
      };
      resolve({ address: `127.0.0.1:${port}`, close });
    });
  });
}

async function startStack(
  timings: Timings,
  exporter: string,
  webhook: string,
  bin: string,
): Promise<Server[]> {
  const alertmanager = await startAlertmanager({
    program: join(bin, "alertmanager"),
    config: timings.alertmanager,
    files: { "secrets/webhook": webhook },
  });
  const address = alertmanager.url.replace("http://", "");
  const prometheus = await startServer({
    program: join(bin, "prometheus"),
    args: ["--config.file=prometheus.yml", "--storage.tsdb.path=data"],
    files: { "prometheus.yml": prometheusYml(timings, exporter, address), "rules.yml": rules },
  }).catch(async (error: unknown) => {
    await alertmanager.stop();
    throw error;
  });
  return [alertmanager, prometheus];
}

/** Seconds from each event to the first notification of its alert, in the order of the events. */
function latencies(
  { got }: Inbox,
  path: string,
  severity: Severity,
  happensAt: readonly number[],
): (number | undefined)[] {
  return happensAt.map((at, event) => {
    const name = alertName(event, severity);
    const told = got.find(
      (one) => one.path === path && one.alerts.some(({ labels }) => labels["alertname"] === name),
    );
    return told && (told.at - at) / 1000;
  });
}

/** From an event to the webhook, with Vigil's timings and with those of kube-prometheus-stack. */
export function run(): Promise<Report> {
  return guarded(async () => {
    const folder = await mkdtemp(join(tmpdir(), "vigil-bench-latency-"));
    const running: Server[] = [];
    const closers: (() => void)[] = [];
    try {
      const { binFolder } = await ensureTools(["prometheus", "alertmanager"], {
        root: folder,
        progress: silent,
      });
      const inbox = await openInbox();
      const begin = performance.now() + warmUp * 1000;
      const happensAt = events.map(() => begin + Math.random() * spread * 1000);
      const exporter = await openExporter(happensAt);
      closers.push(inbox.close, exporter.close);
      const stacks = { "/ours": await ours(), "/theirs": theirs };
      for (const [path, timings] of Object.entries(stacks)) {
        running.push(
          ...(await startStack(timings, exporter.address, `${inbox.url}${path}`, binFolder)),
        );
      }
      const measure = (path: keyof typeof stacks, severity: Severity) =>
        latencies(inbox, path, severity, happensAt);
      const { signal } = interrupted;
      await sleep(begin - performance.now(), undefined, { signal });
      await until("the last notification", spread + 120, () => {
        signal.throwIfAborted();
        const all = severities.flatMap((severity) =>
          (Object.keys(stacks) as (keyof typeof stacks)[]).flatMap((path) =>
            measure(path, severity),
          ),
        );
        return all.includes(undefined) ? undefined : true;
      });
      const known = (path: keyof typeof stacks, severity: Severity): number[] =>
        measure(path, severity).filter((one) => one !== undefined);
      return report((severity) => [known("/ours", severity), known("/theirs", severity)]);
    } finally {
      await Promise.all(running.map((one) => one.stop()));
      for (const close of closers) close();
      await rm(folder, { recursive: true, force: true });
    }
  });
}

function report(measured: (severity: Severity) => [own: number[], reference: number[]]): Report {
  const what = "kube-prometheus-stack";
  return {
    name: "alert-latency",
    figures: severities.flatMap((severity): Figure[] => {
      const [own, reference] = measured(severity);
      return [
        {
          what: `${severity}, event to webhook`,
          unit: "s",
          value: median(own),
          spread: quartiles(own),
          reference: { what, value: median(reference) },
        },
        {
          what: `${severity}, p95`,
          unit: "s",
          value: quantile(own, 0.95),
          goal: goals[severity],
          reference: { what, value: quantile(reference, 0.95) },
        },
      ];
    }),
    notes: [
      `${events.length} events at random moments of ${spread} s, each with a target, a rule group ` +
        "and a group of alerts of its own; alerts without a hold. Both stacks run side by side.",
      "A second alert of a group that was told already waits 10 s (emergency) or 30 s (critical) " +
        "at most here, 5 min there.",
    ],
  };
}
