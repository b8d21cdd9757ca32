import { defineAlerts } from "../lib/alert.ts";
import { defineSignals } from "../lib/signal.ts";
import { card, each, gained, gpu, ofCard } from "./common.ts";
import { countsFromZero } from "../lib/nature.ts";

export const signals = defineSignals({
  temperature: {
    unit: "celsius",
    about: "Temperature of each GPU's chip.",
    query: (q) => each(q.gauge("DCGM_FI_DEV_GPU_TEMP")),
  },
  memoryTemperature: {
    unit: "celsius",
    about: "Temperature of each GPU's memory; 0 where it has no sensor.",
    query: (q) => each(q.gauge("DCGM_FI_DEV_MEMORY_TEMP")),
  },
  memoryUsed: {
    unit: "ratio",
    about: "Share of each GPU's memory in use.",
    query: (q) => {
      const used = q.gauge("DCGM_FI_DEV_FB_USED");
      return each(`${used} / (${used} + ${q.gauge("DCGM_FI_DEV_FB_FREE")} > 0)`);
    },
  },
  peak: {
    unit: "count",
    about: "The busiest moment of each GPU within an hour, in percent.",
    query: (q) => each(`max_over_time(${q.gauge("DCGM_FI_DEV_GPU_UTIL")}[1h])`),
  },
  heatBrake: {
    unit: "ratio",
    about: "Share of the time in which heat holds the clock down.",
    query: (q) => `${each(q.rate("DCGM_FI_DEV_THERMAL_VIOLATION"))} / 1e9`,
  },
  powerBrake: {
    unit: "ratio",
    about: "Share of the time in which the power limit holds the clock down.",
    query: (q) => `${each(q.rate("DCGM_FI_DEV_POWER_VIOLATION"))} / 1e9`,
  },
  boardBrake: {
    unit: "ratio",
    about: "Share of the time in which the board's supply holds the clock down.",
    query: (q) => `${each(q.rate("DCGM_FI_DEV_BOARD_LIMIT_VIOLATION"))} / 1e9`,
  },
  linkErrors: {
    unit: "opsPerSecond",
    about: "Transfers over NVLink that arrived corrupt or were repeated, per second.",
    query: (q) =>
      `${each(q.rate("DCGM_FI_DEV_NVLINK_CRC_DATA_ERROR_COUNT_TOTAL"))} + ${each(q.rate("DCGM_FI_DEV_NVLINK_REPLAY_ERROR_COUNT_TOTAL"))}`,
  },
  linkRecoveries: {
    unit: "count",
    about: "Times within 15 minutes that an NVLink had to be set up again.",
    query: (q) => gained(q, "DCGM_FI_DEV_NVLINK_RECOVERY_ERROR_COUNT_TOTAL", "15m"),
  },
  replays: {
    unit: "opsPerSecond",
    about: "Transfers over PCIe that were repeated, per second.",
    query: (q) => each(q.rate("DCGM_FI_DEV_PCIE_REPLAY_COUNTER")),
  },
});

const of = (metric: string): string => `DCGM_FI_DEV_${metric}{${card}}`;
const crc = of("NVLINK_CRC_DATA_ERROR_COUNT_TOTAL");
const replay = of("NVLINK_REPLAY_ERROR_COUNT_TOTAL");

