import { defineAlerts } from "../lib/alert.ts";
import { quantileOfMany } from "../lib/often.ts";
import { defineSignals, type Query } from "../lib/signal.ts";
import { by, componentOwner, object } from "./common.ts";

/** Other components let callers in by the same code and expose the same metrics. */
const here = { job: "apiserver" };

const remaining = "apiserver_client_certificate_expiration_seconds_bucket";
/** Requests of 15 minutes that came with a certificate good for less than a bucket says. */
const seen = (q: Query, le: RegExp, ago = ""): string =>
  `sum ${by()} (increase(${q.counter(remaining, { ...here, le })}[15m]${ago}))`;

/** Bounds of two buckets, and the time between them: what is within the first was within the second. */
interface Reach {
  readonly soon: RegExp;
  readonly later: RegExp;
  readonly ago: string;
}
const all = /\+Inf/;

/**
 * Requests with certificates that grow old: some are nearly void now, and as long ago some were a
 * little better. Those that live for hours only never are, however many of them there are. Where
 * nothing is known of that time, few among many count.
 */
function growingOld(q: Query, { ago, later, soon }: Reach): string {
  const old = seen(q, soon);
  const before = `${seen(q, later, ago)} - ${seen(q, soon, ago)} > 0`;
  const few = `${old} / (${seen(q, all)} > 0) < 0.1`;
  return `(${old} and ${before} or ${old} unless ${seen(q, all, ago)} and ${few})`;
}

export const signals = defineSignals({
  voidInWeek: {
    unit: "count",
    about:
      "Requests of 15 minutes with an old client certificate that is good for less than a week.",
    query: (q) =>
      growingOld(q, {
        soon: /604800(?:\.0)?/,
        later: /2592000(?:\.0)?|2\.592e\+06/,
        ago: " offset 7d",
      }),
  },
  voidInHour: {
    unit: "count",
    about:
      "Requests of 15 minutes with an old client certificate that is good for less than an hour.",
    query: (q) => growingOld(q, { soon: /3600(?:\.0)?/, later: /7200(?:\.0)?/, ago: " offset 1h" }),
  },
  refused: {
    unit: "ratio",
    about: "Share of the requests to the API server that are not allowed.",
    query: (q) =>
      `sum by (cluster, env, job) (${q.rate("apiserver_request_total", { code: /401|403/ })}) / (sum by (cluster, env, job) (${q.rate("apiserver_request_total")}) > 1)`,
  },
  unknownCallers: {
    unit: "opsPerSecond",
    about: "Attempts to sign in that the API server could not tell who they were of.",
    query: (q) =>
      `sum by (cluster, env, job) (${q.rate("authentication_attempts", { ...here, result: /error|failure/ })})`,
  },
  auditLost: {
    unit: "count",
    about: "Audit events of 15 minutes that could not be written.",
    query: (q) => q.events("apiserver_audit_error_total", "15m"),
  },
  webhookErrors: {
    unit: "count",
    about: "Requests of ten minutes refused because a webhook itself failed.",
    query: (q) =>
      `sum by (cluster, env, job, name, error_type) (${q.events("apiserver_admission_webhook_rejection_count", "10m", { error_type: { not: "no_error" } })})`,
  },
  webhookSkipped: {
    unit: "count",
    about: "Requests of 15 minutes let through because a webhook failed.",
    query: (q) =>
      `sum by (cluster, env, job, name) (${q.events("apiserver_admission_webhook_fail_open_count", "15m")})`,
  },
  webhookLatency: {
    unit: "seconds",
    about: "Time in which a webhook answers 99 of 100 times.",
    query: (q) =>
      quantileOfMany(q, 0.99, "apiserver_admission_webhook_admission_duration_seconds", [
        "cluster",
        "env",
        "job",
        "name",
      ]),
  },
  deprecated: {
    unit: "bool",
    about: "1 for each API that is in use and will be removed.",
    query: (q) =>
      `max by (cluster, env, job, group, version, resource, removed_release) (${q.gauge("apiserver_requested_deprecated_apis", { removed_release: { not: "" } })})`,
  },
});

const left = (le: string, of = ""): string => `${remaining}{${of}le="${le}"}`;
/** Clients of another cluster, all of them with certificates that end within these buckets. */
const shortLived = (bounds: readonly string[]) =>
  Object.fromEntries(bounds.map((le) => [left(le, 'cluster="mesh",'), "0+60x40"]));
const requests = (code: string): string => `apiserver_request_total{code="${code}",verb="GET"}`;
const inCluster = object();
const webhook = 'name="policy.example.org",type="validating",operation="CREATE"';
const thatWebhook = object({ name: "policy.example.org" });
const took = (le: string): string =>
  `apiserver_admission_webhook_admission_duration_seconds_bucket{${webhook},rejected="false",le="${le}"}`;

