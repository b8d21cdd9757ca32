import { defineAlerts } from "../lib/alert.ts";
import { defineSignals, type Query } from "../lib/signal.ts";
import { componentOwner, kubeletName, ofNode } from "./common.ts";

const manager = (what: string): string => `kubelet_certificate_manager_${what}`;

/** Where a certificate lives shorter than that it was renewed meanwhile, and is no older than it was. */
const aged = (q: Query, metric: string, time: string): string =>
  ofNode(q, `(${q.gauge(metric)} offset ${time} - ${q.gauge(metric)})`);

export const signals = defineSignals({
  clientLeft: {
    unit: "seconds",
    about: "Time left for the certificate by which a kubelet is known to the API server.",
    query: (q) => ofNode(q, q.gauge(manager("client_ttl_seconds"))),
  },
  serverLeft: {
    unit: "seconds",
    about: "Time left for the certificate a kubelet shows to those who call it.",
    query: (q) => ofNode(q, q.gauge(manager("server_ttl_seconds"))),
  },
  clientAgedWeek: {
    unit: "seconds",
    about: "How much older the client certificate got in a week: as much, if it was not renewed.",
    query: (q) => aged(q, manager("client_ttl_seconds"), "7d"),
  },
  clientAgedDay: {
    unit: "seconds",
    about: "How much older the client certificate got in a day.",
    query: (q) => aged(q, manager("client_ttl_seconds"), "1d"),
  },
  serverAgedWeek: {
    unit: "seconds",
    about: "How much older the serving certificate got in a week.",
    query: (q) => aged(q, manager("server_ttl_seconds"), "7d"),
  },
  serverAgedDay: {
    unit: "seconds",
    about: "How much older the serving certificate got in a day.",
    query: (q) => aged(q, manager("server_ttl_seconds"), "1d"),
  },
  clientRenewalErrors: {
    unit: "count",
    about: "Failed attempts of ten minutes to renew the client certificate.",
    query: (q) => ofNode(q, q.increase(manager("client_expiration_renew_errors"), "10m")),
  },
  serverRenewalErrors: {
    unit: "count",
    about: "Failed attempts of ten minutes to renew the serving certificate.",
    query: (q) => ofNode(q, q.increase("kubelet_server_expiration_renew_errors", "10m")),
  },
});

const labels = { node: "node-1" };
const week = 604_800;
const day = 86_400;
const clientTtl = manager("client_ttl_seconds");
const serverTtl = manager("server_ttl_seconds");

const other = '{instance="b",node="b"}';
const weekly = (ttl: string) => ({
  [`kubelet_node_name${other}`]: "1x700",
  [`${ttl}{instance="b"}`]: "604800-21600x19 604800-21600x19",
});
const hourly = (ttl: string) => ({
  [`kubelet_node_name${other}`]: "1x700",
  [`${ttl}{instance="b"}`]: `${"14000-3600x2 ".repeat(12)}14000`,
});

