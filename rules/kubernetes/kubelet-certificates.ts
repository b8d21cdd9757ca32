import { defineAlerts } from "../lib/alert.ts";
import { defineSignals } from "../lib/signal.ts";
import { componentOwner, kubeletName, ofNode } from "./common.ts";

const manager = (what: string): string => `kubelet_certificate_manager_${what}`;

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

export const group = defineAlerts(
  componentOwner("kubelet-certificates", "node", "kubelet"),
  signals,
  {
    KubeletClientCertificateExpiration: {
      severity: "warning",
      threshold: { value: week, unit: "seconds until the client certificate is void" },
      when: ({ clientLeft }, threshold) => `${clientLeft} < ${threshold}`,
      for: "15m",
      summary: "The kubelet of {{ $labels.node }} has an old client certificate",
      description:
        "The certificate by which the kubelet is known to the API server is good for {{ $value | humanizeDuration }} more and was not renewed in time.",
      fires: {
        series: { ...kubeletName, [clientTtl]: "550000x30" },
        from: "15m",
        labels,
        value: "6d 8h 46m 40s",
      },
      quiet: { series: { ...kubeletName, [clientTtl]: "700000x40" }, at: "25m" },
      family: "KubeletClientCertificateExpiration",
    },
    KubeletClientCertificateExpiresToday: {
      severity: "critical",
      family: "KubeletClientCertificateExpiration",
      threshold: { value: day, unit: "seconds until the client certificate is void" },
      when: ({ clientLeft }, threshold) => `${clientLeft} < ${threshold}`,
      for: "5m",
      summary: "The kubelet of {{ $labels.node }} will be locked out today",
      description:
        "In {{ $value | humanizeDuration }} the API server no longer accepts the kubelet: the node becomes NotReady and its pods are moved.",
      fires: {
        series: { ...kubeletName, [clientTtl]: "72000x30" },
        from: "5m",
        labels,
        value: "20h 0m 0s",
      },
      quiet: { series: { ...kubeletName, [clientTtl]: "100000x40" }, at: "12m" },
    },
    KubeletServerCertificateExpiration: {
      severity: "warning",
      family: "KubeletServerCertificateExpiration",
      threshold: { value: week, unit: "seconds until the serving certificate is void" },
      when: ({ serverLeft }, threshold) => `${serverLeft} < ${threshold}`,
      for: "15m",
      summary: "The kubelet of {{ $labels.node }} has an old serving certificate",
      description:
        "The certificate the kubelet serves with is good for {{ $value | humanizeDuration }} more; a signing request probably waits for approval.",
      fires: {
        series: { ...kubeletName, [serverTtl]: "550000x30" },
        from: "15m",
        labels,
        value: "6d 8h 46m 40s",
      },
      quiet: { series: { ...kubeletName, [serverTtl]: "700000x40" }, at: "25m" },
    },
    KubeletServerCertificateExpiresToday: {
      severity: "critical",
      family: "KubeletServerCertificateExpiration",
      threshold: { value: day, unit: "seconds until the serving certificate is void" },
      when: ({ serverLeft }, threshold) => `${serverLeft} < ${threshold}`,
      for: "5m",
      summary: "The kubelet of {{ $labels.node }} cannot be called from today",
      description:
        "In {{ $value | humanizeDuration }} logs, exec, port-forward and metrics of the node stop working for callers that check certificates.",
      fires: {
        series: { ...kubeletName, [serverTtl]: "72000x30" },
        from: "5m",
        labels,
        value: "20h 0m 0s",
      },
      quiet: { series: { ...kubeletName, [serverTtl]: "100000x40" }, at: "12m" },
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
