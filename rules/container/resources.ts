import { defineAlerts } from "../lib/alert.ts";
import { defineSignals, type Query } from "../lib/signal.ts";
import { containerOwner, containers, foreign, id } from "./common.ts";

const limit = (q: Query): string =>
  `(${q.gauge("container_spec_memory_limit_bytes", containers)} > 0)`;
const network = (what: string) => (q: Query) =>
  ["receive", "transmit"]
    .map((way) => q.rate(`container_network_${way}_${what}_total`, containers))
    .join(" + ");

export const signals = defineSignals({
  memory: {
    unit: "bytes",
    about: "Memory that a container needs and cannot give back.",
    query: (q) => q.gauge("container_memory_working_set_bytes", containers),
  },
  memoryOfLimit: {
    unit: "ratio",
    about: "Share of its memory limit that a container needs.",
    query: (q) => `${q.gauge("container_memory_working_set_bytes", containers)} / ${limit(q)}`,
  },
  memoryOfLimitIn4h: {
    unit: "ratio",
    about: "Share of its limit that a container needs in four hours if the last hour goes on.",
    query: (q) =>
      `predict_linear(${q.gauge("container_memory_working_set_bytes", containers)}[1h], 14400) / ${limit(q)}`,
  },
  memoryLimit: {
    unit: "bytes",
    about: "Memory limit of each container; 0 where it has none.",
    query: (q) => q.gauge("container_spec_memory_limit_bytes", containers),
  },
  limitHits: {
    unit: "count",
    about: "How often a container ran into its memory limit in 15 minutes.",
    query: (q) => q.increase("container_memory_failcnt", "15m", containers),
  },
  oomKills: {
    unit: "count",
    about: "Processes of a container that were killed for want of memory in 15 minutes.",
    query: (q) => q.events("container_oom_events_total", "15m", containers),
  },
  cpu: {
    unit: "count",
    about: "Cores that a container uses.",
    query: (q) => `sum without (cpu) (${q.rate("container_cpu_usage_seconds_total", containers)})`,
  },
  cpuOfQuota: {
    unit: "ratio",
    about: "Share of its CPU quota that a container uses.",
    query: (q) =>
      `sum without (cpu) (${q.rate("container_cpu_usage_seconds_total", containers)}) / ((${q.gauge("container_spec_cpu_quota", containers)} > 0) / (${q.gauge("container_spec_cpu_period", containers)} > 0))`,
  },
  throttled: {
    unit: "ratio",
    about: "Share of periods in which a container was stopped because its quota was used up.",
    query: (q) =>
      `${q.rate("container_cpu_cfs_throttled_periods_total", containers)} / (${q.rate("container_cpu_cfs_periods_total", containers)} > 1)`,
  },
  memoryPressure: {
    unit: "ratio",
    about: "Share of time in which everything in a container waited for memory.",
    query: (q) => q.rate("container_pressure_memory_stalled_seconds_total", containers),
  },
  ioPressure: {
    unit: "ratio",
    about: "Share of time in which everything in a container waited for disks.",
    query: (q) => q.rate("container_pressure_io_stalled_seconds_total", containers),
  },
  diskOfLimit: {
    unit: "ratio",
    about: "Share of the room for its own files that a container has written.",
    query: (q) =>
      `${q.gauge("container_fs_usage_bytes", containers)} / (${q.gauge("container_fs_limit_bytes", containers)} > 0)`,
  },
  networkErrors: {
    unit: "opsPerSecond",
    about: "Packets of a container that failed.",
    query: network("errors"),
  },
  networkDrops: {
    unit: "opsPerSecond",
    about: "Packets of a container that were thrown away.",
    query: network("packets_dropped"),
  },
  threadsOfLimit: {
    unit: "ratio",
    about: "Share of the threads that a container may have.",
    query: (q) =>
      `${q.gauge("container_threads", containers)} / (${q.gauge("container_threads_max", containers)} > 0)`,
  },
});

const labels = { id };
/** Series of a container, or of another control group. */
const of = (metric: string, group = id, more = ""): string => `${metric}{id="${group}"${more}}`;
const memory = (used: string, most: string, group = id) => ({
  [of("container_memory_working_set_bytes", group)]: used,
  [of("container_spec_memory_limit_bytes", group)]: most,
});
const cpu = (used: string, group = id) => ({
  [of("container_cpu_usage_seconds_total", group, ',cpu="total"')]: used,
  [of("container_spec_cpu_quota", group)]: "200000x40",
  [of("container_spec_cpu_period", group)]: "100000x40",
});
const periods = (stopped: string, all: string, group = id) => ({
  [of("container_cpu_cfs_throttled_periods_total", group)]: stopped,
  [of("container_cpu_cfs_periods_total", group)]: all,
});

