import { defineAlerts, type Labels } from "../lib/alert.ts";
import { defineSignals } from "../lib/signal.ts";
import { hostOwner } from "./common.ts";
import { countsFromZero } from "../lib/nature.ts";

export const signals = defineSignals({
  unitFailed: {
    unit: "bool",
    about: "1 for a systemd unit that failed.",
    query: (q) => q.gauge("node_systemd_unit_state", { state: "failed" }),
  },
  unitRestarts: {
    unit: "count",
    about: "How often systemd started a service again in 15 minutes.",
    query: (q) => q.increase("node_systemd_service_restart_total", "15m"),
  },
  textfileError: {
    unit: "bool",
    about: "1 while a file of metrics left for the node exporter cannot be read.",
    query: (q) => q.gauge("node_textfile_scrape_error"),
  },
  textfileAge: {
    unit: "seconds",
    about: "Age of each file of metrics left for the node exporter.",
    query: (q) => q.age("node_textfile_mtime_seconds"),
  },
  textfileWritten: {
    unit: "count",
    about:
      "How often each such file was seen written again within a month: one that never is holds a fact.",
    query: (q) => `changes(${q.timestamp("node_textfile_mtime_seconds")}[30d:6h])`,
  },
  rebootRequired: {
    unit: "bool",
    about: "1 while an installed update waits for a restart of the host.",
    query: (q) => q.gauge("node_reboot_required"),
  },
  securityUpdates: {
    unit: "count",
    about: "Security updates that are not installed.",
    query: (q) =>
      `sum without (arch, origin) (${q.gauge("apt_upgrades_pending", { origin: /.*[Ss]ecurity.*/ })})`,
  },
  updates: {
    unit: "count",
    about: "Updates that are not installed.",
    query: (q) => `sum without (arch, origin) (${q.gauge("apt_upgrades_pending")})`,
  },
  packageListAge: {
    unit: "seconds",
    about: "Time since the list of packages was last fetched.",
    query: (q) => q.age("apt_package_cache_timestamp_seconds"),
  },
  supportLeft: {
    unit: "seconds",
    about: "Time until the operating system gets no more updates.",
    query: (q) => q.left("node_os_support_end_timestamp_seconds"),
  },
});

const unit = (state: string): string =>
  `node_systemd_unit_state{name="backup.service",state="${state}",type="simple"}`;
const pending = (origin: string): string => `apt_upgrades_pending{origin="${origin}",arch="amd64"}`;
const day = 86_400;
const file: Labels = { file: "/var/lib/node_exporter/backup.prom" };
const mtime = `node_textfile_mtime_seconds{file="${file["file"] ?? ""}"}`;

