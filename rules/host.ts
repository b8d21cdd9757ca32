import { defineAlerts, type Owner } from "./lib/alert.ts";
import { hostBoard } from "./lib/boards.ts";
import { defineSignals, type Matchers } from "./lib/signal.ts";

/** File systems that hold data: no pseudo, read-only image or container layer. */
const real: Matchers = { fstype: /ext[234]|xfs|btrfs|zfs|vfat|apfs|hfs/ };
const interfaces: Matchers = { device: /(?:en|eth|wl|bond|ib|ww).*/ };

export const signals = defineSignals({
  up: {
    unit: "bool",
    about: "1 while the host's node exporter answers.",
    query: (q) => q.gauge("up", { job: "node" }),
  },
  cpuUsed: {
    unit: "ratio",
    about: "Share of CPU time that was not idle, over all cores.",
    query: (q) =>
      `1 - avg without (cpu, mode) (${q.rate("node_cpu_seconds_total", { mode: "idle" })})`,
  },
  load: {
    unit: "count",
    about: "Processes that run or wait, averaged over five minutes.",
    query: (q) => q.gauge("node_load5"),
  },
  memoryAvailable: {
    unit: "ratio",
    about: "Share of memory that programs could still get without swapping.",
    query: (q) =>
      `${q.gauge("node_memory_MemAvailable_bytes")} / ${q.gauge("node_memory_MemTotal_bytes")}`,
  },
  diskFree: {
    unit: "ratio",
    about: "Share of each file system that is free for ordinary users.",
    query: (q) =>
      `${q.gauge("node_filesystem_avail_bytes", real)} / ${q.gauge("node_filesystem_size_bytes", real)}`,
  },
  diskFreeTomorrow: {
    unit: "bytes",
    about: "Bytes free in a day if the last six hours go on.",
    query: (q) => `predict_linear(${q.gauge("node_filesystem_avail_bytes", real)}[6h], 86400)`,
  },
  diskRead: {
    unit: "bytesPerSecond",
    about: "Bytes read from each disk.",
    query: (q) => q.rate("node_disk_read_bytes_total"),
  },
  diskWritten: {
    unit: "bytesPerSecond",
    about: "Bytes written to each disk.",
    query: (q) => q.rate("node_disk_written_bytes_total"),
  },
  received: {
    unit: "bytesPerSecond",
    about: "Bytes received on each network interface.",
    query: (q) => q.rate("node_network_receive_bytes_total", interfaces),
  },
  sent: {
    unit: "bytesPerSecond",
    about: "Bytes sent on each network interface.",
    query: (q) => q.rate("node_network_transmit_bytes_total", interfaces),
  },
  uptime: {
    unit: "seconds",
    about: "Time since the host was started.",
    query: (q) => `time() - ${q.gauge("node_boot_time_seconds")}`,
  },
});

const owner: Owner = {
  service: "host",
  team: "sre",
  scope: "host",
  layer: "basic",
  board: hostBoard,
  target: { job: "node", instance: "a:9100", host: "a" },
};
const disk = 'device="/dev/sda1",fstype="ext4",mountpoint="/"';

export const group = defineAlerts(owner, signals, {
  HostDown: {
    severity: "critical",
    down: true,
    when: ({ up }) => `${up} == 0`,
    for: "1m",
    summary: "Host {{ $labels.host }} does not answer",
    description:
      "The node exporter of {{ $labels.host }} has not answered for a minute: the host, its network or its exporter is down.",
    fires: { series: { up: "1x2 0x10" }, from: "4m" },
    quiet: { series: { up: "1 0 1 1 0 1 1" }, at: "6m" },
  },
  HostCpuHigh: {
    severity: "warning",
    threshold: { value: 0.85, unit: "share of CPU time not idle" },
    when: ({ cpuUsed }, threshold) => `${cpuUsed} > ${threshold}`,
    for: "15m",
    summary: "CPU of {{ $labels.host }} is busy",
    description:
      "{{ $value | humanizePercentage }} of CPU time has been used for 15 minutes; work will queue.",
    fires: {
      series: { [`node_cpu_seconds_total{cpu="0",mode="idle"}`]: "0+6x40" },
      from: "16m",
      value: "90%",
    },
    quiet: {
      series: { [`node_cpu_seconds_total{cpu="0",mode="idle"}`]: "0+12x40" },
      at: "30m",
    },
  },
  HostMemoryLow: {
    severity: "warning",
    threshold: { value: 0.1, unit: "share of memory available" },
    when: ({ memoryAvailable }, threshold) => `${memoryAvailable} < ${threshold}`,
    for: "10m",
    summary: "Memory of {{ $labels.host }} is nearly used up",
    description:
      "{{ $value | humanizePercentage }} of memory has been left for 10 minutes; the kernel will start to kill processes.",
    fires: {
      series: {
        node_memory_MemAvailable_bytes: "9x20",
        node_memory_MemTotal_bytes: "100x20",
      },
      from: "10m",
      value: "9%",
    },
    quiet: {
      series: {
        node_memory_MemAvailable_bytes: "11x20",
        node_memory_MemTotal_bytes: "100x20",
      },
      at: "12m",
    },
  },
  HostDiskFilling: {
    severity: "warning",
    threshold: { value: 0.2, unit: "share of the file system free" },
    when: ({ diskFree, diskFreeTomorrow }, threshold) =>
      `${diskFree} < ${threshold} and ${diskFreeTomorrow} < 0`,
    for: "1h",
    summary: "Disk {{ $labels.mountpoint }} of {{ $labels.host }} will be full within a day",
    description:
      "{{ $value | humanizePercentage }} of {{ $labels.mountpoint }} is free, and at the pace of the last six hours it is full within a day.",
    fires: {
      series: {
        [`node_filesystem_avail_bytes{${disk}}`]: "1000-1x600",
        [`node_filesystem_size_bytes{${disk}}`]: "3100x600",
      },
      from: "7h21m",
      labels: { device: "/dev/sda1", fstype: "ext4", mountpoint: "/" },
      value: "18.03%",
    },
    quiet: {
      series: {
        [`node_filesystem_avail_bytes{${disk}}`]: "600x600",
        [`node_filesystem_size_bytes{${disk}}`]: "3100x600",
      },
      at: "9h",
    },
  },
});
