import type { Address } from "../channels/channel.ts";
import { type ChannelSettings, configured } from "../channels/index.ts";
import { isInside } from "./private-network.ts";
import { hasProcessor } from "./channels.ts";
import { setCommand } from "./commands.ts";
import { encryptedSecret } from "./fields.ts";
import { type ConfigProblem, mistake } from "./mistakes.ts";
import type { Config } from "./schema.ts";

type Section = Partial<ChannelSettings> & Pick<Config["channels"], "heartbeat">;

/**
 * Addresses that the processor would refuse when it starts: without TLS, or private where nothing allows that.
 * The reasons do not name them, as they are secrets.
 */
export function addressesInside(config: Partial<Config>): ConfigProblem[] {
  const { channels, processor } = config;
  const speaks = channels !== undefined && processor !== undefined && config.target !== undefined;
  return [
    ...withinSection("processor", processor ?? {}),
    ...(speaks && hasProcessor(config as Config) ? withinSection("channels", channels) : []),
  ];
}

function withinSection(where: string, section: Section): ConfigProblem[] {
  const { heartbeat } = section;
  const addresses: readonly (readonly [kind: string, Address])[] = [
    ...configured(section).flatMap(([kind, settings]) =>
      (kind.addresses?.(settings) ?? []).map((one) => [kind.name, one] as const),
    ),
    [
      "heartbeat",
      { field: "url", url: heartbeat?.url.reveal(), private: heartbeat?.private },
    ] as const,
  ];
  return addresses.flatMap(([kind, { field, private: allowed, url }]) => {
    if (url === undefined || url === encryptedSecret) return [];
    const { hostname, protocol } = new URL(url);
    const full = [where, kind, field];
    if (protocol !== "https:") return [mistake(full, "must begin with https://")];
    if (allowed === true || !isInside(hostname)) return [];
    if (allowed === undefined) {
      return [
        mistake(full, "is in a private network or on this machine, where there is no such service"),
      ];
    }
    const fix = setCommand([where, kind, "private"], "true");
    return [
      mistake(
        full,
        "is in a private network or on this machine, which only private: true allows",
        fix,
      ),
    ];
  });
}
