import { defineAlerts, type Owner } from "./lib/alert.ts";
import { estateBoard } from "./lib/boards.ts";
import { defineSignals } from "./lib/signal.ts";

export const signals = defineSignals({
  success: {
    unit: "bool",
    about: "1 while a probe gets the answer it asks for.",
    query: (q) => q.gauge("probe_success"),
  },
  flaps: {
    unit: "count",
    about: "How often a probe changed between success and failure in half an hour.",
    query: (q) => `changes(${q.gauge("probe_success")}[30m])`,
  },
  share: {
    unit: "ratio",
    about: "Share of an environment's probes that fail.",
    query: (q) => `1 - avg by (cluster, env, job) (${q.gauge("probe_success")})`,
  },
  count: {
    unit: "count",
    about: "Probes of an environment.",
    query: (q) => `count by (cluster, env, job) (${q.gauge("probe_success")})`,
  },
  duration: {
    unit: "seconds",
    about: "Time a whole probe takes, averaged over five minutes.",
    query: (q) => `avg_over_time(${q.gauge("probe_duration_seconds")}[5m])`,
  },
  status: {
    unit: "count",
    about: "Status that a web server answers with; 0 where none came.",
    query: (q) => q.gauge("probe_http_status_code"),
  },
  redirects: {
    unit: "count",
    about: "Redirects that were followed to an answer.",
    query: (q) => q.gauge("probe_http_redirects"),
  },
  wrongText: {
    unit: "bool",
    about: "1 where an answer lacks the text it should have, or has one it should not.",
    query: (q) => q.gauge("probe_failed_due_to_regex"),
  },
  wrongValue: {
    unit: "bool",
    about: "1 where an answer breaks a rule about its values.",
    query: (q) => q.gauge("probe_failed_due_to_cel"),
  },
  dnsLookup: {
    unit: "seconds",
    about: "Time until the name of a probed address is resolved.",
    query: (q) => q.gauge("probe_dns_lookup_time_seconds"),
  },
  connect: {
    unit: "seconds",
    about: "Time until a connection stands.",
    query: (q) => q.gauge("probe_http_duration_seconds", { phase: "connect" }),
  },
  processing: {
    unit: "seconds",
    about: "Time from the question to the first byte of the answer.",
    query: (q) => q.gauge("probe_http_duration_seconds", { phase: "processing" }),
  },
  dnsFailed: {
    unit: "bool",
    about: "0 where a name server does not answer a question at all.",
    query: (q) => q.gauge("probe_dns_query_succeeded"),
  },
  icmpLoss: {
    unit: "ratio",
    about: "Share of pings of ten minutes that were not answered.",
    query: (q) => `1 - avg_over_time(${q.gauge("probe_success", { job: /.*icmp.*/ })}[10m])`,
  },
  icmpRoundTrip: {
    unit: "seconds",
    about: "Time a ping takes there and back.",
    query: (q) => q.gauge("probe_icmp_duration_seconds", { phase: "rtt" }),
  },
  grpcServing: {
    unit: "bool",
    about: "1 while a gRPC service says of itself that it serves.",
    query: (q) => q.gauge("probe_grpc_healthcheck_response", { serving_status: "SERVING" }),
  },
  configLoaded: {
    unit: "bool",
    about: "1 while the prober runs with the configuration it was given last.",
    query: (q) => q.gauge("blackbox_exporter_config_last_reload_successful"),
  },
  unknownModules: {
    unit: "count",
    about: "Probes in 15 minutes that asked for a module there is not.",
    query: (q) => q.events("blackbox_module_unknown_total", "15m"),
  },
});

const site = "https://example.com";
const owner: Owner = {
  service: "probe",
  team: "sre",
  scope: "probe",
  layer: "service",
  board: estateBoard,
  target: { job: "probe", instance: site, probe: "site" },
};
const prober = { job: "blackbox", instance: "a:9115", probe: "", host: "a" };
const blackbox = (metric: string): string =>
  `${metric}{job="blackbox",instance="a:9115",probe="",host="a"}`;
const phase = (name: string): string => `probe_http_duration_seconds{phase="${name}"}`;
const many = (values: readonly string[], env = "p") =>
  Object.fromEntries(
    values.map((value, index) => [`probe_success{env="${env}",instance="${index}"}`, value]),
  );

