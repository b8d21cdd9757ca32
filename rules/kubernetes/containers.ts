import { defineAlerts } from "../lib/alert.ts";
import { defineSignals, type Matchers, type Query } from "../lib/signal.ts";
import { by, componentOwner, kubeletName, ofNode, pod } from "./common.ts";

/** Containers, not the cgroups above them. */
const containers: Matchers = { container: { not: "" } };
const target = ["host", "instance", "namespace", "pod"] as const;
/** One container whatever it is called in the runtime, which changes with each start of it. */
const sum = (values: string): string => `sum ${by(...target, "container")} (${values})`;
const max = (values: string): string => `max ${by(...target, "container")} (${values})`;

const network = (q: Query, what: string): string =>
  `sum ${by(...target)} (${q.rate(`container_network_receive_${what}`)} + ${q.rate(`container_network_transmit_${what}`)})`;

export const signals = defineSignals({
  throttled: {
    unit: "ratio",
    about: "Share of the periods in which a container was held back at its CPU limit.",
    query: (q) =>
      ofNode(
        q,
        `${sum(q.rate("container_cpu_cfs_throttled_periods_total", containers))} / (${sum(q.rate("container_cpu_cfs_periods_total", containers))} > 0.1)`,
      ),
  },
  memoryOfLimit: {
    unit: "ratio",
    about: "Memory a container cannot give back, against its limit.",
    query: (q) =>
      ofNode(
        q,
        `${max(q.gauge("container_memory_working_set_bytes", containers))} / (${max(q.gauge("container_spec_memory_limit_bytes", containers))} > 0)`,
      ),
  },
  memoryStalled: {
    unit: "ratio",
    about: "Share of the time in which everything in a container waited for memory.",
    query: (q) =>
      ofNode(q, sum(q.rate("container_pressure_memory_stalled_seconds_total", containers, "10m"))),
  },
  ioStalled: {
    unit: "ratio",
    about: "Share of the time in which everything in a container waited for disks.",
    query: (q) =>
      ofNode(q, sum(q.rate("container_pressure_io_stalled_seconds_total", containers, "10m"))),
  },
  threadsOfLimit: {
    unit: "ratio",
    about: "Threads of a container against the most it may have.",
    query: (q) =>
      ofNode(
        q,
        `${max(q.gauge("container_threads", containers))} / (${max(q.gauge("container_threads_max", containers))} > 0)`,
      ),
  },
  networkErrors: {
    unit: "ratio",
    about: "Share of the packets of a pod that were broken.",
    query: (q) =>
      ofNode(q, `${network(q, "errors_total")} / (${network(q, "packets_total")} > 10)`),
  },
  livenessFailures: {
    unit: "count",
    about: "Liveness probes of a container that failed in 15 minutes.",
    query: (q) =>
      ofNode(
        q,
        `sum ${by(...target, "container")} (${q.events("prober_probe_total", "15m", { probe_type: "Liveness", result: "failed" })})`,
      ),
  },
});

const labels = 'namespace="shop",pod="web-1",container="web",id="/k/1",image="web:1",name="x"';
const above = 'namespace="shop",pod="web-1",container="",id="/k",image="",name=""';
const thatOne = { namespace: "shop", pod: "web-1", container: "web", node: "node-1" };
const own = (metric: string): string => `${metric}{${labels}}`;
const slice = (metric: string): string => `${metric}{${above}}`;
const wire = `${pod},container="",id="/k/0",image="pause",name="p",interface="eth0"`;
const probes = (result: string, type = "Liveness"): string =>
  `prober_probe_total{${pod},container="web",pod_uid="u",probe_type="${type}",result="${result}"}`;

