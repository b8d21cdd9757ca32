import { defineAlerts, type Owner } from "../lib/alert.ts";
import { defineSignals, type Matchers, type Query } from "../lib/signal.ts";
import { windowsOwner } from "./common.ts";

/** Volumes with a letter; those without belong to Windows itself. */
const lettered: Matchers = { volume: /[A-Z]:/ };
const latency = (way: string) => (q: Query) =>
  `${q.rate(`windows_logical_disk_${way}_latency_seconds_total`, lettered)} / (${q.rate(`windows_logical_disk_${way}s_total`, lettered)} > 1)`;
/** Of what can be written to: an image that is mounted is full. */
const free = (q: Query): string =>
  `(${q.gauge("windows_logical_disk_free_bytes", lettered)} unless ${q.gauge("windows_logical_disk_readonly", lettered)} == 1)`;
const bytesFree = (q: Query): string => q.gauge("windows_logical_disk_free_bytes", lettered);

export const signals = defineSignals({
  diskFree: {
    unit: "ratio",
    about: "Share of each volume that is free.",
    query: (q) => `${free(q)} / (${q.gauge("windows_logical_disk_size_bytes", lettered)} > 0)`,
  },
  diskFreeTomorrow: {
    unit: "bytes",
    about: "Bytes free in a day if the last six hours go on.",
    query: (q) => `predict_linear(${bytesFree(q)}[6h], 86400)`,
  },
  readLatency: { unit: "seconds", about: "Time one read takes.", query: latency("read") },
  writeLatency: { unit: "seconds", about: "Time one write takes.", query: latency("write") },
  diskQueue: {
    unit: "count",
    about: "Requests that wait for each disk.",
    query: (q) => q.gauge("windows_physical_disk_requests_queued"),
  },
  pageFileFree: {
    unit: "ratio",
    about: "Share of each page file that is free.",
    query: (q) =>
      `${q.gauge("windows_pagefile_free_bytes")} / (${q.gauge("windows_pagefile_limit_bytes")} > 0)`,
  },
  receiveErrors: {
    unit: "ratio",
    about: "Share of received packets that were broken.",
    query: (q) =>
      `${q.rate("windows_net_packets_received_errors_total")} / (${q.rate("windows_net_packets_received_total")} > 10)`,
  },
  sendErrors: {
    unit: "ratio",
    about: "Share of packets that could not be sent.",
    query: (q) =>
      `${q.rate("windows_net_packets_outbound_errors_total")} / (${q.rate("windows_net_packets_sent_total")} > 10)`,
  },
  networkUsed: {
    unit: "ratio",
    about: "Share of the speed of each card in use.",
    query: (q) =>
      `${q.rate("windows_net_bytes_total")} / (${q.gauge("windows_net_current_bandwidth_bytes")} > 0)`,
  },
  retransmits: {
    unit: "ratio",
    about: "Share of TCP segments that were sent again.",
    query: (q) =>
      `${q.rate("windows_tcp_segments_retransmitted_total")} / (${q.rate("windows_tcp_segments_sent_total")} > 100)`,
  },
});

const owner: Owner = { ...windowsOwner("io"), scope: "device" };
const volume = { volume: "C:" };
const disk = (field: string, name = "C:", instance = "a:9182"): string =>
  `windows_logical_disk_${field}{volume="${name}",instance="${instance}"}`;
const space = (left: string, size: string, name = "C:", instance = "a:9182") => ({
  [disk("free_bytes", name, instance)]: left,
  [disk("size_bytes", name, instance)]: size,
});
const hidden = "HarddiskVolume1";
const access = (way: string, time: string, count: string, name = "C:") => ({
  [disk(`${way}_latency_seconds_total`, name)]: time,
  [disk(`${way}s_total`, name)]: count,
});
const net = (field: string, nic = "Intel"): string => `windows_net_${field}_total{nic="${nic}"}`;

