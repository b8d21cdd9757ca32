import type { Clock } from "./clock.ts";

/** Texts that are remembered; of more, all are news again. */
const most = 1_000;

/** Says of a text whether it was not told for a while: what is said with each request is written down once. */
export function newsWithin(milliseconds: number, clock: Clock): (text: string) => boolean {
  const told = new Map<string, number>();
  return (text) => {
    const now = clock();
    if (now - (told.get(text) ?? -Infinity) < milliseconds) return false;
    if (told.size >= most) told.clear();
    told.set(text, now);
    return true;
  };
}
