import { z } from "zod";
import type { Links } from "../channels/channel.ts";
import type { Alert } from "../core/alert.ts";
import type { Episode } from "../core/writes.ts";
import type { Clock } from "./clock.ts";
import { type Seal } from "./tokens.ts";

/** Milliseconds that a link is valid, and that its use is remembered. */
export const linkLife = 24 * 3_600_000;

const episode = z.tuple([z.string(), z.number()]);

/** One without a list is of a link that went out before links took several. */
const episodes = z.union([z.array(episode).min(1), episode.transform((one) => [one])]);

/** Addresses that go out with messages. */
export function linksAt(publicUrl: string, seal: Seal, clock: Clock): Links {
  const base = publicUrl.replace(/\/+$/, "");
  return {
    page: `${base}/`,
    alert: ({ fingerprint }: Alert) => `${base}/#/alerts/${fingerprint}`,
    acknowledge: (...alerts: readonly Alert[]) => {
      const named = alerts.map(({ fingerprint, startsAt }) => [fingerprint, startsAt]);
      return `${base}/take/${seal.sign(named, clock() + linkLife)}`;
    },
  };
}

/** The episodes that a link takes; undefined where the link is not ours or older than a day. */
export function episodesOf(token: string, seal: Seal, now: number): Episode[] | undefined {
  const { data } = episodes.safeParse(seal.open(token, now));
  return data?.map(([fingerprint, startsAt]) => ({ fingerprint, startsAt }));
}
