import { defineAlerts, type Series } from "../lib/alert.ts";
import { defineSignals } from "../lib/signal.ts";
import { own, processorOwner } from "./common.ts";

const notifications = own("notifications_total");
const heartbeats = own("heartbeats_total");
const oldest = own("outbox_oldest_seconds");

export const signals = defineSignals({
  open: {
    unit: "count",
    about: "Alerts that are not resolved, taken by somebody or not.",
    query: (q) => q.gauge(own("open_alerts")),
  },
  pending: {
    unit: "count",
    about: "Deliveries that wait to be sent, those planned for later included.",
    query: (q) => q.gauge(own("outbox_pending")),
  },
  dead: {
    unit: "count",
    about: "Deliveries that were given up and wait for somebody to send them again.",
    query: (q) => q.gauge(own("outbox_dead")),
  },
  oldest: {
    unit: "seconds",
    about: "How long the oldest delivery has been due; 0 where none is.",
    query: (q) => q.gauge(oldest),
  },
  notifications: {
    unit: "opsPerSecond",
    about: "Messages to each channel per second: sent, to be tried again, refused, or given up.",
    query: (q) => q.rate(notifications),
  },
  failedShare: {
    unit: "ratio",
    about: "Share of the messages of 15 minutes to each channel that failed.",
    query: (q) =>
      `sum without (result) (${q.increase(notifications, "15m", { result: /again|refused|dead/ })}) / (sum without (result) (${q.increase(notifications, "15m")}) > 1)`,
  },
  givenUp: {
    unit: "count",
    about: "Messages to each channel that it refused, or that were given up, within 15 minutes.",
    query: (q) =>
      `sum without (result) (${q.events(notifications, "15m", { result: /refused|dead/ })})`,
  },
  heartbeatFailures: {
    unit: "count",
    about: "Pings of the outer watch within ten minutes that failed; one is sent a minute.",
    query: (q) => `sum without (result) (${q.events(heartbeats, "10m", { result: "failed" })})`,
  },
});

const told = (channel: string, result: string, values: string): Series => ({
  [`${notifications}{channel="${channel}",result="${result}"}`]: values,
});
const ofPush = { channel: "push" };
const pinged = (result: string, values: string): Series => ({
  [`${heartbeats}{result="${result}"}`]: values,
});

export const group = defineAlerts(processorOwner("delivery"), signals, {
  ProcessorDeliveryStuck: {
    severity: "critical",
    needs: "processor channels",
    threshold: { value: 300, unit: "seconds that the oldest delivery has been due" },
    when: ({ oldest }, threshold) => `${oldest} > ${threshold}`,
    for: "2m",
    summary: "The alert processor on {{ $labels.host }} is late in notifying people",
    description:
      "A delivery has been due for {{ $value | humanizeDuration }} and nobody has tried to send it: a channel hangs, or more is due than it may send.",
    fires: { series: { [oldest]: "0x5 60+60x20" }, from: "13m", value: "8m 0s" },
    quiet: { series: { [oldest]: "0x5 290x20" }, at: "20m" },
  },
  ProcessorDeliveriesDead: {
    severity: "critical",
    needs: "processor channels",
    when: ({ givenUp }) => `${givenUp} > 0`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "{{ $labels.channel }} does not take what the alert processor tells",
    description:
      "{{ $labels.channel }} refused messages, or failed for a day: whoever reads only this channel was not told. What its address or secret is to blame for is tried again; the rest can be sent again.",
    fires: {
      series: { ...told("push", "sent", "0+1x80"), ...told("push", "dead", "0x20 1x60") },
      from: "21m",
      labels: ofPush,
    },
    quiet: {
      series: {
        ...told("push", "sent", "0+1x80"),
        ...told("push", "again", "0+1x80"),
        ...told("push", "dead", "3x80"),
      },
      at: "40m",
    },
    resolves: {
      series: { ...told("push", "sent", "20+1x80"), ...told("push", "dead", "1x80") },
      at: "40m",
    },
  },
  ProcessorChannelFailing: {
    severity: "warning",
    needs: "processor channels",
    threshold: { value: 0.5, unit: "share of a channel's messages that fail" },
    when: ({ failedShare }, threshold) => `${failedShare} > ${threshold}`,
    for: "10m",
    summary: "{{ $labels.channel }} often fails for the alert processor",
    description:
      "{{ $value | humanizePercentage }} of the messages to {{ $labels.channel }} within 15 minutes failed; they are tried again for a day, so people are notified late.",
    fires: {
      series: {
        ...told("push", "sent", "0+4x60"),
        ...told("push", "again", "0+5x60"),
        ...told("push", "dead", "0+1x60"),
      },
      from: "11m",
      labels: ofPush,
      value: "60%",
    },
    quiet: {
      series: {
        ...told("push", "sent", "0+6x60"),
        ...told("push", "again", "0+3x60"),
        ...told("push", "dead", "0+1x60"),
        // A single failure says nothing.
        ...told("mail", "sent", "0x60"),
        ...told("mail", "again", "0x20 0.9x40"),
        ...told("mail", "dead", "0x60"),
      },
      at: "30m",
    },
  },
  ProcessorHeartbeatFailing: {
    severity: "warning",
    needs: "processor heartbeat",
    threshold: { value: 5, unit: "failed pings in ten minutes" },
    when: ({ heartbeatFailures }, threshold) => `${heartbeatFailures} > ${threshold}`,
    for: "5m",
    summary: "The alert processor on {{ $labels.host }} cannot ping the outer watch",
    description:
      '{{ $value | printf "%.0f" }} pings in ten minutes failed: the watch outside will soon report that monitoring is dead, or cannot notice when it is.',
    fires: {
      series: pinged("failed", "0+0.6x60"),
      from: "14m",

      value: "6",
    },
    quiet: {
      series: { ...pinged("failed", "0+0.4x60"), ...pinged("sent", "0+1x60") },
      at: "40m",
    },
  },
});
