/** Alloy, which ships the lines: its own address says `host` of what it writes to, too. */
import { defineAlerts } from "../lib/alert.ts";
import { defineSignals } from "../lib/signal.ts";
import { alloy } from "./common.ts";

/** A scrape keeps the target's host and calls that of the endpoint exported_host. */
const detail = "component_path, exported_host, tenant";
const written = "loki_write_request_duration_seconds_count";
const ours = { job: "alloy" };

export const signals = defineSignals({
  up: {
    unit: "bool",
    about: "1 while Alloy answers its scrape.",
    query: (q) => q.gauge("up", ours),
  },
  unhealthy: {
    unit: "count",
    about: "Components of the pipeline that say they are not well, or that have ended.",
    query: (q) =>
      `sum without (controller_id, controller_path, health_type) (${q.gauge("alloy_component_controller_running_components", { health_type: /unhealthy|exited/ })})`,
  },
  configLoaded: {
    unit: "bool",
    about: "1 while the configuration that was last fetched could be loaded.",
    query: (q) => q.gauge("remotecfg_last_load_successful"),
  },
  dropped: {
    unit: "opsPerSecond",
    about: "Lines per second that Alloy gave up, by reason.",
    query: (q) => `sum without (${detail}) (${q.rate("loki_write_dropped_entries_total")})`,
  },
  writesFailed: {
    unit: "ratio",
    about: "Share of the requests to Loki that it did not accept.",
    query: (q) =>
      `sum without (${detail}, status_code) (${q.rate(written, { status_code: { not: /2../ } })}) / (sum without (${detail}, status_code) (${q.rate(written)}) > 0.02)`,
  },
  samplesFailed: {
    unit: "ratio",
    about: "Share of the samples that Alloy could not write to a remote store.",
    query: (q) =>
      `${q.rate("prometheus_remote_storage_samples_failed_total", ours)} / (${q.rate("prometheus_remote_storage_samples_total", ours)} > 1)`,
  },
});

const components = (health: string): string =>
  `alloy_component_controller_running_components{controller_id="",controller_path="/",health_type="${health}"}`;
const main = 'component_id="loki.write.main",component_path="/"';
const ofMain = { component_id: "loki.write.main" };
const dropped = (reason: string): string =>
  `loki_write_dropped_entries_total{${main},reason="${reason}",tenant=""}`;
const sent = (code: string, id = "main"): string =>
  `${written}{component_id="loki.write.${id}",component_path="/",status_code="${code}",tenant=""}`;
const samples = (what: string, more = ""): string =>
  `prometheus_remote_storage_samples_${what}total{component_id="prometheus.remote_write.main",component_path="/",remote_name="r",url="https://m/api"${more}}`;

