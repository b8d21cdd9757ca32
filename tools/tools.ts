import type { Archive, Tool } from "./tool.ts";
import { pins } from "../lib/pins.ts";
import type { Platform } from "./platform.ts";

/** Tools Vigil starts, by the name they are asked for. */
export type ToolName =
  | "pulumi"
  | "process-compose"
  | "prometheus"
  | "alertmanager"
  | "node_exporter"
  | "blackbox_exporter"
  | "grafana"
  | "redis_exporter"
  | "postgres_exporter"
  | "actionlint";

const githubRelease = (repository: string, version: string): string =>
  `https://github.com/${repository}/releases/download/v${version}`;

/** Releases of the Prometheus project and of its community: one naming for all of their programs. */
const prometheusProject =
  (name: string, version: string, owner = "prometheus") =>
  ({ os, arch }: Platform): Archive => {
    const release = githubRelease(`${owner}/${name}`, version);
    return {
      url: `${release}/${name}-${version}.${os}-${arch}.tar.gz`,
      checksums: `${release}/sha256sums.txt`,
      strip: 1,
    };
  };

/** Variables that `--version` of the Prometheus project's programs reports. */
const reportedVersion = (version: string): Record<string, string> => ({
  "github.com/prometheus/common/version.Version": version,
});

const onPath = (program: string, page: string): string =>
  `Let this machine reach one of these places, or install ${program} (${page}) so that it is on PATH.`;

