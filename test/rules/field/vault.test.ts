/** Situations of Vault: nodes that are sealed, forget and come and go, and leaders that nobody hears. */
import { type Situations, tryAll } from "./situation.ts";

const unsealed = 'vault_core_unsealed{cluster="main"}';

const situations: Situations = {
  "a node of Vault that has been sealed for longer than it keeps its metrics": {
    alert: "VaultSealed",
    target: { job: "vault", instance: "v:8200", host: "v" },
    series: { up: "1x90", 'vault_core_unsealed{cluster="main"}': "1x5 0x5 stale" },
    firing: { "5m": 0, "8m": 1, "80m": 1 },
  },
  "a leader of Vault that has not changed for longer than that, beside a new standby": {
    alert: "VaultNoLeader",
    target: { job: "vault" },
    series: {
      'vault_core_active{cluster="main",instance="a:8200"}': "1x60",
      'vault_core_active{cluster="main",instance="b:8200"}': "0x60",
      'vault_core_unsealed{cluster="main",instance="b:8200"}': "1x60",
    },
    firing: { "30m": 0 },
  },
  "a node of Vault that is told its cluster's name when it is unsealed": {
    alert: "VaultSealed",
    target: { job: "vault", instance: "v:8200", host: "v" },
    series: { up: "1x90", vault_core_unsealed: "0x90", [unsealed]: "_x5 1x85" },
    firing: { "4m": 1, "40m": 0 },
  },
  "the same, sealed again after it has forgotten how it began": {
    alert: "VaultSealed",
    target: { job: "vault", instance: "v:8200", host: "v" },
    series: { up: "1x90", vault_core_unsealed: "0x5 stale", [unsealed]: "_x6 1x30 0x5 stale" },
    firing: { "30m": 0, "80m": 1 },
  },
  "a node of Vault that is taken away while it is sealed": {
    alert: "VaultSealed",
    target: { job: "vault", instance: "v:8200", host: "v" },
    series: { up: "1x10 stale", [unsealed]: "0x10 stale" },
    firing: { "8m": 1, "40m": 0 },
  },
  "a standby of Vault, which does not name its cluster": {
    alert: "VaultNoLeader",
    target: { job: "vault" },
    series: {
      'vault_core_active{cluster="main",instance="a:8200"}': "1x60",
      'vault_core_active{instance="b:8200"}': "0x60",
      'vault_core_unsealed{instance="b:8200"}': "1x60",
    },
    firing: { "30m": 0 },
  },
  "a leader of Vault whose scrape fails, while its standbys hear it": {
    alert: "VaultNoLeader",
    target: { job: "vault" },
    series: {
      'up{instance="a:8200"}': "1x10 0x50",
      'up{instance="b:8200"}': "1x60",
      'vault_core_active{cluster="main",instance="a:8200"}': "1x10 stale",
      'vault_core_active{instance="b:8200"}': "0x60",
      'vault_ha_rpc_client_echo_count{instance="b:8200"}': "0+12x60",
    },
    firing: { "30m": 0, "55m": 0 },
  },
  "a leader of Vault whose scrape fails, and a node that led before": {
    alert: "VaultNoLeader",
    target: { job: "vault" },
    series: {
      'up{instance="a:8200"}': "1x60",
      'up{instance="b:8200"}': "1x60",
      'up{instance="c:8200"}': "0x60",
      'vault_core_active{cluster="main",instance="a:8200"}': "0x60",
      'vault_core_active{instance="b:8200"}': "0x60",
      'vault_ha_rpc_client_echo_count{instance="b:8200"}': "0+12x60",
    },
    firing: { "30m": 0 },
  },
  "a leader of Vault that is gone, and whom nobody succeeds": {
    alert: "VaultNoLeader",
    target: { job: "vault" },
    series: {
      'up{instance="a:8200"}': "1x10 0x50",
      'up{instance="b:8200"}': "1x60",
      'vault_core_active{cluster="main",instance="a:8200"}': "1x10 stale",
      'vault_core_active{instance="b:8200"}': "0x60",
      'vault_ha_rpc_client_echo_count{instance="b:8200"}': "0+12x60",
      'vault_ha_rpc_client_echo_errors{instance="b:8200"}': "_x11 12+12x50",
    },
    firing: { "10m": 0, "18m": 1 },
  },
  "a leader of Vault whose scrape fails and that was sealed before": {
    alert: "VaultSealed",
    target: { job: "vault", instance: "a:8200", host: "a" },
    series: {
      up: "1x20 0x40",
      [unsealed]: "0x5 1x14 stale",
      'up{instance="b:8200",host="b"}': "1x60",
      'vault_core_unsealed{instance="b:8200",host="b"}': "1x60",
    },
    firing: { "4m": 1, "30m": 0 },
  },
  "standbys of Vault alone": {
    alert: "VaultNoLeader",
    target: { job: "vault" },
    series: {
      'vault_core_active{instance="a:8200"}': "0x60",
      'vault_core_active{instance="b:8200"}': "0x60",
    },
    firing: { "30m": 1 },
  },
  "a leader of Vault that tells of its cluster's name, and of its storage without": {
    alert: "VaultStorageUnhealthy",
    target: { job: "vault", instance: "v:8200", host: "v" },
    series: { 'vault_core_active{cluster="main"}': "1x60", vault_autopilot_healthy: "1x5 0x60" },
    firing: { "5m": 0, "30m": 1 },
  },
};

tryAll(situations);
