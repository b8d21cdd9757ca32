import { defineAlerts, type Labels, type Owner } from "../lib/alert.ts";
import { defineSignals, type Query } from "../lib/signal.ts";
import { hostOwner, interfaces } from "./common.ts";
import { countsFromZero } from "../lib/nature.ts";

const rate = (q: Query, field: string): string => q.rate(`node_network_${field}_total`, interfaces);
const perPacket = (way: string, field: string, least: number) => (q: Query) =>
  `${rate(q, `${way}_${field}`)} / (${rate(q, `${way}_packets`)} > ${least})`;
const perSpeed = (way: string) => (q: Query) =>
  `${rate(q, `${way}_bytes`)} / (${q.gauge("node_network_speed_bytes", interfaces)} > 0)`;

export const signals = defineSignals({
  received: {
    unit: "bytesPerSecond",
    about: "Bytes received on each network interface.",
    query: (q) => rate(q, "receive_bytes"),
  },
  sent: {
    unit: "bytesPerSecond",
    about: "Bytes sent on each network interface.",
    query: (q) => rate(q, "transmit_bytes"),
  },
  receiveErrors: {
    unit: "ratio",
    about: "Share of received packets that were broken.",
    query: perPacket("receive", "errs", 10),
  },
  transmitErrors: {
    unit: "ratio",
    about: "Share of packets that could not be sent.",
    query: perPacket("transmit", "errs", 10),
  },
  receiveDrops: {
    unit: "ratio",
    about: "Share of received packets that the host threw away.",
    // A switch says something to itself every two seconds, which no host wants: much of little traffic.
    query: perPacket("receive", "drop", 50),
  },
  transmitDrops: {
    unit: "ratio",
    about: "Share of packets to send that the host threw away.",
    query: perPacket("transmit", "drop", 10),
  },
  receiveUsed: {
    unit: "ratio",
    about: "Share of the speed of each interface that is received.",
    query: perSpeed("receive"),
  },
  transmitUsed: {
    unit: "ratio",
    about: "Share of the speed of each interface that is sent.",
    query: perSpeed("transmit"),
  },
  carrierChanges: {
    unit: "count",
    about: "How often a cable lost or found the other end in 15 minutes.",
    query: (q) => q.increase("node_network_carrier_changes_total", "15m", interfaces),
  },
  carrier: {
    unit: "bool",
    about: "1 while an interface that is switched on has a link.",
    query: (q) => q.gauge("node_network_carrier", interfaces),
  },
  speed: {
    unit: "bytesPerSecond",
    about: "Speed each interface negotiated.",
    query: (q) => `${q.gauge("node_network_speed_bytes", interfaces)} > 0`,
  },
  carrierBefore: {
    unit: "bool",
    about: "1 where an interface had a link within the last day.",
    query: (q) => `max_over_time(${q.gauge("node_network_carrier", interfaces)}[1d:1h])`,
  },
  speedBefore: {
    unit: "bytesPerSecond",
    about: "Highest speed each interface had within the last day.",
    query: (q) => `max_over_time(${q.gauge("node_network_speed_bytes", interfaces)}[1d:1h])`,
  },
  bondMissing: {
    unit: "count",
    about: "Links of a bond that do not work.",
    query: (q) => `${q.gauge("node_bonding_slaves")} - ${q.gauge("node_bonding_active")}`,
  },
});

const owner: Owner = { ...hostOwner("network"), scope: "device" };
const labels: Labels = { device: "eth0" };
const net = (field: string, device = "eth0"): string => `node_network_${field}{device="${device}"}`;
/** Packets of an interface and those of them that went wrong, at a share, on interfaces that count or not. */
const share = (way: string, field: string, wrong: number) => ({
  [net(`${way}_${field}_total`)]: `0+${wrong}x60`,
  [net(`${way}_packets_total`)]: "0+6000x60",
});
const decoys = (way: string, field: string) => ({
  [net(`${way}_${field}_total`, "veth1")]: "0+600x60",
  [net(`${way}_packets_total`, "veth1")]: "0+6000x60",
  [net(`${way}_${field}_total`, "eth1")]: "0+100x60",
  [net(`${way}_packets_total`, "eth1")]: "0+500x60",
});