/** Where each tool may come from. */
export const tools: Readonly<Record<ToolName, Tool>> = {
  pulumi: {
    name: "pulumi",
    version: pins.pulumi,
    binaries: ["pulumi", "pulumi-language-nodejs"],
    accepts: { from: "3.200", before: "4" },
    versionArgs: ["version"],
    versionEnv: { PULUMI_SKIP_UPDATE_CHECK: "true" },
    archive: ({ os, arch }) => ({
      url: `${githubRelease("pulumi/pulumi", pins.pulumi)}/pulumi-v${pins.pulumi}-${os}-${arch === "amd64" ? "x64" : arch}.tar.gz`,
      checksums: `${githubRelease("pulumi/pulumi", pins.pulumi)}/pulumi-${pins.pulumi}-checksums.txt`,
      strip: 1,
    }),
    go: [
      {
        binary: "pulumi",
        module: "pulumi",
        main: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
        variables: {
          "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": `v${pins.pulumi}`,
        },
      },
      {
        // A module of its own that compiles against SDK 3.187 only; programs on 3.259 run with it.
        binary: "pulumi-language-nodejs",
        module: "pulumi-language-nodejs",
        main: "github.com/pulumi/pulumi/sdk/nodejs/cmd/pulumi-language-nodejs/v3",
        // The checksum database lacks these old versions; the committed go.sum pins them.
        env: { GONOSUMDB: "github.com/pulumi/*" },
      },
    ],
    advice: onPath("Pulumi", "https://www.pulumi.com/docs/install"),
  },
  "process-compose": {
    name: "process-compose",
    version: pins["process-compose"],
    binaries: ["process-compose"],
    accepts: { from: "1.64", before: "2" },
    versionArgs: ["version"],
    // Otherwise it empties a file in /tmp whose name everybody knows, over whatever link lies there.
    versionEnv: { PC_LOG_FILE: "/dev/null" },
    archive: ({ os, arch }) => ({
      url: `${githubRelease("F1bonacc1/process-compose", pins["process-compose"])}/process-compose_${os}_${arch}.tar.gz`,
      checksums: `${githubRelease("F1bonacc1/process-compose", pins["process-compose"])}/process-compose_checksums.txt`,
      strip: 0,
    }),
    go: [
      {
        binary: "process-compose",
        module: "process-compose",
        main: "github.com/f1bonacc1/process-compose/src",
        variables: {
          "github.com/f1bonacc1/process-compose/src/config.Version": `v${pins["process-compose"]}`,
        },
      },
    ],
    advice: onPath("process-compose", "https://f1bonacc1.github.io/process-compose/installation"),
  },
  prometheus: {
    name: "prometheus",
    version: pins.prometheus,
    binaries: ["prometheus", "promtool"],
    accepts: { from: "3.5", before: "4" },
    archive: prometheusProject("prometheus", pins.prometheus),
    debian: {
      packages: ["prometheus", "promtool"],
      binaries: { prometheus: "usr/bin/prometheus", promtool: "usr/bin/promtool" },
    },
    // Prometheus 3.x is the module's 0.3xx; its web interface is not part of the module.
    go: ["prometheus", "promtool"].map((binary) => ({
      binary,
      module: "prometheus",
      main: `github.com/prometheus/prometheus/cmd/${binary}`,
      variables: reportedVersion(pins.prometheus),
    })),
    advice: onPath("Prometheus 3.5 or later", "https://prometheus.io/download"),
  },
  alertmanager: {
    name: "alertmanager",
    version: pins.alertmanager,
    binaries: ["alertmanager", "amtool"],
    accepts: { from: "0.28", before: "1" },
    alsoCalled: { alertmanager: "prometheus-alertmanager" },
    archive: prometheusProject("alertmanager", pins.alertmanager),
    // Not from Debian: its build reads its templates from /usr/share, so it runs only installed.
    go: ["alertmanager", "amtool"].map((binary) => ({
      binary,
      module: "alertmanager",
      main: `github.com/prometheus/alertmanager/cmd/${binary}`,
      // The module comes without the built web page; everything else is whole.
      standIns: {
        "github.com/prometheus/alertmanager/ui/app/dist/index.html.gz":
          "<!doctype html><title>Alertmanager</title><p>This build has no web page; its API is whole.",
      },
      variables: reportedVersion(pins.alertmanager),
    })),
    advice: onPath("Alertmanager", "https://prometheus.io/download"),
  },
  node_exporter: {
    name: "node_exporter",
    version: pins.node_exporter,
    binaries: ["node_exporter"],
    accepts: { from: "1.8", before: "2" },
    alsoCalled: { node_exporter: "prometheus-node-exporter" },
    onHosts: true,
    archive: prometheusProject("node_exporter", pins.node_exporter),
    debian: {
      packages: ["prometheus-node-exporter"],
      binaries: { node_exporter: "usr/bin/prometheus-node-exporter" },
    },
    go: [
      {
        binary: "node_exporter",
        module: "node_exporter",
        main: "github.com/prometheus/node_exporter",
        variables: reportedVersion(pins.node_exporter),
      },
    ],
    advice: onPath("node_exporter", "https://prometheus.io/download"),
  },
  blackbox_exporter: {
    name: "blackbox_exporter",
    version: pins.blackbox_exporter,
    binaries: ["blackbox_exporter"],
    accepts: { from: "0.25", before: "1" },
    alsoCalled: { blackbox_exporter: "prometheus-blackbox-exporter" },
    archive: prometheusProject("blackbox_exporter", pins.blackbox_exporter),
    debian: {
      packages: ["prometheus-blackbox-exporter"],
      binaries: { blackbox_exporter: "usr/bin/prometheus-blackbox-exporter" },
    },
    go: [
      {
        binary: "blackbox_exporter",
        module: "blackbox_exporter",
        main: "github.com/prometheus/blackbox_exporter",
        variables: reportedVersion(pins.blackbox_exporter),
      },
    ],
    advice: onPath("blackbox_exporter", "https://prometheus.io/download"),
  },
  grafana: {
    name: "grafana",
    version: pins.grafana,
    binaries: ["grafana"],
    accepts: { from: "11", before: "14" },
    // It finds its pages and defaults relative to its binary.
    beside: ["../public", "../conf/defaults.ini"],
    optional: true,
    archive: ({ os, arch }) => {
      const url = `https://dl.grafana.com/oss/release/grafana-${pins.grafana}.${os}-${arch}.tar.gz`;
      return { url, checksums: `${url}.sha256`, strip: 1, folder: "bin" };
    },
    advice: onPath("Grafana 11 or later", "https://grafana.com/grafana/download"),
  },
  redis_exporter: {
    name: "redis_exporter",
    version: pins.redis_exporter,
    binaries: ["redis_exporter"],
    accepts: { from: "1.67", before: "2" },
    alsoCalled: { redis_exporter: "prometheus-redis-exporter" },
    section: "redis",
    archive: ({ os, arch }) => {
      const release = githubRelease("oliver006/redis_exporter", pins.redis_exporter);
      return {
        url: `${release}/redis_exporter-v${pins.redis_exporter}.${os}-${arch}.tar.gz`,
        checksums: `${release}/sha256sums.txt`,
        strip: 1,
      };
    },
    debian: {
      packages: ["prometheus-redis-exporter"],
      binaries: { redis_exporter: "usr/bin/prometheus-redis-exporter" },
    },
    go: [
      {
        binary: "redis_exporter",
        module: "redis_exporter",
        main: "github.com/oliver006/redis_exporter",
        variables: { "main.BuildVersion": `v${pins.redis_exporter}` },
      },
    ],
    advice: onPath("redis_exporter", "https://github.com/oliver006/redis_exporter"),
  },
  postgres_exporter: {
    name: "postgres_exporter",
    version: pins.postgres_exporter,
    binaries: ["postgres_exporter"],
    // 0.19 has the limit of a scrape's time; 0.20 renamed collectors, and so their flags.
    accepts: { from: "0.19", before: "0.20" },
    alsoCalled: { postgres_exporter: "prometheus-postgres-exporter" },
    section: "postgres",
    archive: prometheusProject("postgres_exporter", pins.postgres_exporter, "prometheus-community"),
    debian: {
      packages: ["prometheus-postgres-exporter"],
      binaries: { postgres_exporter: "usr/bin/prometheus-postgres-exporter" },
    },
    go: [
      {
        binary: "postgres_exporter",
        module: "postgres_exporter",
        main: "github.com/prometheus-community/postgres_exporter/cmd/postgres_exporter",
        variables: reportedVersion(pins.postgres_exporter),
      },
    ],
    advice: onPath(
      "postgres_exporter 0.19",
      "https://github.com/prometheus-community/postgres_exporter",
    ),
  },
  // For the tests: reads the workflows of this repository as their runner would.
  actionlint: {
    name: "actionlint",
    version: pins.actionlint,
    binaries: ["actionlint"],
    accepts: { from: "1.7", before: "2" },
    archive: ({ os, arch }) => ({
      url: `${githubRelease("rhysd/actionlint", pins.actionlint)}/actionlint_${pins.actionlint}_${os}_${arch}.tar.gz`,
      checksums: `${githubRelease("rhysd/actionlint", pins.actionlint)}/actionlint_${pins.actionlint}_checksums.txt`,
      strip: 0,
    }),
    go: [
      {
        binary: "actionlint",
        module: "actionlint",
        main: "github.com/rhysd/actionlint/cmd/actionlint",
        variables: { "github.com/rhysd/actionlint.version": pins.actionlint },
      },
    ],
    advice: onPath("actionlint", "https://github.com/rhysd/actionlint"),
  },
};

/** Every tool, in the order they are got. */
export const toolNames = Object.keys(tools) as readonly ToolName[];

/** Builds the others where there is no archive for them; got only then. */
export const go: Tool = {
  name: "go",
  version: pins.go,
  binaries: ["go"],
  // From 1.21 on Go fetches the release a go.mod asks for.
  accepts: { from: "1.21", before: "2" },
  versionArgs: ["version"],
  archive: ({ os, arch }) => {
    const url = `https://dl.google.com/go/go${pins.go}.${os}-${arch}.tar.gz`;
    return { url, checksums: `${url}.sha256`, strip: 1, folder: "bin" };
  },
  debian: {
    packages: ["golang-1.26-go", "golang-1.26-src"],
    binaries: { go: "usr/lib/go-1.26/bin/go" },
  },
  advice: onPath("Go 1.21 or later", "https://go.dev/dl"),
};
