import { defineAlerts } from "../lib/alert.ts";
import { defineSignals } from "../lib/signal.ts";
import { hostOwner } from "./common.ts";

export const signals = defineSignals({
  conntrackUsed: {
    unit: "ratio",
    about: "Share of the firewall's table of connections in use.",
    query: (q) =>
      `${q.gauge("node_nf_conntrack_entries")} / (${q.gauge("node_nf_conntrack_entries_limit")} > 0)`,
  },
  listenOverflows: {
    unit: "opsPerSecond",
    about: "Connections per second that a program did not accept in time.",
    query: (q) => q.rate("node_netstat_TcpExt_ListenOverflows"),
  },
  retransmits: {
    unit: "ratio",
    about: "Share of TCP segments that were sent again.",
    query: (q) =>
      `${q.rate("node_netstat_Tcp_RetransSegs")} / (${q.rate("node_netstat_Tcp_OutSegs")} > 100)`,
  },
  syncookies: {
    unit: "opsPerSecond",
    about: "Connection attempts per second answered with a cookie, because too many came at once.",
    query: (q) => q.rate("node_netstat_TcpExt_SyncookiesSent"),
  },
  udpLost: {
    unit: "opsPerSecond",
    about: "UDP packets per second that a program did not read in time.",
    query: (q) => q.rate("node_netstat_Udp_RcvbufErrors"),
  },
  timeWait: {
    unit: "count",
    about: "Closed connections whose port is not free yet.",
    query: (q) => q.gauge("node_sockstat_TCP_tw"),
  },
  tcpMemory: {
    unit: "ratio",
    about: "Share of memory in buffers of TCP connections.",
    query: (q) =>
      `${q.gauge("node_sockstat_TCP_mem_bytes")} / (${q.gauge("node_memory_MemTotal_bytes")} > 0)`,
  },
  softnetDropped: {
    unit: "opsPerSecond",
    about: "Packets per second that no core had time to take.",
    query: (q) => `sum without (cpu) (${q.rate("node_softnet_dropped_total")})`,
  },
});

const conntrack = (used: number) => ({
  node_nf_conntrack_entries: `${used}x40`,
  node_nf_conntrack_entries_limit: "1000x40",
});

