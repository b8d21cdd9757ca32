import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { toYaml } from "../lib/yaml.ts";
import { ask } from "../lib/ask.ts";
import { groups } from "../rules/index.ts";
import type { AlertGroup } from "../rules/lib/alert.ts";
import { plainOptions, renderRuleFile } from "../rules/lib/rule-file.ts";
import { type AlertTest, renderAlertTest } from "../rules/lib/rule-test.ts";
import { freePort } from "../lib/free-port.ts";
import { pathWith } from "../lib/path.ts";
import { ensureTools } from "../tools/ensure.ts";
import { silent } from "../lib/progress.ts";
import { ruleFileOf, runAlertTests } from "../lab/promtool.ts";
import { guarded, interrupted } from "./lib/interrupt.ts";
import type { Report } from "./lib/report.ts";
import { median } from "./lib/statistics.ts";
import { seriesOf, serve } from "./lib/synthetic.ts";

/** Series of the synthetic estate. */
const wanted = 100_000;
/** Of Prometheus' own default, as Vigil has it. */
const interval = 15;
/** Seconds until the windows of the rules have something in them, and of each measurement. */
const [warmUp, measured] = [240, 120];

const rendered = (): string[] => groups.map((group) => renderRuleFile(group, plainOptions));

/** Where a group's series come from; groups about no job read what hosts and applications expose. */
const jobOf = (group: AlertGroup): string => group.job ?? "node";

/** Milliseconds to render every rule file, median of twenty. */
function rendering(): number {
  const times = Array.from({ length: 20 }, () => {
    const begun = performance.now();
    rendered();
    return performance.now() - begun;
  });
  return median(times);
}

/** Alert tests a second by promtool, every group as `make test` runs it. */
async function testing(): Promise<{ rate: number; tests: number; spent: number }> {
  const begun = performance.now();
  let tests = 0;
  for (const group of groups) {
    const all = new Map<string, AlertTest>();
    for (const alert of Object.values(group.alerts)) {
      all.set(alert.name, renderAlertTest(alert, group, ruleFileOf(alert.name), plainOptions));
      tests += alert.quiet === "never" ? 1 : 4;
    }
    await runAlertTests(all);
  }
  const spent = (performance.now() - begun) / 1000;
  return { rate: tests / spent, tests, spent };
}

