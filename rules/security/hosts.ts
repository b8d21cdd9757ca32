/** Hosts that stay open to what is known: the first reminder comes with the upkeep of hosts. */
import { defineAlerts } from "../lib/alert.ts";
import { defineSignals, type Matchers } from "../lib/signal.ts";
import { securityOwner } from "./common.ts";

const fromSecurity: Matchers = { origin: /.*[Ss]ecurity.*/ };

export const signals = defineSignals({
  updatesOverdue: {
    unit: "count",
    about: "Fewest security updates that were not installed at any time of seven days.",
    query: (q) => {
      const pending = q.gauge("apt_upgrades_pending", fromSecurity);
      return `sum without (arch, origin) (min_over_time(${pending}[7d]) and ${pending} offset 7d and ${pending})`;
    },
  },
  updatesHeld: {
    unit: "count",
    about: "Security updates that somebody told apt not to install.",
    query: (q) => `sum without (arch, origin) (${q.gauge("apt_upgrades_held", fromSecurity)})`,
  },
  rebootOverdue: {
    unit: "bool",
    about: "1 where an installed update has waited seven days for a restart.",
    query: (q) => {
      const required = q.gauge("node_reboot_required");
      return `min_over_time(${required}[7d]) and ${required} offset 7d and ${required}`;
    },
  },
  selinux: {
    unit: "bool",
    about: "1 while SELinux is switched on.",
    query: (q) => q.gauge("node_selinux_enabled"),
  },
  selinuxBefore: {
    unit: "bool",
    about: "1 where SELinux was switched on within a day.",
    query: (q) => `max_over_time(${q.gauge("node_selinux_enabled")}[1d])`,
  },
  vulnerable: {
    unit: "bool",
    about: "1 for each known hole of the processor that nothing closes.",
    query: (q) =>
      `max without (mitigation) (${q.gauge("node_cpu_vulnerabilities_info", { state: "vulnerable" })})`,
  },
});

const updates = (metric: string, origin: string, more = ""): string =>
  `apt_upgrades_${metric}{origin="${origin}",arch="amd64"${more}}`;
const secure = "Debian-Security:12/stable-security";
const plain = "Debian:12.9/stable";
const hole = (state: string): string =>
  `node_cpu_vulnerabilities_info{codename="mds",state="${state}",mitigation=""}`;

export const group = defineAlerts(securityOwner("hosts", "node", 9100, "host"), signals, {
  SecurityUpdatesOverdue: {
    severity: "warning",
    needs: "apt textfile",
    threshold: { value: 0, unit: "security updates not installed for a week" },
    when: ({ updatesOverdue }, threshold) => `${updatesOverdue} > ${threshold}`,
    for: "1h",
    summary: "{{ $labels.host }} has lacked security updates for a week",
    description:
      'At least {{ $value | printf "%.0f" }} security updates have been waiting every hour of seven days: nothing installs them here.',
    step: "30m",
    fires: {
      series: { [updates("pending", secure)]: "1x400", [updates("pending", plain)]: "9x400" },
      from: "169h",
      value: "1",
    },
    quiet: {
      series: {
        [updates("pending", secure)]: "1x100 0x2 1x300",
        [updates("pending", plain)]: "9x400",
        // Six days old.
        [updates("pending", secure, ',host="new",instance="new:9100"')]: "_x110 1x290",
      },
      at: "190h",
    },
    resolves: { series: { [updates("pending", secure)]: "0x20" }, at: "5h" },
  },
  SecurityUpdatesHeld: {
    severity: "warning",
    needs: "apt textfile",
    threshold: { value: 0, unit: "security updates held back" },
    when: ({ updatesHeld }, threshold) => `${updatesHeld} > ${threshold}`,
    for: "24h",
    summary: "{{ $labels.host }} holds security updates back",
    description:
      '{{ $value | printf "%.0f" }} packages with a security update are on hold: no automatic update touches them.',
    step: "30m",
    fires: {
      series: { [updates("held", secure)]: "1x60", [updates("held", plain)]: "3x60" },
      from: "24h",
      value: "1",
    },
    quiet: {
      series: { [updates("held", secure)]: "1x40 0x60", [updates("held", plain)]: "3x100" },
      at: "45h",
    },
  },
  SecurityRebootOverdue: {
    severity: "warning",
    needs: "apt textfile",
    when: ({ rebootOverdue }) => `(${rebootOverdue}) == 1`,
    for: "1h",
    summary: "{{ $labels.host }} has run an old kernel or library for a week",
    description:
      "An update was installed seven days ago or earlier and works only after the restart that never came.",
    step: "30m",
    fires: { series: { node_reboot_required: "0x3 1x400" }, from: "170h30m" },
    quiet: {
      series: {
        node_reboot_required: "1x100 0x2 1x300",
        'node_reboot_required{host="new",instance="new:9100"}': "_x110 1x290",
      },
      at: "190h",
    },
    resolves: { series: { node_reboot_required: "0x20" }, at: "5h" },
  },
  SecuritySelinuxSwitchedOff: {
    severity: "warning",
    needs: "selinux collector",
    when: ({ selinux, selinuxBefore }) => `${selinux} == 0 and ${selinuxBefore} == 1`,
    for: "10m",
    summary: "SELinux of {{ $labels.host }} was switched off",
    description: "{{ $labels.host }} had SELinux within the last day and runs without it now.",
    fires: { series: { node_selinux_enabled: "1x5 0x30" }, from: "16m" },
    quiet: {
      series: {
        node_selinux_enabled: "1x40",
        // Never had it.
        'node_selinux_enabled{host="b",instance="b:9100"}': "0x40",
      },
      at: "35m",
    },
  },
  SecurityCpuVulnerable: {
    severity: "info",
    needs: "cpu_vulnerabilities collector",
    when: ({ vulnerable }) => `${vulnerable} == 1`,
    for: "1h",
    summary: "The processor of {{ $labels.host }} is open to {{ $labels.codename }}",
    description:
      "The kernel of {{ $labels.host }} knows of {{ $labels.codename }} and has nothing in place against it.",
    fires: {
      series: { [hole("vulnerable")]: "1x80" },
      from: "1h",
      labels: { codename: "mds", state: "vulnerable" },
    },
    quiet: {
      series: { [hole("vulnerable")]: "1x50 _x80", [hole("not affected")]: "1x130" },
      at: "110m",
    },
  },
});
