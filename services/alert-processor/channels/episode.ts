/** An episode's name in services that keep one incident of it. */
import { anyFingerprint } from "../core/own.ts";
import type { Episode } from "../core/writes.ts";

/** The same for all messages of an episode. */
export const keyOf = ({ fingerprint, startsAt }: Episode): string => `${fingerprint}|${startsAt}`;

/** The episode of that name; undefined if there is none. */
export function episodeOf(key: string): Episode | undefined {
  const [fingerprint = "", startsAt = "", ...rest] = key.split("|");
  if (!anyFingerprint.test(fingerprint) || !/^\d{1,16}$/.test(startsAt) || rest.length > 0)
    return undefined;
  return { fingerprint, startsAt: Number(startsAt) };
}
