import { defineAlerts } from "../lib/alert.ts";
import { defineSignals } from "../lib/signal.ts";
import { securityOwner } from "./common.ts";
import { countsFromZero } from "../lib/nature.ts";

export const signals = defineSignals({
  answers: {
    unit: "bool",
    about: "1 while the exporter reaches the socket of fail2ban.",
    query: (q) => q.gauge("f2b_up"),
  },
  jails: {
    unit: "count",
    about: "Jails that fail2ban has.",
    query: (q) => q.gauge("f2b_jail_count"),
  },
  failures: {
    unit: "count",
    about: "Failed logins that fail2ban saw in 15 minutes, by jail.",
    query: (q) => q.increase("f2b_jail_failed_total", "15m"),
  },
  bans: {
    unit: "count",
    about: "Addresses banned in 15 minutes, by jail; none after a start.",
    // A start counts again everyone whose ban goes on.
    query: (q) =>
      `(${q.increase("f2b_jail_banned_total", "15m")} unless resets(${q.counter("f2b_jail_banned_total")}[15m]) > 0)`,
  },
  banned: {
    unit: "count",
    about: "Addresses that are shut out now, by jail.",
    query: (q) => q.gauge("f2b_jail_banned_current"),
  },
});

const sshd = { jail: "sshd" };
const of = (metric: string): string => `f2b_jail_${metric}{jail="sshd"}`;

export const group = defineAlerts(securityOwner("fail2ban", "fail2ban", 9191, "target"), signals, {
  Fail2banDown: {
    severity: "warning",
    down: true,
    when: ({ answers }) => `${answers} == 0`,
    for: "10m",
    summary: "fail2ban on {{ $labels.host }} does not answer",
    description:
      "The exporter {{ $labels.instance }} has not reached fail2ban for ten minutes: whoever guesses passwords there is not stopped.",
    fires: { series: { f2b_up: "1x2 0x20" }, from: "13m" },
    quiet: { series: { f2b_up: "1 0x8 1 0x8 1x5" }, at: "18m" },
  },
  Fail2banJailsMissing: {
    severity: "warning",
    when: ({ jails, answers }) => `${jails} == 0 and ${answers} == 1`,
    for: "10m",
    summary: "fail2ban on {{ $labels.host }} watches nothing",
    description:
      "fail2ban of {{ $labels.instance }} runs, but no jail has been active for ten minutes.",
    fires: { series: { f2b_jail_count: "1x2 0x20", f2b_up: "1x30" }, from: "13m" },
    quiet: {
      series: {
        f2b_jail_count: "1x30",
        f2b_up: "1x30",
        'f2b_jail_count{instance="b:9191"}': "0x30",
        'f2b_up{instance="b:9191"}': "0x30",
      },
      at: "25m",
    },
  },
  SshBruteForce: {
    severity: "warning",
    threshold: { value: 10, unit: "addresses banned in 15 minutes" },
    when: ({ bans }, threshold) => `${bans} > ${threshold}`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "Jail {{ $labels.jail }} of {{ $labels.host }} bans many addresses",
    description:
      '{{ $value | printf "%.0f" }} addresses were banned in 15 minutes: many machines at once, so a ban of one helps little.',
    fires: {
      series: { [of("banned_total")]: "3x20 14x20" },
      from: "21m",
      labels: sshd,
      value: "12",
    },
    quiet: {
      series: {
        [of("banned_total")]: "3x20 11x40",
        'f2b_jail_banned_total{instance="b:9191",jail="sshd"}': "900x20 200x40",
      },
      at: "25m",
    },
    byNature: { born: countsFromZero },
  },
  Fail2banLoginFailures: {
    severity: "warning",
    threshold: { value: 100, unit: "failed logins in 15 minutes" },
    when: ({ failures }, threshold) => `${failures} > ${threshold}`,
    for: "15m",
    summary: "Logins on {{ $labels.host }} fail in masses",
    description:
      "Jail {{ $labels.jail }} has seen {{ $value | humanize }} failed logins in 15 minutes, and they go on.",
    fires: {
      series: { [of("failed_total")]: "0+7.6x60" },
      from: "29m",
      labels: sshd,
      value: "114",
    },
    quiet: { series: { [of("failed_total")]: "0+6x60" }, at: "45m" },
  },
  Fail2banBannedMany: {
    severity: "info",
    threshold: { value: 1000, unit: "addresses shut out at a time" },
    when: ({ banned }, threshold) => `${banned} > ${threshold}`,
    for: "30m",
    summary: "{{ $labels.host }} shuts many addresses out",
    description:
      "Jail {{ $labels.jail }} holds {{ $value | humanize }} addresses; a rule for each slows the firewall.",
    fires: {
      series: { [of("banned_current")]: "1200x40" },
      from: "30m",
      labels: sshd,
      value: "1.2k",
    },
    quiet: { series: { [of("banned_current")]: "850x40" }, at: "38m" },
  },
});
