import { defineAlerts } from "../lib/alert.ts";
import { quantileOfMany } from "../lib/often.ts";
import { defineSignals, type Matchers } from "../lib/signal.ts";
import { answering, componentOwner, object, shouldBe } from "./common.ts";

const job = "apiserver";
const target = ["cluster", "env", "host", "instance", "job"];
const byTarget = `by (${target.join(", ")})`;
/** Requests that end when they are answered: no stream, no list of unknown length. */
const short: Matchers = {
  verb: { not: /LIST|WATCH|WATCHLIST|CONNECT|DELETECOLLECTION|PROXY/ },
  subresource: { not: /proxy|attach|log|exec|portforward/ },
};

export const signals = defineSignals({
  up: {
    unit: "bool",
    about: "1 while an API server answers.",
    query: (q) => q.gauge("up", { job }),
  },
  shouldBe: {
    unit: "bool",
    about:
      "1 for each cluster that should have an API server: has targets of it, or had within the hour.",
    query: (q) => shouldBe(q, job),
  },
  answering: {
    unit: "count",
    about: "API servers that answer.",
    query: (q) => answering(q, job),
  },
  terminated: {
    unit: "ratio",
    about: "Share of the requests that an API server gave up to protect itself.",
    query: (q) => {
      const given = `sum by (cluster, env, job) (${q.rate("apiserver_request_terminations_total")})`;
      return `${given} / (${given} + sum by (cluster, env, job) (${q.rate("apiserver_request_total")}) > 1)`;
    },
  },
  rejected: {
    unit: "opsPerSecond",
    about: "Requests turned away for lack of a place, by flow.",
    query: (q) =>
      `sum by (cluster, env, job, priority_level, flow_schema) (${q.rate("apiserver_flowcontrol_rejected_requests_total")})`,
  },
  latency: {
    unit: "seconds",
    about: "Time to answer 99 of 100 short requests, by verb.",
    query: (q) =>
      quantileOfMany(
        q,
        0.99,
        "apiserver_request_sli_duration_seconds",
        ["cluster", "env", "job", "verb"],
        short,
      ),
  },
  storeLatency: {
    unit: "seconds",
    about: "Time etcd takes for 99 of 100 requests of an API server, by operation.",
    query: (q) =>
      quantileOfMany(q, 0.99, "etcd_request_duration_seconds", [...target, "operation"]),
  },
  aggregatedErrors: {
    unit: "count",
    about: "Times an aggregated API was lost in ten minutes.",
    query: (q) =>
      `sum by (cluster, env, job, name, reason) (${q.increase("aggregator_unavailable_apiservice_total", "10m")})`,
  },
  aggregatedAvailable: {
    unit: "ratio",
    about: "Share of the last ten minutes in which an aggregated API was there.",
    query: (q) =>
      `1 - max by (cluster, env, job, name) (avg_over_time(${q.gauge("aggregator_unavailable_apiservice")}[10m]))`,
  },
  aggregatedLost: {
    unit: "bool",
    about: "1 for an aggregated API that was not there within three minutes.",
    query: (q) =>
      `max by (cluster, env, job, name) (max_over_time(${q.gauge("aggregator_unavailable_apiservice")}[3m]))`,
  },
  clientErrors: {
    unit: "ratio",
    about: "Share of the requests to the API server that a component of the cluster saw fail.",
    // A watch that the API server ends after its time counts as an error without an answer.
    query: (q) =>
      `sum ${byTarget} (${q.rate("rest_client_requests_total", { code: /5../ })}) / (sum ${byTarget} (${q.rate("rest_client_requests_total")}) > 0.1)`,
  },
  versions: {
    unit: "count",
    about: "Minor versions of Kubernetes in one cluster.",
    query: (q) => {
      const built = q.gauge("kubernetes_build_info", { job: { not: /coredns|kube-dns/ } });
      // Some providers build a part of theirs as `30+`.
      const plain = `label_replace(${built}, "minor", "$1", "minor", "([0-9]+).*")`;
      return `count by (cluster, env) (count by (cluster, env, major, minor) (${plain}))`;
    },
  },
});

const inCluster = object();
const bucket = (le: string, verb = "POST", subresource = ""): string =>
  `apiserver_request_sli_duration_seconds_bucket{verb="${verb}",resource="pods",scope="resource",subresource="${subresource}",le="${le}"}`;
const store = (le: string): string =>
  `etcd_request_duration_seconds_bucket{operation="create",resource="pods",le="${le}"}`;
const requests = (code: string): string =>
  `rest_client_requests_total{code="${code}",method="POST"}`;
const build = (minor: string, job: string): string =>
  `kubernetes_build_info{job="${job}",major="1",minor="${minor}"}`;

