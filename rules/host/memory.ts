import { defineAlerts } from "../lib/alert.ts";
import { defineSignals, type Query } from "../lib/signal.ts";
import { hostOwner } from "./common.ts";

const memory = (q: Query, field: string): string => q.gauge(`node_memory_${field}_bytes`);
const share = (field: string) => (q: Query) =>
  `${memory(q, field)} / (${memory(q, "MemTotal")} > 0)`;

/** What the cache of ZFS gives back when it is asked to; the kernel does not count it. */
function available(q: Query): string {
  const given = `(${q.gauge("node_zfs_arc_size")} - ${q.gauge("node_zfs_arc_c_min")} > 0)`;
  return `(${memory(q, "MemAvailable")} + ${given} or ${memory(q, "MemAvailable")})`;
}

/** Memory that is not set aside for huge pages, which are used up by design. */
function ordinary(q: Query): string {
  const huge = `${q.gauge("node_memory_HugePages_Total")} * ${memory(q, "Hugepagesize")}`;
  return `(${memory(q, "MemTotal")} - ${huge} > 0 or ${memory(q, "MemTotal")} > 0)`;
}

export const signals = defineSignals({
  memoryAvailable: {
    unit: "ratio",
    about: "Share of ordinary memory that programs could still get without swapping.",
    query: (q) => `${available(q)} / ${ordinary(q)}`,
  },
  memoryIn4h: {
    unit: "bytes",
    about: "Memory available in four hours if the last hour goes on.",
    query: (q) => `predict_linear(${memory(q, "MemAvailable")}[1h], 14400)`,
  },
  memoryBefore: {
    unit: "bytes",
    about: "Most memory that was available within the hour before the last one.",
    query: (q) => `max_over_time(${memory(q, "MemAvailable")}[1h] offset 1h)`,
  },
  memoryAgainstBefore: {
    unit: "ratio",
    about: "Memory the host has against what it had an hour ago.",
    query: (q) => `${memory(q, "MemTotal")} / (${memory(q, "MemTotal")} offset 1h > 0)`,
  },
  memoryPressure: {
    unit: "ratio",
    about: "Share of time in which everything on the host waited for memory.",
    query: (q) => q.rate("node_pressure_memory_stalled_seconds_total"),
  },
  majorFaults: {
    unit: "opsPerSecond",
    about: "Pages per second that had to be read from disk first.",
    query: (q) => q.rate("node_vmstat_pgmajfault"),
  },
  swapUsed: {
    unit: "ratio",
    about: "Share of swap space in use.",
    query: (q) => `1 - ${memory(q, "SwapFree")} / (${memory(q, "SwapTotal")} > 0)`,
  },
  swappedIn: {
    unit: "opsPerSecond",
    about: "Pages per second read from swap.",
    query: (q) => q.rate("node_vmstat_pswpin"),
  },
  swappedOut: {
    unit: "opsPerSecond",
    about: "Pages per second written to swap.",
    query: (q) => q.rate("node_vmstat_pswpout"),
  },
  oomKills: {
    unit: "count",
    about: "Processes the kernel killed for want of memory in 15 minutes.",
    query: (q) => q.increase("node_vmstat_oom_kill", "15m"),
  },
  kernelMemory: {
    unit: "ratio",
    about: "Share of memory in structures of the kernel that it cannot give back.",
    query: share("SUnreclaim"),
  },
  hugePagesUsed: {
    unit: "ratio",
    about: "Share of the huge pages that are in use or promised.",
    query: (q) =>
      `1 - (${q.gauge("node_memory_HugePages_Free")} - ${q.gauge("node_memory_HugePages_Rsvd")}) / (${q.gauge("node_memory_HugePages_Total")} > 0)`,
  },
  unwritten: {
    unit: "ratio",
    about: "Share of memory that waits to be written to disk.",
    query: (q) =>
      `(${memory(q, "Dirty")} + ${memory(q, "Writeback")}) / (${memory(q, "MemTotal")} > 0)`,
  },
  corrupted: {
    unit: "bytes",
    about: "Memory that the kernel took out of use because it is broken.",
    query: (q) => memory(q, "HardwareCorrupted"),
  },
});