export const group = defineAlerts(componentOwner("containers", "container", "kubelet"), signals, {
  CPUThrottlingHigh: {
    severity: "info",
    threshold: { value: 0.25, unit: "share of periods in which the container was held back" },
    when: ({ throttled }, threshold) => `${throttled} > ${threshold}`,
    for: "15m",
    summary: "{{ $labels.namespace }}/{{ $labels.pod }} is throttled",
    description:
      "Container {{ $labels.container }} hit its CPU limit in {{ $value | humanizePercentage }} of the periods of 100 ms; it answers late though the node may be idle.",
    fires: {
      series: {
        ...kubeletName,
        [own("container_cpu_cfs_throttled_periods_total")]: "0+180x40",
        [own("container_cpu_cfs_periods_total")]: "0+600x40",
      },
      from: "16m",
      labels: thatOne,
      value: "30%",
    },
    quiet: {
      series: {
        ...kubeletName,
        [own("container_cpu_cfs_throttled_periods_total")]: "0+130x40",
        [own("container_cpu_cfs_periods_total")]: "0+600x40",
        [slice("container_cpu_cfs_throttled_periods_total")]: "0+500x40",
        [slice("container_cpu_cfs_periods_total")]: "0+600x40",
        // Hardly ran at all.
        'container_cpu_cfs_throttled_periods_total{namespace="shop",pod="idle",container="c"}':
          "0+2x40",
        'container_cpu_cfs_periods_total{namespace="shop",pod="idle",container="c"}': "0+4x40",
      },
      at: "30m",
    },
  },
  KubeContainerMemoryNearLimit: {
    severity: "warning",
    threshold: { value: 0.9, unit: "memory in use against the limit" },
    when: ({ memoryOfLimit }, threshold) => `${memoryOfLimit} > ${threshold}`,
    for: "15m",
    summary: "{{ $labels.namespace }}/{{ $labels.pod }} is short of memory",
    description:
      "Container {{ $labels.container }} has used {{ $value | humanizePercentage }} of its memory limit for 15 minutes; at the limit it is killed.",
    fires: {
      series: {
        ...kubeletName,
        [own("container_memory_working_set_bytes")]: "95x30",
        [own("container_spec_memory_limit_bytes")]: "100x30",
      },
      from: "15m",
      labels: thatOne,
      value: "95%",
    },
    quiet: {
      series: {
        ...kubeletName,
        [own("container_memory_working_set_bytes")]: "85x40",
        [own("container_spec_memory_limit_bytes")]: "100x40",
        [slice("container_memory_working_set_bytes")]: "99x40",
        [slice("container_spec_memory_limit_bytes")]: "100x40",
        'container_memory_working_set_bytes{namespace="shop",pod="free",container="c"}': "99x40",
        'container_spec_memory_limit_bytes{namespace="shop",pod="free",container="c"}': "0x40",
      },
      at: "25m",
    },
  },
  KubeContainerMemoryStalled: {
    severity: "warning",
    threshold: { value: 0.1, unit: "share of the time in which everything waits for memory" },
    when: ({ memoryStalled }, threshold) => `${memoryStalled} > ${threshold}`,
    for: "15m",
    summary: "{{ $labels.namespace }}/{{ $labels.pod }} waits for memory",
    description:
      "Everything in container {{ $labels.container }} stood still for {{ $value | humanizePercentage }} of the time while memory was reclaimed: it is thrashing below its limit.",
    fires: {
      series: {
        ...kubeletName,
        [own("container_pressure_memory_stalled_seconds_total")]: "0+7.8x40",
      },
      from: "23m",
      labels: thatOne,
      value: "13%",
    },
    quiet: {
      series: {
        ...kubeletName,
        [own("container_pressure_memory_stalled_seconds_total")]: "0+5.1x40",
        [slice("container_pressure_memory_stalled_seconds_total")]: "0+20x40",
      },
      at: "30m",
    },
  },
  KubeContainerIoStalled: {
    severity: "info",
    threshold: { value: 0.3, unit: "share of the time in which everything waits for disks" },
    when: ({ ioStalled }, threshold) => `${ioStalled} > ${threshold}`,
    for: "15m",
    summary: "{{ $labels.namespace }}/{{ $labels.pod }} waits for disks",
    description:
      "Everything in container {{ $labels.container }} stood still for {{ $value | humanizePercentage }} of the time until reads or writes were done.",
    fires: {
      series: { ...kubeletName, [own("container_pressure_io_stalled_seconds_total")]: "0+24x40" },
      from: "23m",
      labels: thatOne,
      value: "40%",
    },
    quiet: {
      series: {
        ...kubeletName,
        [own("container_pressure_io_stalled_seconds_total")]: "0+16x40",
        [slice("container_pressure_io_stalled_seconds_total")]: "0+50x40",
      },
      at: "30m",
    },
  },
  KubeContainerThreadsNearLimit: {
    severity: "warning",
    threshold: { value: 0.9, unit: "threads against the most there may be" },
    when: ({ threadsOfLimit }, threshold) => `${threadsOfLimit} > ${threshold}`,
    for: "10m",
    summary: "{{ $labels.namespace }}/{{ $labels.pod }} has nearly too many threads",
    description:
      "Container {{ $labels.container }} has {{ $value | humanizePercentage }} of the threads it may have; then it can start nothing more and fails in odd ways.",
    fires: {
      series: {
        ...kubeletName,
        [own("container_threads")]: "95x30",
        [own("container_threads_max")]: "100x30",
      },
      from: "10m",
      labels: thatOne,
      value: "95%",
    },
    quiet: {
      series: {
        ...kubeletName,
        [own("container_threads")]: "85x30",
        [own("container_threads_max")]: "100x30",
        [slice("container_threads")]: "99x30",
        [slice("container_threads_max")]: "100x30",
        'container_threads{namespace="shop",pod="free",container="c"}': "99x30",
        'container_threads_max{namespace="shop",pod="free",container="c"}': "0x30",
      },
      at: "20m",
    },
  },
  KubePodNetworkErrors: {
    severity: "warning",
    scope: "pod",
    threshold: { value: 0.01, unit: "share of packets that are broken" },
    when: ({ networkErrors }, threshold) => `${networkErrors} > ${threshold}`,
    for: "10m",
    summary: "The network of {{ $labels.namespace }}/{{ $labels.pod }} makes errors",
    description:
      "{{ $value | humanizePercentage }} of the packets of the pod are broken, in and out: its node's network or the overlay is at fault.",
    fires: {
      series: {
        ...kubeletName,
        [`container_network_receive_errors_total{${wire}}`]: "0+42x30",
        [`container_network_transmit_errors_total{${wire}}`]: "0+30x30",
        [`container_network_receive_packets_total{${wire}}`]: "0+3000x30",
        [`container_network_transmit_packets_total{${wire}}`]: "0+3000x30",
      },
      from: "11m",
      labels: { namespace: "shop", pod: "web-1", node: "node-1" },
      value: "1.2%",
    },
    quiet: {
      series: {
        ...kubeletName,
        [`container_network_receive_errors_total{${wire}}`]: "0+30x40",
        [`container_network_transmit_errors_total{${wire}}`]: "0+24x40",
        [`container_network_receive_packets_total{${wire}}`]: "0+3000x40",
        [`container_network_transmit_packets_total{${wire}}`]: "0+3000x40",
        'container_network_receive_errors_total{namespace="shop",pod="idle"}': "0+6x40",
        'container_network_transmit_errors_total{namespace="shop",pod="idle"}': "0+6x40",
        'container_network_receive_packets_total{namespace="shop",pod="idle"}': "0+60x40",
        'container_network_transmit_packets_total{namespace="shop",pod="idle"}': "0+60x40",
      },
      at: "25m",
    },
  },
  KubeLivenessProbeFailing: {
    severity: "warning",
    threshold: { value: 5, unit: "failed liveness probes in 15 minutes" },
    when: ({ livenessFailures }, threshold) => `${livenessFailures} > ${threshold}`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "{{ $labels.namespace }}/{{ $labels.pod }} fails its liveness probe",
    description:
      '{{ $value | printf "%.0f" }} liveness probes of {{ $labels.container }} failed in 15 minutes; enough in a row, and the kubelet restarts the container.',
    fires: {
      series: { ...kubeletName, [probes("failed")]: "0x20 6x20" },
      from: "21m",
      labels: thatOne,
      value: "6",
    },
    quiet: {
      series: {
        ...kubeletName,
        [probes("failed")]: "0x15 4.3x20",
        [probes("successful")]: "0+6x40",
        [probes("failed", "Readiness")]: "0+6x40",
      },
      at: "20m",
    },
  },
});
