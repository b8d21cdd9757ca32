/** Numbers by chance that are the same each time for the same seed. */
export interface Random {
  /** From 0 up to, but not including, 1. */
  real(): number;
  /** A whole number, both ends included. */
  between(low: number, high: number): number;
  pick<T>(list: readonly T[]): T;
  /** Another stream: what is drawn there changes nothing here. */
  fork(name: string): Random;
}

/** FNV-1a: spreads texts that differ in one character over all numbers of 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const character of text) {
    value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193);
  }
  return value >>> 0;
}

/** @param seed - Any text. */
export function randomOf(seed: string): Random {
  let state = hash(seed);
  // Mulberry32.
  const real = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (low: number, high: number): number =>
    low + Math.floor(real() * (high - low + 1));
  return {
    real,
    between,
    pick: (list) => {
      if (list.length === 0) throw new RangeError("there is nothing to pick from");
      return list[between(0, list.length - 1)] as (typeof list)[number];
    },
    fork: (name) => randomOf(`${seed}/${name}`),
  };
}