export const group = defineAlerts(componentOwner("apiserver", "cluster", job), signals, {
  KubeAPIDown: {
    severity: "critical",
    when: ({ answering, shouldBe }) => `${shouldBe} unless on (cluster, env) ${answering}`,
    for: "5m",
    summary: "No API server answers",
    description:
      "API servers are scraped here, and for five minutes none has answered. What runs goes on; nothing can be changed, moved or scaled.",
    fires: {
      series: { 'up{job="kubelet"}': "1x40", up: "1x4 0x30" },
      from: "10m",
      labels: inCluster,
    },
    quiet: {
      series: {
        up: "0x40",
        'up{instance="b"}': "0x3 1x40",
        'up{cluster="b",job="kubelet"}': "0x40",
      },
      at: "20m",
    },
  },
  KubeAPIInstanceUnreachable: {
    severity: "warning",
    down: true,
    when: ({ up }) => `${up} == 0`,
    for: "5m",
    summary: "API server {{ $labels.instance }} does not answer",
    description:
      "One API server has not answered scrapes for five minutes; the others carry on with less to spare.",
    fires: { series: { up: "1x2 0x20" }, from: "8m" },
    quiet: { series: { up: "0x3 1x20", 'up{job="kubelet"}': "0x30" }, at: "15m" },
  },
  KubeAPITerminatedRequests: {
    severity: "warning",
    threshold: { value: 0.2, unit: "share of requests given up" },
    when: ({ terminated }, threshold) => `${terminated} > ${threshold}`,
    for: "5m",
    summary: "The API server gives up requests",
    description:
      "{{ $value | humanizePercentage }} of the requests were ended by the API server itself: too many at once, a time that ran out, or an aggregated API that is missing.",
    fires: {
      series: {
        'apiserver_request_terminations_total{code="429"}': "0+138x30",
        'apiserver_request_total{code="200"}': "0+462x30",
      },
      from: "6m",
      labels: inCluster,
      value: "23%",
    },
    quiet: {
      series: {
        'apiserver_request_terminations_total{code="429"}': "0+105x30",
        'apiserver_request_total{code="200"}': "0+495x30",
        'apiserver_request_terminations_total{cluster="idle",code="429"}': "0+20x30",
        'apiserver_request_total{cluster="idle",code="200"}': "0+20x30",
      },
      at: "15m",
    },
  },
  KubeAPIRequestsRejected: {
    severity: "warning",
    threshold: { value: 0.5, unit: "requests a second turned away" },
    when: ({ rejected }, threshold) => `${rejected} > ${threshold}`,
    for: "10m",
    summary: "The API server turns {{ $labels.flow_schema }} away",
    description:
      '{{ $value | printf "%.1f" }} requests a second find no place in priority level {{ $labels.priority_level }}; the clients must try again.',
    fires: {
      series: {
        'apiserver_flowcontrol_rejected_requests_total{flow_schema="service-accounts",priority_level="workload-low",reason="queue-full"}':
          "0+36x30",
      },
      from: "15m",
      labels: object({ flow_schema: "service-accounts", priority_level: "workload-low" }),
      value: "0.6",
    },
    quiet: {
      series: {
        'apiserver_flowcontrol_rejected_requests_total{flow_schema="service-accounts",priority_level="workload-low",reason="queue-full"}':
          "0+25x40",
      },
      at: "25m",
    },
  },
  KubeAPILatencyHigh: {
    severity: "warning",
    threshold: { value: 1, unit: "seconds for 99 of 100 short requests", range: { below: 60 } },
    when: ({ latency }, threshold) => `${latency} > ${threshold}`,
    for: "10m",
    summary: "The API server answers {{ $labels.verb }} slowly",
    description:
      "One {{ $labels.verb }} in a hundred takes {{ $value | humanizeDuration }} or longer, webhooks and queues not counted.",
    fires: {
      series: {
        [bucket("1")]: "0+980x30",
        [bucket("1.25")]: "0+992x30",
        [bucket("+Inf")]: "0+1000x30",
      },
      from: "11m",
      labels: object({ verb: "POST" }),
      value: "1.208s",
    },
    quiet: {
      series: {
        [bucket("0.8")]: "0+980x40",
        [bucket("1")]: "0+991x40",
        [bucket("+Inf")]: "0+1000x40",
        [bucket("0.8", "WATCH")]: "0+1x40",
        [bucket("20", "WATCH")]: "0+1000x40",
        [bucket("+Inf", "WATCH")]: "0+1000x40",
        [bucket("0.8", "GET", "log")]: "0+1x40",
        [bucket("20", "GET", "log")]: "0+1000x40",
        [bucket("+Inf", "GET", "log")]: "0+1000x40",
      },
      at: "25m",
    },
  },
  KubeAPIEtcdRequestsSlow: {
    severity: "warning",
    threshold: { value: 0.5, unit: "seconds for 99 of 100 requests to etcd", range: { below: 60 } },
    when: ({ storeLatency }, threshold) => `${storeLatency} > ${threshold}`,
    for: "10m",
    summary: "etcd is slow for API server {{ $labels.instance }}",
    description:
      "One {{ $labels.operation }} in a hundred takes etcd {{ $value | humanizeDuration }} or longer; everything that changes the cluster waits for it.",
    fires: {
      series: {
        [store("0.4")]: "0+980x30",
        [store("0.6")]: "0+992x30",
        [store("+Inf")]: "0+1000x30",
      },
      from: "11m",
      labels: { operation: "create" },
      value: "566.7ms",
    },
    quiet: {
      series: {
        [store("0.4")]: "0+988x40",
        [store("0.6")]: "0+995x40",
        [store("+Inf")]: "0+1000x40",
      },
      at: "25m",
    },
  },
  KubeAggregatedAPIErrors: {
    severity: "warning",
    when: ({ aggregatedErrors }) => `${aggregatedErrors} > 0`,
    for: "15m",
    summary: "Aggregated API {{ $labels.name }} fails now and then",
    description:
      "For 15 minutes the aggregated API has been lost again and again ({{ $labels.reason }}); clients see some of their requests fail.",
    fires: {
      series: {
        'aggregator_unavailable_apiservice_total{name="v1beta1.metrics.k8s.io",reason="FailedDiscoveryCheck"}':
          "0x4 0+0.1x40",
      },
      from: "21m",
      labels: object({ name: "v1beta1.metrics.k8s.io", reason: "FailedDiscoveryCheck" }),
    },
    quiet: {
      series: {
        'aggregator_unavailable_apiservice_total{name="v1beta1.metrics.k8s.io",reason="FailedDiscoveryCheck"}':
          "0x4 3x40",
      },
      at: "30m",
    },
  },
  KubeAggregatedAPIDown: {
    severity: "warning",
    threshold: { value: 0.85, unit: "share of ten minutes in which it was there" },
    // What serves it is away for a minute or two when it is replaced, and the mean remembers that.
    when: ({ aggregatedAvailable, aggregatedLost }, threshold) =>
      `${aggregatedAvailable} < ${threshold} and ${aggregatedLost} > 0`,
    for: "5m",
    summary: "Aggregated API {{ $labels.name }} is not there",
    description:
      "The API was there for {{ $value | humanizePercentage }} of the last ten minutes: autoscaling, kubectl top or what else it serves does not work, and namespaces cannot be deleted.",
    fires: {
      series: {
        'aggregator_unavailable_apiservice{name="v1beta1.metrics.k8s.io"}': "0x20 1x30",
      },
      from: "27m",
      labels: object({ name: "v1beta1.metrics.k8s.io" }),
      value: "30%",
    },
    quiet: {
      series: {
        'aggregator_unavailable_apiservice{name="v1beta1.metrics.k8s.io"}':
          "0x10 1 0x9 1 0x9 1 0x9 1 0x9",
        'aggregator_unavailable_apiservice{name="v1beta1.replaced"}': "0x36 1 1 0x20",
      },
      at: "45m",
    },
  },
  KubeClientErrors: {
    severity: "warning",
    scope: "workload",
    threshold: { value: 0.01, unit: "share of requests that fail" },
    when: ({ clientErrors }, threshold) => `${clientErrors} > ${threshold}`,
    for: "15m",
    summary: "{{ $labels.job }} gets errors from the API server",
    description:
      "{{ $value | humanizePercentage }} of the requests of {{ $labels.instance }} to the API server fail with a server error.",
    fires: {
      series: { [requests("500")]: "0+72x40", [requests("200")]: "0+5928x40" },
      from: "16m",
      value: "1.2%",
    },
    quiet: {
      series: {
        [requests("500")]: "0+51x40",
        [requests("200")]: "0+5949x40",
        'rest_client_requests_total{instance="idle",code="500",method="GET"}': "0+2x40",
        'rest_client_requests_total{instance="idle",code="200",method="GET"}': "0+2x40",
      },
      at: "30m",
    },
  },
  KubeVersionMismatch: {
    severity: "warning",
    when: ({ versions }) => `${versions} > 1`,
    for: "1d",
    summary: "The cluster runs several versions of Kubernetes",
    description:
      '{{ $value | printf "%.0f" }} minor versions have been in use for a day: an upgrade was not finished.',
    step: "1h",
    fires: {
      series: { [build("36", "apiserver")]: "1x30", [build("35", "kubelet")]: "1x30" },
      from: "24h",
      labels: object({ job: "" }),
      value: "2",
    },
    quiet: {
      series: {
        [build("36", "apiserver")]: "1x60",
        [build("35", "kubelet")]: "1x20 _x40",
        [build("36+", "kubelet")]: "_x21 1x40",
        [build("33", "coredns")]: "1x60",
      },
      at: "46h",
    },
  },
});