export const group = defineAlerts(hostOwner("upkeep"), signals, {
  HostSystemdUnitFailed: {
    severity: "warning",
    needs: "systemd collector",
    when: ({ unitFailed }) => `${unitFailed} == 1`,
    for: "5m",
    summary: "{{ $labels.name }} of {{ $labels.host }} failed",
    description: "systemd gave up on {{ $labels.name }}; it stays down until somebody starts it.",
    fires: {
      series: { [unit("failed")]: "0x4 1x20" },
      from: "10m",
      labels: { name: "backup.service", state: "failed", type: "simple" },
    },
    quiet: {
      series: { [unit("failed")]: "0x4 1x2 0x20", [unit("active")]: "1x30" },
      at: "12m",
    },
  },
  HostSystemdUnitCrashLooping: {
    severity: "warning",
    needs: "systemd restarts",
    threshold: { value: 4, unit: "restarts in 15 minutes" },
    when: ({ unitRestarts }, threshold) => `${unitRestarts} > ${threshold}`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "{{ $labels.name }} of {{ $labels.host }} crashes in a loop",
    description:
      'systemd started {{ $labels.name }} again {{ $value | printf "%.0f" }} times in 15 minutes.',
    fires: {
      series: { 'node_systemd_service_restart_total{name="shop.service"}': "0x8 5x30" },
      from: "9m",
      labels: { name: "shop.service" },
      value: "5",
    },
    quiet: {
      series: { 'node_systemd_service_restart_total{name="shop.service"}': "1x8 4x50" },
      at: "30m",
    },
    byNature: { born: countsFromZero },
  },
  HostTextfileScrapeError: {
    severity: "warning",
    needs: "textfile collector",
    when: ({ textfileError }) => `${textfileError} == 1`,
    for: "15m",
    summary: "A file of metrics on {{ $labels.host }} cannot be read",
    description:
      "The node exporter cannot read one of the files of metrics left for it; what that file tells is missing.",
    fires: { series: { node_textfile_scrape_error: "0x4 1x30" }, from: "20m" },
    quiet: { series: { node_textfile_scrape_error: "0x4 1x10 0x20" }, at: "25m" },
  },
  HostTextfileStale: {
    severity: "warning",
    needs: "textfile collector",
    threshold: { value: day, unit: "seconds since it was written" },
    when: ({ textfileAge, textfileWritten }, threshold) =>
      `${textfileAge} > ${threshold} and ${textfileWritten} > 0`,
    for: "1h",
    summary: "A file of metrics on {{ $labels.host }} is old",
    description:
      "{{ $labels.file }} was last written {{ $value | humanizeDuration }} ago: the job that writes it does not run.",
    step: "30m",
    fires: {
      series: { [mtime]: "900x29 54000x60" },
      from: "40h30m",
      labels: file,
      value: "1d 1h 30m 0s",
    },
    quiet: {
      series: {
        [mtime]: "900x29 60000x60",
        // One that says what the host is for.
        'node_textfile_mtime_seconds{file="/role.prom"}': "1800x90",
      },
      at: "40h",
    },
    resolves: { series: { [mtime]: "90000x10" }, at: "1h" },
  },
  HostRebootRequired: {
    severity: "info",
    needs: "apt textfile",
    when: ({ rebootRequired }) => `${rebootRequired} == 1`,
    for: "24h",
    summary: "{{ $labels.host }} waits for a restart",
    description:
      "An update has been installed for a day that works only after a restart, often a kernel with a vulnerability fixed.",
    step: "30m",
    fires: { series: { node_reboot_required: "0x3 1x60" }, from: "26h" },
    quiet: { series: { node_reboot_required: "0x3 1x40 0x60" }, at: "40h" },
  },
  HostSecurityUpdatesPending: {
    severity: "warning",
    needs: "apt textfile",
    threshold: { value: 0, unit: "security updates not installed" },
    when: ({ securityUpdates }, threshold) => `${securityUpdates} > ${threshold}`,
    for: "24h",
    summary: "{{ $labels.host }} lacks security updates",
    description: '{{ $value | printf "%.0f" }} security updates have not been installed for a day.',
    step: "30m",
    fires: {
      series: {
        [pending("Debian-Security:12/stable-security")]: "1x60",
        [pending("Debian:12.9/stable")]: "4x60",
      },
      from: "24h",
      value: "1",
    },
    quiet: {
      series: {
        [pending("Debian-Security:12/stable-security")]: "1x40 0x30",
        [pending("Debian:12.9/stable")]: "4x70",
      },
      at: "30h",
    },
    resolves: { series: { [pending("Debian-Security:12/stable-security")]: "0x5" }, at: "30m" },
  },
  HostUpdatesPending: {
    severity: "info",
    needs: "apt textfile",
    threshold: { value: 50, unit: "updates not installed" },
    when: ({ updates }, threshold) => `${updates} > ${threshold}`,
    for: "24h",
    summary: "{{ $labels.host }} lacks many updates",
    description: '{{ $value | printf "%.0f" }} updates wait to be installed.',
    step: "30m",
    fires: {
      series: { [pending("Debian:12.9/stable")]: "40x60", [pending("Other:stable")]: "15x60" },
      from: "24h",
      value: "55",
    },
    quiet: {
      series: { [pending("Debian:12.9/stable")]: "40x60", [pending("Other:stable")]: "5x60" },
      at: "28h",
    },
  },
  HostPackageListStale: {
    severity: "warning",
    needs: "apt textfile",
    threshold: { value: 3 * day, unit: "seconds since the list was fetched" },
    when: ({ packageListAge }, threshold) => `${packageListAge} > ${threshold}`,
    for: "1h",
    summary: "{{ $labels.host }} does not learn of updates",
    description:
      "The list of packages was last fetched {{ $value | humanizeDuration }} ago: that no update waits means nothing.",
    step: "30m",
    fires: {
      series: { apt_package_cache_timestamp_seconds: "1800x160" },
      from: "74h",
      value: "3d 1h 30m 0s",
    },
    quiet: { series: { apt_package_cache_timestamp_seconds: "36000x160" }, at: "76h" },
    resolves: { series: { apt_package_cache_timestamp_seconds: "260000x10" }, at: "1h" },
  },
  HostOsSupportEnds: {
    severity: "warning",
    needs: "end of support",
    threshold: { value: 60 * day, unit: "seconds until support ends" },
    when: ({ supportLeft }, threshold) => `${supportLeft} < ${threshold}`,
    for: "6h",
    summary: "The operating system of {{ $labels.host }} gets no more updates soon",
    description:
      "Its maker supports this version for another {{ $value | humanizeDuration }}; after that holes stay open.",
    step: "30m",
    fires: {
      series: { node_os_support_end_timestamp_seconds: "5000000x20" },
      from: "6h",
      value: "57d 14h 53m 20s",
    },
    quiet: { series: { node_os_support_end_timestamp_seconds: "5400000x40" }, at: "8h" },
  },
});
