import { defineAlerts } from "../lib/alert.ts";
import { defineSignals, type Query } from "../lib/signal.ts";
import { answering, by, componentOwner, object, same, shouldBe, state } from "./common.ts";

const job = "cert-manager";
const certificate = (what: string): string => `certmanager_certificate_${what}`;

const ofCertificate = (values: string): string => state(values, "namespace", "name");
/** When each certificate ends and when it is to be renewed; one that is not issued yet says zero. */
const ends = (q: Query): string =>
  ofCertificate(`${q.timestamp(certificate("expiration_timestamp_seconds"))} > 0`);
const renewal = (q: Query): string =>
  ofCertificate(`${q.timestamp(certificate("renewal_timestamp_seconds"))} > 0`);
const sameCertificate = same("namespace", "name");

export const signals = defineSignals({
  shouldBe: {
    unit: "bool",
    about:
      "1 for each cluster that should have cert-manager: has targets of it, or had within the hour.",
    query: (q) => shouldBe(q, job),
  },
  answering: {
    unit: "count",
    about: "Controllers of cert-manager that answer.",
    query: (q) => answering(q, job),
  },
  notReady: {
    unit: "bool",
    about: "1 for each certificate that is missing, void or not what was asked for.",
    query: (q) =>
      ofCertificate(q.gauge(certificate("ready_status"), { condition: { not: "True" } })),
  },
  left: {
    unit: "seconds",
    about: "Time left for each certificate.",
    query: (q) => `(${ends(q)} - time())`,
  },
  renewalOverdue: {
    unit: "seconds",
    about: "Time since each certificate should have been renewed.",
    query: (q) => `(time() - ${renewal(q)})`,
  },
  kept: {
    unit: "seconds",
    about:
      "Time that is kept for renewing each certificate: a third of its life, if nobody says more.",
    query: (q) => `(${ends(q)} - ${renewal(q)})`,
  },
  issuerNotReady: {
    unit: "bool",
    about: "1 for each issuer that cannot issue.",
    query: (q) =>
      state(
        `${q.gauge("certmanager_issuer_ready_status", { condition: { not: "True" } })} or ${q.gauge("certmanager_clusterissuer_ready_status", { condition: { not: "True" } })}`,
        "namespace",
        "name",
      ),
  },
  syncErrors: {
    unit: "ratio",
    about: "Share of the runs of a controller that end in an error.",
    query: (q) =>
      `sum ${by("controller")} (${q.rate("certmanager_controller_sync_error_count")}) / (sum ${by("controller")} (${q.rate("certmanager_controller_sync_call_count")}) > 0.05)`,
  },
  rateLimited: {
    unit: "count",
    about: "Requests of an hour that an ACME server refused as too many.",
    query: (q) =>
      `sum by (cluster, env, job) (${q.events("certmanager_http_acme_client_request_count", "1h", { status: "429" })})`,
  },
});

const web = 'name="web",namespace="shop",issuer_name="letsencrypt"';
const thatOne = object({ name: "web", namespace: "shop" });
const ready = (condition: string, name = "web"): string =>
  `${certificate("ready_status")}{name="${name}",namespace="shop",issuer_name="letsencrypt",condition="${condition}"}`;
const issuer = (condition: string, kind = "issuer"): string =>
  `certmanager_${kind}_ready_status{name="letsencrypt",condition="${condition}"}`;
const runs = (what: string): string =>
  `certmanager_controller_sync_${what}_count{controller="orders"}`;
const acme = (status: string): string =>
  `certmanager_http_acme_client_request_count{status="${status}",method="POST"}`;

