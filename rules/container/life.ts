import { defineAlerts } from "../lib/alert.ts";
import { defineSignals } from "../lib/signal.ts";
import { containerOwner, containers, foreign, id } from "./common.ts";

export const signals = defineSignals({
  cadvisorUp: {
    unit: "bool",
    about: "1 while the cAdvisor of a host answers.",
    query: (q) => q.gauge("up", { job: "cadvisor" }),
  },
  scrapeError: {
    unit: "bool",
    about: "1 while cAdvisor fails to read some containers.",
    query: (q) => q.gauge("container_scrape_error"),
  },
  running: {
    unit: "count",
    about: "Containers that run on a host.",
    query: (q) =>
      `count by (cluster, env, host, instance, job) (${q.timestamp("container_last_seen", containers)})`,
  },
  runningBefore: {
    unit: "count",
    about: "Containers that ran on a host an hour ago.",
    query: (q) =>
      `count by (cluster, env, host, instance, job) (${q.timestamp("container_last_seen", containers)} offset 1h)`,
  },
  named: {
    unit: "bool",
    about: "1 for each container by its name, where cAdvisor knows names.",
    query: (q) =>
      `group by (cluster, env, host, instance, job, name) (${q.timestamp("container_last_seen", { name: /.+/ })})`,
  },
  namedBefore: {
    unit: "bool",
    about: "1 for each container by its name that was there an hour ago.",
    query: (q) =>
      `group by (cluster, env, host, instance, job, name) (${q.timestamp("container_last_seen", { name: /.+/ })} offset 1h)`,
  },
  starts: {
    unit: "count",
    about: "How often a container was started in 15 minutes.",
    query: (q) => `changes(${q.timestamp("container_start_time_seconds", containers)}[15m])`,
  },
  healthy: {
    unit: "bool",
    about: "1 while the health check of a container passes.",
    query: (q) => q.gauge("container_health_state", containers),
  },
  healthyBefore: {
    unit: "bool",
    about: "1 for a container whose health check has passed within a day.",
    query: (q) => `max_over_time(${q.gauge("container_health_state", containers)}[1d])`,
  },
});

const seen = (labels: string): string => `container_last_seen{${labels}}`;
const other = "/docker/77aa";

