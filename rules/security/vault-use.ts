/** What is done with Vault: tokens, leases, logins. */
import { defineAlerts } from "../lib/alert.ts";
import { estateBoard } from "../lib/boards.ts";
import { defineSignals } from "../lib/signal.ts";
import { securityOwner } from "./common.ts";
import { ofLeader } from "./vault.ts";

export const signals = defineSignals({
  rootTokens: {
    unit: "count",
    about: "Root tokens made within 15 minutes.",
    query: (q) => q.events("vault_token_create_root", "15m"),
  },
  tokensAgainstYesterday: {
    unit: "ratio",
    about: "Tokens made per second against the same time of the day before.",
    query: (q) => {
      const made = q.counter("vault_token_creation");
      return `sum by (cluster, env, job) (rate(${made}[15m])) / (sum by (cluster, env, job) (rate(${made}[15m] offset 1d)) > 0.1)`;
    },
  },
  leases: {
    unit: "count",
    about: "Leases that Vault keeps.",
    query: (q) => ofLeader(q, "vault_expire_num_leases"),
  },
  leasesBefore: {
    unit: "count",
    about: "Leases that Vault kept on average of the day before.",
    query: (q) => `avg_over_time(${q.gauge("vault_expire_num_leases")}[1d] offset 1h)`,
  },
  irrevocable: {
    unit: "count",
    about: "Leases that Vault gave up taking back.",
    query: (q) => ofLeader(q, "vault_expire_num_irrevocable_leases"),
  },
  lockedUsers: {
    unit: "count",
    about: "Users locked out after too many failed logins.",
    query: (q) => ofLeader(q, "vault_core_locked_users"),
  },
});

const made = (cluster = "main"): string =>
  `vault_token_creation{cluster="${cluster}",auth_method="approle",creation_ttl="1h",mount_point="auth/approle/",token_type="service"}`;

const leads = { vault_core_active: "1x40" };
/** Another node, which led before and still shows this. */
const led = (metric: string, values: string) => ({
  'vault_core_active{instance="b:8200"}': "0x40",
  [`${metric}{instance="b:8200"}`]: values,
});

export const group = defineAlerts(securityOwner("vault-use", "vault", 8200, "cluster"), signals, {
  VaultRootTokenCreated: {
    severity: "critical",
    when: ({ rootTokens }) => `${rootTokens} > 0`,
    for: "0s",
    keepFiringFor: "15m",
    summary: "Somebody made a root token at Vault on {{ $labels.host }}",
    description:
      "Within 15 minutes {{ $labels.instance }} gave out a token that may do everything; it should be planned, short and revoked.",
    fires: { series: { vault_token_create_root: "_x30 1x10" }, from: "30m" },
    quiet: { series: { vault_token_create_root: "1x120" }, at: "80m" },
    resolves: { series: { vault_token_create_root: "1x60" }, at: "30m" },
  },
  VaultTokensSpike: {
    severity: "warning",
    board: estateBoard,
    threshold: { value: 3, unit: "tokens against the same time of the day before" },
    when: ({ tokensAgainstYesterday }, threshold) => `${tokensAgainstYesterday} > ${threshold}`,
    for: "15m",
    summary: "Vault cluster {{ $labels.cluster }} makes far more tokens",
    description:
      '{{ $labels.cluster }} makes {{ $value | printf "%.1f" }} times the tokens of this time yesterday: a client logs in for every request, or somebody collects.',
    step: "5m",
    fires: {
      series: { [made()]: "0+100x288 28800+360x60" },
      from: "24h30m",
      labels: { cluster: "main", instance: "", host: "" },
      value: "3.6",
    },
    quiet: {
      series: {
        [made()]: "0+100x288 28800+250x60",
        [made("idle")]: "0+20x288 5760+100x60",
      },
      at: "26h",
    },
    resolves: { series: { [made()]: "40000+100x40" }, at: "2h" },
  },
  VaultLeasesNearLimit: {
    severity: "warning",
    threshold: { value: 240_000, unit: "leases" },
    when: ({ leases }, threshold) => `${leases} > ${threshold}`,
    for: "15m",
    summary: "Vault on {{ $labels.host }} keeps very many leases",
    description:
      "{{ $value | humanize }} leases; a new installation refuses more than 300 000, and an older one slows down until it falls over.",
    fires: {
      series: { vault_expire_num_leases: "270000x30", ...leads },
      from: "15m",
      value: "270k",
    },
    quiet: {
      series: {
        vault_expire_num_leases: "205000x30",
        ...leads,
        ...led("vault_expire_num_leases", "270000x30"),
      },
      at: "25m",
    },
  },
  VaultLeasesExploding: {
    severity: "warning",
    threshold: { value: 2, unit: "leases against the average of the day before" },
    when: ({ leases, leasesBefore }, threshold) =>
      `${leases} / (${leasesBefore} > 1000) > ${threshold}`,
    for: "15m",
    summary: "Leases at Vault on {{ $labels.host }} multiply",
    description:
      'There are {{ $value | printf "%.1f" }} times the leases of the day before: something asks for secrets in a loop and never gives them back.',
    step: "5m",
    fires: {
      series: { vault_expire_num_leases: "5000x300 11500x10", vault_core_active: "1x310" },
      from: "25h20m",
      value: "2.3",
    },
    quiet: {
      series: {
        vault_expire_num_leases: "5000x300 8800x20",
        'vault_expire_num_leases{instance="b:8200"}': "500x300 2000x20",
        vault_core_active: "1x320",
        'vault_core_active{instance="b:8200"}': "1x320",
      },
      at: "26h",
    },
    resolves: {
      series: { vault_expire_num_leases: "5000x20", vault_core_active: "1x20" },
      at: "1h",
    },
  },
  VaultLeasesIrrevocable: {
    severity: "warning",
    threshold: { value: 0, unit: "leases that cannot be taken back" },
    when: ({ irrevocable }, threshold) => `${irrevocable} > ${threshold}`,
    for: "15m",
    summary: "Vault on {{ $labels.host }} cannot take secrets back",
    description:
      '{{ $value | printf "%.0f" }} leases ran out and could not be revoked: the accounts behind them still work.',
    fires: {
      series: { vault_expire_num_irrevocable_leases: "0x4 1x30", ...leads },
      from: "20m",
      value: "1",
    },
    quiet: {
      series: {
        vault_expire_num_irrevocable_leases: "0x4 1x12 0x20",
        ...leads,
        ...led("vault_expire_num_irrevocable_leases", "1x40"),
      },
      at: "25m",
    },
  },
  VaultUsersLocked: {
    severity: "warning",
    threshold: { value: 0, unit: "users locked out" },
    when: ({ lockedUsers }, threshold) => `${lockedUsers} > ${threshold}`,
    for: "5m",
    summary: "Vault on {{ $labels.host }} has locked users out",
    description:
      '{{ $value | printf "%.0f" }} users are locked out after failed logins: a forgotten password, an old one in a script, or a guess.',
    fires: { series: { vault_core_locked_users: "0x4 1x30", ...leads }, from: "10m", value: "1" },
    quiet: {
      series: {
        vault_core_locked_users: "0x4 1x3 0x20",
        ...leads,
        ...led("vault_core_locked_users", "1x40"),
      },
      at: "25m",
    },
  },
});
