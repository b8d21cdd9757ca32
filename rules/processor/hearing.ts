import { defineAlerts, type Series } from "../lib/alert.ts";
import { defineSignals } from "../lib/signal.ts";
import { own, processorOwner, received, results } from "./common.ts";

const watchdogAge = own("watchdog_age_seconds");
const reconciled = own("reconciled_total");
const hooks = own("hooks_total");

export const signals = defineSignals({
  heard: {
    unit: "count",
    about: "Alerts of any kind taken in within 15 minutes; the Watchdog alone makes some fifteen.",
    query: (q) => `sum without (result) (${q.increase(received, "15m")})`,
  },
  watchdogAge: {
    unit: "seconds",
    about: "Time since the heartbeat was heard that is silent longest.",
    query: (q) => q.gauge(watchdogAge),
  },
  reconcileFailures: {
    unit: "count",
    about: "Comparisons with Alertmanager's list within ten minutes that failed; one a minute.",
    query: (q) => `sum without (result) (${q.events(reconciled, "10m", { result: "failed" })})`,
  },
  differences: {
    unit: "count",
    about: "Alerts within half an hour that the comparison found or ended, as no message had.",
    query: (q) => `sum without (result) (${q.events(reconciled, "30m", { result: /found|lost/ })})`,
  },
  unheardShare: {
    unit: "ratio",
    about:
      "Share of the messages of an hour from the other side of each channel that were not listened to: forged, without sense, or too old.",
    query: (q) =>
      `sum without (result) (${q.increase(hooks, "1h", { result: /forged|senseless|old/ })}) / (sum without (result) (${q.increase(hooks, "1h")}) > 2)`,
  },
});

const compared = (result: string, values: string): Series => ({
  [`${reconciled}{result="${result}"}`]: values,
});

const heardOf = (result: string, values: string, channel = "pagerduty"): Series => ({
  [`${hooks}{channel="${channel}",result="${result}"}`]: values,
});
const ofPager = { channel: "pagerduty" };

export const group = defineAlerts(processorOwner("hearing"), signals, {
  ProcessorWatchdogSilent: {
    severity: "critical",
    family: "ProcessorSilence",
    threshold: { value: 300, unit: "seconds since the Watchdog was heard" },
    when: ({ watchdogAge }, threshold) => `${watchdogAge} > ${threshold}`,
    for: "1m",
    summary: "The alert processor on {{ $labels.host }} does not hear the Watchdog",
    description:
      "The alert that always fires was last heard {{ $value | humanizeDuration }} ago: other alerts do not reach the processor either.",
    fires: { series: { [watchdogAge]: "20x5 300+60x10" }, from: "8m", value: "7m 0s" },
    quiet: { series: { [watchdogAge]: "20x3 290x10" }, at: "10m" },
  },
  ProcessorHearsNothing: {
    severity: "warning",
    family: "ProcessorSilence",
    when: ({ heard }) => `${heard} == 0`,
    for: "10m",
    summary: "No alert at all reaches the alert processor on {{ $labels.host }}",
    description:
      "Not even the Watchdog has arrived for 25 minutes. After a start the processor has no age of it to show, so this says it.",
    fires: { series: results("0+1x10 10x60", "0+1x10 10x60", "0x70"), from: "34m" },
    quiet: { series: results("0x60", "0+1x60", "0x60"), at: "50m" },
    resolves: { series: results("10x60", "10+1x60", "0x60"), at: "20m" },
  },
  ProcessorReconcileFailing: {
    severity: "warning",
    threshold: { value: 5, unit: "failed comparisons in ten minutes" },
    when: ({ reconcileFailures }, threshold) => `${reconcileFailures} > ${threshold}`,
    for: "10m",
    summary: "The alert processor on {{ $labels.host }} cannot ask Alertmanager",
    description:
      '{{ $value | printf "%.0f" }} of the ten comparisons of ten minutes failed: a message that got lost is noticed by nobody.',
    fires: { series: compared("failed", "0+0.6x60"), from: "19m", value: "6" },
    quiet: {
      series: {
        ...compared("failed", "0+0.4x60"),
        ...compared("found", "0+1x60"),
        ...compared("lost", "0+1x60"),
      },
      at: "40m",
    },
  },
  ProcessorReconcileDifferences: {
    severity: "warning",
    threshold: { value: 5, unit: "differences in half an hour" },
    when: ({ differences }, threshold) => `${differences} > ${threshold}`,
    for: "5m",
    summary: "Messages to the alert processor on {{ $labels.host }} get lost",
    description:
      '{{ $value | printf "%.0f" }} alerts in half an hour were found or ended only by comparing with Alertmanager: it had told the processor neither.',
    fires: {
      series: { ...compared("found", "0+0.1x90"), ...compared("lost", "0+0.1x90") },
      from: "31m",
      value: "6",
    },
    quiet: {
      series: {
        ...compared("found", "0+0.08x90"),
        ...compared("lost", "0+0.08x90"),
        ...compared("failed", "0+1x90"),
      },
      at: "1h",
    },
  },
  ProcessorChannelUnheard: {
    severity: "warning",
    needs: "processor ears",
    threshold: { value: 0.5, unit: "share of a channel's messages that are not listened to" },
    when: ({ unheardShare }, threshold) => `${unheardShare} > ${threshold}`,
    for: "5m",
    summary: "The alert processor does not listen to what {{ $labels.channel }} tells it",
    description:
      "{{ $value | humanizePercentage }} of the messages of an hour from {{ $labels.channel }} were signed wrongly, made no sense, or were too old: what people do there is not done here.",
    fires: {
      series: {
        ...heardOf("done", "0+4x100"),
        ...heardOf("forged", "0+3x100"),
        ...heardOf("senseless", "0+2x100"),
        ...heardOf("old", "0+1x100"),
      },
      from: "6m",
      labels: ofPager,
      value: "60%",
    },
    quiet: {
      series: {
        ...heardOf("done", "0+3x100"),
        ...heardOf("unknown", "0+3x100"),
        ...heardOf("forged", "0+2x100"),
        ...heardOf("senseless", "0+1x100"),
        ...heardOf("old", "0+1x100"),
        // One message says nothing.
        ...heardOf("forged", "0x20 1x80", "other"),
        ...heardOf("done", "0x100", "other"),
      },
      at: "1h",
    },
  },
});