const total = { node_memory_MemTotal_bytes: "100x60" };

export const group = defineAlerts(hostOwner("memory"), signals, {
  HostMemory: {
    unit: "share of memory available",
    when: ({ memoryAvailable }, threshold) => `${memoryAvailable} < ${threshold}`,
    levels: {
      HostMemoryLow: {
        severity: "warning",
        threshold: 0.1,
        for: "10m",
        summary: "Memory of {{ $labels.host }} is nearly used up",
        description:
          "{{ $value | humanizePercentage }} of memory has been left for 10 minutes; the kernel will start to kill processes.",
        fires: { series: 9, from: "10m", value: "9%" },
        quiet: { series: 11, at: "12m" },
      },
      HostMemoryExhausted: {
        severity: "critical",
        threshold: 0.05,
        for: "5m",
        summary: "Memory of {{ $labels.host }} is used up",
        description:
          "{{ $value | humanizePercentage }} of memory has been left for five minutes: the next larger request gets a process killed.",
        fires: { series: 4.5, from: "5m", value: "4.5%" },
        quiet: { series: 5.5, at: "12m" },
      },
    },
    series: (available) => ({ node_memory_MemAvailable_bytes: `${available}x20`, ...total }),
    beside: {
      // Most of it is set aside for huge pages, or holds what ZFS has read.
      'node_memory_MemAvailable_bytes{instance="b"}': "8x60",
      'node_memory_MemTotal_bytes{instance="b"}': "100x60",
      'node_memory_HugePages_Total{instance="b"}': "40x60",
      'node_memory_Hugepagesize_bytes{instance="b"}': "1x60",
      'node_memory_MemAvailable_bytes{instance="c"}': "4x60",
      'node_memory_MemTotal_bytes{instance="c"}': "100x60",
      'node_zfs_arc_size{instance="c"}': "60x60",
      'node_zfs_arc_c_min{instance="c"}': "3x60",
    },
  },
  HostMemoryRunsOutIn4h: {
    severity: "warning",
    threshold: { value: 0.25, unit: "share of memory available" },
    // Memory that programs take at their start is not a leak: a whole hour must have been seen.
    when: ({ memoryAvailable, memoryBefore, memoryIn4h }, threshold) =>
      `${memoryAvailable} < ${threshold} and ${memoryIn4h} < 0 and ${memoryBefore}`,
    for: "30m",
    summary: "Memory of {{ $labels.host }} runs out within four hours",
    description:
      "{{ $value | humanizePercentage }} of memory is left, and at the pace of the last hour it is gone within four: something leaks.",
    fires: {
      series: {
        node_memory_MemAvailable_bytes: "400-1x300",
        node_memory_MemTotal_bytes: "1000x300",
      },
      from: "3h11m",
      value: "20.9%",
    },
    quiet: {
      series: {
        node_memory_MemAvailable_bytes: "210x300",
        node_memory_MemTotal_bytes: "1000x300",
        // Falls as fast, from a height at which nobody needs to know yet.
        'node_memory_MemAvailable_bytes{instance="b"}': "600-1.7x300",
        'node_memory_MemTotal_bytes{instance="b"}': "1000x300",
        'node_memory_MemAvailable_bytes{instance="c"}': "0.5x300",
        'node_memory_MemTotal_bytes{instance="c"}': "1000x300",
        // It was only just installed.
        'node_memory_MemAvailable_bytes{instance="d"}': "_x160 400 300 250 220 200x200",
        'node_memory_MemTotal_bytes{instance="d"}': "_x160 1000x204",
      },
      at: "3h20m",
    },
  },
  HostMemoryShrank: {
    severity: "warning",
    threshold: { value: 0.95, unit: "memory against an hour ago" },
    when: ({ memoryAgainstBefore }, threshold) => `${memoryAgainstBefore} < ${threshold}`,
    for: "5m",
    summary: "{{ $labels.host }} has less memory than an hour ago",
    description:
      "{{ $labels.host }} has {{ $value | humanizePercentage }} of the memory it had: a module failed or the hypervisor took it back.",
    fires: {
      series: { node_memory_MemTotal_bytes: "1000x70 900x20" },
      from: "1h16m",
      value: "90%",
    },
    quiet: { series: { node_memory_MemTotal_bytes: "1000x70 970x20" }, at: "1h20m" },
    resolves: { series: { node_memory_MemTotal_bytes: "1000x20" }, at: "5m" },
  },
  HostMemoryPressure: {
    severity: "warning",
    threshold: { value: 0.1, unit: "share of time in which everything waited for memory" },
    when: ({ memoryPressure }, threshold) => `${memoryPressure} > ${threshold}`,
    for: "15m",
    summary: "Everything on {{ $labels.host }} waits for memory",
    description:
      "For {{ $value | humanizePercentage }} of the time nothing on the host could run, because the kernel was busy freeing memory.",
    fires: {
      series: { node_pressure_memory_stalled_seconds_total: "0+6.9x40" },
      from: "20m",
      value: "11.5%",
    },
    quiet: { series: { node_pressure_memory_stalled_seconds_total: "0+5.1x40" }, at: "30m" },
  },
  HostMajorPageFaults: {
    severity: "warning",
    threshold: { value: 500, unit: "pages read from disk per second" },
    when: ({ majorFaults }, threshold) => `${majorFaults} > ${threshold}`,
    for: "15m",
    summary: "Programs of {{ $labels.host }} wait for their own pages",
    description:
      "{{ $value | humanize }} pages a second have been read back from disk before a program could go on.",
    fires: { series: { node_vmstat_pgmajfault: "0+34500x40" }, from: "20m", value: "575" },
    quiet: { series: { node_vmstat_pgmajfault: "0+25500x40" }, at: "30m" },
  },
  HostSwapFilling: {
    severity: "warning",
    threshold: { value: 0.8, unit: "share of swap in use" },
    // What was put there long ago and is not asked for does no harm while there is memory.
    when: ({ memoryAvailable, swapUsed }, threshold) =>
      `${swapUsed} > ${threshold} and ${memoryAvailable} < 0.2`,
    for: "15m",
    summary: "Swap of {{ $labels.host }} is filling",
    description:
      "{{ $value | humanizePercentage }} of the swap space is in use, and memory is short; when both are full, processes are killed.",
    fires: {
      series: {
        node_memory_SwapFree_bytes: "10x40",
        node_memory_SwapTotal_bytes: "100x40",
        node_memory_MemAvailable_bytes: "185x40",
        node_memory_MemTotal_bytes: "1000x40",
      },
      from: "15m",
      value: "90%",
    },
    quiet: {
      series: {
        node_memory_SwapFree_bytes: "30x40",
        node_memory_SwapTotal_bytes: "100x40",
        node_memory_MemAvailable_bytes: "100x40",
        node_memory_MemTotal_bytes: "1000x40",
        // Full of what nobody asks for.
        'node_memory_SwapFree_bytes{instance="idle"}': "0x40",
        'node_memory_SwapTotal_bytes{instance="idle"}': "100x40",
        'node_memory_MemAvailable_bytes{instance="idle"}': "215x40",
        'node_memory_MemTotal_bytes{instance="idle"}': "1000x40",
        // Most hosts have no swap at all.
        'node_memory_SwapFree_bytes{instance="b"}': "0x40",
        'node_memory_SwapTotal_bytes{instance="b"}': "0x40",
      },
      at: "30m",
    },
  },
  HostSwapThrashing: {
    severity: "critical",
    threshold: { value: 1000, unit: "pages per second, in and out" },
    when: ({ swappedIn, swappedOut }, threshold) =>
      `${swappedIn} > ${threshold} and ${swappedOut} > ${threshold}`,
    for: "7m",
    summary: "{{ $labels.host }} does little but swap",
    description:
      "{{ $value | humanize }} pages a second come back from swap while as many are thrown out: the host is as good as down.",
    fires: {
      series: { node_vmstat_pswpin: "0+69000x40", node_vmstat_pswpout: "0+66000x40" },
      from: "12m",
      value: "1.15k",
    },
    quiet: {
      series: {
        node_vmstat_pswpin: "0+51000x40",
        node_vmstat_pswpout: "0+66000x40",
        'node_vmstat_pswpin{instance="b"}': "0+66000x40",
        'node_vmstat_pswpout{instance="b"}': "0+51000x40",
      },
      at: "20m",
    },
  },
  HostOomKill: {
    severity: "warning",
    when: ({ oomKills }) => `${oomKills} > 0`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "The kernel of {{ $labels.host }} killed a process",
    description:
      'For want of memory {{ $value | printf "%.0f" }} processes were killed in 15 minutes.',
    fires: { series: { node_vmstat_oom_kill: "0x5 1x20" }, from: "6m", value: "1" },
    quiet: { series: { node_vmstat_oom_kill: "3x40" }, at: "30m" },
  },
  HostKernelMemoryHigh: {
    severity: "warning",
    threshold: { value: 0.25, unit: "share of memory the kernel cannot give back" },
    when: ({ kernelMemory }, threshold) => `${kernelMemory} > ${threshold}`,
    for: "1h",
    summary: "The kernel of {{ $labels.host }} holds much memory",
    description:
      "{{ $value | humanizePercentage }} of memory is in structures of the kernel that no process accounts for.",
    fires: {
      series: { node_memory_SUnreclaim_bytes: "28x100", node_memory_MemTotal_bytes: "100x100" },
      from: "1h",
      value: "28%",
    },
    quiet: {
      series: { node_memory_SUnreclaim_bytes: "21x100", node_memory_MemTotal_bytes: "100x100" },
      at: "1h20m",
    },
  },
  HostHugePagesExhausted: {
    severity: "info",
    threshold: { value: 0.95, unit: "share of huge pages in use" },
    when: ({ hugePagesUsed }, threshold) => `${hugePagesUsed} > ${threshold}`,
    for: "15m",
    summary: "Huge pages of {{ $labels.host }} are used up",
    description:
      "{{ $value | humanizePercentage }} of the huge pages are in use or promised; the next program that wants some does not start.",
    fires: {
      series: {
        node_memory_HugePages_Free: "5x40",
        node_memory_HugePages_Rsvd: "4x40",
        node_memory_HugePages_Total: "100x40",
      },
      from: "15m",
      value: "99%",
    },
    quiet: {
      series: {
        node_memory_HugePages_Free: "8x40",
        node_memory_HugePages_Rsvd: "2x40",
        node_memory_HugePages_Total: "100x40",
        'node_memory_HugePages_Free{instance="b"}': "0x40",
        'node_memory_HugePages_Rsvd{instance="b"}': "0x40",
        'node_memory_HugePages_Total{instance="b"}': "0x40",
      },
      at: "30m",
    },
  },
  HostUnwrittenDataHigh: {
    severity: "warning",
    threshold: { value: 0.15, unit: "share of memory waiting to be written" },
    when: ({ unwritten }, threshold) => `${unwritten} > ${threshold}`,
    for: "15m",
    summary: "{{ $labels.host }} does not get its data to disk",
    description:
      "{{ $value | humanizePercentage }} of memory waits to be written; programs are made to wait soon, and a crash loses all of it.",
    fires: {
      series: {
        node_memory_Dirty_bytes: "12x40",
        node_memory_Writeback_bytes: "5x40",
        ...total,
      },
      from: "15m",
      value: "17%",
    },
    quiet: {
      series: { node_memory_Dirty_bytes: "9x40", node_memory_Writeback_bytes: "4x40", ...total },
      at: "30m",
    },
  },
  HostMemoryCorrupted: {
    severity: "critical",
    when: ({ corrupted }) => `${corrupted} > 0`,
    for: "5m",
    summary: "Memory of {{ $labels.host }} is broken",
    description:
      "The kernel took {{ $value | humanize1024 }}B of memory out of use because it returned wrong data; more will follow.",
    fires: {
      series: { node_memory_HardwareCorrupted_bytes: "0x4 4096x20" },
      from: "10m",
      value: "4ki",
    },
    quiet: {
      // A zero, and a page that is gone after a minute.
      series: { node_memory_HardwareCorrupted_bytes: "0x4 4096x1 0x30" },
      at: "12m",
    },
  },
});
