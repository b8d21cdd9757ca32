import { defineAlerts, type Series } from "../lib/alert.ts";
import { defineSignals } from "../lib/signal.ts";
import { own, processorOwner, received, results } from "./common.ts";

const requests = own("http_requests_total");
const overloaded = own("overloaded_total");
const oddSeverities = own("odd_severities_total");

/** Where Alertmanager's messages arrive. */
const intake = { method: "POST", route: "/v1/alerts" };

export const signals = defineSignals({
  received: {
    unit: "opsPerSecond",
    about: "Alerts taken in per second: something new, known already, or not understood.",
    query: (q) => q.rate(received),
  },
  poisoned: {
    unit: "count",
    about: "Alerts within 15 minutes that could not be understood and are in quarantine.",
    query: (q) => `sum without (result) (${q.events(received, "15m", { result: "poisoned" })})`,
  },
  oddSeverities: {
    unit: "count",
    about: "Alerts that began within 15 minutes with a severity that is not a known word.",
    query: (q) => q.events(oddSeverities, "15m"),
  },
  requests: {
    unit: "opsPerSecond",
    about: "Requests answered per second by status, those of the page included.",
    query: (q) => `sum without (method, route) (${q.rate(requests)})`,
  },
  refusedShare: {
    unit: "ratio",
    about: "Share of the requests with alerts that were answered with 503, to be tried again.",
    query: (q) =>
      `sum without (code, method) (${q.rate(requests, { ...intake, code: "503" })}) / (sum without (code, method) (${q.rate(requests, intake)}) > 0.005)`,
  },
  overloaded: {
    unit: "count",
    about: "Messages within ten minutes refused for lack of room.",
    query: (q) => q.events(overloaded, "10m"),
  },
  unauthorized: {
    unit: "count",
    about: "Messages within ten minutes refused with 401.",
    query: (q) =>
      `sum without (code, method) (${q.increase(requests, "10m", { ...intake, code: "401" })})`,
  },
  lostMessages: {
    unit: "count",
    about: "Requests within half an hour refused for good: no JSON, no alerts, or too large.",
    query: (q) =>
      `sum without (code, method) (${q.events(requests, "30m", { ...intake, code: /400|413|415/ })})`,
  },
});

const answers = (code: string, values: string, of = intake.route, method = "POST"): Series => ({
  [`${requests}{method="${method}",route="${of}",code="${code}"}`]: values,
});

const ofRoute = { route: intake.route };

export const group = defineAlerts(processorOwner("intake"), signals, {
  ProcessorQuarantine: {
    severity: "warning",
    when: ({ poisoned }) => `${poisoned} > 0`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "The alert processor on {{ $labels.host }} gets alerts it cannot read",
    description:
      "Alerts with a broken time or without labels have arrived: they are in quarantine, and AlertQuarantined on the processor's page stands for them.",
    fires: { series: results("0x80", "0+1x80", "0x20 1x60"), from: "21m" },
    quiet: { series: results("0+1x80", "0+1x80", "3x80"), at: "40m" },
    resolves: { series: results("0+1x80", "20+1x80", "1x80"), at: "40m" },
  },
  ProcessorSeverityUnknown: {
    severity: "warning",
    when: ({ oddSeverities }) => `${oddSeverities} > 0`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "The alert processor on {{ $labels.host }} does not know the severity of an alert",
    description:
      "The rule of an alert has a word for its severity that nobody foresaw. It counts as a warning: if it means something worse, nobody is called.",
    fires: { series: { [oddSeverities]: "0x20 1x60" }, from: "21m" },
    quiet: { series: { [oddSeverities]: "3x80" }, at: "40m" },
    resolves: { series: { [oddSeverities]: "1x80" }, at: "40m" },
  },
  ProcessorRefusesAlerts: {
    severity: "critical",
    family: "ProcessorRefusal",
    threshold: { value: 0.5, unit: "share of messages answered with 503" },
    when: ({ refusedShare }, threshold) => `${refusedShare} > ${threshold}`,
    for: "7m",
    summary: "The alert processor on {{ $labels.host }} takes few alerts in",
    description:
      "{{ $value | humanizePercentage }} of Alertmanager's messages have been answered with 503 for seven minutes: it tries again, but what ends meanwhile is lost.",
    fires: {
      series: { ...answers("200", "0+42x30"), ...answers("503", "0+58x30") },
      from: "8m",
      labels: ofRoute,
      value: "58%",
    },
    quiet: {
      series: {
        ...answers("200", "0+58x30"),
        ...answers("503", "0+42x30"),
        ...answers("503", "0+60x30", "/-/ready"),
        // One refusal in a quiet hour says nothing.
        [`${requests}{method="POST",route="${intake.route}",code="503",instance="b:9095"}`]:
          "0+0.2x30",
      },
      at: "20m",
    },
  },
  ProcessorOverloaded: {
    severity: "warning",
    family: "ProcessorRefusal",
    when: ({ overloaded }) => `${overloaded} > 0`,
    for: "10m",
    summary: "The alert processor on {{ $labels.host }} has no room for all alerts",
    description:
      "For ten minutes some messages were refused with 503 as too many waited to be written. Alertmanager tries again, so they are late.",
    fires: { series: { [overloaded]: "0+1x60" }, from: "11m" },
    quiet: { series: { [overloaded]: "0x3 3x60" }, at: "30m" },
  },
  ProcessorUnauthorized: {
    severity: "warning",
    threshold: { value: 10, unit: "messages in ten minutes refused with 401" },
    when: ({ unauthorized }, threshold) => `${unauthorized} > ${threshold}`,
    for: "5m",
    summary: "The alert processor on {{ $labels.host }} refuses its senders",
    description:
      '{{ $value | printf "%.0f" }} messages in ten minutes had no valid token: it was changed on one side only, or somebody guesses.',
    fires: {
      series: answers("401", "0+1.2x60"),
      from: "14m",
      labels: ofRoute,
      value: "12",
    },
    quiet: {
      series: {
        ...answers("401", "0+0.9x60"),
        ...answers("200", "0+9x60"),
        ...answers("401", "0+9x60", intake.route, "GET"),
      },
      at: "40m",
    },
  },
  ProcessorMessagesLost: {
    severity: "warning",
    when: ({ lostMessages }) => `${lostMessages} > 0`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "The alert processor on {{ $labels.host }} refused messages for good",
    description:
      "Messages were not JSON, had no list of alerts, or were too large (413). Alertmanager sends such a message once and drops it.",
    fires: { series: answers("413", "1x20 1.9x60"), from: "21m", labels: ofRoute },
    quiet: {
      series: {
        ...answers("400", "4x80"),
        ...answers("200", "0+9x80"),
        ...answers("400", "0+1x80", "/v1/noise"),
      },
      at: "50m",
    },
    resolves: { series: answers("413", "1.9x80"), at: "1h" },
  },
});