export const group = defineAlerts(containerOwner("life"), signals, {
  CadvisorDown: {
    severity: "warning",
    down: true,
    scope: "target",
    when: ({ cadvisorUp }) => `${cadvisorUp} == 0`,
    for: "5m",
    summary: "Containers of {{ $labels.host }} are not watched",
    description: "The cAdvisor of {{ $labels.host }} has not answered for five minutes.",
    fires: { series: { up: "1x4 0x20" }, from: "10m" },
    quiet: { series: { up: "1x4 0x2 1x20", 'up{job="another"}': "0x30" }, at: "12m" },
  },
  CadvisorSeesNothing: {
    severity: "warning",
    scope: "target",
    when: ({ cadvisorUp, running }) =>
      `${cadvisorUp} == 1 unless on (cluster, env, job, instance) ${running}`,
    for: "10m",
    summary: "cAdvisor of {{ $labels.host }} sees no container",
    description:
      "cAdvisor answers but lists no container: it lost its view of the control groups, or nothing runs.",
    fires: { series: { up: "1x30", [seen(`id="${foreign}"`)]: "0+60x30" }, from: "10m" },
    quiet: {
      series: {
        up: "1x30",
        [seen(`id="${id}"`)]: "0+60x30",
        'up{job="another",instance="b"}': "1x30",
      },
      at: "20m",
    },
    byNature: {
      removed: "A host that is to be watched for containers and has none is what it tells.",
    },
  },
  CadvisorScrapeError: {
    severity: "warning",
    scope: "target",
    when: ({ scrapeError }) => `${scrapeError} == 1`,
    for: "15m",
    summary: "cAdvisor of {{ $labels.host }} fails to read containers",
    description:
      "For 15 minutes cAdvisor has met an error at each scrape: some containers are missing.",
    fires: { series: { container_scrape_error: "0x4 1x30" }, from: "20m" },
    quiet: { series: { container_scrape_error: "0x4 1x10 0x30" }, at: "25m" },
  },
  ContainerGone: {
    severity: "warning",
    needs: "container names",
    when: ({ named, namedBefore, cadvisorUp }) =>
      `${namedBefore} unless on (cluster, env, job, instance, name) ${named} and on (cluster, env, job, instance) ${cadvisorUp} == 1`,
    for: "5m",
    summary: "Container {{ $labels.name }} of {{ $labels.host }} is gone",
    description:
      "{{ $labels.name }} ran an hour ago and has not for five minutes; none of that name took its place.",
    fires: {
      series: { up: "1x90", [seen(`id="${id}",name="shop"`)]: "0+60x65 stale" },
      from: "1h11m",
      labels: { name: "shop" },
    },
    quiet: {
      series: {
        up: "1x90",
        [seen(`id="${id}",name="shop"`)]: "0+60x65 stale",
        // The same name in a new container.
        [seen(`id="${other}",name="shop"`)]: "_x66 3960+60x30",
        // A container without a name, and a host whose cAdvisor does not answer.
        [seen(`id="/docker/1"`)]: "0+60x65 stale",
        [seen(`id="/docker/2",name="b",instance="b"`)]: "0+60x65 stale",
        'up{instance="b"}': "1x65 0x30",
        'up{instance="b",job="another"}': "1x95",
      },
      at: "1h20m",
    },
    resolves: {
      series: { up: "1x20", [seen(`id="${id}",name="shop"`)]: "4000+60x20" },
      at: "5m",
    },
    byNature: {
      removed: "Whether a container was taken away on purpose is not told; see its runbook.",
    },
  },
  ContainerCountDropped: {
    severity: "warning",
    scope: "host",
    threshold: { value: 0.7, unit: "containers against an hour ago" },
    when: ({ running, runningBefore }, threshold) =>
      `${running} / (${runningBefore} > 3) < ${threshold}`,
    for: "10m",
    summary: "{{ $labels.host }} runs fewer containers than an hour ago",
    description:
      "{{ $value | humanizePercentage }} of the containers that ran an hour ago run now; a deployment replaces what it stops.",
    fires: {
      series: {
        ...Object.fromEntries([1, 2, 3].map((n) => [seen(`id="/docker/${n}"`), "0+60x70 stale"])),
        ...Object.fromEntries([4, 5, 6, 7, 8].map((n) => [seen(`id="/docker/${n}"`), "0+60x90"])),
        ...Object.fromEntries([1, 2].map((n) => [seen(`id="${foreign}${n}"`), "0+60x90"])),
      },
      from: "1h21m",
      value: "62.5%",
    },
    quiet: {
      series: {
        ...Object.fromEntries([1, 2].map((n) => [seen(`id="/docker/${n}"`), "0+60x70 stale"])),
        ...Object.fromEntries(
          [4, 5, 6, 7, 8, 9].map((n) => [seen(`id="/docker/${n}"`), "0+60x90"]),
        ),
        // One of three on a small host.
        [seen(`id="/docker/1",instance="b"`)]: "0+60x90",
        [seen(`id="/docker/2",instance="b"`)]: "0+60x70 stale",
        [seen(`id="/docker/3",instance="b"`)]: "0+60x70 stale",
      },
      at: "1h25m",
    },
    resolves: {
      series: Object.fromEntries(
        [1, 2, 3, 4, 5, 6, 7, 8].map((n) => [seen(`id="/docker/${n}"`), "5000+60x20"]),
      ),
      at: "5m",
    },
  },
  ContainerRestartLoop: {
    severity: "warning",
    threshold: { value: 3, unit: "starts in 15 minutes" },
    when: ({ starts }, threshold) => `${starts} > ${threshold}`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "A container of {{ $labels.host }} restarts in a loop",
    description: '{{ $labels.id }} was started {{ $value | printf "%.0f" }} times in 15 minutes.',
    fires: {
      series: {
        [`container_start_time_seconds{id="${id}"}`]: "0 60 120 180 240x20",
      },
      from: "4m",
      labels: { id },
      value: "4",
    },
    quiet: {
      series: {
        [`container_start_time_seconds{id="${id}"}`]: "0 60 120 180x40",
        [`container_start_time_seconds{id="${foreign}"}`]: "0+60x50",
      },
      at: "10m",
    },
    resolves: {
      series: { [`container_start_time_seconds{id="${id}"}`]: "240x60" },
      at: "20m",
    },
  },
  ContainerUnhealthy: {
    severity: "warning",
    needs: "container names",
    when: ({ healthy, healthyBefore }) => `${healthy} == 0 and ${healthyBefore} == 1`,
    for: "5m",
    summary: "A container of {{ $labels.host }} fails its health check",
    description:
      "{{ $labels.id }} runs, but its own health check has failed for five minutes after it passed before.",
    fires: {
      series: { [`container_health_state{id="${id}"}`]: "1x4 0x20" },
      from: "10m",
      labels: { id },
    },
    quiet: {
      series: {
        [`container_health_state{id="${id}"}`]: "1x4 0x2 1x20",
        // No health check: -1, and 0 from cAdvisor before 0.60.5.
        [`container_health_state{id="/docker/1"}`]: "-1x30",
        [`container_health_state{id="/docker/2"}`]: "0x30",
        [`container_health_state{id="${foreign}"}`]: "1x4 0x30",
      },
      at: "12m",
    },
  },
});