export const group = defineAlerts(owner, signals, {
  WindowsDiskSpace: {
    unit: "share of the volume free",
    when: ({ diskFree }, threshold) => `${diskFree} < ${threshold}`,
    levels: {
      WindowsDiskSpaceLow: {
        severity: "warning",
        threshold: 0.15,
        for: "30m",
        summary: "Volume {{ $labels.volume }} of {{ $labels.host }} is low on space",
        description: "{{ $value | humanizePercentage }} of {{ $labels.volume }} is free.",
        fires: { series: 13, from: "30m", value: "13%" },
        quiet: { series: 17, at: "45m" },
      },
      WindowsDiskSpaceCritical: {
        severity: "critical",
        threshold: 0.05,
        for: "5m",
        summary: "Volume {{ $labels.volume }} of {{ $labels.host }} is nearly full",
        description:
          "{{ $value | humanizePercentage }} of {{ $labels.volume }} is free; when it is full, whatever writes there stops.",
        fires: { series: 4.5, from: "5m", value: "4.5%" },
        quiet: { series: 5.5, at: "12m" },
      },
    },
    series: (free) => space(`${free}x60`, "100x60"),
    beside: space("1x60", "100x60", hidden),
    labels: volume,
  },
  WindowsDiskFillsIn24h: {
    severity: "warning",
    threshold: { value: 0.4, unit: "share of the volume free" },
    when: ({ diskFree, diskFreeTomorrow }, threshold) =>
      `${diskFree} < ${threshold} and ${diskFreeTomorrow} < 0`,
    for: "1h",
    summary: "Volume {{ $labels.volume }} of {{ $labels.host }} will be full within a day",
    description:
      "{{ $value | humanizePercentage }} of {{ $labels.volume }} is free, and at the pace of the last six hours it is full within a day.",
    step: "5m",
    fires: {
      series: space("600-2x250", "1000x250"),
      from: "9h25m",
      labels: volume,
      value: "37.4%",
    },
    quiet: {
      series: {
        ...space("350x400", "1000x400"),
        ...space("900-2x400", "1000x400", "D:"),
        ...space("600-2x290", "1000x290", hidden),
        ...space("0.5x400", "1000x400", "E:"),
      },
      at: "20h",
    },
  },
  WindowsDiskReadLatency: {
    severity: "warning",
    threshold: { value: 0.1, unit: "seconds a read takes" },
    when: ({ readLatency }, threshold) => `${readLatency} > ${threshold}`,
    for: "15m",
    summary: "Reads from {{ $labels.volume }} of {{ $labels.host }} are slow",
    description: "One read from {{ $labels.volume }} takes {{ $value | humanizeDuration }}.",
    fires: {
      series: access("read", "0+13.2x40", "0+120x40"),
      from: "18m",
      labels: volume,
      value: "110ms",
    },
    quiet: {
      series: {
        ...access("read", "0+10.8x40", "0+120x40"),
        ...access("read", "0+60x40", "0+120x40", hidden),
        ...access("read", "0+30x40", "0+50x40", "D:"),
      },
      at: "30m",
    },
  },
  WindowsDiskWriteLatency: {
    severity: "warning",
    threshold: { value: 0.1, unit: "seconds a write takes" },
    when: ({ writeLatency }, threshold) => `${writeLatency} > ${threshold}`,
    for: "15m",
    summary: "Writes to {{ $labels.volume }} of {{ $labels.host }} are slow",
    description: "One write to {{ $labels.volume }} takes {{ $value | humanizeDuration }}.",
    fires: {
      series: access("write", "0+13.2x40", "0+120x40"),
      from: "18m",
      labels: volume,
      value: "110ms",
    },
    quiet: {
      series: {
        ...access("write", "0+10.8x40", "0+120x40"),
        ...access("write", "0+60x40", "0+120x40", hidden),
        ...access("write", "0+30x40", "0+50x40", "D:"),
      },
      at: "30m",
    },
  },
  WindowsDiskQueueLong: {
    severity: "warning",
    threshold: { value: 10, unit: "requests waiting for a disk" },
    when: ({ diskQueue }, threshold) => `${diskQueue} > ${threshold}`,
    for: "30m",
    summary: "Requests queue for disk {{ $labels.disk }} of {{ $labels.host }}",
    description:
      '{{ $value | printf "%.0f" }} requests wait for disk {{ $labels.disk }}, and have for half an hour.',
    fires: {
      series: { 'windows_physical_disk_requests_queued{disk="0"}': "12x60" },
      from: "30m",
      labels: { disk: "0" },
      value: "12",
    },
    quiet: { series: { 'windows_physical_disk_requests_queued{disk="0"}': "9x60" }, at: "45m" },
  },
  WindowsPageFileNearLimit: {
    severity: "warning",
    threshold: { value: 0.2, unit: "share of the page file free" },
    when: ({ pageFileFree }, threshold) => `${pageFileFree} < ${threshold}`,
    for: "15m",
    summary: "The page file of {{ $labels.host }} is filling",
    description: "{{ $value | humanizePercentage }} of {{ $labels.file }} is free.",
    fires: {
      series: {
        'windows_pagefile_free_bytes{file="p.sys"}': "18x40",
        'windows_pagefile_limit_bytes{file="p.sys"}': "100x40",
      },
      from: "15m",
      labels: { file: "p.sys" },
      value: "18%",
    },
    quiet: {
      series: {
        'windows_pagefile_free_bytes{file="p.sys"}': "22x40",
        'windows_pagefile_limit_bytes{file="p.sys"}': "100x40",
        'windows_pagefile_free_bytes{file="none"}': "0x40",
        'windows_pagefile_limit_bytes{file="none"}': "0x40",
      },
      at: "30m",
    },
  },
  WindowsNetReceiveErrors: {
    severity: "warning",
    threshold: { value: 0.01, unit: "share of received packets" },
    when: ({ receiveErrors }, threshold) => `${receiveErrors} > ${threshold}`,
    for: "30m",
    summary: "{{ $labels.nic }} of {{ $labels.host }} receives broken packets",
    description: "{{ $value | humanizePercentage }} of the packets that arrive are broken.",
    fires: {
      series: {
        [net("packets_received_errors")]: "0+69x60",
        [net("packets_received")]: "0+6000x60",
      },
      from: "31m",
      labels: { nic: "Intel" },
      value: "1.15%",
    },
    quiet: {
      series: {
        [net("packets_received_errors")]: "0+51x60",
        [net("packets_received")]: "0+6000x60",
        [net("packets_received_errors", "idle")]: "0+100x60",
        [net("packets_received", "idle")]: "0+500x60",
      },
      at: "45m",
    },
  },
  WindowsNetSendErrors: {
    severity: "warning",
    threshold: { value: 0.01, unit: "share of sent packets" },
    when: ({ sendErrors }, threshold) => `${sendErrors} > ${threshold}`,
    for: "30m",
    summary: "{{ $labels.nic }} of {{ $labels.host }} fails to send",
    description: "{{ $value | humanizePercentage }} of the packets could not be sent.",
    fires: {
      series: { [net("packets_outbound_errors")]: "0+69x60", [net("packets_sent")]: "0+6000x60" },
      from: "31m",
      labels: { nic: "Intel" },
      value: "1.15%",
    },
    quiet: {
      series: {
        [net("packets_outbound_errors")]: "0+51x60",
        [net("packets_sent")]: "0+6000x60",
        [net("packets_outbound_errors", "idle")]: "0+100x60",
        [net("packets_sent", "idle")]: "0+500x60",
      },
      at: "45m",
    },
  },
  WindowsNetSaturated: {
    severity: "warning",
    // Both directions count.
    threshold: { value: 0.8, unit: "share of the card's speed", range: { max: 2 } },
    when: ({ networkUsed }, threshold) => `${networkUsed} > ${threshold}`,
    for: "15m",
    summary: "{{ $labels.nic }} of {{ $labels.host }} carries all it can",
    description: "{{ $value | humanizePercentage }} of the card's speed is in use.",
    fires: {
      series: {
        [net("bytes")]: "0+5400x40",
        'windows_net_current_bandwidth_bytes{nic="Intel"}': "100x40",
      },
      from: "20m",
      labels: { nic: "Intel" },
      value: "90%",
    },
    quiet: {
      series: {
        [net("bytes")]: "0+4200x40",
        'windows_net_current_bandwidth_bytes{nic="Intel"}': "100x40",
        [net("bytes", "virtual")]: "0+4200x40",
        'windows_net_current_bandwidth_bytes{nic="virtual"}': "0x40",
      },
      at: "30m",
    },
  },
  WindowsTcpRetransmitsHigh: {
    severity: "warning",
    scope: "host",
    threshold: { value: 0.05, unit: "share of segments sent again" },
    when: ({ retransmits }, threshold) => `${retransmits} > ${threshold}`,
    for: "15m",
    summary: "{{ $labels.host }} has to send much again",
    description:
      "{{ $value | humanizePercentage }} of what goes out over TCP ({{ $labels.af }}) is lost on the way.",
    fires: {
      series: {
        'windows_tcp_segments_retransmitted_total{af="ipv4"}': "0+690x40",
        'windows_tcp_segments_sent_total{af="ipv4"}': "0+12000x40",
      },
      from: "18m",
      labels: { af: "ipv4" },
      value: "5.75%",
    },
    quiet: {
      series: {
        'windows_tcp_segments_retransmitted_total{af="ipv4"}': "0+510x40",
        'windows_tcp_segments_sent_total{af="ipv4"}': "0+12000x40",
        'windows_tcp_segments_retransmitted_total{af="ipv6"}': "0+1000x40",
        'windows_tcp_segments_sent_total{af="ipv6"}': "0+5000x40",
      },
      at: "30m",
    },
  },
});
