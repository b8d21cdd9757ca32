/** A collector of node_exporter that is off unless its flag is given; what else it takes stands around it. */
const collector = (name: string, before = "", after = "") => ({
  flag: `--collector.${name}`,
  text: `${before}node_exporter with --collector.${name}${after}`,
});

const collectors = {
  "apt textfile": collector("textfile.directory", "apt_info.py, and ", " to read its file"),
  "cpu_vulnerabilities collector": collector("cpu_vulnerabilities"),
  "processes collector": collector("processes"),
  "selinux collector": collector("selinux"),
  "smartmon textfile": collector("textfile.directory", "smartmon.sh, and ", " to read its file"),
  "systemd collector": collector("systemd"),
  "systemd restarts": collector("systemd", "", " and --collector.systemd.enable-restarts-metrics"),
  "textfile collector": collector("textfile.directory"),
} as const;

type OfCollector = keyof typeof collectors;

const ofCollectors = (field: "flag" | "text"): Readonly<Record<OfCollector, string>> =>
  Object.fromEntries(Object.entries(collectors).map(([need, one]) => [need, one[field]])) as Record<
    OfCollector,
    string
  >;

/** The flag of node_exporter without which an alert's series are not there, by what the alert needs. */
export const collectorFlags = ofCollectors("flag");

/**
 * Requirements of alerts besides a scraped program of their job, as the end of a sentence:
 * "HostSystemdUnitFailed needs …". An estate that lacks it does not load the alert, and says why.
 */
export const needs = {
  // node_exporter
  ...ofCollectors("text"),
  "end of support": "a system whose /etc/os-release has SUPPORT_END, as Fedora's has",
  macos: "a host with macOS",
  "several hosts": "several hosts",
  // redis_exporter
  "watched streams": "redis_exporter with --check-streams",
  // postgres_exporter
  "statement statistics":
    "postgres_exporter with --collector.stat_statements, and the extension pg_stat_statements in its database",
  // cAdvisor
  "cgroups v1": "control groups of version 1: on version 2 the kernel does not count this",
  "cgroups v2": "control groups of version 2: on version 1 the kernel does not count this",
  "container disks": "cAdvisor with the metrics disk, as root and with the engine's socket",
  "container names": "cAdvisor with the engine's socket",
  "container networks": "cAdvisor with the metrics network, as root and with the engine's socket",
  "container threads": "cAdvisor with the metrics process",
  "kernel log": "cAdvisor with the metrics oom_event, as root",
  // blackbox_exporter
  "content probes": "probes that expect a text",
  "dns probes": "probes of DNS",
  "grpc probes": "probes of gRPC",
  "icmp probes": "probes by ICMP, whose job has icmp in its name",
  // Prometheus, Alertmanager, the processor
  "kubernetes discovery": "a Prometheus that finds its targets in Kubernetes",
  "processor channels": "a channel of the alert processor",
  "processor ears":
    "vigil:processor.pagerduty.webhookSecret or vigil:processor.goalert.webhookSecret",
  "processor heartbeat": "vigil:channels.heartbeat",
  "remote write": "a Prometheus with remote_write",
  "service discovery": "a Prometheus that finds its targets elsewhere than in its configuration",
  "several alertmanagers": "several Alertmanagers in a cluster",
  "several prometheus": "several Prometheus servers that do the same work",
  "target limit": "a Prometheus with a target_limit",
  // Contracts
  "application metrics": "a scraped program that reports its requests (runbooks/general.md)",
  "business metrics": "a scraped program that reports orders and payments (runbooks/business.md)",
  "inference metrics": "a scraped program that reports its predictions (runbooks/inference.md)",
  "journey metrics": "scraped journeys (runbooks/probe.md)",
} as const satisfies Readonly<Record<string, string>>;

export type Need = keyof typeof needs;

/** Why a stack does not load an alert: nothing of its job is scraped, or it needs what is not there. */
export type AlertLeftOut =
  { readonly job: string } | { readonly need: Need; readonly because: string };

/** Why an estate does not have what alerts need; what is not named, it has, or nobody can know. */
export type Lacks = Readonly<Partial<Record<Need, string>>>;

/** A reason as lines for a terminal. */
export const spelledReason = (reason: AlertLeftOut): string[] =>
  "job" in reason
    ? [`nothing in this stack is scraped as job ${reason.job}`]
    : [`it needs ${needs[reason.need]}`, reason.because];
