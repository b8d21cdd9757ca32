/** What a node exporter exposes only on a Mac. Files, load and network of Macs are in the groups of hosts. */
import { defineAlerts, type Owner } from "./lib/alert.ts";
import { hostBoard } from "./lib/boards.ts";
import { defineSignals, type Query } from "./lib/signal.ts";
import { countsFromZero } from "./lib/nature.ts";

const memory = (q: Query, field: string): string => q.gauge(`node_memory_${field}_bytes`);

export const signals = defineSignals({
  memoryUsed: {
    unit: "ratio",
    about: "Share of memory that macOS cannot give to another program without effort.",
    query: (q) =>
      `(${memory(q, "wired")} + ${memory(q, "internal")} - ${memory(q, "purgeable")} + ${memory(q, "compressed")}) / (${memory(q, "total")} > 0)`,
  },
  memoryCompressed: {
    unit: "ratio",
    about: "Share of memory that holds compressed pages of programs.",
    query: (q) => `${memory(q, "compressed")} / (${memory(q, "total")} > 0)`,
  },
  swapAgainstMemory: {
    unit: "ratio",
    about: "Swap in use against the memory there is.",
    query: (q) => `${memory(q, "swap_used")} / (${memory(q, "total")} > 0)`,
  },
  swappedOut: {
    unit: "bytesPerSecond",
    about: "Memory written to swap.",
    query: (q) => q.rate("node_memory_swapped_out_bytes_total"),
  },
  speedLimit: {
    unit: "ratio",
    about: "Share of its speed at which the CPU may run, for its heat.",
    query: (q) => q.gauge("node_thermal_cpu_speed_limit_ratio"),
  },
  schedulerLimit: {
    unit: "ratio",
    about: "Share of CPU time that the scheduler may hand out, for the heat.",
    query: (q) => q.gauge("node_thermal_cpu_scheduler_limit_ratio"),
  },
  diskErrors: {
    unit: "count",
    about: "Reads and writes of a disk that failed in an hour.",
    query: (q) =>
      `${q.increase("node_disk_read_errors_total", "1h")} + ${q.increase("node_disk_write_errors_total", "1h")}`,
  },
  batteryFailure: {
    unit: "bool",
    about: "1 while a battery reports a failure.",
    query: (q) => q.gauge("node_power_supply_internal_failure"),
  },
  batteryCapacity: {
    unit: "ratio",
    about: "What a battery can hold against what it could when new.",
    query: (q) =>
      `${q.gauge("node_power_supply_max_capacity")} / (${q.gauge("node_power_supply_design_capacity")} > 0)`,
  },
  onBattery: {
    unit: "bool",
    about: "1 while a Mac runs on its battery.",
    query: (q) => q.gauge("node_power_supply_power_source_state", { state: "Battery Power" }),
  },
});

const owner: Owner = {
  service: "macos",
  team: "sre",
  scope: "host",
  layer: "basic",
  needs: "macos",
  board: hostBoard,
  target: { job: "node", instance: "a:9100", host: "a" },
};

const total = { node_memory_total_bytes: "100x60" };
const battery = 'power_supply="InternalBattery-0"';
const labels = { power_supply: "InternalBattery-0" };
const source = (state: string): string =>
  `node_power_supply_power_source_state{${battery},state="${state}"}`;

