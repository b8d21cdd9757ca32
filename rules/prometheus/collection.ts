import { defineAlerts } from "../lib/alert.ts";
import { defineSignals, type Signal } from "../lib/signal.ts";
import { prometheusOwner } from "./common.ts";

const counted = (metric: string, range: string, about: string) =>
  ({ unit: "count", about, query: (q) => q.events(metric, range) }) as const satisfies Signal;

const dropped = (metric: string, about: string) =>
  ({ unit: "opsPerSecond", about, query: (q) => q.rate(metric) }) as const satisfies Signal;

const refreshFailures = "prometheus_sd_refresh_failures_total";
const kubernetesFailures = "prometheus_sd_kubernetes_failures_total";
const syncFailures = "prometheus_target_sync_failed_total";
const overTargets = "prometheus_target_scrape_pool_exceeded_target_limit_total";
const overLabels = "prometheus_target_scrape_pool_exceeded_label_limits_total";
const overBody = "prometheus_target_scrapes_exceeded_body_size_limit_total";
const overSamples = "prometheus_target_scrapes_exceeded_sample_limit_total";
const duplicates = "prometheus_target_scrapes_sample_duplicate_timestamp_total";
const outOfOrder = "prometheus_target_scrapes_sample_out_of_order_total";
const outOfBounds = "prometheus_target_scrapes_sample_out_of_bounds_total";

export const signals = defineSignals({
  refreshFailures: counted(
    refreshFailures,
    "10m",
    "Times in ten minutes that the list of targets could not be read again, by mechanism.",
  ),
  kubernetesFailures: counted(
    kubernetesFailures,
    "10m",
    "Times in ten minutes that the API of Kubernetes did not list or watch objects.",
  ),
  syncFailures: counted(
    syncFailures,
    "30m",
    "Targets of half an hour that could not be made from what discovery found, by scrape job.",
  ),
  overTargets: counted(
    overTargets,
    "10m",
    "Times in ten minutes that a scrape job had more targets than it may.",
  ),
  overLabels: counted(
    overLabels,
    "10m",
    "Scrapes of ten minutes refused because a series had too many or too long labels.",
  ),
  overBody: counted(overBody, "10m", "Scrapes of ten minutes refused because of their size."),
  overSamples: counted(
    overSamples,
    "10m",
    "Scrapes of ten minutes refused because they brought too many samples.",
  ),
  duplicates: dropped(duplicates, "Samples dropped because their moment has another value."),
  outOfOrder: dropped(outOfOrder, "Samples dropped because a later one was there already."),
  outOfBounds: dropped(outOfBounds, "Samples dropped because their time is too far from now."),
});

/** A counter that counts every minute. */
const goesOn = (series: string) => ({ [series]: "0+1x60" });
/** Three at once, and then no more. */
const once = (series: string) => ({ [series]: "0x3 3x60" });