export const group = defineAlerts(componentOwner("cert-manager", "workload", job), signals, {
  CertManagerDown: {
    severity: "warning",
    scope: "cluster",
    when: ({ answering, shouldBe }) => `${shouldBe} unless on (cluster, env) ${answering}`,
    for: "15m",
    summary: "cert-manager does not answer",
    description:
      "It is scraped here, and for 15 minutes it has not answered. Certificates stay as they are and are not renewed.",
    fires: {
      series: { 'up{job="apiserver"}': "1x40", up: "1x4 0x30" },
      from: "20m",
      labels: object(),
    },
    quiet: {
      series: {
        up: "0x40",
        'up{instance="b"}': "0x12 1x40",
        'up{cluster="b",job="apiserver"}': "0x40",
      },
      at: "35m",
    },
  },
  CertManagerCertNotReady: {
    severity: "warning",
    team: "security",
    when: ({ notReady }) => `${notReady} > 0`,
    for: "10m",
    summary: "Certificate {{ $labels.namespace }}/{{ $labels.name }} is not ready",
    description:
      "The certificate has been missing, void or other than asked for, for ten minutes; whoever serves with it cannot, or soon cannot.",
    fires: {
      series: { [ready("False")]: "1x30", [ready("Unknown")]: "0x30", [ready("True")]: "0x30" },
      from: "10m",
      labels: thatOne,
    },
    quiet: {
      series: {
        [ready("False")]: "1x8 0x30",
        [ready("True")]: "0x8 1x30",
        [ready("True", "b")]: "1x40",
      },
      at: "20m",
    },
  },
  CertManagerCertExpiring: {
    severity: "warning",
    team: "security",
    threshold: { value: 604_800, unit: "seconds until the certificate is void" },
    when: ({ kept, left }, threshold) =>
      `${left} < ${threshold} unless ${sameCertificate} ${left} > ${kept} / 2`,
    for: "1h",
    summary: "Certificate {{ $labels.namespace }}/{{ $labels.name }} is about to run out",
    description:
      "The certificate is good for {{ $value | humanizeDuration }} more, and of the time that is kept for renewing it more than half is gone.",
    step: "10m",
    fires: {
      series: { [`${certificate("expiration_timestamp_seconds")}{${web}}`]: "550000x20" },
      from: "1h",
      labels: thatOne,
      value: "6d 7h 46m 40s",
    },
    quiet: {
      series: {
        [`${certificate("expiration_timestamp_seconds")}{${web}}`]: "700000x20",
        // Lives a day, is renewed after two thirds of it, and is not late.
        [`${certificate("expiration_timestamp_seconds")}{name="brief",namespace="shop"}`]:
          "86400x20",
        [`${certificate("renewal_timestamp_seconds")}{name="brief",namespace="shop"}`]: "57600x20",
      },
      at: "2h",
    },
  },
  CertManagerRenewalOverdue: {
    severity: "warning",
    threshold: { value: 7200, unit: "seconds since it should have been renewed" },
    when: ({ kept, renewalOverdue }, threshold) =>
      `${renewalOverdue} > ${threshold} or ${renewalOverdue} > ${kept} / 4`,
    for: "30m",
    summary: "Certificate {{ $labels.namespace }}/{{ $labels.name }} is not renewed",
    description:
      "cert-manager meant to renew the certificate {{ $value | humanizeDuration }} ago and has not; the old one still works.",
    step: "10m",
    fires: {
      series: { [`${certificate("renewal_timestamp_seconds")}{${web}}`]: "600x40" },
      from: "170m",
      labels: thatOne,
      value: "2h 40m 0s",
    },
    quiet: {
      series: { [`${certificate("renewal_timestamp_seconds")}{${web}}`]: "4200x40" },
      at: "200m",
    },
  },
  CertManagerIssuerNotReady: {
    severity: "warning",
    team: "security",
    when: ({ issuerNotReady }) => `${issuerNotReady} > 0`,
    for: "15m",
    summary: "Issuer {{ $labels.name }} cannot issue certificates",
    description:
      "The issuer has not been ready for 15 minutes: its account, its key or the way to the authority does not work. Renewals wait for it.",
    fires: {
      series: { [issuer("False", "clusterissuer")]: "1x30" },
      from: "15m",
      labels: object({ name: "letsencrypt" }),
    },
    quiet: {
      series: {
        [issuer("False")]: "1x12 0x30",
        [issuer("True")]: "0x12 1x30",
        [issuer("True", "clusterissuer")]: "1x40",
      },
      at: "25m",
    },
  },
  CertManagerSyncErrors: {
    severity: "warning",
    threshold: { value: 0.5, unit: "share of runs that end in an error" },
    when: ({ syncErrors }, threshold) => `${syncErrors} > ${threshold}`,
    for: "30m",
    summary: "Controller {{ $labels.controller }} of cert-manager fails",
    description:
      "{{ $value | humanizePercentage }} of its runs end in an error; what it looks after stands still.",
    fires: {
      series: { [runs("error")]: "0+5.8x60", [runs("call")]: "0+10x60" },
      from: "32m",
      labels: object({ controller: "orders" }),
      value: "58%",
    },
    quiet: {
      series: {
        [runs("error")]: "0+4.2x80",
        [runs("call")]: "0+10x80",
        'certmanager_controller_sync_error_count{controller="idle"}': "0+1x80",
        'certmanager_controller_sync_call_count{controller="idle"}': "0+1x80",
      },
      at: "60m",
    },
  },
  CertManagerAcmeRateLimited: {
    severity: "warning",
    threshold: { value: 2, unit: "refused requests in an hour" },
    when: ({ rateLimited }, threshold) => `${rateLimited} > ${threshold}`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "An ACME server refuses cert-manager for asking too often",
    description:
      '{{ $value | printf "%.0f" }} requests were answered 429 in an hour; new certificates may be refused for up to a week.',
    fires: {
      series: { [acme("429")]: "0x60 2.4x20" },
      from: "61m",
      labels: object(),
      value: "2",
    },
    quiet: { series: { [acme("429")]: "0x60 1.7x60", [acme("200")]: "0+5x120" }, at: "100m" },
  },
});
