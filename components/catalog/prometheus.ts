import { z } from "zod";
import { imageOf } from "../../lib/pins.ts";
import { about, duration, listening, name, relativePath, section, size } from "../config/fields.ts";
import { remoteWriteComplaints } from "../config/remote-write.ts";
import { remoteWrite } from "../config/remote-write-schema.ts";
import { certificateRules } from "../render/certificates.ts";
import { files, renderPrometheus, webLimits } from "../render/prometheus.ts";
import { webArgs } from "../render/web.ts";
import { nobody } from "./exporter.ts";
import type { Service } from "./service.ts";

const fields = {
  ...listening({
    port: 9090,
    image: imageOf("docker.io/prom/prometheus", "prometheus"),
    memory: 2048,
  }),
  scrapeInterval: about(duration.default("15s"), {
    description: "How often every target is scraped.",
    example: "15s",
  }),
  evaluationInterval: about(duration.default("15s"), {
    description: "How often rules are evaluated.",
    example: "15s",
  }),
  scrapes: about(z.record(name, relativePath).default({}), {
    description:
      "Files with your own `scrape_configs` by name: paths relative to the project folder.",
    example: "scrapes/shop.yml",
  }),
  remoteWrite,
  retention: section({
    time: about(duration.default("15d"), {
      description: "How long samples are kept.",
      example: "15d",
    }),
    size: about(size.default("10GB"), {
      description: "Disk space that samples may use; the oldest are deleted first.",
      example: "10GB",
    }),
  }),
  limits: section({
    samples: about(z.int().min(1).default(50_000), {
      description: "Maximum number of samples per scrape; beyond it the scrape fails.",
      example: "50000",
    }),
    labels: about(z.int().min(1).default(64), {
      description: "Maximum number of labels of a series.",
      example: "64",
    }),
    labelValueLength: about(z.int().min(1).default(2_048), {
      description: "Maximum length of a label value, in characters.",
      example: "2048",
    }),
    bodySize: about(size.default("16MB"), {
      description: "Maximum size of a scrape's response; beyond it the scrape fails.",
      example: "16MB",
    }),
  }),
};

const fixed = "the estate's own has its targets in its configuration";

/** Collects and keeps samples, and evaluates the rules. */
export const prometheus: Service<"prometheus", typeof fields> = {
  name: "prometheus",
  key: "prometheus",
  fields,
  component: "Prometheus",
  binary: "prometheus",
  image: {
    ...nobody,
    data: "/prometheus",
    ready: (client, url) => ["promtool", "check", "ready", client, `--url=${url}`],
  },
  listener: "login",
  forPeople: true,
  persistent: true,
  mostSamples: 10_000,
  cadence: ({ evaluationInterval, scrapeInterval }) => ({ evaluationInterval, scrapeInterval }),
  lacks: {
    "kubernetes discovery": fixed,
    "service discovery": fixed,
    "target limit": "the estate's own has none",
    "several prometheus": "the estate has one",
  },
  lacksHere: (settings) =>
    Object.keys(settings.remoteWrite).length > 0
      ? {}
      : { "remote write": "vigil:prometheus.remoteWrite is not set" },
  complaints: (settings, traits) => remoteWriteComplaints(settings.remoteWrite, traits),
  texts: ({ common, jobs, place, rules, scrapes }, _place, settings) => ({
    [files.config]: renderPrometheus({
      environment: common.environment,
      settings,
      jobs,
      alertmanager: place("alertmanager")?.address,
      ruleFiles: [...Object.keys(rules), certificateRules],
      scrapeFiles: Object.keys(scrapes),
    }),
    ...rules,
    ...scrapes,
  }),
  // The admin API and remote lifecycle calls stay off: both are opt-in flags.
  args: ({ place, settings: { remoteWrite: receivers, retention } }) => [
    `--config.file=${place.config}/${files.config}`,
    // Told once more after half the default: what was lost while Alertmanager started comes soon.
    "--rules.alert.resend-delay=30s",
    `--storage.tsdb.path=${place.data}`,
    `--storage.tsdb.retention.size=${retention.size}`,
    `--storage.tsdb.retention.time=${retention.time}`,
    // Less than it is given to end: a receiver that is away would have it killed.
    ...(Object.keys(receivers).length > 0 ? ["--storage.remote.flush-deadline=10s"] : []),
    ...webLimits,
    ...webArgs(place),
  ],
  shell: async () => (await import("./shells/prometheus.ts")).prometheusShell,
};