interface Synthetic {
  readonly child: ChildProcess;
  readonly url: string;
  readonly series: number;
  readonly rules: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

const rest = async (time: number): Promise<void> => {
  await sleep(time * 1000, undefined, { signal: interrupted.signal });
};

/** A real Prometheus that scrapes a synthetic estate, without rules at first. */
async function start(program: string, folder: string): Promise<Synthetic> {
  const names = [...new Set(groups.map(jobOf))];
  const jobs = new Map(
    names.map((job) => [job, seriesOf(groups.filter((group) => jobOf(group) === job))] as const),
  );
  const { port: source, server } = await serve(jobs);
  const perHost = [...jobs.values()].reduce((sum, series) => sum + series.length, 0);
  const hosts = Math.ceil(wanted / perHost);
  const port = await freePort();
  const config = (ruleFiles: readonly string[]): string =>
    toYaml({
      global: { scrape_interval: `${interval}s`, evaluation_interval: `${interval}s` },
      rule_files: ruleFiles,
      scrape_configs: [
        {
          job_name: "self",
          static_configs: [{ targets: [`127.0.0.1:${port}`] }],
        },
        ...names.map((job) => ({
          job_name: job,
          metrics_path: `/${job}`,
          static_configs: Array.from({ length: hosts }, (_, index) => ({
            targets: [`host-${index}:9`],
            labels: { env: "bench", host: `host-${index}` },
          })),
          relabel_configs: [
            { source_labels: ["__address__"], target_label: "instance" },
            { target_label: "__address__", replacement: `127.0.0.1:${source}` },
          ],
        })),
      ],
    });
  const file = join(folder, "prometheus.yml");
  await writeFile(file, config([]));
  await mkdir(join(folder, "rules"));
  for (const group of groups) {
    const text = renderRuleFile(group, plainOptions);
    await writeFile(join(folder, "rules", `${group.name}.yml`), text);
  }
  const child = spawn(
    program,
    [
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(folder, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: "ignore" },
  );
  const ended = new Promise((resolve) => child.on("exit", resolve));
  return {
    child,
    url: `http://127.0.0.1:${port}`,
    series: perHost * hosts,
    rules: async () => {
      await writeFile(file, config(["rules/*.yml"]));
      child.kill("SIGHUP");
    },
    stop: async () => {
      child.kill("SIGTERM");
      await ended;
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Value of a metric of Prometheus' own; NaN where it is not there. */
async function own(url: string, name: string): Promise<number> {
  const { body: text } = await ask(`${url}/metrics`);
  return Number(new RegExp(`^${name} (.*)$`, "m").exec(text)?.[1]);
}

/** CPU seconds a second, over a time. */
async function cpu(url: string, time: number): Promise<number> {
  const before = await own(url, "process_cpu_seconds_total");
  await rest(time);
  return ((await own(url, "process_cpu_seconds_total")) - before) / time;
}

interface Rules {
  readonly data: {
    readonly groups: readonly {
      readonly name: string;
      readonly interval: number;
      readonly evaluationTime: number;
      readonly rules: readonly {
        readonly health: string;
        readonly name: string;
        readonly alerts?: readonly unknown[];
      }[];
    }[];
  };
}

/** Every rule against a real Prometheus with a hundred thousand series. */
export function run(): Promise<Report> {
  return guarded(async () => {
    const folder = await mkdtemp(join(tmpdir(), "vigil-bench-rules-"));
    const { binFolder } = await ensureTools(["prometheus"], { root: folder, progress: silent });
    process.env["PATH"] = pathWith([binFolder]);
    const render = rendering();
    const tests = await testing();
    const estate = await start(join(binFolder, "prometheus"), folder);
    try {
      await rest(warmUp - measured);
      const without = await cpu(estate.url, measured);
      const head = await own(estate.url, "prometheus_tsdb_head_series");
      await estate.rules();
      await rest(2 * interval);
      const withRules = await cpu(estate.url, measured);
      const { body } = await ask(`${estate.url}/api/v1/rules`);
      const { data } = JSON.parse(body) as Rules;
      const shares = data.groups
        .map((group) => ({ ...group, share: group.evaluationTime / group.interval }))
        .sort((a, b) => b.share - a.share);
      const broken = data.groups.flatMap(({ rules }) =>
        rules.filter(({ health }) => health === "err").map(({ name }) => name),
      );
      const [slowest] = shares;
      const costly = shares.slice(0, 5).map(({ evaluationTime, name }) => {
        return `${name} ${(1000 * evaluationTime).toFixed(0)} ms`;
      });
      const alerts = data.groups.flatMap(({ rules }) => rules.flatMap((rule) => rule.alerts ?? []));
      const rules = data.groups.reduce((sum, group) => sum + group.rules.length, 0);
      return {
        name: "rules",
        figures: [
          { what: "rendering every rule file", unit: "ms", value: render, goal: 200 },
          {
            what: "CPU of a core for the rules",
            unit: "%",
            value: 100 * (withRules - without),
            goal: 5,
            reference: { what: "scraping alone", value: 100 * without },
          },
          {
            what: `slowest group (${slowest?.name ?? ""}), of its interval`,
            unit: "%",
            value: 100 * (slowest?.share ?? NaN),
            goal: 10,
          },
          { what: "alert tests a second", unit: "tests/s", value: tests.rate },
        ],
        notes: [
          `${rules} rules in ${data.groups.length} groups, every 15 s to 1 m, over ${head} series of which ${estate.series} are the estate's.`,
          `Costliest groups: ${costly.join(", ")}. Alerts that fire or are about to: ${alerts.length}.`,
          `${tests.tests} alert tests in ${tests.spent.toFixed(0)} s, one promtool at a time.`,
          broken.length === 0
            ? "Every rule could be evaluated."
            : `Not evaluated, for series made up without sense: ${[...new Set(broken)].join(", ")}.`,
        ],
      };
    } finally {
      await estate.stop();
      await rm(folder, { recursive: true, force: true });
    }
  });
}
