import { defineAlerts } from "../lib/alert.ts";
import { defineSignals } from "../lib/signal.ts";
import { windowsOwner } from "./common.ts";

export const signals = defineSignals({
  up: {
    unit: "bool",
    about: "1 while the host's Windows exporter answers.",
    query: (q) => q.gauge("up", { job: "windows" }),
  },
  uptime: {
    unit: "seconds",
    about: "Time since Windows was started.",
    query: (q) => q.age("windows_system_boot_time_timestamp"),
  },
  cpuUsed: {
    unit: "ratio",
    about: "Share of CPU time that was not idle, over all cores.",
    query: (q) =>
      `1 - avg without (core, mode) (${q.rate("windows_cpu_time_total", { mode: "idle" })})`,
  },
  cpuQueue: {
    unit: "count",
    about: "Threads that wait for a core, for each of them.",
    query: (q) =>
      `${q.gauge("windows_system_processor_queue_length")} / (${q.gauge("windows_cpu_logical_processor")} > 0)`,
  },
  memoryAvailable: {
    unit: "ratio",
    about: "Share of memory that programs could still get.",
    query: (q) =>
      `${q.gauge("windows_memory_available_bytes")} / (${q.gauge("windows_memory_physical_total_bytes")} > 0)`,
  },
  committed: {
    unit: "ratio",
    about: "Share of memory and page files that was promised to programs.",
    query: (q) =>
      `${q.gauge("windows_memory_committed_bytes")} / (${q.gauge("windows_memory_commit_limit")} > 0)`,
  },
  pageReads: {
    unit: "opsPerSecond",
    about: "Pages per second that had to be read from disk.",
    query: (q) => q.rate("windows_memory_swap_pages_read_total"),
  },
  poolNonpaged: {
    unit: "ratio",
    about: "Share of memory that drivers hold and that can never be paged out.",
    query: (q) =>
      `${q.gauge("windows_memory_pool_nonpaged_bytes")} / (${q.gauge("windows_memory_physical_total_bytes")} > 0)`,
  },
  clockOffset: {
    unit: "seconds",
    about: "How far the clock is from its time source.",
    query: (q) => `abs(${q.gauge("windows_time_computed_time_offset_seconds")})`,
  },
  timeSources: {
    unit: "count",
    about: "Time servers that Windows hears.",
    query: (q) => q.gauge("windows_time_ntp_client_time_sources"),
  },
  collectorSuccess: {
    unit: "bool",
    about: "1 while a collector of the exporter brings its metrics.",
    query: (q) => q.gauge("windows_exporter_collector_success"),
  },
  temperature: {
    unit: "celsius",
    about: "Temperature of each thermal zone.",
    query: (q) => q.gauge("windows_thermalzone_temperature_celsius"),
  },
});

const cpu = (mode: string): string => `windows_cpu_time_total{core="0,0",mode="${mode}"}`;
const memory = (available: number) => ({
  windows_memory_available_bytes: `${available}x30`,
  windows_memory_physical_total_bytes: "100x40",
});

