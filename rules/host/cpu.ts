import { defineAlerts } from "../lib/alert.ts";
import { defineSignals, type Query } from "../lib/signal.ts";
import { hostOwner } from "./common.ts";
import { countsFromZero } from "../lib/nature.ts";

const mode = (name: string) => (q: Query) =>
  `avg without (cpu, mode) (${q.rate("node_cpu_seconds_total", { mode: name })})`;
const cores = (q: Query, offset = ""): string =>
  `count without (cpu, mode) (${q.counter("node_cpu_seconds_total", { mode: "idle" })}${offset})`;

export const signals = defineSignals({
  cpuUsed: {
    unit: "ratio",
    about: "Share of CPU time that was not idle, over all cores.",
    query: (q) => `1 - ${mode("idle")(q)}`,
  },
  cpuIowait: {
    unit: "ratio",
    about: "Share of CPU time spent waiting for disks.",
    query: mode("iowait"),
  },
  cpuSteal: {
    unit: "ratio",
    about: "Share of CPU time that the hypervisor gave to others.",
    query: mode("steal"),
  },
  cpuSystem: {
    unit: "ratio",
    about: "Share of CPU time spent in the kernel.",
    query: mode("system"),
  },
  cpuSoftirq: {
    unit: "ratio",
    about: "Share of its time that the busiest core spends on soft interrupts, mostly packets.",
    query: (q) =>
      `max without (cpu, mode) (${q.rate("node_cpu_seconds_total", { mode: "softirq" })})`,
  },
  cores: { unit: "count", about: "Cores that are on line.", query: (q) => cores(q) },
  coresBefore: {
    unit: "count",
    about: "Cores that were on line an hour ago.",
    query: (q) => cores(q, " offset 1h"),
  },
  load: {
    unit: "count",
    about: "Processes that run or wait, averaged over five minutes.",
    query: (q) => q.gauge("node_load5"),
  },
  loadPerCore: {
    unit: "count",
    about: "Processes that run or wait for each core, averaged over five minutes.",
    query: (q) => `${q.gauge("node_load5")} / ${cores(q)}`,
  },
  cpuPressure: {
    unit: "ratio",
    about: "Share of time in which something that could run had to wait for a CPU.",
    query: (q) => q.rate("node_pressure_cpu_waiting_seconds_total"),
  },
  contextSwitches: {
    unit: "opsPerSecond",
    about: "Context switches per second and core.",
    query: (q) => `${q.rate("node_context_switches_total")} / ${cores(q)}`,
  },
  forks: {
    unit: "opsPerSecond",
    about: "Processes started per second.",
    query: (q) => q.rate("node_forks_total"),
  },
  throttled: {
    unit: "count",
    about: "How often a CPU was slowed down for its heat in 15 minutes.",
    query: (q) => q.increase("node_cpu_package_throttles_total", "15m"),
  },
});

const time = (name: string, cpu = "0"): string =>
  `node_cpu_seconds_total{cpu="${cpu}",mode="${name}"}`;

