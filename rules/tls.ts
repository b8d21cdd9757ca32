import { defineAlerts, type Owner } from "./lib/alert.ts";
import { estateBoard } from "./lib/boards.ts";
import { defineSignals, type Query } from "./lib/signal.ts";

const day = 86_400;
/** Time left by the last probe that saw it: one that fails shows no certificate, and the next one does. */
const left = (q: Query, expires: string, within: string): string =>
  `((last_over_time(${q.timestamp(expires)}[${within}]) > 0) - time())`;

const expiry = "probe_ssl_earliest_cert_expiry";
const chain = "probe_ssl_last_chain_expiry_timestamp_seconds";

/** Time left of the first certificate to expire that a server shows, or one of several behind its name. */
const leftOfFirst = (q: Query, within: string): string => {
  const expires = q.timestamp(expiry);
  const several = `min_over_time(${expires}[${within}]) and changes(${expires}[1h]) > 1`;
  return `(((${several} or last_over_time(${expires}[1h])) > 0) - time())`;
};

export const signals = defineSignals({
  certificateLeft: {
    unit: "seconds",
    about: "Time until the first certificate that a server, or one of several, shows expires.",
    query: (q) => leftOfFirst(q, "1h"),
  },
  certificateLeftLately: {
    unit: "seconds",
    about:
      "The same by what was shown within 20 minutes, so that it ends soon after the last of several is renewed.",
    query: (q) => leftOfFirst(q, "20m"),
  },
  renewed: {
    unit: "count",
    about:
      "How often a server's certificate was renewed within a week: one that lives short is always about to expire.",
    // One address of several servers whose certificates differ shows one after the other.
    query: (q) =>
      `(changes(${q.timestamp(expiry)}[7d]) unless changes(${q.timestamp(expiry)}[1h]) > 1)`,
  },
  lastLeft: {
    unit: "seconds",
    about:
      "Time until the certificate that a server last showed expires: a prober that verifies sees none once it has.",
    query: (q) => left(q, expiry, "1d"),
  },
  chainLeft: {
    unit: "seconds",
    about: "Time until the chain that a client trusts expires.",
    query: (q) => left(q, chain, "1h"),
  },
  chainRenewed: {
    unit: "count",
    about: "How often the chain that a client trusts was renewed within a week.",
    query: (q) => `changes(${q.timestamp(chain)}[7d])`,
  },
  oldVersion: {
    unit: "bool",
    about: "1 for a server that agrees on a version of TLS that is broken.",
    query: (q) => q.gauge("probe_tls_version_info", { version: /TLS 1[.][01]/ }),
  },
  weakCipher: {
    unit: "bool",
    about: "1 for a server that agrees on a cipher that is broken.",
    query: (q) => q.gauge("probe_tls_cipher_info", { cipher: /.*(?:RC4|3DES|_CBC_).*/ }),
  },
  handshake: {
    unit: "seconds",
    about: "Time a TLS handshake takes.",
    query: (q) => q.gauge("probe_http_duration_seconds", { phase: "tls" }),
  },
  plain: {
    unit: "bool",
    about: "0 where an address that should speak TLS ended in plain HTTP.",
    query: (q) => q.gauge("probe_http_ssl", { instance: /https:.*/ }),
  },
  answered: {
    unit: "bool",
    about: "1 while a probe gets the answer it asks for.",
    query: (q) => q.gauge("probe_success"),
  },
  certificates: {
    unit: "count",
    about: "Different certificates that a server has shown within a day.",
    query: (q) =>
      `count without (fingerprint_sha256, issuer, serialnumber, subject, subjectalternative) (max_over_time(${q.gauge("probe_ssl_last_chain_info")}[1d]))`,
  },
});

const site = "https://example.com";
const owner: Owner = {
  service: "tls",
  team: "sre",
  scope: "probe",
  layer: "service",
  board: estateBoard,
  target: { job: "probe", instance: site, probe: "site" },
};
/** A certificate that lives for a day and is renewed in time. */
const livesShort = { [`${expiry}{instance="https://short"}`]: "86400x5 90000x40" };
/** What an address shows in turn that leads to two servers, of which one was not told of the new certificate. */
const ofTwo = (old: number): string => Array<string>(20).fill(`${old} 7000000`).join(" ");
/** A spare intermediate that no client looks at: the chain that they trust is good for longer. */
const spare = {
  [`${expiry}{instance="https://spare"}`]: "300x60",
  [`${chain}{instance="https://spare"}`]: "9000000x60",
  'probe_success{instance="https://spare"}': "1x60",
};
const shown = (fingerprint: string, subject: string): string =>
  `probe_ssl_last_chain_info{fingerprint_sha256="${fingerprint}",subject="${subject}"}`;