export const group = defineAlerts(
  componentOwner("kubelet-certificates", "node", "kubelet"),
  signals,
  {
    KubeletClientCertificateExpiration: {
      severity: "warning",
      family: "KubeletClientCertificateExpiration",
      threshold: { value: week, unit: "seconds until the client certificate is void" },
      when: ({ clientAgedWeek, clientLeft }, threshold) =>
        `${clientLeft} < ${threshold} and ${clientAgedWeek} > ${0.95 * week}`,
      for: "15m",
      summary: "The kubelet of {{ $labels.node }} has an old client certificate",
      description:
        "The certificate by which the kubelet is known to the API server is good for {{ $value | humanizeDuration }} more and was not renewed in time.",
      step: "6h",
      fires: {
        series: { ...kubeletName, [clientTtl]: "1209600-21600x40" },
        from: "180h",
        labels,
        value: "6d 12h 0m 0s",
      },
      quiet: {
        series: {
          ...kubeletName,
          [clientTtl]: "1296000-21600x40",
          // Lives a week, and is renewed after five days.
          ...weekly(clientTtl),
        },
        at: "186h",
      },
    },
    KubeletClientCertificateExpiresToday: {
      severity: "critical",
      family: "KubeletClientCertificateExpiration",
      threshold: { value: 4 * 3600, unit: "seconds until the client certificate is void" },
      when: ({ clientAgedDay, clientLeft }, threshold) =>
        `${clientLeft} < ${threshold} and ${clientAgedDay} > ${0.95 * day}`,
      for: "5m",
      summary: "The kubelet of {{ $labels.node }} will soon be locked out",
      description:
        "In {{ $value | humanizeDuration }} the API server no longer accepts the kubelet: the node becomes NotReady and its pods are moved.",
      step: "1h",
      fires: {
        series: { ...kubeletName, [clientTtl]: "108000-3600x60" },
        from: "28h",
        labels,
        value: "2h 0m 0s",
      },
      quiet: {
        series: {
          ...kubeletName,
          [clientTtl]: "108000-3600x25 100000x5",
          // Lives four hours, and is renewed in time.
          ...hourly(clientTtl),
        },
        at: "29h",
      },
    },
    KubeletServerCertificateExpiration: {
      severity: "warning",
      family: "KubeletServerCertificateExpiration",
      threshold: { value: week, unit: "seconds until the serving certificate is void" },
      when: ({ serverAgedWeek, serverLeft }, threshold) =>
        `${serverLeft} < ${threshold} and ${serverAgedWeek} > ${0.95 * week}`,
      for: "15m",
      summary: "The kubelet of {{ $labels.node }} has an old serving certificate",
      description:
        "The certificate the kubelet serves with is good for {{ $value | humanizeDuration }} more; a signing request probably waits for approval.",
      step: "6h",
      fires: {
        series: { ...kubeletName, [serverTtl]: "1209600-21600x40" },
        from: "180h",
        labels,
        value: "6d 12h 0m 0s",
      },
      quiet: {
        series: {
          ...kubeletName,
          [serverTtl]: "1296000-21600x40",
          // Lives a week, and is renewed after five days.
          ...weekly(serverTtl),
        },
        at: "186h",
      },
    },
    KubeletServerCertificateExpiresToday: {
      severity: "warning",
      family: "KubeletServerCertificateExpiration",
      threshold: { value: 4 * 3600, unit: "seconds until the serving certificate is void" },
      when: ({ serverAgedDay, serverLeft }, threshold) =>
        `${serverLeft} < ${threshold} and ${serverAgedDay} > ${0.95 * day}`,
      for: "5m",
      summary: "The kubelet of {{ $labels.node }} soon cannot be called",
      description:
        "In {{ $value | humanizeDuration }} logs, exec, port-forward and metrics of the node stop working for callers that check certificates.",
      step: "1h",
      fires: {
        series: { ...kubeletName, [serverTtl]: "108000-3600x60" },
        from: "28h",
        labels,
        value: "2h 0m 0s",
      },
      quiet: {
        series: {
          ...kubeletName,
          [serverTtl]: "108000-3600x25 100000x5",
          // Lives four hours, and is renewed in time.
          ...hourly(serverTtl),
        },
        at: "29h",
      },
    },
    KubeletClientCertificateRenewalErrors: {
      severity: "warning",
      when: ({ clientRenewalErrors }) => `${clientRenewalErrors} > 0`,
      for: "15m",
      summary: "The kubelet of {{ $labels.node }} cannot renew its client certificate",
      description:
        "Attempts to renew have failed for 15 minutes; the old certificate still works until it runs out.",
      fires: {
        series: { ...kubeletName, [manager("client_expiration_renew_errors")]: "0x4 0+0.1x40" },
        from: "21m",
        labels,
      },
      quiet: {
        series: { ...kubeletName, [manager("client_expiration_renew_errors")]: "0x4 1x40" },
        at: "30m",
      },
    },
    KubeletServerCertificateRenewalErrors: {
      severity: "warning",
      when: ({ serverRenewalErrors }) => `${serverRenewalErrors} > 0`,
      for: "15m",
      summary: "The kubelet of {{ $labels.node }} cannot renew its serving certificate",
      description:
        "Signing requests for the certificate the kubelet serves with have been failing for 15 minutes.",
      fires: {
        series: { ...kubeletName, kubelet_server_expiration_renew_errors: "0x4 0+0.1x40" },
        from: "21m",
        labels,
      },
      quiet: {
        series: { ...kubeletName, kubelet_server_expiration_renew_errors: "0x4 1x40" },
        at: "30m",
      },
    },
  },
);