export const group = defineAlerts(hostOwner("cpu"), signals, {
  HostCpu: {
    unit: "share of CPU time not idle",
    when: ({ cpuUsed }, threshold) => `${cpuUsed} > ${threshold}`,
    levels: {
      HostCpuHigh: {
        severity: "warning",
        threshold: 0.85,
        for: "15m",
        summary: "CPU of {{ $labels.host }} is busy",
        description:
          "{{ $value | humanizePercentage }} of CPU time has been used for 15 minutes; work will queue.",
        fires: { series: 54, from: "16m", value: "90%" },
        quiet: { series: 48, at: "30m" },
      },
      HostCpuCritical: {
        severity: "critical",
        threshold: 0.97,
        for: "15m",
        summary: "CPU of {{ $labels.host }} is used up",
        description:
          "{{ $value | humanizePercentage }} of CPU time has been used for 15 minutes: nothing is left for anything new.",
        fires: { series: 58.8, from: "16m", value: "98%" },
        quiet: { series: 57, at: "30m" },
      },
    },
    series: (used) => ({ [time("idle")]: `0+${60 - used}x40`, [time("user")]: `0+${used}x40` }),
  },
  HostCpuIowaitHigh: {
    severity: "warning",
    threshold: { value: 0.2, unit: "share of CPU time waiting for disks" },
    when: ({ cpuIowait }, threshold) => `${cpuIowait} > ${threshold}`,
    for: "15m",
    summary: "CPUs of {{ $labels.host }} wait for disks",
    description:
      "{{ $value | humanizePercentage }} of CPU time has gone into waiting for disks for 15 minutes.",
    fires: {
      series: { [time("iowait")]: "0+13.2x40", [time("user")]: "0x40" },
      from: "20m",
      value: "22%",
    },
    quiet: { series: { [time("iowait")]: "0+10.2x40", [time("user")]: "0+30x40" }, at: "30m" },
  },
  HostCpuStealHigh: {
    severity: "warning",
    threshold: { value: 0.1, unit: "share of CPU time given to others" },
    when: ({ cpuSteal }, threshold) => `${cpuSteal} > ${threshold}`,
    for: "15m",
    summary: "{{ $labels.host }} does not get the CPU it was promised",
    description:
      "The hypervisor has given {{ $value | humanizePercentage }} of CPU time to other machines for 15 minutes.",
    fires: {
      series: { [time("steal")]: "0+6.9x40", [time("user")]: "0x40" },
      from: "20m",
      value: "11.5%",
    },
    quiet: { series: { [time("steal")]: "0+5.1x40", [time("user")]: "0+30x40" }, at: "30m" },
  },
  HostCpuSystemHigh: {
    severity: "warning",
    threshold: { value: 0.4, unit: "share of CPU time in the kernel" },
    when: ({ cpuSystem }, threshold) => `${cpuSystem} > ${threshold}`,
    for: "15m",
    summary: "Kernel of {{ $labels.host }} takes much CPU",
    description:
      "{{ $value | humanizePercentage }} of CPU time has been spent in the kernel for 15 minutes, not in programs.",
    fires: {
      series: { [time("system")]: "0+27x40", [time("user")]: "0x40" },
      from: "20m",
      value: "45%",
    },
    quiet: { series: { [time("system")]: "0+21x40", [time("user")]: "0+35x40" }, at: "30m" },
  },
  HostCpuSoftirqHigh: {
    severity: "warning",
    threshold: { value: 0.8, unit: "share of one core's time on soft interrupts" },
    when: ({ cpuSoftirq }, threshold) => `${cpuSoftirq} > ${threshold}`,
    for: "15m",
    summary: "A core of {{ $labels.host }} does nothing but packets",
    description:
      "One core has spent {{ $value | humanizePercentage }} of its time on soft interrupts for 15 minutes; packets beyond that are lost.",
    fires: {
      series: { [time("softirq")]: "0+3x40", [time("softirq", "1")]: "0+54x40" },
      from: "20m",
      value: "90%",
    },
    quiet: { series: { [time("softirq")]: "0+42x40", [time("user", "1")]: "0+58x40" }, at: "30m" },
  },
  HostLoadSaturated: {
    severity: "warning",
    threshold: { value: 2, unit: "waiting or running processes for each core" },
    when: ({ loadPerCore }, threshold) => `${loadPerCore} > ${threshold}`,
    for: "15m",
    summary: "More wants to run on {{ $labels.host }} than can",
    description:
      'For each core {{ $value | printf "%.1f" }} processes run, wait for a CPU or hang on a disk.',
    fires: {
      series: {
        node_load5: "4.4x40",
        [time("idle")]: "0x40",
        [time("idle", "1")]: "0x40",
        [time("user")]: "0x40",
      },
      from: "15m",
      value: "2.2",
    },
    quiet: {
      series: { node_load5: "3.6x40", [time("idle")]: "0x40", [time("idle", "1")]: "0x40" },
      at: "30m",
    },
  },
  HostCpuPressure: {
    severity: "warning",
    threshold: { value: 0.5, unit: "share of time in which something waited for a CPU" },
    when: ({ cpuPressure }, threshold) => `${cpuPressure} > ${threshold}`,
    for: "15m",
    summary: "Work on {{ $labels.host }} waits for a CPU",
    description:
      "{{ $value | humanizePercentage }} of the time something that could run had to wait for a CPU.",
    fires: {
      series: { node_pressure_cpu_waiting_seconds_total: "0+33x40" },
      from: "20m",
      value: "55%",
    },
    quiet: { series: { node_pressure_cpu_waiting_seconds_total: "0+27x40" }, at: "30m" },
  },
  HostContextSwitchesHigh: {
    severity: "warning",
    threshold: { value: 50_000, unit: "context switches per second and core" },
    when: ({ contextSwitches }, threshold) => `${contextSwitches} > ${threshold}`,
    for: "15m",
    summary: "{{ $labels.host }} switches between programs all the time",
    description:
      "Each core changes {{ $value | humanize }} times a second between threads; much of its time goes into that.",
    fires: {
      series: {
        node_context_switches_total: "0+6900000x40",
        [time("idle")]: "0x40",
        [time("idle", "1")]: "0x40",
        [time("user")]: "0x40",
      },
      from: "20m",
      value: "57.5k",
    },
    quiet: {
      series: { node_context_switches_total: "0+2500000x40", [time("idle")]: "0x40" },
      at: "30m",
    },
  },
  HostForksHigh: {
    severity: "warning",
    threshold: { value: 300, unit: "processes started per second" },
    when: ({ forks }, threshold) => `${forks} > ${threshold}`,
    for: "15m",
    summary: "{{ $labels.host }} starts processes without end",
    description:
      "{{ $value | humanize }} processes a second have been started for 15 minutes: a script or a crashing service runs in a loop.",
    fires: { series: { node_forks_total: "0+21000x40" }, from: "20m", value: "350" },
    quiet: { series: { node_forks_total: "0+15600x40" }, at: "30m" },
  },
  HostCpuThrottled: {
    severity: "warning",
    scope: "device",
    when: ({ throttled }) => `${throttled} > 0`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "CPU of {{ $labels.host }} was slowed down for its heat",
    description:
      'CPU package {{ $labels.package }} grew too hot and slowed itself down {{ $value | printf "%.0f" }} times in 15 minutes.',
    fires: {
      series: { 'node_cpu_package_throttles_total{package="0"}': "0x5 1x20" },
      from: "6m",
      labels: { package: "0" },
      value: "1",
    },
    quiet: { series: { 'node_cpu_package_throttles_total{package="0"}': "5x40" }, at: "30m" },
    byNature: { born: countsFromZero },
  },
  HostCpuLost: {
    severity: "warning",
    when: ({ cores, coresBefore }) => `${cores} < ${coresBefore}`,
    for: "5m",
    summary: "{{ $labels.host }} has fewer cores than an hour ago",
    description:
      '{{ $value | printf "%.0f" }} cores are on line: others were switched off, failed or taken away.',
    fires: {
      series: { [time("idle")]: "0x80", [time("idle", "1")]: "0x70 stale" },
      from: "1h16m",
      value: "1",
    },
    quiet: {
      series: { [time("idle")]: "0x90", [time("nice")]: "0x70 stale" },
      at: "1h20m",
    },
    resolves: { series: { [time("idle")]: "0x90", [time("idle", "1")]: "0x90" }, at: "3m" },
  },
});