export const group = defineAlerts({ ...gpu, name: "gpu-load" }, signals, {
  GpuTemperature: {
    unit: "degrees Celsius of the chip",
    when: ({ temperature }, threshold) => `${temperature} > ${threshold}`,
    levels: {
      GpuTemperatureHigh: {
        severity: "warning",
        threshold: 85,
        for: "10m",
        summary: "GPU {{ $labels.gpu }} of {{ $labels.host }} is hot",
        description: '{{ $value | printf "%.0f" }} °C for ten minutes; soon it slows itself down.',
        fires: { series: 88, from: "10m", value: "88" },
        quiet: { series: 82, at: "15m" },
      },
      GpuTemperatureCritical: {
        severity: "critical",
        threshold: 92,
        for: "2m",
        summary: "GPU {{ $labels.gpu }} of {{ $labels.host }} is about to shut down",
        description:
          '{{ $value | printf "%.0f" }} °C: the GPU brakes hard and turns itself off a few degrees above.',
        fires: { series: 95, from: "2m", value: "95" },
        quiet: { series: 90, at: "6m" },
      },
    },
    series: (celsius) => ({ [of("GPU_TEMP")]: `${celsius}x20` }),
    labels: ofCard,
  },
  GpuMemoryTemperature: {
    unit: "degrees Celsius of the memory",
    when: ({ memoryTemperature }, threshold) => `${memoryTemperature} > ${threshold}`,
    levels: {
      GpuMemoryTemperatureHigh: {
        severity: "warning",
        threshold: 95,
        for: "10m",
        summary: "Memory of GPU {{ $labels.gpu }} of {{ $labels.host }} is hot",
        description:
          '{{ $value | printf "%.0f" }} °C for ten minutes: hot memory errs more often and ages fast.',
        fires: { series: 98, from: "10m", value: "98" },
        quiet: { series: 92, at: "15m" },
      },
      GpuMemoryTemperatureCritical: {
        severity: "critical",
        threshold: 105,
        for: "2m",
        summary: "Memory of GPU {{ $labels.gpu }} of {{ $labels.host }} overheats",
        description:
          '{{ $value | printf "%.0f" }} °C is the limit of its memory; data may be damaged.',
        fires: { series: 108, from: "2m", value: "108" },
        quiet: { series: 102, at: "6m" },
      },
    },
    series: (celsius) => ({ [of("MEMORY_TEMP")]: `${celsius}x20` }),
    labels: ofCard,
  },
  GpuMemoryNearlyFull: {
    severity: "warning",
    threshold: { value: 0.97, unit: "share of the GPU's memory" },
    when: ({ memoryUsed }, threshold) => `${memoryUsed} > ${threshold}`,
    for: "30m",
    summary: "Memory of GPU {{ $labels.gpu }} of {{ $labels.host }} is nearly full",
    description:
      "{{ $value | humanizePercentage }} has been in use for half an hour: the next allocation may end the job.",
    fires: {
      series: { [of("FB_USED")]: "98x40", [of("FB_FREE")]: "2x40" },
      from: "30m",
      labels: ofCard,
      value: "98%",
    },
    quiet: {
      series: {
        [of("FB_USED")]: "96x40",
        [of("FB_FREE")]: "4x40",
      },
      at: "35m",
    },
  },
  GpuIdleWithMemory: {
    severity: "info",
    threshold: { value: 5, unit: "percent at the busiest moment of an hour" },
    when: ({ memoryUsed, peak }, threshold) => `${peak} < ${threshold} and ${memoryUsed} > 0.1`,
    for: "3h",
    summary: "GPU {{ $labels.gpu }} of {{ $labels.host }} is held and not used",
    description:
      'Its memory has been taken for three hours and it never did more than {{ $value | printf "%.0f" }} % of its work.',
    fires: {
      series: {
        [of("GPU_UTIL")]: "4.4x240",
        [of("FB_USED")]: "12x240",
        [of("FB_FREE")]: "88x240",
      },
      from: "180m",
      labels: ofCard,
      value: "4",
    },
    quiet: {
      series: {
        [of("GPU_UTIL")]: "5.6x240",
        [of("FB_USED")]: "50x240",
        [of("FB_FREE")]: "50x240",
        'DCGM_FI_DEV_GPU_UTIL{gpu="0"}': "0x240",
        'DCGM_FI_DEV_FB_USED{gpu="0"}': "9x240",
        'DCGM_FI_DEV_FB_FREE{gpu="0"}': "91x240",
      },
      at: "230m",
    },
  },
  GpuThermalThrottled: {
    severity: "warning",
    threshold: { value: 0.05, unit: "share of the time slowed by heat" },
    when: ({ heatBrake }, threshold) => `${heatBrake} > ${threshold}`,
    for: "10m",
    summary: "Heat slows GPU {{ $labels.gpu }} of {{ $labels.host }}",
    description:
      "{{ $value | humanizePercentage }} of the time its clock is held down because it is too hot.",
    fires: {
      series: { [of("THERMAL_VIOLATION")]: "0+3.6e9x30" },
      from: "15m",
      labels: ofCard,
      value: "6%",
    },
    quiet: { series: { [of("THERMAL_VIOLATION")]: "0+2.4e9x30" }, at: "25m" },
  },
  GpuPowerThrottled: {
    severity: "warning",
    threshold: { value: 0.5, unit: "share of the time slowed by the power limit" },
    when: ({ powerBrake }, threshold) => `${powerBrake} > ${threshold}`,
    for: "30m",
    summary: "The power limit slows GPU {{ $labels.gpu }} of {{ $labels.host }}",
    description:
      "{{ $value | humanizePercentage }} of the time for half an hour its clock is held down to stay within its power limit.",
    fires: {
      series: { [of("POWER_VIOLATION")]: "0+36e9x60" },
      from: "35m",
      labels: ofCard,
      value: "60%",
    },
    quiet: { series: { [of("POWER_VIOLATION")]: "0+27e9x60" }, at: "50m" },
  },
  GpuBoardThrottled: {
    severity: "warning",
    threshold: { value: 0.05, unit: "share of the time slowed by the board's supply" },
    when: ({ boardBrake }, threshold) => `${boardBrake} > ${threshold}`,
    for: "15m",
    summary: "Supply of GPU {{ $labels.gpu }} of {{ $labels.host }} is too weak",
    description:
      "{{ $value | humanizePercentage }} of the time the board limits the clock: a cable, a power supply or a voltage is at fault.",
    fires: {
      series: { [of("BOARD_LIMIT_VIOLATION")]: "0+3.6e9x40" },
      from: "20m",
      labels: ofCard,
      value: "6%",
    },
    quiet: { series: { [of("BOARD_LIMIT_VIOLATION")]: "0+2.4e9x40" }, at: "30m" },
  },
  GpuNvlinkErrors: {
    severity: "warning",
    threshold: { value: 1, unit: "NVLink errors per second" },
    when: ({ linkErrors }, threshold) => `${linkErrors} > ${threshold}`,
    for: "15m",
    summary: "NVLink of GPU {{ $labels.gpu }} of {{ $labels.host }} errs",
    description:
      "{{ $value | humanize }} transfers a second arrive corrupt or are repeated; training over several GPUs slows down.",
    fires: {
      series: { [crc]: "0+36x40", [replay]: "0+36x40" },
      from: "20m",
      labels: ofCard,
      value: "1.2",
    },
    quiet: { series: { [crc]: "0+24x40", [replay]: "0+27x40" }, at: "30m" },
  },
  GpuNvlinkRecovery: {
    severity: "warning",
    when: ({ linkRecoveries }) => `${linkRecoveries} > 0`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "NVLink of GPU {{ $labels.gpu }} of {{ $labels.host }} broke for a moment",
    description: "A link had to be set up again; jobs over several GPUs may have failed with it.",
    fires: {
      series: { [of("NVLINK_RECOVERY_ERROR_COUNT_TOTAL")]: "0x10 1x20" },
      from: "11m",
      labels: ofCard,
    },
    quiet: { series: { [of("NVLINK_RECOVERY_ERROR_COUNT_TOTAL")]: "3x60" }, at: "50m" },
    byNature: { born: countsFromZero },
  },
  GpuPcieReplays: {
    severity: "warning",
    threshold: { value: 1, unit: "repeated transfers per second" },
    when: ({ replays }, threshold) => `${replays} > ${threshold}`,
    for: "15m",
    summary: "GPU {{ $labels.gpu }} of {{ $labels.host }} has a bad PCIe link",
    description:
      "{{ $value | humanize }} transfers a second are repeated: the slot, a riser or the card is at fault.",
    fires: {
      series: { [of("PCIE_REPLAY_COUNTER")]: "0+72x40" },
      from: "20m",
      labels: ofCard,
      value: "1.2",
    },
    quiet: { series: { [of("PCIE_REPLAY_COUNTER")]: "0+51x40" }, at: "30m" },
  },
});
