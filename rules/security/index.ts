import type { AlertGroup } from "../lib/alert.ts";
import { group as fail2ban } from "./fail2ban.ts";
import { group as hosts } from "./hosts.ts";
import { group as vault } from "./vault.ts";
import { group as vaultUse } from "./vault-use.ts";

/** What the security team looks after, by what reports it. */
export const security: readonly AlertGroup[] = [fail2ban, hosts, vault, vaultUse];
