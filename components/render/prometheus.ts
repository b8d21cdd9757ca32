import { toYaml } from "../../lib/yaml.ts";
import type { Destinations } from "../config/remote-write-schema.ts";
import { renderRemoteWrite } from "./remote-write.ts";
import { clientFiles } from "./web.ts";
import { seconds } from "../../lib/duration.ts";

/** One thing that is asked for metrics. */
export interface ScrapeTarget {
  /** `host:port` to connect to; for a probe the address that is probed. */
  readonly address: string;
  /** `instance`, `host`, … ; `env` and `job` are added for all. */
  readonly labels: Readonly<Record<string, string>>;
  /** `host:port` of the prober that is asked about it, where its job has some. */
  readonly prober?: string;
}

/** Targets asked in the same way. */
export interface ScrapeJob {
  readonly name: string;
  readonly targets: readonly ScrapeTarget[];
  /**
   * How they are asked: with the certificate of Prometheus, with a password for this job alone, or openly
   * because nobody but the scraper can reach them on its own loopback.
   */
  readonly access: "certificate" | "login" | "open";
  /** Samples a scrape may bring where the estate's own limit is higher; an answer may have 400 bytes for each. */
  readonly mostSamples?: number | undefined;
  /** Probers are asked about each target, by a parameter `target`. */
  readonly probe?: { readonly path: string; readonly module?: string };
}

/** Files in the configuration folder of Prometheus; paths in prometheus.yml are relative to it. */
export const files = {
  authority: "ca.crt",
  config: "prometheus.yml",
  /** The file of the password that it uses for this job. */
  password: (job: string) => `secrets/${job}`,
  web: "web.yml",
} as const;

/** Name under which Prometheus signs in where it is asked for a password. */
export const username = "prometheus";

/** Settings that go into its configuration file. */
export interface PrometheusSettings {
  readonly evaluationInterval: string;
  readonly scrapeInterval: string;
  readonly limits: {
    readonly bodySize: string;
    readonly labelValueLength: number;
    readonly labels: number;
    readonly samples: number;
  };
  readonly remoteWrite: Destinations;
}

export interface PrometheusFile {
  readonly environment: string;
  readonly settings: PrometheusSettings;
  readonly jobs: readonly ScrapeJob[];
  /** `host:port`; undefined where nobody is notified of alerts. */
  readonly alertmanager: string | undefined;
  readonly ruleFiles: readonly string[];
  /** Files with scrape configurations of the stack's own. */
  readonly scrapeFiles?: readonly string[];
}

const tls = { ca_file: files.authority, min_version: "TLS12" };

function access(kind: ScrapeJob["access"], job: string): object {
  switch (kind) {
    case "certificate":
      return {
        scheme: "https",
        tls_config: { ...tls, cert_file: clientFiles.certificate, key_file: clientFiles.key },
      };
    case "login":
      return {
        scheme: "https",
        basic_auth: { username, password_file: files.password(job) },
        tls_config: tls,
      };
    case "open":
      return { scheme: "http" };
  }
}

/** Label by which a target says who is asked about it. */
const prober = "__prober__";

/** Relabelling by which a prober is asked about a target instead of being the target. */
const viaProber = [
  { source_labels: ["__address__"], target_label: "__param_target" },
  { source_labels: [prober], target_label: "__address__" },
];

function scrapeConfig(job: ScrapeJob, input: PrometheusFile): object {
  return {
    job_name: job.name,
    ...access(job.access, job.name),
    ...limitsOf(job, input.settings),
    ...(job.probe && {
      metrics_path: job.probe.path,
      ...(job.probe.module !== undefined && { params: { module: [job.probe.module] } }),
    }),
    static_configs: job.targets.map(({ address, labels, prober: by }) => ({
      targets: [address],
      labels: { env: input.environment, ...labels, ...(by !== undefined && { [prober]: by }) },
    })),
    ...(job.probe && { relabel_configs: viaProber }),
  };
}

const units: Readonly<Record<string, number>> = { B: 1, KB: 2 ** 10, MB: 2 ** 20, GB: 2 ** 30 };

/** Bytes of `64MB`, as Prometheus counts them. */
function bytes(text: string): number {
  const [, count, unit = "B"] = /^(\d+)(\w+)$/.exec(text) ?? [];
  return Number(count) * (units[unit] ?? Infinity);
}

/**
 * What a job of the estate's own may bring: a few times what it needs. An answer that is larger is dropped
 * while it is read; parsed first, a million series cost Prometheus ten times their bytes.
 */
function limitsOf({ mostSamples }: ScrapeJob, { limits }: PrometheusFile["settings"]): object {
  if (mostSamples === undefined) return {};
  const kilobytes = Math.ceil((mostSamples * 400) / 1024);
  return {
    ...(mostSamples < limits.samples && { sample_limit: mostSamples }),
    ...(kilobytes * 1024 < bytes(limits.bodySize) && { body_size_limit: `${kilobytes}KB` }),
  };
}

/**
 * How many connections the web server bears, and how long one may say nothing. By default 512 silent ones
 * keep everybody else out for five minutes.
 */
export const webLimits = ["--web.max-connections=4096", "--web.read-timeout=10s"];

/** The text of prometheus.yml. Same input, same bytes; holds no secret. */
export function renderPrometheus(input: PrometheusFile): string {
  const { scrapeFiles = [], settings } = input;
  const { evaluationInterval, limits, scrapeInterval } = settings;
  const remoteWrite = renderRemoteWrite(settings.remoteWrite);
  const config = {
    global: {
      scrape_interval: scrapeInterval,
      // A scrape that takes longer than the interval would overlap the next one.
      scrape_timeout: shorter(scrapeInterval, "10s"),
      evaluation_interval: evaluationInterval,
      external_labels: { env: input.environment },
      sample_limit: limits.samples,
      label_limit: limits.labels,
      label_value_length_limit: limits.labelValueLength,
      body_size_limit: limits.bodySize,
    },
    rule_files: input.ruleFiles,
    ...(scrapeFiles.length > 0 && { scrape_config_files: scrapeFiles }),
    ...(input.alertmanager !== undefined && {
      alerting: {
        alertmanagers: [
          {
            ...access("certificate", "alertmanager"),
            static_configs: [{ targets: [input.alertmanager] }],
          },
        ],
      },
    }),
    scrape_configs: [...input.jobs]
      .filter((job) => job.targets.length > 0)
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map((job) => scrapeConfig(job, input)),
    ...(remoteWrite.length > 0 && { remote_write: remoteWrite }),
  };
  return toYaml(config);
}

const shorter = (a: string, b: string): string => (seconds(a) < seconds(b) ? a : b);