export const group = defineAlerts(owner, signals, {
  TlsCertExpiry: {
    unit: "seconds until it expires",
    when: ({ certificateLeft, renewed }, threshold) =>
      `${certificateLeft} < ${threshold} unless ${renewed} > 0`,
    levels: {
      TlsCertExpiresIn21d: {
        severity: "warning",
        threshold: 21 * day,
        for: "1h",
        summary: "Certificate of {{ $labels.instance }} expires within three weeks",
        description:
          "A certificate that {{ $labels.instance }} shows is valid for another {{ $value | humanizeDuration }}.",
        fires: { series: 1700000, from: "1h", value: "19d 15h 13m 20s" },
        quiet: { series: 1960000, at: "3h" },
      },
      TlsCertExpiresIn7d: {
        severity: "warning",
        threshold: 7 * day,
        for: "1h",
        summary: "Certificate of {{ $labels.instance }} expires within a week",
        description:
          "A certificate that {{ $labels.instance }} shows is valid for another {{ $value | humanizeDuration }}: automatic renewal would have happened long ago.",
        fires: { series: { [expiry]: ofTwo(540_000) }, from: "1h20m", value: "6d 4h 40m 0s" },
        quiet: { series: 680000, at: "3h" },
      },
    },
    series: (left) => ({ [expiry]: `${left}x40` }),
    beside: livesShort,
    step: "10m",
  },
  TlsCertExpiresIn3d: {
    severity: "critical",
    family: "TlsCertExpiry",
    threshold: { value: 3 * day, unit: "seconds until it expires" },
    when: ({ certificateLeftLately, chainLeft, renewed }, threshold) =>
      `${certificateLeftLately} < ${threshold} unless ${renewed} > 0 unless ${chainLeft} > ${threshold}`,
    for: "15m",
    summary: "Certificate of {{ $labels.instance }} expires within three days",
    description:
      "A certificate that {{ $labels.instance }} shows is valid for another {{ $value | humanizeDuration }}, then no client talks to it.",
    fires: { series: { [expiry]: ofTwo(230_000) }, from: "17m", value: "2d 15h 36m 20s" },
    quiet: { series: { [expiry]: "300000x30", ...livesShort, ...spare }, at: "25m" },
    // Which of the two was old is remembered for 20 minutes.
    resolves: { series: { [expiry]: "7000000x80" }, at: "25m" },
  },
  TlsCertExpired: {
    severity: "critical",
    family: "TlsCertExpiry",
    when: ({ answered, chainLeft, lastLeft }) =>
      `${lastLeft} <= 0 and ${answered} >= 0 unless ${chainLeft} > 0`,
    for: "1m",
    summary: "Certificate of {{ $labels.instance }} has expired",
    description:
      "{{ $labels.instance }} shows a certificate that is no longer valid: clients refuse it.",
    // A prober that verifies has no such series from then on.
    fires: { series: { [expiry]: "600x9 stale", probe_success: "1x9 0x20" }, from: "11m" },
    quiet: { series: { [expiry]: "960.5x30", probe_success: "1x30", ...spare }, at: "16m" },
    resolves: { series: { [expiry]: "90000x10", probe_success: "1x10" }, at: "3m" },
  },
  TlsChainExpiresSoon: {
    severity: "warning",
    threshold: { value: 21 * day, unit: "seconds until it expires" },
    when: ({ chainLeft, chainRenewed }, threshold) =>
      `${chainLeft} < ${threshold} unless ${chainRenewed} > 0`,
    for: "1h",
    summary: "Chain of {{ $labels.instance }} expires within three weeks",
    description:
      "The longest chain that clients trust for {{ $labels.instance }} is valid for another {{ $value | humanizeDuration }}.",
    step: "10m",
    fires: { series: { [chain]: "1700000x20" }, from: "1h", value: "19d 15h 13m 20s" },
    quiet: {
      series: { [chain]: "1960000x40", [`${chain}{instance="https://short"}`]: "86400x5 90000x40" },
      at: "3h",
    },
  },
  TlsVersionOld: {
    severity: "warning",
    when: ({ oldVersion }) => `${oldVersion} == 1`,
    for: "30m",
    summary: "{{ $labels.instance }} speaks a broken version of TLS",
    description:
      "{{ $labels.instance }} agreed on {{ $labels.version }} with a client that knows better.",
    fires: {
      series: { 'probe_tls_version_info{version="TLS 1.1"}': "_x5 1x60" },
      from: "35m",
      labels: { version: "TLS 1.1" },
    },
    quiet: {
      series: {
        'probe_tls_version_info{version="TLS 1.1"}': "_x5 1x20 stale",
        'probe_tls_version_info{version="TLS 1.3"}': "1x60",
      },
      at: "40m",
    },
  },
  TlsCipherWeak: {
    severity: "warning",
    when: ({ weakCipher }) => `${weakCipher} == 1`,
    for: "30m",
    summary: "{{ $labels.instance }} agrees on a weak cipher",
    description: "{{ $labels.instance }} chose {{ $labels.cipher }}, which can be broken.",
    fires: {
      series: { 'probe_tls_cipher_info{cipher="TLS_RSA_WITH_3DES_EDE_CBC_SHA"}': "_x5 1x60" },
      from: "35m",
      labels: { cipher: "TLS_RSA_WITH_3DES_EDE_CBC_SHA" },
    },
    quiet: {
      series: {
        'probe_tls_cipher_info{cipher="TLS_RSA_WITH_3DES_EDE_CBC_SHA"}': "_x5 1x20 stale",
        'probe_tls_cipher_info{cipher="TLS_AES_128_GCM_SHA256"}': "1x60",
      },
      at: "40m",
    },
  },
  TlsHandshakeSlow: {
    severity: "warning",
    threshold: { value: 0.5, unit: "seconds a handshake takes" },
    when: ({ handshake }, threshold) => `${handshake} > ${threshold}`,
    for: "15m",
    summary: "TLS handshakes with {{ $labels.instance }} are slow",
    description: "One handshake takes {{ $value | humanizeDuration }}, before anything is asked.",
    fires: {
      series: { 'probe_http_duration_seconds{phase="tls"}': "0.6x30" },
      from: "15m",
      labels: { phase: "tls" },
      value: "600ms",
    },
    quiet: {
      series: {
        'probe_http_duration_seconds{phase="tls"}': "0.42x40",
        'probe_http_duration_seconds{phase="processing"}': "2x40",
      },
      at: "30m",
    },
  },
  TlsDowngraded: {
    severity: "critical",
    when: ({ plain, answered }) => `${plain} == 0 and ${answered} == 1`,
    for: "5m",
    summary: "{{ $labels.instance }} sends its visitors to plain HTTP",
    description:
      "The way from {{ $labels.instance }} ends without TLS: passwords and cookies can be read on it.",
    fires: {
      series: { probe_http_ssl: "1x4 0x30", probe_success: "1x40" },
      from: "10m",
    },
    quiet: {
      series: {
        probe_http_ssl: "1x4 0x2 1x30",
        probe_success: "1x40",
        // Not reached at all, and an address that is plain by intent.
        'probe_http_ssl{instance="https://b"}': "0x40",
        'probe_success{instance="https://b"}': "0x40",
        'probe_http_ssl{instance="http://c"}': "0x40",
        'probe_success{instance="http://c"}': "1x40",
      },
      at: "15m",
    },
  },
  TlsCertChanged: {
    severity: "info",
    threshold: { value: 1, unit: "certificates within a day" },
    when: ({ certificates }, threshold) => `${certificates} > ${threshold}`,
    for: "5m",
    summary: "{{ $labels.instance }} shows another certificate",
    description:
      '{{ $labels.instance }} has shown {{ $value | printf "%.0f" }} certificates within a day: renewed, or servers that differ.',
    fires: {
      series: { [shown("a", "CN=a")]: "1x4 stale", [shown("b", "CN=a")]: "_x5 1x30" },
      from: "10m",
      value: "2",
    },
    quiet: { series: { [shown("b", "CN=a")]: "1x30" }, at: "15m" },
    resolves: { series: { [shown("b", "CN=a")]: "1x1500" }, at: "24h30m" },
  },
});