export const group = defineAlerts({ ...alloy, name: "loki-alloy" }, signals, {
  AlloyDown: {
    severity: "warning",
    down: true,
    when: ({ up }) => `${up} == 0`,
    for: "10m",
    summary: "Alloy on {{ $labels.host }} does not answer",
    description:
      "{{ $labels.instance }} has not answered for ten minutes: no lines of {{ $labels.host }} arrive, and files that rotate meanwhile are missed.",
    fires: { series: { up: "1x2 0x20" }, from: "13m" },
    quiet: { series: { up: "1 0x8 1 0x8 1x5", 'up{job="other"}': "0x30" }, at: "18m" },
  },
  AlloyComponentsUnhealthy: {
    severity: "warning",
    threshold: { value: 0, unit: "components that are not well" },
    when: ({ unhealthy }, threshold) => `${unhealthy} > ${threshold}`,
    for: "15m",
    summary: "Components of Alloy on {{ $labels.host }} are not well",
    description:
      '{{ $value | printf "%.0f" }} components of {{ $labels.instance }} have been unhealthy for 15 minutes, or have ended; what flows through them stops.',
    fires: {
      series: {
        [components("unhealthy")]: "0x2 1x10 0x30",
        [components("exited")]: "0x12 1x30",
        [components("healthy")]: "9x40",
      },
      from: "18m",
      value: "1",
    },
    quiet: {
      series: {
        [components("unhealthy")]: "0x2 1x12 0x30",
        [components("healthy")]: "9x50",
        [components("unknown")]: "1x50",
      },
      at: "30m",
    },
  },
  AlloyConfigReloadFailed: {
    severity: "warning",
    when: ({ configLoaded }) => `${configLoaded} == 0`,
    for: "15m",
    summary: "Alloy on {{ $labels.host }} cannot load its new configuration",
    description:
      "{{ $labels.instance }} has not been able to load what it fetched for 15 minutes and goes on with the former configuration.",
    fires: { series: { remotecfg_last_load_successful: "1x2 0x30" }, from: "18m" },
    quiet: { series: { remotecfg_last_load_successful: "1 0x12 1x20" }, at: "25m" },
  },
  AlloyLogEntriesDropped: {
    severity: "warning",
    threshold: { value: 0, unit: "lines per second given up" },
    when: ({ dropped: lost }, threshold) => `${lost} > ${threshold}`,
    for: "10m",
    summary: "Alloy on {{ $labels.host }} drops lines",
    description:
      "{{ $labels.component_id }} has given up {{ $value | humanize }} lines a second for ten minutes because of {{ $labels.reason }}: they are lost.",
    fires: {
      series: { [dropped("ingester_error")]: "0x5 0+60x30", [dropped("rate_limited")]: "5x40" },
      from: "17m",
      labels: { ...ofMain, reason: "ingester_error" },
      value: "1",
    },
    quiet: { series: { [dropped("ingester_error")]: "5x5 9x50" }, at: "25m" },
  },
  AlloyLogWritesFailing: {
    severity: "warning",
    threshold: { value: 0.1, unit: "share of requests to Loki not accepted" },
    when: ({ writesFailed }, threshold) => `${writesFailed} > ${threshold}`,
    for: "15m",
    summary: "Loki does not accept what Alloy on {{ $labels.host }} sends",
    description:
      "{{ $value | humanizePercentage }} of the requests of {{ $labels.component_id }} have failed for 15 minutes; it tries again until it drops the lines.",
    fires: {
      series: { [sent("204")]: "0+88x40", [sent("500")]: "0+6x40", [sent("429")]: "0+6x40" },
      from: "16m",
      labels: ofMain,
      value: "12%",
    },
    quiet: {
      series: {
        [sent("204")]: "0+915x40",
        [sent("429")]: "0+85x40",
        [sent("500", "idle")]: "0+1x40",
      },
      at: "30m",
    },
  },
  AlloyRemoteWriteFailing: {
    severity: "warning",
    threshold: { value: 0.01, unit: "share of samples that could not be written" },
    when: ({ samplesFailed }, threshold) => `${samplesFailed} > ${threshold}`,
    for: "15m",
    summary: "Alloy on {{ $labels.host }} loses samples on the way",
    description:
      "{{ $value | humanizePercentage }} of the samples for {{ $labels.url }} have been refused for good for 15 minutes: they are not sent again.",
    fires: {
      series: { [samples("failed_")]: "0+12x40", [samples("")]: "0+1000x40" },
      from: "16m",
      labels: {
        component_id: "prometheus.remote_write.main",
        component_path: "/",
        remote_name: "r",
        url: "https://m/api",
      },
      value: "1.2%",
    },
    quiet: {
      series: {
        [samples("failed_")]: "0+8.5x40",
        [samples("")]: "0+1000x40",
        [samples("failed_", ',instance="b:12345"')]: "0+5x40",
        [samples("", ',instance="b:12345"')]: "0+20x40",
        [samples("failed_", ',job="other"')]: "0+500x40",
        [samples("", ',job="other"')]: "0+1000x40",
      },
      at: "30m",
    },
  },
});
