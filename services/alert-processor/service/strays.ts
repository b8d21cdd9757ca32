import type { DeskStore } from "../store/desk.ts";

/** How long it waits: another replica may have a newer configuration, with this channel in it. Milliseconds. */
const patience = 15 * 60_000;

/** Deliveries of a channel in one round; the next one goes on. */
const most = 1_000;

const lease = 60_000;

/**
 * Gives up what waits for channels that were renamed or taken out of the configuration: nobody tells it any more,
 * and it would be late for ever. So it can be seen, and dismissed.
 *
 * @param names - Of the channels that there are.
 * @returns How many, by channel.
 */
export async function giveUpStrays(
  store: Pick<DeskStore, "channels" | "settle" | "take">,
  names: readonly string[],
  now: number,
): Promise<Map<string, number>> {
  const given = new Map<string, number>();
  for (const { channel, dueSince } of await store.channels(now)) {
    if (names.includes(channel) || dueSince === null || now - dueSince < patience) continue;
    const bundles = await store.take(channel, most, most, now, now + lease);
    const keys = bundles.flatMap(({ deliveries }) => deliveries.map(({ key }) => key));
    if (keys.length === 0) continue;
    const why = `the configuration no longer has a channel ${channel}`;
    await store.settle([{ keys, kind: "dead", why }], now);
    given.set(channel, keys.length);
  }
  return given;
}
