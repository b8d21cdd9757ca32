import { collectorFlags } from "../../rules/lib/needs.ts";
import { imageOf } from "../../lib/pins.ts";
import { listening, on } from "../config/fields.ts";
import { exporter, nobody } from "./exporter.ts";
import type { Service } from "./service.ts";

const fields = {
  ...listening({
    port: 9100,
    image: imageOf("docker.io/prom/node-exporter", "node_exporter"),
    memory: 128,
  }),
  on,
};

/**
 * Chosen for what boards and alerts use: a scrape costs half of one with the defaults. Left out are
 * the collector of units, which asks D-Bus for each of them, `processes`, which reads every process,
 * and `textfile`, which complains for ever about a folder that is not there.
 */
const collectors = [
  "bonding",
  "conntrack",
  "cpu",
  "diskstats",
  "edac",
  "filefd",
  "filesystem",
  "hwmon",
  "kernel_hung",
  "loadavg",
  "mdadm",
  "meminfo",
  "netclass",
  "netdev",
  "netstat",
  "os",
  "pressure",
  "sockstat",
  "softnet",
  "stat",
  "time",
  "timex",
  "uname",
  "vmstat",
] as const;

/** Of the kernel's hundreds of network counters those that alerts and their runbooks ask for. */
const netstatFields = [
  "Tcp_(ActiveOpens|CurrEstab|OutSegs|PassiveOpens|RetransSegs)",
  "TcpExt_(ListenDrops|ListenOverflows|SyncookiesSent)",
  "Udp_(InDatagrams|InErrors|RcvbufErrors)",
];

/** Interfaces that come and go with containers, and those that lead nowhere. */
const passingInterfaces = "^(lo|ifb|veth|docker|br-|cali|cni|flannel|virbr|tap|tun)";

/** What a node exporter tells, and that it tells nothing of itself: a fifth of each scrape. */
export const nodeSelection = [
  "--collector.disable-defaults",
  "--web.disable-exporter-metrics",
  ...collectors.map((one) => `--collector.${one}`),
  `--collector.netclass.ignored-devices=${passingInterfaces}`,
  `--collector.netdev.device-exclude=${passingInterfaces}`,
  "--no-collector.cpu.guest",
  "--collector.vmstat.fields=^(oom_kill|pgmajfault|pswpin|pswpout)$",
  `--collector.netstat.fields=^(${netstatFields.join("|")})$`,
];

/** Metrics of a host. */
export const node: Service<"nodeExporter", typeof fields> = {
  name: "node",
  key: "nodeExporter",
  fields,
  component: "Exporter",
  binary: "node_exporter",
  image: nobody,
  listener: "certificate",
  sees: "host",
  onHosts: true,
  mostSamples: 10_000,
  // Collectors that are off.
  lacks: Object.fromEntries(
    Object.entries(collectorFlags)
      .filter(([, flag]) => !nodeSelection.some((given) => given.split("=")[0] === flag))
      .map(([need]) => [need, "Vigil's own runs without it"]),
  ),
  ...exporter({
    args: ({ root }) => [
      ...nodeSelection,
      ...(root === undefined
        ? []
        : [`--path.procfs=${root}/proc`, `--path.rootfs=${root}`, `--path.sysfs=${root}/sys`]),
    ],
    health: "/",
  }),
};
