import type { Address } from "../channels/channel.ts";
import { configured } from "../channels/index.ts";
import { isInside } from "./address.ts";
import { setCommand } from "./commands.ts";
import { encryptedSecret } from "./fields.ts";
import { type ConfigProblem, mistake } from "./mistakes.ts";
import type { Config } from "./schema.ts";

/**
 * Addresses that the processor would refuse when it starts: without TLS, or private where that is not said.
 * The reasons do not name them, as they are secrets.
 */
export function addressesInside({ processor }: Partial<Config>): ConfigProblem[] {
  const heartbeat = processor?.heartbeat;
  const addresses: readonly (readonly [section: string, Address])[] = [
    ...configured(processor).flatMap(([kind, settings]) =>
      (kind.addresses?.(settings) ?? []).map((one) => [kind.name, one] as const),
    ),
    [
      "heartbeat",
      { field: "url", url: heartbeat?.url.reveal(), private: heartbeat?.private },
    ] as const,
  ];
  return addresses.flatMap(([section, { field, private: allowed, url }]) => {
    if (url === undefined || url === encryptedSecret) return [];
    const { hostname, protocol } = new URL(url);
    const full = ["processor", section, field];
    if (protocol !== "https:") return [mistake(full, "must begin with https://")];
    if (allowed === true || !isInside(hostname)) return [];
    if (allowed === undefined) {
      return [
        mistake(full, "is in a private network or on this machine, where no such service is"),
      ];
    }
    const fix = setCommand(["processor", section, "private"], "true");
    return [mistake(full, "is in a private network or on this machine, and that is not said", fix)];
  });
}
