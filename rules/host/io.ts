import { defineAlerts, type Labels, type Owner } from "../lib/alert.ts";
import { defineSignals, type Query } from "../lib/signal.ts";
import { disks, hostOwner } from "./common.ts";

const latency = (time: string, count: string) => (q: Query) =>
  `${q.rate(`node_disk_${time}_time_seconds_total`, disks)} / (${q.rate(`node_disk_${count}_completed_total`, disks)} > 1)`;

export const signals = defineSignals({
  diskRead: {
    unit: "bytesPerSecond",
    about: "Bytes read from each disk.",
    query: (q) => q.rate("node_disk_read_bytes_total", disks),
  },
  diskWritten: {
    unit: "bytesPerSecond",
    about: "Bytes written to each disk.",
    query: (q) => q.rate("node_disk_written_bytes_total", disks),
  },
  diskQueue: {
    unit: "count",
    about: "Requests that wait for each disk or are under way, on average.",
    query: (q) => q.rate("node_disk_io_time_weighted_seconds_total", disks),
  },
  diskBusy: {
    unit: "ratio",
    about: "Share of time in which each disk had something to do.",
    query: (q) => q.rate("node_disk_io_time_seconds_total", disks),
  },
  readLatency: {
    unit: "seconds",
    about: "Time one read takes, where there is more than one a second.",
    query: latency("read", "reads"),
  },
  writeLatency: {
    unit: "seconds",
    about: "Time one write takes, where there is more than one a second.",
    query: latency("write", "writes"),
  },
  ioPressure: {
    unit: "ratio",
    about: "Share of time in which everything on the host waited for disks.",
    query: (q) => q.rate("node_pressure_io_stalled_seconds_total"),
  },
});

const owner: Owner = { ...hostOwner("io"), scope: "device" };
const labels: Labels = { device: "sda" };
const disk = (field: string, device = "sda"): string =>
  `node_disk_${field}_total{device="${device}"}`;

export const group = defineAlerts(owner, signals, {
  HostDiskIoSaturated: {
    severity: "warning",
    threshold: { value: 10, unit: "requests waiting for a disk or under way" },
    when: ({ diskQueue }, threshold) => `${diskQueue} > ${threshold}`,
    for: "30m",
    summary: "Requests queue for {{ $labels.device }} of {{ $labels.host }}",
    description:
      '{{ $value | printf "%.0f" }} requests at a time have waited for {{ $labels.device }} for half an hour.',
    fires: {
      series: { [disk("io_time_weighted_seconds")]: "0+690x60" },
      from: "35m",
      labels,
      value: "12",
    },
    quiet: {
      series: {
        [disk("io_time_weighted_seconds")]: "0+510x60",
        [disk("io_time_weighted_seconds", "sr0")]: "0+900x60",
      },
      at: "45m",
    },
  },
  HostDiskBusy: {
    severity: "info",
    threshold: { value: 0.95, unit: "share of time a disk had something to do" },
    when: ({ diskBusy }, threshold) => `${diskBusy} > ${threshold}`,
    for: "1h",
    summary: "{{ $labels.device }} of {{ $labels.host }} is never idle",
    description:
      "{{ $labels.device }} has been at work {{ $value | humanizePercentage }} of the time for an hour. Drives that take many requests at once may have room left.",
    fires: {
      series: { [disk("io_time_seconds")]: "0+58.8x90" },
      from: "1h5m",
      labels,
      value: "98%",
    },
    quiet: {
      series: {
        [disk("io_time_seconds")]: "0+54x90",
        [disk("io_time_seconds", "sr0")]: "0+60x90",
      },
      at: "1h20m",
    },
  },
  HostDiskReadLatency: {
    severity: "warning",
    threshold: { value: 0.1, unit: "seconds a read takes" },
    when: ({ readLatency }, threshold) => `${readLatency} > ${threshold}`,
    for: "15m",
    summary: "Reads from {{ $labels.device }} of {{ $labels.host }} are slow",
    description: "One read from {{ $labels.device }} takes {{ $value | humanizeDuration }}.",
    fires: {
      series: { [disk("read_time_seconds")]: "0+13.2x40", [disk("reads_completed")]: "0+120x40" },
      from: "18m",
      labels,
      value: "110ms",
    },
    quiet: {
      series: {
        [disk("read_time_seconds")]: "0+10.8x40",
        [disk("reads_completed")]: "0+120x40",
        [disk("read_time_seconds", "sr0")]: "0+60x40",
        [disk("reads_completed", "sr0")]: "0+120x40",
        // A disk that woke up for one read.
        [disk("read_time_seconds", "sdb")]: "0+30x40",
        [disk("reads_completed", "sdb")]: "0+50x40",
      },
      at: "30m",
    },
  },
  HostDiskWriteLatency: {
    severity: "warning",
    threshold: { value: 0.1, unit: "seconds a write takes" },
    when: ({ writeLatency }, threshold) => `${writeLatency} > ${threshold}`,
    for: "15m",
    summary: "Writes to {{ $labels.device }} of {{ $labels.host }} are slow",
    description:
      "One write to {{ $labels.device }} takes {{ $value | humanizeDuration }}; whatever waits for its data to be safe waits that long.",
    fires: {
      series: { [disk("write_time_seconds")]: "0+13.2x40", [disk("writes_completed")]: "0+120x40" },
      from: "18m",
      labels,
      value: "110ms",
    },
    quiet: {
      series: {
        [disk("write_time_seconds")]: "0+10.8x40",
        [disk("writes_completed")]: "0+120x40",
        [disk("write_time_seconds", "sr0")]: "0+60x40",
        [disk("writes_completed", "sr0")]: "0+120x40",
        [disk("write_time_seconds", "sdb")]: "0+30x40",
        [disk("writes_completed", "sdb")]: "0+50x40",
      },
      at: "30m",
    },
  },
  HostIoPressure: {
    severity: "warning",
    scope: "host",
    threshold: { value: 0.2, unit: "share of time in which everything waited for disks" },
    when: ({ ioPressure }, threshold) => `${ioPressure} > ${threshold}`,
    for: "15m",
    summary: "Everything on {{ $labels.host }} waits for disks",
    description:
      "For {{ $value | humanizePercentage }} of the time nothing on the host could go on until a disk answered.",
    fires: {
      series: { node_pressure_io_stalled_seconds_total: "0+13.2x40" },
      from: "20m",
      value: "22%",
    },
    quiet: { series: { node_pressure_io_stalled_seconds_total: "0+10.8x40" }, at: "30m" },
  },
});
