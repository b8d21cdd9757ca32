import { defineAlerts, type Series } from "../lib/alert.ts";
import { defineSignals, type Query } from "../lib/signal.ts";
import { rayCluster, session } from "./common.ts";

const application = `${session}, application`;
const deployment = `${application}, deployment`;

const answered = (q: Query): string =>
  `sum by (${application}) (${q.rate("ray_serve_num_http_requests_total")}) > 0.1`;

export const signals = defineSignals({
  errorRatio: {
    unit: "ratio",
    about: "Share of HTTP requests that an application answered with 5xx, where there are enough.",
    query: (q) =>
      `sum by (${application}) (${q.rate("ray_serve_num_http_error_requests_total", { error_code: /5../ })}) / (${answered(q)})`,
  },
  latency: {
    unit: "milliseconds",
    about: "Time within which 99 of 100 HTTP requests are answered.",
    query: (q) =>
      q.quantile(0.99, "ray_serve_http_request_latency_ms", [
        "cluster",
        "env",
        "job",
        "SessionName",
        "application",
      ]),
  },
  queued: {
    unit: "count",
    about: "Requests that wait for a replica, of all handles.",
    query: (q) => `sum by (${deployment}) (${q.gauge("ray_serve_deployment_queued_queries")})`,
  },
  applicationStatus: {
    unit: "count",
    about: "1 an application could not be deployed, 2 it is unhealthy, 6 it runs.",
    query: (q) => `min by (${application}) (${q.gauge("ray_serve_application_status")})`,
  },
  deploymentStatus: {
    unit: "count",
    about: "1 a deployment failed, 2 it is unhealthy, 3 to 5 it changes, 6 it is healthy.",
    query: (q) => `min by (${deployment}) (${q.gauge("ray_serve_deployment_status")})`,
  },
  unhealthy: {
    unit: "count",
    about: "Replicas that fail their health check.",
    query: (q) =>
      `count by (${deployment}) (${q.gauge("ray_serve_deployment_replica_healthy")} == 0)`,
  },
  starts: {
    unit: "count",
    about: "Replicas started within 15 minutes.",
    query: (q) =>
      `sum by (${deployment}) (${q.events("ray_serve_deployment_replica_starts_total", "15m")})`,
  },
  changing: {
    unit: "bool",
    about:
      "There for each deployment that was neither healthy nor broken at a time within 20 minutes: it is updated or scaled.",
    query: (q) =>
      `max by (${deployment}) (max_over_time((${q.gauge("ray_serve_deployment_status")} != 1 != 2 != 6)[20m:1m]))`,
  },
  replicas: {
    unit: "count",
    about: "Replicas of each deployment, healthy or not.",
    query: (q) => `count by (${deployment}) (${q.gauge("ray_serve_deployment_replica_healthy")})`,
  },
  loopTime: {
    unit: "seconds",
    about: "How long one round of the controller takes.",
    query: (q) => q.gauge("ray_serve_controller_control_loop_duration_s"),
  },
});

const one = 'SessionName="s1",application="chat"';
const ofOne = { SessionName: "s1", application: "chat", instance: "", host: "" };
const dep = `${one},deployment="llm"`;
const ofDep = { ...ofOne, deployment: "llm" };
const requests = (app = one): string => `ray_serve_num_http_requests_total{${app}}`;
const errors = (code: string, app = one): string =>
  `ray_serve_num_http_error_requests_total{${app},error_code="${code}"}`;
const rare = 'SessionName="s1",application="rare"';
const replica = (metric: string, name: string): string => `${metric}{${dep},replica="${name}"}`;
const rolled = `${one},deployment="rolled"`;
const healthy = (count: number, labels: string): Series =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `ray_serve_deployment_replica_healthy{${labels},replica="${index}"}`,
      "1x100",
    ]),
  );
const bucket = (le: string): string =>
  `ray_serve_http_request_latency_ms_bucket{${one},le="${le}"}`;
const queue = (handle: string): string =>
  `ray_serve_deployment_queued_queries{${dep},handle="${handle}"}`;