export const group = defineAlerts(owner, signals, {
  ProbeFailed: {
    severity: "critical",
    when: ({ success }) => `${success} == 0`,
    for: "2m",
    summary: "{{ $labels.instance }} does not answer as it should",
    description:
      "For two minutes {{ $labels.instance }} has not given the answer that is asked for.",
    fires: { series: { probe_success: "1x2 0x10" }, from: "5m" },
    quiet: { series: { probe_success: "1 0 0 1 0 1 1" }, at: "6m" },
  },
  ProbesMostlyFailed: {
    severity: "emergency",
    scope: "estate",
    threshold: { value: 0.6, unit: "share of probes that fail" },
    when: ({ share, count }, threshold) => `${share} > ${threshold} and ${count} >= 4`,
    for: "2m",
    summary: "Most probes of {{ $labels.env }} fail",
    description:
      "{{ $value | humanizePercentage }} of what is probed from outside does not answer: the way out of here, or all of it, is down.",
    fires: {
      series: many(["1x2 0x10", "1x2 0x10", "1x2 0x10", "1x12"]),
      from: "5m",
      labels: { env: "p", instance: "", probe: "" },
      value: "75%",
    },
    quiet: {
      series: { ...many(["0x10", "0x10", "1x10", "1x10"]), ...many(["0x10", "0x10", "0x10"], "s") },
      at: "8m",
    },
  },
  ProbeFlapping: {
    severity: "warning",
    threshold: { value: 6, unit: "changes in 30 minutes" },
    when: ({ flaps }, threshold) => `${flaps} > ${threshold}`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "{{ $labels.instance }} answers now and then",
    description:
      'The probe changed between success and failure {{ $value | printf "%.0f" }} times in half an hour.',
    fires: { series: { probe_success: "1 0 1 0 1 0 1 0x40" }, from: "7m", value: "7" },
    quiet: { series: { probe_success: "1 0 1 0 1 0 1x40" }, at: "20m" },
    resolves: { series: { probe_success: "0x60" }, at: "45m" },
  },
  ProbeSlow: {
    severity: "warning",
    threshold: { value: 2, unit: "seconds a probe takes" },
    when: ({ duration }, threshold) => `${duration} > ${threshold}`,
    for: "10m",
    summary: "{{ $labels.instance }} answers slowly",
    description: "The answer takes {{ $value | humanizeDuration }}, all steps together.",
    fires: { series: { probe_duration_seconds: "2.3x40" }, from: "10m", value: "2.3s" },
    quiet: { series: { probe_duration_seconds: "1.7x40" }, at: "20m" },
  },
  ProbeHttpServerError: {
    severity: "critical",
    // A probe that asks for the 503 it gets is content.
    when: ({ status, success }) => `${status} >= 500 unless ${success} == 1`,
    for: "2m",
    summary: "{{ $labels.instance }} answers with an error of its own",
    description: '{{ $labels.instance }} answers with status {{ $value | printf "%.0f" }}.',
    fires: { series: { probe_http_status_code: "200x2 503x10" }, from: "5m", value: "503" },
    quiet: {
      series: {
        probe_http_status_code: "200x2 502 404x10",
        'probe_http_status_code{instance="b"}': "503x12",
        'probe_success{instance="b"}': "1x12",
      },
      at: "8m",
    },
  },
  ProbeHttpClientError: {
    severity: "warning",
    // A probe that asks for the 401 it gets is content.
    when: ({ status, success }) => `${status} >= 400 < 500 unless ${success} == 1`,
    for: "5m",
    summary: "{{ $labels.instance }} refuses the probe",
    description:
      '{{ $labels.instance }} answers with status {{ $value | printf "%.0f" }}: the page moved, or the probe may not see it.',
    fires: { series: { probe_http_status_code: "200x4 404x20" }, from: "10m", value: "404" },
    quiet: {
      series: {
        probe_http_status_code: "200x4 401x2 302x20",
        'probe_http_status_code{instance="b"}': "500x30",
        'probe_http_status_code{instance="c"}': "401x30",
        'probe_success{instance="c"}': "1x30",
      },
      at: "15m",
    },
  },
  ProbeRedirectsMany: {
    severity: "warning",
    threshold: { value: 4, unit: "redirects to the answer" },
    when: ({ redirects }, threshold) => `${redirects} > ${threshold}`,
    for: "15m",
    summary: "{{ $labels.instance }} sends its visitors around",
    description:
      '{{ $value | printf "%.0f" }} redirects stand before the answer; browsers give up at twenty, the probe at ten.',
    fires: { series: { probe_http_redirects: "5x30" }, from: "15m", value: "5" },
    quiet: { series: { probe_http_redirects: "4x30" }, at: "25m" },
  },
  ProbeContentMismatch: {
    severity: "warning",
    needs: "content probes",
    when: ({ wrongText, wrongValue }) => `${wrongText} == 1 or ${wrongValue} == 1`,
    for: "5m",
    summary: "{{ $labels.instance }} answers with the wrong content",
    description: "{{ $labels.instance }} answers, but its content breaks the rule of its probe.",
    fires: {
      series: { probe_failed_due_to_regex: "0x4 1x20", probe_failed_due_to_cel: "0x30" },
      from: "10m",
    },
    quiet: {
      series: { probe_failed_due_to_regex: "0x4 1x2 0x20", probe_failed_due_to_cel: "0x5 1 0x30" },
      at: "15m",
    },
  },
  ProbeDnsSlow: {
    severity: "warning",
    threshold: { value: 0.5, unit: "seconds to resolve the name" },
    when: ({ dnsLookup }, threshold) => `${dnsLookup} > ${threshold}`,
    for: "10m",
    summary: "The name of {{ $labels.instance }} resolves slowly",
    description: "Resolving takes {{ $value | humanizeDuration }}, before any connection.",
    fires: { series: { probe_dns_lookup_time_seconds: "0.6x30" }, from: "10m", value: "600ms" },
    quiet: { series: { probe_dns_lookup_time_seconds: "0.42x30" }, at: "20m" },
  },
  ProbeConnectSlow: {
    severity: "warning",
    threshold: { value: 0.5, unit: "seconds to connect" },
    when: ({ connect }, threshold) => `${connect} > ${threshold}`,
    for: "10m",
    summary: "Connecting to {{ $labels.instance }} takes long",
    description: "A connection takes {{ $value | humanizeDuration }} to stand.",
    fires: {
      series: { [phase("connect")]: "0.6x30" },
      from: "10m",
      labels: { phase: "connect" },
      value: "600ms",
    },
    quiet: {
      series: { [phase("connect")]: "0.42x30", [phase("processing")]: "0.8x30" },
      at: "20m",
    },
  },
  ProbeServerSlow: {
    severity: "warning",
    threshold: { value: 1, unit: "seconds to the first byte" },
    when: ({ processing }, threshold) => `${processing} > ${threshold}`,
    for: "10m",
    summary: "The server of {{ $labels.instance }} thinks long",
    description: "The first byte comes {{ $value | humanizeDuration }} after the question.",
    fires: {
      series: { [phase("processing")]: "1.2x30" },
      from: "10m",
      labels: { phase: "processing" },
      value: "1.2s",
    },
    quiet: { series: { [phase("processing")]: "0.85x30", [phase("transfer")]: "5x30" }, at: "20m" },
  },
  ProbeDnsFailed: {
    severity: "critical",
    needs: "dns probes",
    when: ({ dnsFailed, success }) => `${dnsFailed} == 0 unless ${success} == 1`,
    for: "3m",
    summary: "Name server {{ $labels.instance }} does not answer",
    description:
      "{{ $labels.instance }} has left a question about a name without answer for 3 minutes.",
    fires: { series: { probe_dns_query_succeeded: "1x4 0x20" }, from: "8m" },
    quiet: {
      series: {
        probe_dns_query_succeeded: "1x4 0x1 1x20",
        // One that is content with no answer.
        'probe_dns_query_succeeded{instance="b"}': "0x25",
        'probe_success{instance="b"}': "1x25",
      },
      at: "8m",
    },
  },
  ProbeIcmpLoss: {
    severity: "warning",
    needs: "icmp probes",
    threshold: { value: 0.2, unit: "share of pings lost" },
    when: ({ icmpLoss }, threshold) => `${icmpLoss} > ${threshold}`,
    for: "5m",
    summary: "Pings to {{ $labels.instance }} get lost",
    description: "{{ $value | humanizePercentage }} of the pings of ten minutes were not answered.",
    fires: {
      series: {
        'probe_success{job="icmp"}': "1x9 1 1 0 1 1 1 0 1 1 0 1 1 0 1 1 1 0 1 1 0 1 1 1 0 1 1 0",
      },
      from: "24m",
      labels: { job: "icmp" },
      value: "30%",
    },
    quiet: {
      series: {
        'probe_success{job="icmp"}':
          "1x9 1 1 0 1 1 1 1 1 1 0 1 1 0 1 1 1 1 1 1 0 1 1 0 1 1 1 1 1 1 0",
        'probe_success{job="probe"}': "1 0 1 0 1 0 1 0 1 0 1 0 1 0 1 0 1 0 1 0 1 0 1 0 1 0 1 0 1 0",
      },
      at: "28m",
    },
    resolves: { series: { 'probe_success{job="icmp"}': "1x30" }, at: "12m" },
  },
  ProbeIcmpSlow: {
    severity: "warning",
    needs: "icmp probes",
    threshold: { value: 0.3, unit: "seconds there and back" },
    when: ({ icmpRoundTrip }, threshold) => `${icmpRoundTrip} > ${threshold}`,
    for: "10m",
    summary: "The way to {{ $labels.instance }} is long",
    description: "A ping takes {{ $value | humanizeDuration }} there and back.",
    fires: {
      series: { 'probe_icmp_duration_seconds{phase="rtt"}': "0.35x30" },
      from: "10m",
      labels: { phase: "rtt" },
      value: "350ms",
    },
    quiet: {
      series: {
        'probe_icmp_duration_seconds{phase="rtt"}': "0.25x30",
        'probe_icmp_duration_seconds{phase="resolve"}': "0.9x30",
      },
      at: "20m",
    },
  },
  ProbeGrpcNotServing: {
    severity: "critical",
    needs: "grpc probes",
    when: ({ grpcServing, success }) =>
      `${grpcServing} == 0 unless ignoring (serving_status) ${success} == 1`,
    for: "2m",
    summary: "gRPC service {{ $labels.instance }} does not serve",
    description:
      "{{ $labels.instance }} answers its health check with something else than SERVING.",
    fires: {
      series: { 'probe_grpc_healthcheck_response{serving_status="SERVING"}': "1x4 0x20" },
      from: "7m",
      labels: { serving_status: "SERVING" },
    },
    quiet: {
      series: {
        'probe_grpc_healthcheck_response{serving_status="SERVING"}': "1x4 0 1x20",
        'probe_grpc_healthcheck_response{serving_status="UNKNOWN"}': "0x30",
      },
      at: "9m",
    },
  },
  BlackboxConfigReloadFailed: {
    severity: "warning",
    scope: "target",
    when: ({ configLoaded }) => `${configLoaded} == 0`,
    for: "5m",
    summary: "The prober on {{ $labels.host }} refused its configuration",
    description: "blackbox_exporter runs on with the old configuration: new probes are not asked.",
    fires: {
      series: { [blackbox("blackbox_exporter_config_last_reload_successful")]: "1x4 0x20" },
      from: "10m",
      labels: prober,
    },
    quiet: {
      series: { [blackbox("blackbox_exporter_config_last_reload_successful")]: "1x4 0x2 1x20" },
      at: "15m",
    },
  },
  BlackboxModuleUnknown: {
    severity: "warning",
    scope: "target",
    when: ({ unknownModules }) => `${unknownModules} > 0`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "The prober on {{ $labels.host }} is asked for a module it lacks",
    description:
      'In 15 minutes {{ $value | printf "%.0f" }} probes named a module that blackbox.yml does not have; they measure nothing.',
    fires: {
      series: { [blackbox("blackbox_module_unknown_total")]: "0x5 1x30" },
      from: "6m",
      labels: prober,
      value: "1",
    },
    quiet: { series: { [blackbox("blackbox_module_unknown_total")]: "3x40" }, at: "30m" },
  },
});