export const group = defineAlerts(
  componentOwner("apiserver-access", "cluster", here.job),
  signals,
  {
    KubeClientCertificateExpiration: {
      severity: "warning",
      family: "KubeClientCertificateExpiration",
      when: ({ voidInWeek }) => `${voidInWeek} > 0`,
      for: "15m",
      summary: "A client of the API server has an old certificate",
      description:
        '{{ $value | printf "%.0f" }} requests in 15 minutes came with a certificate that is good for less than a week and was not renewed in time.',
      fires: {
        series: {
          [left("345600")]: "0x40",
          [left("604800")]: "0+15x40",
          [left("2.592e+06")]: "0+15x40",
          [left("+Inf")]: "0+1000x40",
        },
        from: "16m",
        labels: inCluster,
        value: "225",
      },
      quiet: {
        series: {
          [left("604800")]: "0x40",
          [left("2.592e+06")]: "0+600x40",
          [left("+Inf")]: "0+600x40",
          // Certificates that live for a day: all of them are good for less than a week.
          ...shortLived(["86400", "604800", "2.592e+06", "+Inf"]),
          // A client of another component.
          [`${remaining}{job="kube-scheduler",le="604800"}`]: "0+60x40",
          [`${remaining}{job="kube-scheduler",le="+Inf"}`]: "0+6000x40",
        },
        at: "30m",
      },
    },
    KubeClientCertificateExpiresToday: {
      severity: "critical",
      family: "KubeClientCertificateExpiration",
      when: ({ voidInHour }) => `${voidInHour} > 0`,
      for: "5m",
      summary: "A client of the API server is locked out within the hour",
      description:
        '{{ $value | printf "%.0f" }} requests in 15 minutes came with a certificate that is void in less than an hour and was not renewed in time.',
      fires: {
        series: {
          [left("1800")]: "0x40",
          [left("3600")]: "0+15x40",
          [left("7200")]: "0+15x40",
          [left("+Inf")]: "0+1000x40",
        },
        from: "6m",
        labels: inCluster,
        value: "90",
      },
      quiet: {
        series: {
          [left("3600")]: "0x40",
          [left("7200")]: "0+60x40",
          [left("+Inf")]: "0+60x40",
          ...shortLived(["3600", "7200", "+Inf"]),
          // A client of another component.
          [`${remaining}{job="kube-scheduler",le="3600"}`]: "0+60x40",
          [`${remaining}{job="kube-scheduler",le="+Inf"}`]: "0+6000x40",
        },
        at: "15m",
      },
      byNature: {
        burst: "A client that calls seldom is locked out as well as one that calls all the time.",
      },
    },
    KubeApiUnauthorizedSpike: {
      severity: "warning",
      team: "security",
      threshold: { value: 0.05, unit: "share of requests that are not allowed" },
      when: ({ refused }, threshold) => `${refused} > ${threshold}`,
      for: "10m",
      summary: "Many requests to the API server are not allowed",
      description:
        "{{ $value | humanizePercentage }} of the requests have been answered 401 or 403 for ten minutes: something tries what it may not, or lost its rights.",
      fires: {
        series: {
          [requests("401")]: "0+180x30",
          [requests("403")]: "0+180x30",
          [requests("200")]: "0+5640x30",
        },
        from: "11m",
        labels: inCluster,
        value: "6%",
      },
      quiet: {
        series: {
          [requests("403")]: "0+255x40",
          [requests("200")]: "0+5745x40",
          'apiserver_request_total{cluster="idle",code="403",verb="GET"}': "0+20x40",
          'apiserver_request_total{cluster="idle",code="200",verb="GET"}': "0+20x40",
        },
        at: "25m",
      },
    },
    KubeApiAuthenticationErrors: {
      severity: "warning",
      team: "security",
      threshold: { value: 0.5, unit: "failed attempts a second" },
      when: ({ unknownCallers }, threshold) => `${unknownCallers} > ${threshold}`,
      for: "10m",
      summary: "Callers of the API server cannot sign in",
      description:
        '{{ $value | printf "%.1f" }} attempts a second come with a token or certificate that is not accepted: run out, forged, or of another cluster.',
      fires: {
        series: {
          'authentication_attempts{result="failure"}': "0+18x30",
          'authentication_attempts{result="error"}': "0+18x30",
        },
        from: "15m",
        labels: inCluster,
        value: "0.6",
      },
      quiet: {
        series: {
          'authentication_attempts{result="failure"}': "0+25x40",
          'authentication_attempts{result="success"}': "0+6000x40",
          'authentication_attempts{job="kube-scheduler",result="error"}': "0+60x40",
        },
        at: "25m",
      },
    },
    KubeAuditEventsLost: {
      severity: "warning",
      team: "security",
      when: ({ auditLost }) => `${auditLost} > 0`,
      for: "0s",
      keepFiringFor: "15m",
      summary: "Audit events of {{ $labels.instance }} are lost",
      description:
        'The API server could not hand {{ $value | printf "%.0f" }} audit events to {{ $labels.plugin }}: who did what in that time cannot be proved.',
      fires: {
        series: { 'apiserver_audit_error_total{plugin="webhook"}': "0x20 1x20" },
        from: "21m",
        labels: { plugin: "webhook" },
        value: "1",
      },
      quiet: { series: { 'apiserver_audit_error_total{plugin="webhook"}': "4x60" }, at: "20m" },
    },
    KubeAdmissionWebhookFailing: {
      severity: "warning",
      threshold: { value: 5, unit: "requests in ten minutes refused by mistake" },
      when: ({ webhookErrors }, threshold) => `${webhookErrors} > ${threshold}`,
      for: "5m",
      summary: "Webhook {{ $labels.name }} fails, and requests with it",
      description:
        '{{ $value | printf "%.0f" }} requests were refused in ten minutes because the webhook did not answer properly ({{ $labels.error_type }}).',
      fires: {
        series: {
          [`apiserver_admission_webhook_rejection_count{${webhook},error_type="calling_webhook_error",rejection_code="0"}`]:
            "0x9 6x40",
        },
        from: "15m",
        labels: { ...thatWebhook, error_type: "calling_webhook_error" },
        value: "6",
      },
      quiet: {
        series: {
          [`apiserver_admission_webhook_rejection_count{${webhook},error_type="calling_webhook_error",rejection_code="0"}`]:
            "0x9 4.2x40",
          [`apiserver_admission_webhook_rejection_count{${webhook},error_type="no_error",rejection_code="403"}`]:
            "0+9x50",
        },
        at: "16m",
      },
    },
    KubeAdmissionWebhookSkipped: {
      severity: "warning",
      team: "security",
      when: ({ webhookSkipped }) => `${webhookSkipped} > 0`,
      for: "0s",
      keepFiringFor: "15m",
      summary: "Requests got past webhook {{ $labels.name }} unchecked",
      description:
        '{{ $value | printf "%.0f" }} requests were let through in 15 minutes because the webhook failed and its policy says Ignore.',
      fires: {
        series: {
          'apiserver_admission_webhook_fail_open_count{name="policy.example.org",type="validating"}':
            "0x20 1x20",
        },
        from: "21m",
        labels: thatWebhook,
        value: "1",
      },
      quiet: {
        series: {
          'apiserver_admission_webhook_fail_open_count{name="policy.example.org",type="validating"}':
            "4x60",
        },
        at: "20m",
      },
    },
    KubeAdmissionWebhookSlow: {
      severity: "warning",
      threshold: { value: 2, unit: "seconds for 99 of 100 calls", range: { below: 25 } },
      when: ({ webhookLatency }, threshold) => `${webhookLatency} > ${threshold}`,
      for: "10m",
      summary: "Webhook {{ $labels.name }} is slow",
      description:
        "One call in a hundred takes {{ $value | humanizeDuration }} or longer; whoever creates or changes such an object waits for it.",
      fires: {
        series: {
          [took("1")]: "0+980x30",
          [took("2.5")]: "0+993x30",
          [took("10")]: "0+1000x30",
          [took("+Inf")]: "0+1000x30",
        },
        from: "11m",
        labels: thatWebhook,
        value: "2.154s",
      },
      quiet: {
        series: {
          [took("1")]: "0+984x40",
          [took("2.5")]: "0+996x40",
          [took("10")]: "0+1000x40",
          [took("+Inf")]: "0+1000x40",
        },
        at: "25m",
      },
    },
    KubeDeprecatedApiInUse: {
      severity: "info",
      when: ({ deprecated }) => `${deprecated} > 0`,
      for: "1h",
      summary: "{{ $labels.resource }} is asked for in an API that will go",
      description:
        "Somebody uses {{ $labels.group }}/{{ $labels.version }} for {{ $labels.resource }}, which Kubernetes {{ $labels.removed_release }} no longer has.",
      fires: {
        series: {
          'apiserver_requested_deprecated_apis{group="policy",version="v1beta1",resource="poddisruptionbudgets",removed_release="1.25"}':
            "1x90",
        },
        from: "1h",
        labels: object({
          group: "policy",
          version: "v1beta1",
          resource: "poddisruptionbudgets",
          removed_release: "1.25",
        }),
      },
      quiet: {
        series: {
          'apiserver_requested_deprecated_apis{group="policy",version="v1beta1",resource="poddisruptionbudgets",removed_release="1.25"}':
            "1x50 _x50",
          // Deprecated without a date.
          'apiserver_requested_deprecated_apis{group="",version="v1",resource="componentstatuses"}':
            "1x100",
        },
        at: "90m",
      },
    },
  },
);