export const group = defineAlerts(owner, signals, {
  MacosMemoryHigh: {
    severity: "warning",
    threshold: { value: 0.9, unit: "share of memory in use" },
    when: ({ memoryUsed }, threshold) => `${memoryUsed} > ${threshold}`,
    for: "15m",
    summary: "Memory of Mac {{ $labels.host }} is nearly used up",
    description: "{{ $value | humanizePercentage }} of memory is wired, in use or compressed.",
    fires: {
      series: {
        ...total,
        node_memory_wired_bytes: "20x60",
        node_memory_internal_bytes: "60x60",
        node_memory_purgeable_bytes: "3x60",
        node_memory_compressed_bytes: "20x60",
      },
      from: "15m",
      value: "97%",
    },
    quiet: {
      series: {
        ...total,
        node_memory_wired_bytes: "20x60",
        node_memory_internal_bytes: "55x60",
        node_memory_purgeable_bytes: "13x60",
        node_memory_compressed_bytes: "18x60",
      },
      at: "30m",
    },
  },
  MacosMemoryCompressed: {
    severity: "warning",
    threshold: { value: 0.4, unit: "share of memory that is compressed" },
    when: ({ memoryCompressed }, threshold) => `${memoryCompressed} > ${threshold}`,
    for: "30m",
    summary: "Mac {{ $labels.host }} squeezes its memory",
    description:
      "{{ $value | humanizePercentage }} of memory holds compressed pages; each one touched costs CPU to unpack.",
    fires: {
      series: { ...total, node_memory_compressed_bytes: "45x60" },
      from: "30m",
      value: "45%",
    },
    quiet: { series: { ...total, node_memory_compressed_bytes: "35x60" }, at: "45m" },
  },
  MacosSwapHigh: {
    severity: "warning",
    threshold: { value: 0.5, unit: "swap in use against the memory there is" },
    when: ({ swapAgainstMemory }, threshold) => `${swapAgainstMemory} > ${threshold}`,
    for: "30m",
    summary: "Mac {{ $labels.host }} has swapped out much",
    description: "Swap as large as {{ $value | humanizePercentage }} of memory is in use.",
    fires: {
      series: { ...total, node_memory_swap_used_bytes: "55x60" },
      from: "30m",
      value: "55%",
    },
    quiet: { series: { ...total, node_memory_swap_used_bytes: "45x60" }, at: "45m" },
  },
  MacosSwapping: {
    severity: "warning",
    threshold: { value: 10_000_000, unit: "bytes swapped out per second" },
    when: ({ swappedOut }, threshold) => `${swappedOut} > ${threshold}`,
    for: "15m",
    summary: "Mac {{ $labels.host }} swaps all the time",
    description:
      "{{ $value | humanize1024 }}B a second are written to swap; programs stand still meanwhile.",
    fires: {
      series: { node_memory_swapped_out_bytes_total: "0+690000000x60" },
      from: "20m",
      value: "10.97Mi",
    },
    quiet: { series: { node_memory_swapped_out_bytes_total: "0+510000000x60" }, at: "30m" },
  },
  MacosCpuThrottled: {
    severity: "warning",
    threshold: { value: 0.9, unit: "share of its speed at which the CPU may run" },
    when: ({ speedLimit }, threshold) => `${speedLimit} < ${threshold}`,
    for: "10m",
    summary: "Mac {{ $labels.host }} slows its CPU down",
    description: "The CPU may run at {{ $value | humanizePercentage }} of its speed, for its heat.",
    fires: {
      series: { node_thermal_cpu_speed_limit_ratio: "1x4 0.8x30" },
      from: "15m",
      value: "80%",
    },
    quiet: { series: { node_thermal_cpu_speed_limit_ratio: "0.95x40" }, at: "25m" },
  },
  MacosSchedulerLimited: {
    severity: "warning",
    threshold: { value: 0.5, unit: "share of CPU time that may be handed out" },
    when: ({ schedulerLimit }, threshold) => `${schedulerLimit} < ${threshold}`,
    for: "5m",
    summary: "Mac {{ $labels.host }} is overheating",
    description:
      "The scheduler hands out {{ $value | humanizePercentage }} of CPU time: the next step is switching off.",
    fires: {
      series: { node_thermal_cpu_scheduler_limit_ratio: "1x4 0.45x30" },
      from: "10m",
      value: "45%",
    },
    quiet: { series: { node_thermal_cpu_scheduler_limit_ratio: "0.55x40" }, at: "25m" },
  },
  MacosDiskErrors: {
    severity: "warning",
    scope: "device",
    when: ({ diskErrors }) => `${diskErrors} > 0`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "{{ $labels.device }} of Mac {{ $labels.host }} has errors",
    description:
      '{{ $value | printf "%.0f" }} reads or writes of {{ $labels.device }} failed in an hour.',
    fires: {
      series: {
        'node_disk_read_errors_total{device="disk0"}': "0x5 1x80",
        'node_disk_write_errors_total{device="disk0"}': "0x90",
      },
      from: "6m",
      labels: { device: "disk0" },
      value: "1",
    },
    quiet: {
      series: {
        'node_disk_read_errors_total{device="disk0"}': "4x90",
        'node_disk_write_errors_total{device="disk0"}': "2x90",
      },
      at: "1h20m",
    },
    byNature: { born: countsFromZero },
  },
  MacosBatteryFailed: {
    severity: "warning",
    scope: "device",
    when: ({ batteryFailure }) => `${batteryFailure} == 1`,
    for: "15m",
    summary: "The battery of Mac {{ $labels.host }} failed",
    description: "{{ $labels.power_supply }} reports an internal failure; it may swell.",
    fires: {
      series: { [`node_power_supply_internal_failure{${battery}}`]: "0x4 1x30" },
      from: "20m",
      labels,
    },
    quiet: {
      series: { [`node_power_supply_internal_failure{${battery}}`]: "0x4 1x10 0x30" },
      at: "30m",
    },
  },
  MacosBatteryWorn: {
    severity: "info",
    scope: "device",
    threshold: { value: 0.7, unit: "what it can hold against what it could when new" },
    when: ({ batteryCapacity }, threshold) => `${batteryCapacity} < ${threshold}`,
    for: "6h",
    summary: "The battery of Mac {{ $labels.host }} is worn",
    description: "It holds {{ $value | humanizePercentage }} of what it could when it was new.",
    step: "30m",
    fires: {
      series: {
        [`node_power_supply_max_capacity{${battery}}`]: "65x20",
        [`node_power_supply_design_capacity{${battery}}`]: "100x20",
      },
      from: "6h",
      labels,
      value: "65%",
    },
    quiet: {
      series: {
        [`node_power_supply_max_capacity{${battery}}`]: "75x30",
        [`node_power_supply_design_capacity{${battery}}`]: "100x30",
        [`node_power_supply_max_capacity{power_supply="UPS"}`]: "0x30",
        [`node_power_supply_design_capacity{power_supply="UPS"}`]: "0x30",
      },
      at: "8h",
    },
  },
  MacosOnBattery: {
    severity: "info",
    when: ({ onBattery }) => `${onBattery} == 1`,
    for: "30m",
    summary: "Mac {{ $labels.host }} runs on its battery",
    description:
      "For half an hour no power has come in; it sleeps or stops when the battery is empty.",
    fires: {
      series: { [source("Battery Power")]: "0x4 1x60" },
      from: "35m",
      labels: { ...labels, state: "Battery Power" },
    },
    quiet: {
      series: { [source("Battery Power")]: "0x4 1x20 0x60", [source("AC Power")]: "1x90" },
      at: "45m",
    },
  },
});