export const group = defineAlerts(prometheusOwner("collection"), signals, {
  PrometheusSDRefreshFailure: {
    severity: "warning",
    needs: "service discovery",
    when: ({ refreshFailures }) => `${refreshFailures} > 0`,
    for: "20m",
    summary: "Prometheus on {{ $labels.host }} cannot renew its list of targets",
    description:
      "Discovery by {{ $labels.mechanism }} has failed for 20 minutes: Prometheus goes on with the last list, new targets are missing.",
    fires: {
      series: goesOn(`${refreshFailures}{mechanism="http"}`),
      from: "21m",
      labels: { mechanism: "http" },
    },
    quiet: { series: once(`${refreshFailures}{mechanism="http"}`), at: "40m" },
  },
  PrometheusKubernetesListWatchFailures: {
    severity: "warning",
    needs: "kubernetes discovery",
    when: ({ kubernetesFailures }) => `${kubernetesFailures} > 0`,
    for: "15m",
    summary: "Prometheus on {{ $labels.host }} cannot watch Kubernetes",
    description:
      "For 15 minutes the API has refused or broken off lists and watches: what starts in the cluster now is not scraped.",
    fires: { series: goesOn(kubernetesFailures), from: "16m" },
    quiet: { series: once(kubernetesFailures), at: "40m" },
  },
  PrometheusTargetSyncFailure: {
    severity: "warning",
    when: ({ syncFailures }) => `${syncFailures} > 0`,
    for: "5m",
    summary: "Targets of {{ $labels.scrape_job }} are lost on {{ $labels.host }}",
    description:
      "Discovery found targets that Prometheus cannot use, so they are not watched at all; no other alert will tell.",
    fires: {
      series: { [`${syncFailures}{scrape_job="shop"}`]: "0x10 1x60" },
      from: "16m",
      labels: { scrape_job: "shop" },
    },
    quiet: { series: { [`${syncFailures}{scrape_job="shop"}`]: "3x80" }, at: "60m" },
  },
  PrometheusTargetLimitHit: {
    severity: "warning",
    needs: "target limit",
    when: ({ overTargets }) => `${overTargets} > 0`,
    for: "15m",
    summary: "A scrape job on {{ $labels.host }} has more targets than it may",
    description:
      "A job is over its target_limit; Prometheus scrapes none of its targets until there are fewer.",
    fires: { series: goesOn(overTargets), from: "16m" },
    quiet: { series: once(overTargets), at: "40m" },
  },
  PrometheusLabelLimitHit: {
    severity: "warning",
    when: ({ overLabels }) => `${overLabels} > 0`,
    for: "15m",
    summary: "Scrapes on {{ $labels.host }} are refused for their labels",
    description:
      "For 15 minutes a target has exposed series with more or longer labels than allowed; everything it exposes is thrown away.",
    fires: { series: goesOn(overLabels), from: "16m" },
    quiet: { series: once(overLabels), at: "40m" },
  },
  PrometheusScrapeBodySizeLimitHit: {
    severity: "warning",
    when: ({ overBody }) => `${overBody} > 0`,
    for: "15m",
    summary: "Scrapes on {{ $labels.host }} are refused for their size",
    description:
      "For 15 minutes a target has answered with more bytes than body_size_limit allows; it counts as down.",
    fires: { series: goesOn(overBody), from: "16m" },
    quiet: { series: once(overBody), at: "40m" },
  },
  PrometheusScrapeSampleLimitHit: {
    severity: "warning",
    when: ({ overSamples }) => `${overSamples} > 0`,
    for: "15m",
    summary: "Scrapes on {{ $labels.host }} bring too many samples",
    description:
      "For 15 minutes a target has exposed more series than sample_limit allows; it counts as down and nothing of it is kept.",
    fires: { series: goesOn(overSamples), from: "16m" },
    quiet: { series: once(overSamples), at: "40m" },
  },
  PrometheusDuplicateTimestamps: {
    severity: "warning",
    when: ({ duplicates }) => `${duplicates} > 0`,
    for: "10m",
    summary: "Prometheus on {{ $labels.host }} gets two values for one moment",
    description:
      "For ten minutes {{ $value | humanize }} samples a second have been dropped since their series had another value for the same time.",
    fires: { series: { [duplicates]: "0+6x60" }, from: "11m", value: "100m" },
    quiet: { series: once(duplicates), at: "40m" },
  },
  PrometheusOutOfOrderTimestamps: {
    severity: "warning",
    when: ({ outOfOrder }) => `${outOfOrder} > 0`,
    for: "10m",
    summary: "Samples reach Prometheus on {{ $labels.host }} in the wrong order",
    description:
      "For ten minutes {{ $value | humanize }} samples a second have been dropped because they were older than what is stored.",
    fires: { series: { [outOfOrder]: "0+6x60" }, from: "11m", value: "100m" },
    quiet: { series: once(outOfOrder), at: "40m" },
  },
  PrometheusSamplesOutOfBounds: {
    severity: "warning",
    when: ({ outOfBounds }) => `${outOfBounds} > 0`,
    for: "10m",
    summary: "Samples on {{ $labels.host }} come from another time",
    description:
      "For ten minutes {{ $value | humanize }} samples a second have been dropped because their time is hours old or ahead of the clock.",
    fires: { series: { [outOfBounds]: "0+6x60" }, from: "11m", value: "100m" },
    quiet: { series: once(outOfBounds), at: "40m" },
  },
});