export const group = defineAlerts(containerOwner("resources"), signals, {
  ContainerMemoryNearLimit: {
    severity: "warning",
    threshold: { value: 0.9, unit: "share of the memory limit" },
    when: ({ memoryOfLimit }, threshold) => `${memoryOfLimit} > ${threshold}`,
    for: "10m",
    summary: "A container of {{ $labels.host }} is near its memory limit",
    description:
      "{{ $labels.id }} needs {{ $value | humanizePercentage }} of the memory it may have; at its limit it is killed.",
    fires: { series: memory("98x30", "100x30"), from: "10m", labels, value: "98%" },
    quiet: {
      series: {
        ...memory("80x30", "100x30"),
        ...memory("99x30", "100x30", foreign),
        ...memory("99x30", "0x30", "/docker/1"),
      },
      at: "20m",
    },
  },
  ContainerMemoryRunsOutIn4h: {
    severity: "info",
    threshold: { value: 0.6, unit: "share of the memory limit" },
    when: ({ memoryOfLimit, memoryOfLimitIn4h }, threshold) =>
      `${memoryOfLimit} > ${threshold} and ${memoryOfLimitIn4h} > 1`,
    for: "30m",
    summary: "A container of {{ $labels.host }} grows into its memory limit",
    description:
      "{{ $labels.id }} needs {{ $value | humanizePercentage }} of its limit and reaches it within four hours at this pace.",
    fires: { series: memory("400+2x150", "1000x150"), from: "2h11m", labels, value: "66.2%" },
    quiet: {
      series: {
        ...memory("680x200", "1000x200"),
        ...memory("100+2x200", "1000x200", "/docker/1"),
        ...memory("400+2x200", "1000x200", foreign),
        ...memory("400+2x200", "0x200", "/docker/2"),
      },
      at: "2h20m",
    },
  },
  ContainerMemoryLimitHit: {
    severity: "warning",
    needs: "cgroups v1",
    threshold: { value: 100, unit: "hits of the limit in 15 minutes" },
    when: ({ limitHits, memoryOfLimit }, threshold) =>
      `${limitHits} > ${threshold} and ${memoryOfLimit} > 0.8`,
    for: "5m",
    summary: "A container of {{ $labels.host }} keeps hitting its memory limit",
    description:
      "{{ $labels.id }} ran into its memory limit {{ $value | humanize }} times in 15 minutes and has little to give back.",
    fires: {
      series: { ...memory("90x60", "100x60"), [of("container_memory_failcnt")]: "0+8x60" },
      from: "18m",
      labels,
      value: "120",
    },
    quiet: {
      series: {
        ...memory("90x60", "100x60"),
        [of("container_memory_failcnt")]: "0+6x60",
        // Its limit is hit by cached files, which cost nothing to drop.
        ...memory("70x60", "100x60", "/docker/1"),
        [of("container_memory_failcnt", "/docker/1")]: "0+50x60",
        ...memory("90x60", "100x60", foreign),
        [of("container_memory_failcnt", foreign)]: "0+50x60",
        ...memory("90x60", "0x60", "/docker/2"),
        [of("container_memory_failcnt", "/docker/2")]: "0+50x60",
      },
      at: "40m",
    },
  },
  ContainerOomKilled: {
    severity: "warning",
    needs: "kernel log",
    when: ({ oomKills }) => `${oomKills} > 0`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "A process in a container of {{ $labels.host }} was killed for memory",
    description:
      'In {{ $labels.id }} {{ $value | printf "%.0f" }} processes were killed at the memory limit in 15 minutes.',
    fires: {
      series: { [of("container_oom_events_total")]: "0x5 1x30" },
      from: "6m",
      labels,
      value: "1",
    },
    quiet: {
      series: {
        [of("container_oom_events_total")]: "2x40",
        [of("container_oom_events_total", foreign)]: "0+1x40",
      },
      at: "30m",
    },
  },
  ContainerNoMemoryLimit: {
    severity: "info",
    when: ({ memoryLimit }) => `${memoryLimit} == 0`,
    for: "1h",
    summary: "A container of {{ $labels.host }} has no memory limit",
    description: "{{ $labels.id }} may take all memory of its host, and with it its neighbours.",
    fires: {
      series: { [of("container_spec_memory_limit_bytes")]: "0x90" },
      from: "1h",
      labels,
    },
    quiet: {
      series: {
        [of("container_spec_memory_limit_bytes")]: "1x90",
        [of("container_spec_memory_limit_bytes", foreign)]: "0x90",
      },
      at: "1h20m",
    },
  },
  ContainerCpuNearQuota: {
    severity: "warning",
    threshold: { value: 0.9, unit: "share of the CPU quota" },
    when: ({ cpuOfQuota }, threshold) => `${cpuOfQuota} > ${threshold}`,
    for: "15m",
    summary: "A container of {{ $labels.host }} uses all its CPU quota",
    description: "{{ $labels.id }} uses {{ $value | humanizePercentage }} of the CPU it may use.",
    fires: { series: cpu("0+117x40"), from: "20m", labels, value: "97.5%" },
    quiet: {
      series: {
        ...cpu("0+99x40"),
        ...cpu("0+120x40", foreign),
        [of("container_cpu_usage_seconds_total", "/docker/1", ',cpu="total"')]: "0+240x40",
      },
      at: "30m",
    },
  },
  ContainerCpuThrottled: {
    severity: "warning",
    threshold: { value: 0.25, unit: "share of periods in which it was stopped" },
    when: ({ throttled }, threshold) => `${throttled} > ${threshold}`,
    for: "15m",
    summary: "A container of {{ $labels.host }} is stopped by its CPU quota",
    description:
      "{{ $labels.id }} had to stop in {{ $value | humanizePercentage }} of its periods, though it had work.",
    fires: { series: periods("0+168x40", "0+600x40"), from: "16m", labels, value: "28%" },
    quiet: {
      series: {
        ...periods("0+132x40", "0+600x40"),
        ...periods("0+500x40", "0+600x40", foreign),
        ...periods("0+40x40", "0+50x40", "/docker/1"),
      },
      at: "30m",
    },
  },
  ContainerMemoryPressure: {
    severity: "warning",
    needs: "cgroups v2",
    threshold: { value: 0.1, unit: "share of time in which everything in it waited for memory" },
    when: ({ memoryPressure }, threshold) => `${memoryPressure} > ${threshold}`,
    for: "15m",
    summary: "A container of {{ $labels.host }} waits for memory",
    description:
      "For {{ $value | humanizePercentage }} of the time nothing in {{ $labels.id }} could run until memory was freed.",
    fires: {
      series: { [of("container_pressure_memory_stalled_seconds_total")]: "0+6.9x40" },
      from: "20m",
      labels,
      value: "11.5%",
    },
    quiet: {
      series: {
        [of("container_pressure_memory_stalled_seconds_total")]: "0+5.1x40",
        [of("container_pressure_memory_stalled_seconds_total", foreign)]: "0+30x40",
      },
      at: "30m",
    },
  },
  ContainerIoPressure: {
    severity: "warning",
    needs: "cgroups v2",
    threshold: { value: 0.3, unit: "share of time in which everything in it waited for disks" },
    when: ({ ioPressure }, threshold) => `${ioPressure} > ${threshold}`,
    for: "15m",
    summary: "A container of {{ $labels.host }} waits for disks",
    description:
      "For {{ $value | humanizePercentage }} of the time nothing in {{ $labels.id }} could go on until a disk answered.",
    fires: {
      series: { [of("container_pressure_io_stalled_seconds_total")]: "0+21x40" },
      from: "20m",
      labels,
      value: "35%",
    },
    quiet: {
      series: {
        [of("container_pressure_io_stalled_seconds_total")]: "0+15x40",
        [of("container_pressure_io_stalled_seconds_total", foreign)]: "0+50x40",
      },
      at: "30m",
    },
  },
  ContainerDiskNearLimit: {
    severity: "warning",
    needs: "container disks",
    threshold: { value: 0.85, unit: "share of the room for its own files" },
    when: ({ diskOfLimit }, threshold) => `${diskOfLimit} > ${threshold}`,
    for: "15m",
    summary: "A container of {{ $labels.host }} fills the disk of the engine",
    description:
      "{{ $labels.id }} has written {{ $value | humanizePercentage }} of the room there is for files inside containers.",
    fires: {
      series: {
        [of("container_fs_usage_bytes")]: "92x40",
        [of("container_fs_limit_bytes")]: "100x40",
      },
      from: "15m",
      labels,
      value: "92%",
    },
    quiet: {
      series: {
        [of("container_fs_usage_bytes")]: "75x40",
        [of("container_fs_limit_bytes")]: "100x40",
        [of("container_fs_usage_bytes", foreign)]: "99x40",
        [of("container_fs_limit_bytes", foreign)]: "100x40",
        [of("container_fs_usage_bytes", "/docker/1")]: "99x40",
        [of("container_fs_limit_bytes", "/docker/1")]: "0x40",
      },
      at: "30m",
    },
  },
  ContainerNetworkErrors: {
    severity: "warning",
    needs: "container networks",
    threshold: { value: 1, unit: "packets per second" },
    when: ({ networkErrors }, threshold) => `${networkErrors} > ${threshold}`,
    for: "15m",
    summary: "Packets of a container of {{ $labels.host }} fail",
    description:
      '{{ $value | printf "%.1f" }} packets a second of {{ $labels.id }} could not be sent or received.',
    fires: {
      series: {
        [of("container_network_receive_errors_total", id, ',interface="eth0"')]: "0+40x40",
        [of("container_network_transmit_errors_total", id, ',interface="eth0"')]: "0+30x40",
      },
      from: "20m",
      labels: { id, interface: "eth0" },
      value: "1.2",
    },
    quiet: {
      series: {
        [of("container_network_receive_errors_total", id, ',interface="eth0"')]: "0+30x40",
        [of("container_network_transmit_errors_total", id, ',interface="eth0"')]: "0+21x40",
        [of("container_network_receive_errors_total", foreign, ',interface="eth0"')]: "0+99x40",
        [of("container_network_transmit_errors_total", foreign, ',interface="eth0"')]: "0+99x40",
      },
      at: "30m",
    },
  },
  ContainerNetworkDrops: {
    severity: "warning",
    needs: "container networks",
    threshold: { value: 10, unit: "packets per second" },
    when: ({ networkDrops }, threshold) => `${networkDrops} > ${threshold}`,
    for: "15m",
    summary: "Packets of a container of {{ $labels.host }} are thrown away",
    description:
      '{{ $value | printf "%.0f" }} packets a second of {{ $labels.id }} are dropped by the host.',
    fires: {
      series: {
        [of("container_network_receive_packets_dropped_total", id, ',interface="eth0"')]:
          "0+400x40",
        [of("container_network_transmit_packets_dropped_total", id, ',interface="eth0"')]:
          "0+320x40",
      },
      from: "20m",
      labels: { id, interface: "eth0" },
      value: "12",
    },
    quiet: {
      series: {
        [of("container_network_receive_packets_dropped_total", id, ',interface="eth0"')]:
          "0+300x40",
        [of("container_network_transmit_packets_dropped_total", id, ',interface="eth0"')]:
          "0+210x40",
        [of("container_network_receive_packets_dropped_total", foreign)]: "0+999x40",
        [of("container_network_transmit_packets_dropped_total", foreign)]: "0+999x40",
      },
      at: "30m",
    },
  },
  ContainerThreadsNearLimit: {
    severity: "warning",
    needs: "container threads",
    threshold: { value: 0.85, unit: "share of the threads it may have" },
    when: ({ threadsOfLimit }, threshold) => `${threadsOfLimit} > ${threshold}`,
    for: "10m",
    summary: "A container of {{ $labels.host }} runs out of threads",
    description:
      "{{ $labels.id }} has {{ $value | humanizePercentage }} of the threads it may have; then it cannot start any.",
    fires: {
      series: { [of("container_threads")]: "92x40", [of("container_threads_max")]: "100x40" },
      from: "10m",
      labels,
      value: "92%",
    },
    quiet: {
      series: {
        [of("container_threads")]: "75x40",
        [of("container_threads_max")]: "100x40",
        [of("container_threads", foreign)]: "99x40",
        [of("container_threads_max", foreign)]: "100x40",
        [of("container_threads", "/docker/1")]: "99x40",
        [of("container_threads_max", "/docker/1")]: "0x40",
      },
      at: "20m",
    },
  },
});
