/** How long is measured. */
export interface RoundsOptions {
  /** Rounds at most. */
  readonly rounds: number;
  /** Rounds that are run first and not counted: they fill caches. @default 1 */
  readonly warmUps?: number;
  /** No round is begun after this time, as long as {@link fewest} were counted. */
  readonly seconds: number;
  /** Milliseconds, for tests. */
  readonly now?: () => number;
}

/** Rounds counted even on a machine so slow that the time is over. */
export const fewest = 3;

/**
 * Runs contenders by turns, so that whatever else the machine does disturbs all alike; who is first
 * changes from round to round.
 *
 * @returns for each contender its results in the order of rounds.
 */
export async function takeTurns<K extends string, T>(
  contenders: Readonly<Record<K, () => Promise<T>>>,
  { now = () => performance.now(), rounds, seconds, warmUps = 1 }: RoundsOptions,
): Promise<Record<K, T[]>> {
  const names = Object.keys(contenders) as K[];
  const results = Object.fromEntries(names.map((name) => [name, [] as T[]])) as Record<K, T[]>;
  const end = now() + seconds * 1000;
  for (let round = -warmUps; round < rounds; round++) {
    if (round >= fewest && now() >= end) break;
    for (const name of round % 2 === 0 ? names : [...names].reverse()) {
      const result = await contenders[name]();
      if (round >= 0) results[name].push(result);
    }
  }
  return results;
}