export const group = defineAlerts({ ...rayCluster, name: "ray-serve" }, signals, {
  RayServeErrors: {
    unit: "share of requests answered with 5xx",
    when: ({ errorRatio }, threshold) => `${errorRatio} > ${threshold}`,
    levels: {
      RayServeErrorRatioHigh: {
        severity: "critical",
        threshold: 0.05,
        for: "7m",
        summary: "{{ $labels.application }} on Ray Serve fails many requests",
        description:
          "{{ $value | humanizePercentage }} of its requests have ended with an error of the server for seven minutes.",
        fires: { series: 60, from: "8m", value: "6%" },
        quiet: { series: 44, at: "15m" },
      },
      RayServeErrorRatioElevated: {
        severity: "warning",
        threshold: 0.01,
        for: "15m",
        summary: "{{ $labels.application }} on Ray Serve fails some requests",
        description:
          "{{ $value | humanizePercentage }} of its requests have failed for a quarter of an hour.",
        fires: { series: 12, from: "16m", value: "1.2%" },
        quiet: { series: 8.5, at: "30m" },
      },
    },
    series: (failed) => ({
      [requests()]: "0+1000x40",
      [errors("500")]: `0+${failed / 2}x40`,
      [errors("503")]: `0+${failed / 2}x40`,
    }),
    beside: {
      [errors("404")]: "0+90x40",
      [requests(rare)]: "0+5x40",
      [errors("500", rare)]: "0+5x40",
    },
    labels: ofOne,
  },
  RayServeLatencyHigh: {
    severity: "warning",
    threshold: {
      value: 5000,
      unit: "milliseconds for 99 of 100 requests",
      range: { below: 600_000 },
    },
    when: ({ latency }, threshold) => `${latency} > ${threshold}`,
    for: "10m",
    summary: "{{ $labels.application }} on Ray Serve is slow",
    description:
      'One request in a hundred has taken longer than {{ $value | printf "%.0f" }} ms for ten minutes.',
    fires: {
      series: {
        [bucket("5000")]: "0+988x30",
        [bucket("10000")]: "0+1000x30",
        [bucket("+Inf")]: "0+1000x30",
      },
      from: "11m",
      labels: ofOne,
      value: "5833",
    },
    quiet: {
      series: {
        [bucket("2000")]: "0+900x30",
        [bucket("5000")]: "0+1000x30",
        [bucket("+Inf")]: "0+1000x30",
      },
      at: "25m",
    },
  },
  RayServeQueueLong: {
    severity: "warning",
    threshold: { value: 50, unit: "requests that wait" },
    when: ({ queued }, threshold) => `${queued} > ${threshold}`,
    for: "10m",
    summary: "Requests queue for {{ $labels.deployment }} on Ray Serve",
    description:
      '{{ $value | printf "%.0f" }} requests of {{ $labels.application }} have waited for a replica for ten minutes.',
    fires: {
      series: { [queue("a")]: "30x20", [queue("b")]: "29x20" },
      from: "10m",
      labels: ofDep,
      value: "59",
    },
    quiet: { series: { [queue("a")]: "30x20", [queue("b")]: "13x20" }, at: "15m" },
  },
  RayServeApplicationFailed: {
    severity: "critical",
    when: ({ applicationStatus }) => `${applicationStatus} > 0 < 3`,
    for: "3m",
    summary: "{{ $labels.application }} on Ray Serve is down",
    description:
      "For three minutes its status has been failed to deploy or unhealthy: users get errors or nothing.",
    fires: {
      series: { [`ray_serve_application_status{${one}}`]: "1x10" },
      from: "3m",
      labels: ofOne,
    },
    quiet: {
      series: {
        [`ray_serve_application_status{${one}}`]: "3x10",
        [`ray_serve_application_status{${rare}}`]: "0x10",
      },
      at: "8m",
    },
  },
  RayServeDeploymentUnhealthy: {
    severity: "warning",
    when: ({ deploymentStatus }) => `${deploymentStatus} > 0 < 3`,
    for: "5m",
    summary: "Deployment {{ $labels.deployment }} on Ray Serve is unhealthy",
    description:
      "It has been failed or unhealthy for five minutes, and with it a part of {{ $labels.application }}.",
    fires: {
      series: { [`ray_serve_deployment_status{${dep}}`]: "1x20" },
      from: "5m",
      labels: ofDep,
    },
    quiet: {
      series: {
        [`ray_serve_deployment_status{${dep}}`]: "3x20",
        [`ray_serve_deployment_status{${rare},deployment="llm"}`]: "0x20",
      },
      at: "10m",
    },
  },
  RayServeReplicasUnhealthy: {
    severity: "warning",
    when: ({ unhealthy }) => `${unhealthy} > 0`,
    for: "5m",
    summary: "Replicas of {{ $labels.deployment }} on Ray Serve fail their check",
    description:
      '{{ $value | printf "%.0f" }} replicas have been unhealthy for five minutes; the others carry their load.',
    fires: {
      series: {
        [replica("ray_serve_deployment_replica_healthy", "a")]: "0x20",
        [replica("ray_serve_deployment_replica_healthy", "b")]: "1x20",
      },
      from: "5m",
      labels: ofDep,
      value: "1",
    },
    quiet: {
      series: {
        [replica("ray_serve_deployment_replica_healthy", "a")]: "0x3 1x20",
        [replica("ray_serve_deployment_replica_healthy", "b")]: "1x30",
      },
      at: "10m",
    },
  },
  RayServeReplicasRestarting: {
    severity: "warning",
    threshold: { value: 10, unit: "replicas started within 15 minutes" },
    // Whoever rolls out or scales starts each replica once, not each of them twice.
    when: ({ changing, replicas, starts }, threshold) =>
      `${starts} > ${threshold} unless (${changing} and ${starts} <= 2 * ${replicas})`,
    for: "5m",
    keepFiringFor: "10m",
    summary: "Replicas of {{ $labels.deployment }} on Ray Serve restart",
    description:
      '{{ $value | printf "%.0f" }} replicas were started within 15 minutes, more than a rollout or scaling explains.',
    fires: {
      series: {
        [replica("ray_serve_deployment_replica_starts_total", "a")]: "_x20 6x40",
        [replica("ray_serve_deployment_replica_starts_total", "b")]: "_x20 6x40",
        // A rollout of these five takes no dozen.
        [`ray_serve_deployment_status{${dep}}`]: "3x60",
        ...healthy(5, dep),
      },
      from: "25m",
      labels: ofDep,
      value: "12",
    },
    quiet: {
      series: {
        [replica("ray_serve_deployment_replica_starts_total", "a")]: "_x60 4x40",
        [replica("ray_serve_deployment_replica_starts_total", "b")]: "_x60 4x40",
        [replica("ray_serve_deployment_replica_starts_total", "old")]: "9x100",
        [`ray_serve_deployment_replica_starts_total{${rolled},replica="a"}`]: "_x60 12x40",
        [`ray_serve_deployment_status{${rolled}}`]: "6x59 5x3 6x40",
        ...healthy(6, rolled),
      },
      at: "70m",
    },
    resolves: {
      series: {
        [replica("ray_serve_deployment_replica_starts_total", "a")]: "6x60",
        [replica("ray_serve_deployment_replica_starts_total", "b")]: "6x60",
      },
      at: "40m",
    },
  },
  RayServeControllerSlow: {
    severity: "warning",
    threshold: { value: 10, unit: "seconds a round takes" },
    when: ({ loopTime }, threshold) => `${loopTime} > ${threshold}`,
    for: "10m",
    summary: "The controller of Ray Serve on {{ $labels.host }} is slow",
    description:
      "A round has taken {{ $value | humanizeDuration }} for ten minutes: replicas are checked, replaced and scaled late.",
    fires: {
      series: { ray_serve_controller_control_loop_duration_s: "12x20" },
      from: "10m",
      value: "12s",
    },
    quiet: { series: { ray_serve_controller_control_loop_duration_s: "8.5x20" }, at: "15m" },
  },
});