export const group = defineAlerts(owner, signals, {
  HostNetReceiveErrors: {
    severity: "warning",
    threshold: { value: 0.01, unit: "share of received packets" },
    when: ({ receiveErrors }, threshold) => `${receiveErrors} > ${threshold}`,
    for: "30m",
    summary: "{{ $labels.device }} of {{ $labels.host }} receives broken packets",
    description:
      "{{ $value | humanizePercentage }} of the packets {{ $labels.device }} receives are broken.",
    fires: { series: share("receive", "errs", 69), from: "31m", labels, value: "1.15%" },
    quiet: {
      series: { ...share("receive", "errs", 51), ...decoys("receive", "errs") },
      at: "45m",
    },
  },
  HostNetTransmitErrors: {
    severity: "warning",
    threshold: { value: 0.01, unit: "share of sent packets" },
    when: ({ transmitErrors }, threshold) => `${transmitErrors} > ${threshold}`,
    for: "30m",
    summary: "{{ $labels.device }} of {{ $labels.host }} fails to send",
    description:
      "{{ $labels.device }} could not send {{ $value | humanizePercentage }} of its packets for half an hour.",
    fires: { series: share("transmit", "errs", 69), from: "31m", labels, value: "1.15%" },
    quiet: {
      series: { ...share("transmit", "errs", 51), ...decoys("transmit", "errs") },
      at: "45m",
    },
  },
  HostNetReceiveDrops: {
    severity: "warning",
    threshold: { value: 0.02, unit: "share of received packets" },
    when: ({ receiveDrops }, threshold) => `${receiveDrops} > ${threshold}`,
    for: "30m",
    summary: "{{ $labels.host }} throws away what {{ $labels.device }} receives",
    description:
      "{{ $value | humanizePercentage }} of the packets that reached {{ $labels.device }} were thrown away by the kernel.",
    fires: { series: share("receive", "drop", 138), from: "33m", labels, value: "2.3%" },
    quiet: {
      series: {
        ...share("receive", "drop", 102),
        ...decoys("receive", "drop"),
        [net("receive_drop_total", "eth2")]: "0+30x60",
        [net("receive_packets_total", "eth2")]: "0+720x60",
      },
      at: "45m",
    },
  },
  HostNetTransmitDrops: {
    severity: "warning",
    threshold: { value: 0.02, unit: "share of sent packets" },
    when: ({ transmitDrops }, threshold) => `${transmitDrops} > ${threshold}`,
    for: "30m",
    summary: "The send queue of {{ $labels.device }} of {{ $labels.host }} overflows",
    description:
      "{{ $value | humanizePercentage }} of the packets for {{ $labels.device }} were dropped before they left the host.",
    fires: { series: share("transmit", "drop", 138), from: "31m", labels, value: "2.3%" },
    quiet: {
      series: { ...share("transmit", "drop", 102), ...decoys("transmit", "drop") },
      at: "45m",
    },
  },
  HostNetReceiveSaturated: {
    severity: "warning",
    threshold: { value: 0.8, unit: "share of the interface's speed" },
    when: ({ receiveUsed }, threshold) => `${receiveUsed} > ${threshold}`,
    for: "15m",
    summary: "{{ $labels.device }} of {{ $labels.host }} receives all it can",
    description:
      "{{ $labels.device }} receives at {{ $value | humanizePercentage }} of its speed; others have to wait.",
    fires: {
      series: { [net("receive_bytes_total")]: "0+5400x40", [net("speed_bytes")]: "100x40" },
      from: "20m",
      labels,
      value: "90%",
    },
    quiet: {
      series: {
        [net("receive_bytes_total")]: "0+4200x40",
        [net("speed_bytes")]: "100x40",
        [net("receive_bytes_total", "docker0")]: "0+6000x40",
        [net("speed_bytes", "docker0")]: "100x40",
        // A virtual interface knows no speed.
        [net("receive_bytes_total", "eth1")]: "0+6000x40",
        [net("speed_bytes", "eth1")]: "-125000x40",
      },
      at: "30m",
    },
  },
  HostNetTransmitSaturated: {
    severity: "warning",
    threshold: { value: 0.8, unit: "share of the interface's speed" },
    when: ({ transmitUsed }, threshold) => `${transmitUsed} > ${threshold}`,
    for: "15m",
    summary: "{{ $labels.device }} of {{ $labels.host }} sends all it can",
    description:
      "{{ $labels.device }} sends at {{ $value | humanizePercentage }} of its speed; answers leave late.",
    fires: {
      series: { [net("transmit_bytes_total")]: "0+5400x40", [net("speed_bytes")]: "100x40" },
      from: "20m",
      labels,
      value: "90%",
    },
    quiet: {
      series: {
        [net("transmit_bytes_total")]: "0+4200x40",
        [net("speed_bytes")]: "100x40",
        [net("transmit_bytes_total", "docker0")]: "0+6000x40",
        [net("speed_bytes", "docker0")]: "100x40",
        [net("transmit_bytes_total", "eth1")]: "0+6000x40",
        [net("speed_bytes", "eth1")]: "-125000x40",
      },
      at: "30m",
    },
  },
  HostNetInterfaceFlapping: {
    severity: "warning",
    threshold: { value: 4, unit: "changes of the link in 15 minutes" },
    when: ({ carrierChanges }, threshold) => `${carrierChanges} > ${threshold}`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "The link of {{ $labels.device }} of {{ $labels.host }} comes and goes",
    description:
      '{{ $labels.device }} lost or found its link {{ $value | printf "%.0f" }} times in 15 minutes.',
    fires: {
      series: { [net("carrier_changes_total")]: "0x8 5x30" },
      from: "9m",
      labels,
      value: "5",
    },
    quiet: {
      series: {
        [net("carrier_changes_total")]: "2x8 5x50",
        [net("carrier_changes_total", "veth1")]: "0+1x60",
      },
      at: "30m",
    },
    byNature: { born: countsFromZero },
  },
  HostNetInterfaceDown: {
    severity: "info",
    // An empty port is switched on as well, and is nobody's trouble.
    when: ({ carrier, carrierBefore }) => `${carrier} == 0 and ${carrierBefore} == 1`,
    for: "15m",
    summary: "{{ $labels.device }} of {{ $labels.host }} has no link",
    description:
      "{{ $labels.device }} is switched on but nothing answers at the other end of the cable.",
    fires: { series: { [net("carrier")]: "1x4 0x30" }, from: "20m", labels },
    quiet: {
      series: {
        [net("carrier")]: "1x4 0x10 1x30",
        [net("carrier", "docker0")]: "1x4 0x50",
        [net("carrier", "eth1")]: "0x50",
      },
      at: "30m",
    },
  },
  HostNetSpeedLow: {
    severity: "warning",
    threshold: { value: 125_000_000, unit: "bytes per second that the link negotiated" },
    // What never had more is no worse than it was.
    when: ({ speed, speedBefore }, threshold) =>
      `${speed} < ${threshold} and ${speed} < ${speedBefore}`,
    for: "30m",
    summary: "{{ $labels.device }} of {{ $labels.host }} runs slower than it should",
    description:
      "{{ $labels.device }} negotiated {{ $value | humanize }}B/s; cables and ports that are damaged fall back to less than a gigabit.",
    fires: {
      series: { [net("speed_bytes")]: "125000000x9 110000000x50" },
      from: "40m",
      labels,
      value: "110M",
    },
    quiet: {
      series: {
        [net("speed_bytes")]: "1250000000x9 125000000x60",
        [net("speed_bytes", "eth1")]: "1250000000x9 -125000x60",
        [net("speed_bytes", "eth2")]: "12500000x60",
        [net("speed_bytes", "docker0")]: "125000000x9 12500000x60",
      },
      at: "45m",
    },
  },
  HostBondDegraded: {
    severity: "warning",
    when: ({ bondMissing }) => `${bondMissing} > 0`,
    for: "5m",
    summary: "Bond {{ $labels.master }} of {{ $labels.host }} lost a link",
    description:
      'In {{ $labels.master }} {{ $value | printf "%.0f" }} links do not work; the last one that does has no substitute.',
    fires: {
      series: {
        'node_bonding_slaves{master="bond0"}': "2x30",
        'node_bonding_active{master="bond0"}': "2x4 1x20",
      },
      from: "10m",
      labels: { master: "bond0" },
      value: "1",
    },
    quiet: {
      series: {
        'node_bonding_slaves{master="bond0"}': "2x30",
        'node_bonding_active{master="bond0"}': "2x4 1x2 2x20",
      },
      at: "12m",
    },
  },
});