export const group = defineAlerts(hostOwner("tcp"), signals, {
  HostConntrack: {
    unit: "share of the table in use",
    when: ({ conntrackUsed }, threshold) => `${conntrackUsed} > ${threshold}`,
    levels: {
      HostConntrackNearLimit: {
        severity: "warning",
        threshold: 0.8,
        for: "10m",
        summary: "Connection table of {{ $labels.host }} is filling",
        description:
          "{{ $value | humanizePercentage }} of the firewall's table of connections is in use.",
        fires: { series: 900, from: "10m", value: "90%" },
        quiet: { series: 700, at: "20m" },
      },
      HostConntrackFull: {
        severity: "critical",
        threshold: 0.95,
        for: "2m",
        summary: "Connection table of {{ $labels.host }} is full",
        description:
          "{{ $value | humanizePercentage }} of the firewall's table of connections is in use; beyond it new connections are dropped without a word.",
        fires: { series: 980, from: "2m", value: "98%" },
        quiet: { series: 920, at: "8m" },
      },
    },
    series: conntrack,
  },
  HostTcpListenOverflows: {
    severity: "warning",
    threshold: { value: 1, unit: "connections per second not accepted in time" },
    when: ({ listenOverflows }, threshold) => `${listenOverflows} > ${threshold}`,
    for: "10m",
    summary: "A program of {{ $labels.host }} accepts connections too slowly",
    description:
      '{{ $value | printf "%.1f" }} connections a second are turned away because a listening program does not take them.',
    fires: {
      series: { node_netstat_TcpExt_ListenOverflows: "0+69x40" },
      from: "15m",
      value: "1.1",
    },
    quiet: { series: { node_netstat_TcpExt_ListenOverflows: "0+51x40" }, at: "25m" },
  },
  HostTcpRetransmitsHigh: {
    severity: "warning",
    threshold: { value: 0.05, unit: "share of segments sent again" },
    when: ({ retransmits }, threshold) => `${retransmits} > ${threshold}`,
    for: "15m",
    summary: "{{ $labels.host }} has to send much again",
    description:
      "{{ $value | humanizePercentage }} of what the host sends over TCP gets lost on the way.",
    fires: {
      series: {
        node_netstat_Tcp_RetransSegs: "0+690x40",
        node_netstat_Tcp_OutSegs: "0+12000x40",
      },
      from: "18m",
      value: "5.75%",
    },
    quiet: {
      series: {
        node_netstat_Tcp_RetransSegs: "0+510x40",
        node_netstat_Tcp_OutSegs: "0+12000x40",
        'node_netstat_Tcp_RetransSegs{instance="b"}': "0+1000x40",
        'node_netstat_Tcp_OutSegs{instance="b"}': "0+5000x40",
      },
      at: "30m",
    },
  },
  HostSynFlood: {
    severity: "warning",
    threshold: { value: 10, unit: "cookies sent per second" },
    when: ({ syncookies }, threshold) => `${syncookies} > ${threshold}`,
    for: "10m",
    summary: "{{ $labels.host }} gets more connection attempts than it can hold",
    description:
      "{{ $value | humanize }} attempts a second are answered with a SYN cookie: a flood, or a queue that is far too short.",
    fires: {
      series: { node_netstat_TcpExt_SyncookiesSent: "0+690x40" },
      from: "15m",
      value: "11.5",
    },
    quiet: { series: { node_netstat_TcpExt_SyncookiesSent: "0+510x40" }, at: "25m" },
  },
  HostUdpPacketsLost: {
    severity: "warning",
    threshold: { value: 5, unit: "packets per second" },
    when: ({ udpLost }, threshold) => `${udpLost} > ${threshold}`,
    for: "15m",
    summary: "A program of {{ $labels.host }} loses UDP packets",
    description:
      '{{ $value | printf "%.0f" }} UDP packets a second are lost because the program that should read them is too slow.',
    fires: { series: { node_netstat_Udp_RcvbufErrors: "0+360x40" }, from: "20m", value: "6" },
    quiet: { series: { node_netstat_Udp_RcvbufErrors: "0+270x40" }, at: "30m" },
  },
  HostTimeWaitHigh: {
    severity: "warning",
    threshold: { value: 20_000, unit: "connections in TIME_WAIT" },
    when: ({ timeWait }, threshold) => `${timeWait} > ${threshold}`,
    for: "15m",
    summary: "{{ $labels.host }} runs out of ports for new connections",
    description:
      "{{ $value | humanize }} closed connections still hold their port, of about 28 000 that there are to one address.",
    fires: { series: { node_sockstat_TCP_tw: "23000x40" }, from: "15m", value: "23k" },
    quiet: { series: { node_sockstat_TCP_tw: "17000x40" }, at: "25m" },
  },
  HostTcpMemoryHigh: {
    severity: "warning",
    threshold: { value: 0.1, unit: "share of memory in TCP buffers" },
    when: ({ tcpMemory }, threshold) => `${tcpMemory} > ${threshold}`,
    for: "15m",
    summary: "Connections of {{ $labels.host }} hold much memory",
    description:
      "{{ $value | humanizePercentage }} of memory is in buffers of TCP: data waits that nobody reads, here or at the other end.",
    fires: {
      series: { node_sockstat_TCP_mem_bytes: "11x40", node_memory_MemTotal_bytes: "100x40" },
      from: "15m",
      value: "11%",
    },
    quiet: {
      series: { node_sockstat_TCP_mem_bytes: "9x40", node_memory_MemTotal_bytes: "100x40" },
      at: "25m",
    },
  },
  HostSoftnetDrops: {
    severity: "warning",
    threshold: { value: 1, unit: "packets per second" },
    when: ({ softnetDropped }, threshold) => `${softnetDropped} > ${threshold}`,
    for: "15m",
    summary: "Cores of {{ $labels.host }} have no time for packets",
    description:
      '{{ $value | printf "%.1f" }} packets a second are lost because the backlog of a core is full.',
    fires: {
      series: {
        'node_softnet_dropped_total{cpu="0"}': "0+9x40",
        'node_softnet_dropped_total{cpu="1"}': "0+60x40",
      },
      from: "20m",
      value: "1.1",
    },
    quiet: {
      series: {
        'node_softnet_dropped_total{cpu="0"}': "0+9x40",
        'node_softnet_dropped_total{cpu="1"}': "0+42x40",
      },
      at: "30m",
    },
  },
});
