import { createHash } from "node:crypto";
import type { Occasion } from "../core/alert.ts";

interface Loose {
  readonly key: string;
  readonly occasion: Occasion;
  readonly rank: number;
  /** The bundle it went out in before; null at its first time. */
  readonly bundle: string | null;
}

/** Name of a bundle of several: of what is in it, so that it is found again. */
const nameOf = (keys: readonly string[]): string =>
  createHash("sha256").update(keys.join("|")).digest("hex").slice(0, 36);

/**
 * Puts deliveries into bundles of one occasion and at most `size`. What went out together before stays
 * together, because a receiver may know the bundle by its key.
 */
export function bundlesOf<T extends Loose>(
  loose: readonly T[],
  size: number,
): { readonly key: string; readonly occasion: Occasion; readonly items: readonly T[] }[] {
  const groups = new Map<string, T[]>();
  for (const one of loose) {
    const name = one.bundle ?? `new ${one.rank === 0 ? "urgent" : "other"} ${one.occasion}`;
    groups.set(name, [...(groups.get(name) ?? []), one]);
  }
  // The most urgent goes first, and on its own.
  const urgency = (items: readonly T[]): number => Math.min(...items.map(({ rank }) => rank));
  const sorted = [...groups].sort(([, a], [, b]) => urgency(a) - urgency(b));
  return sorted.flatMap(([name, items]) => {
    const [{ bundle, occasion }] = items as [T];
    if (bundle !== null) return [{ key: name, occasion, items }];
    const slices = Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
      items.slice(index * size, (index + 1) * size),
    );
    return slices.map((slice) => {
      const keys = slice.map(({ key }) => key);
      return {
        key: keys.length === 1 ? (keys[0] as string) : nameOf(keys),
        occasion,
        items: slice,
      };
    });
  });
}