export const group = defineAlerts(windowsOwner("system"), signals, {
  WindowsDown: {
    severity: "critical",
    down: true,
    when: ({ up }) => `${up} == 0`,
    for: "5m",
    summary: "Windows host {{ $labels.host }} does not answer",
    description:
      "The exporter of {{ $labels.host }} has not answered for five minutes: host, network or the service is down.",
    fires: { series: { up: "1x2 0x10" }, from: "8m" },
    quiet: { series: { up: "1 0 0 0 0 1x10", 'up{job="another"}': "0x20" }, at: "12m" },
  },
  WindowsRebooted: {
    severity: "info",
    threshold: { value: 600, unit: "seconds since the start" },
    when: ({ uptime }, threshold) => `${uptime} < ${threshold}`,
    for: "0s",
    summary: "{{ $labels.host }} was started",
    description: "Windows on {{ $labels.host }} has been up for {{ $value | humanizeDuration }}.",
    fires: {
      series: { windows_system_boot_time_timestamp: "_x8 60x30" },
      from: "8m",
      value: "7m 0s",
    },
    quiet: { series: { windows_system_boot_time_timestamp: "_x12 60x30" }, at: "12m" },
  },
  WindowsCpu: {
    unit: "share of CPU time not idle",
    when: ({ cpuUsed }, threshold) => `${cpuUsed} > ${threshold}`,
    levels: {
      WindowsCpuHigh: {
        severity: "warning",
        threshold: 0.85,
        for: "15m",
        summary: "CPU of {{ $labels.host }} is busy",
        description: "{{ $value | humanizePercentage }} of CPU time has been used for 15 minutes.",
        fires: { series: 54, from: "16m", value: "90%" },
        quiet: { series: 48, at: "30m" },
      },
      WindowsCpuCritical: {
        severity: "critical",
        threshold: 0.97,
        for: "15m",
        summary: "CPU of {{ $labels.host }} is used up",
        description:
          "{{ $value | humanizePercentage }} of CPU time has been used for 15 minutes; nothing is left.",
        fires: { series: 58.8, from: "16m", value: "98%" },
        quiet: { series: 57, at: "30m" },
      },
    },
    series: (used) => ({ [cpu("idle")]: `0+${60 - used}x40`, [cpu("user")]: `0+${used}x40` }),
  },
  WindowsProcessorQueueLong: {
    severity: "warning",
    threshold: { value: 2, unit: "threads waiting for each core" },
    when: ({ cpuQueue }, threshold) => `${cpuQueue} > ${threshold}`,
    for: "15m",
    summary: "Threads of {{ $labels.host }} queue for a core",
    description: 'For each core {{ $value | printf "%.1f" }} threads wait for their turn.',
    fires: {
      series: {
        windows_system_processor_queue_length: "9x30",
        windows_cpu_logical_processor: "4x30",
      },
      from: "15m",
      value: "2.2",
    },
    quiet: {
      series: {
        windows_system_processor_queue_length: "7x30",
        windows_cpu_logical_processor: "4x30",
      },
      at: "25m",
    },
  },
  WindowsMemory: {
    unit: "share of memory available",
    when: ({ memoryAvailable }, threshold) => `${memoryAvailable} < ${threshold}`,
    levels: {
      WindowsMemoryLow: {
        severity: "warning",
        threshold: 0.1,
        for: "10m",
        summary: "Memory of {{ $labels.host }} is nearly used up",
        description: "{{ $value | humanizePercentage }} of memory has been left for 10 minutes.",
        fires: { series: 9, from: "10m", value: "9%" },
        quiet: { series: 11, at: "20m" },
      },
      WindowsMemoryExhausted: {
        severity: "critical",
        threshold: 0.05,
        for: "5m",
        summary: "Memory of {{ $labels.host }} is used up",
        description:
          "{{ $value | humanizePercentage }} of memory is left: Windows pages whatever it can.",
        fires: { series: 4.5, from: "5m", value: "4.5%" },
        quiet: { series: 5.5, at: "12m" },
      },
    },
    series: memory,
  },
  WindowsCommitNearLimit: {
    severity: "warning",
    threshold: { value: 0.9, unit: "share of the commit limit" },
    when: ({ committed }, threshold) => `${committed} > ${threshold}`,
    for: "10m",
    summary: "{{ $labels.host }} has promised nearly all its memory",
    description:
      "{{ $value | humanizePercentage }} of memory and page files is promised; at the limit programs cannot allocate any.",
    fires: {
      series: { windows_memory_committed_bytes: "96x30", windows_memory_commit_limit: "100x30" },
      from: "10m",
      value: "96%",
    },
    quiet: {
      series: { windows_memory_committed_bytes: "80x30", windows_memory_commit_limit: "100x30" },
      at: "20m",
    },
  },
  WindowsPagingHigh: {
    severity: "warning",
    threshold: { value: 1000, unit: "pages read from disk per second" },
    when: ({ pageReads }, threshold) => `${pageReads} > ${threshold}`,
    for: "15m",
    summary: "{{ $labels.host }} reads its memory back from disk",
    description: "{{ $value | humanize }} pages a second are read from disk before work can go on.",
    fires: {
      series: { windows_memory_swap_pages_read_total: "0+69000x40" },
      from: "20m",
      value: "1.15k",
    },
    quiet: { series: { windows_memory_swap_pages_read_total: "0+51000x40" }, at: "30m" },
  },
  WindowsPoolNonpagedHigh: {
    severity: "warning",
    threshold: { value: 0.2, unit: "share of memory in the nonpaged pool" },
    when: ({ poolNonpaged }, threshold) => `${poolNonpaged} > ${threshold}`,
    for: "1h",
    summary: "A driver of {{ $labels.host }} holds much memory",
    description:
      "{{ $value | humanizePercentage }} of memory is in the nonpaged pool: a driver takes and does not give back.",
    fires: {
      series: {
        windows_memory_pool_nonpaged_bytes: "22x90",
        windows_memory_physical_total_bytes: "100x90",
      },
      from: "1h",
      value: "22%",
    },
    quiet: {
      series: {
        windows_memory_pool_nonpaged_bytes: "18x90",
        windows_memory_physical_total_bytes: "100x90",
      },
      at: "1h20m",
    },
  },
  WindowsClockSkew: {
    severity: "warning",
    threshold: { value: 1, unit: "seconds the clock is off" },
    when: ({ clockOffset }, threshold) => `${clockOffset} > ${threshold}`,
    for: "10m",
    summary: "The clock of {{ $labels.host }} is wrong",
    description: "The clock is {{ $value | humanizeDuration }} away from its time source.",
    fires: {
      series: { windows_time_computed_time_offset_seconds: "-1.2x30" },
      from: "10m",
      value: "1.2s",
    },
    quiet: { series: { windows_time_computed_time_offset_seconds: "0.85x30" }, at: "20m" },
  },
  WindowsTimeSourceLost: {
    severity: "warning",
    // A guest that has its time from its host has none ever.
    when: ({ timeSources }) => `${timeSources} == 0 and max_over_time(${timeSources}[1d]) > 0`,
    for: "30m",
    summary: "{{ $labels.host }} hears no time server",
    description: "For half an hour no time server has been heard; the clock drifts.",
    fires: { series: { windows_time_ntp_client_time_sources: "1x4 0x60" }, from: "35m" },
    quiet: {
      series: {
        windows_time_ntp_client_time_sources: "1x4 0x20 1x40",
        'windows_time_ntp_client_time_sources{instance="b:9182"}': "0x60",
      },
      at: "45m",
    },
  },
  WindowsCollectorFailed: {
    severity: "warning",
    when: ({ collectorSuccess }) => `${collectorSuccess} == 0`,
    for: "15m",
    summary: "{{ $labels.host }} no longer measures its {{ $labels.collector }}",
    description: "Collector {{ $labels.collector }} of the Windows exporter fails.",
    fires: {
      series: { 'windows_exporter_collector_success{collector="service"}': "1x4 0x30" },
      from: "20m",
      labels: { collector: "service" },
    },
    quiet: {
      series: { 'windows_exporter_collector_success{collector="service"}': "1x4 0x10 1x30" },
      at: "30m",
    },
  },
  WindowsTemperatureHigh: {
    severity: "warning",
    scope: "device",
    threshold: { value: 85, unit: "degrees Celsius" },
    when: ({ temperature }, threshold) => `${temperature} > ${threshold}`,
    for: "10m",
    summary: "{{ $labels.host }} is too warm",
    description: 'Thermal zone {{ $labels.name }} has {{ $value | printf "%.0f" }} °C.',
    fires: {
      series: { 'windows_thermalzone_temperature_celsius{name="TZ00"}': "92x30" },
      from: "10m",
      labels: { name: "TZ00" },
      value: "92",
    },
    quiet: {
      series: { 'windows_thermalzone_temperature_celsius{name="TZ00"}': "75x30" },
      at: "20m",
    },
  },
});
