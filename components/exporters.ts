import type { Config } from "./config/schema.ts";
import type { ExporterArgs } from "./exporter.ts";
import { renderBlackbox } from "./render/blackbox.ts";
import type { Place } from "./targets/target.ts";

type Definition = Omit<ExporterArgs, "target" | "trust" | "place">;

/**
 * Chosen for what boards and alerts use: a scrape costs half of one with the defaults. Left out are
 * the collector of units, which asks D-Bus for each of them, `processes`, which reads every process,
 * and `textfile`, which complains for ever about a folder that is not there.
 */
const nodeCollectors = [
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
  ...nodeCollectors.map((one) => `--collector.${one}`),
  `--collector.netclass.ignored-devices=${passingInterfaces}`,
  `--collector.netdev.device-exclude=${passingInterfaces}`,
  "--no-collector.cpu.guest",
  "--collector.vmstat.fields=^(oom_kill|pgmajfault|pswpin|pswpout)$",
  `--collector.netstat.fields=^(${netstatFields.join("|")})$`,
];

/**
 * Left out: what is too much, and what cAdvisor cannot see of a container without root or the
 * engine's socket. Of that it would tell an eternal 0 (`cpuLoad`, `oom_event`) or only what is the
 * machine's (`disk`, `network`), which node_exporter measures.
 */
const unmeasured = [
  "advtcp",
  "cpuLoad",
  "cpu_topology",
  "cpuset",
  "disk",
  "hugetlb",
  "memory_numa",
  "network",
  "oom_event",
  "percpu",
  "process",
  "referenced_memory",
  "resctrl",
  "sched",
  "tcp",
  "udp",
];

/** What a cAdvisor tells, of every container. */
export const cadvisorSelection = [
  `--disable_metrics=${unmeasured.join(",")}`,
  "--docker_only=false",
];

/** Account of the images of the Prometheus family. */
const nobody = { uid: 65534, gid: 65534 };

/** Metrics of a Linux host. */
export function nodeExporter(settings: Config["nodeExporter"], { root }: Place): Definition {
  const paths =
    root === undefined
      ? []
      : [`--path.procfs=${root}/proc`, `--path.rootfs=${root}`, `--path.sysfs=${root}/sys`];
  return {
    binary: "node_exporter",
    image: { reference: settings.image, ...nobody },
    args: [...nodeSelection, ...paths],
    files: {},
    checks: [],
    healthPath: "/",
    port: settings.port,
    memoryMegabytes: settings.memory,
    sees: "host",
  };
}

/** Asks addresses from outside: HTTP. */
export function blackboxExporter(settings: Config["blackboxExporter"], place: Place): Definition {
  return {
    binary: "blackbox_exporter",
    image: { reference: settings.image, ...nobody },
    args: [`--config.file=${place.config}/blackbox.yml`],
    files: { "blackbox.yml": renderBlackbox() },
    checks: [
      { binary: "blackbox_exporter", args: ["--config.check", "--config.file=blackbox.yml"] },
    ],
    healthPath: "/-/healthy",
    port: settings.port,
    memoryMegabytes: settings.memory,
    sees: "itself",
  };
}
