import fc from "fast-check";
import type { Alert } from "../../../core/alert.ts";
import type { Incoming } from "../../../core/payload.ts";
import type { Store } from "../../../store/store.ts";
import { message, minute, plan, receiptOf, start } from "../../examples.ts";

/** What two stores must agree on, whatever order messages came in. */
const essence = ({ endsAt, fingerprint, startsAt, status }: Alert) => ({
  endsAt,
  fingerprint,
  // Of episodes that overlap any beginning will do once they are over.
  startsAt: endsAt === null ? startsAt : null,
  status,
});

/** That the order of messages does not matter. @param runs - How many orders are tried. */
export function agreesInAnyOrder(name: string, open: () => Promise<Store>, runs: number): void {
  describe(`${name}: memory`, () => {
    test("ends in the same state in whatever order messages come, and how often", async () => {
      const episodes = fc.uniqueArray(
        fc.record({
          fingerprint: fc.constantFrom("00000000000000a1", "00000000000000a2"),
          startsAt: fc.nat({ max: 3 }).map((n) => start + n * minute),
          // Also such as overlap the next one, or go on for longer than it.
          lasts: fc.constantFrom(1, 2, 30, 60, 90, 150).map((seconds) => seconds * 1000),
          ended: fc.boolean(),
        }),
        { minLength: 1, maxLength: 6, selector: (one) => one.fingerprint + String(one.startsAt) },
      );
      const messagesOf = (of: {
        lasts: number;
        ended: boolean;
        fingerprint: string;
        startsAt: number;
      }) => {
        const fires = message({ fingerprint: of.fingerprint, startsAt: of.startsAt });
        const endsAt = of.startsAt + of.lasts;
        return of.ended ? [fires, { ...fires, resolved: true, endsAt }] : [fires];
      };
      await fc.assert(
        fc.asyncProperty(
          episodes.map((all) => all.flatMap(messagesOf)),
          fc.infiniteStream(fc.nat()),
          async (messages, chance) => {
            const next = (below: number): number => (chance.next().value as number) % below;
            const shuffled = [...messages, ...messages.filter(() => next(2) === 0)]
              .map((one) => ({ one, at: next(1000) }))
              .sort((a, b) => a.at - b.at)
              .map(({ one }) => one);
            const [ordered, mixed] = [await open(), await open()];
            await ordered.ingest([receiptOf(...messages)], plan, start);
            for (const one of shuffled) await mixed.ingest([receiptOf(one)], plan, start);
            const states = await Promise.all(
              [ordered, mixed].map(async (each) =>
                (await each.list({ state: "all" })).map(essence).sort(byFingerprint),
              ),
            );
            await Promise.all([ordered.close(), mixed.close()]);
            const last = lastEpisodes(messages);
            expect(states[0]).toEqual(last);
            expect(states[1]).toEqual(last);
          },
        ),
        { numRuns: runs },
      );
    });
  });
}

const byFingerprint = (a: { fingerprint: string }, b: { fingerprint: string }): number =>
  a.fingerprint < b.fingerprint ? -1 : 1;

/**
 * The oracle: of each alert its latest episode, ended when anything said so: its own end, or that of one that
 * began before it and ended within it.
 */
function lastEpisodes(messages: readonly Incoming[]) {
  const latest = new Map<string, number>();
  for (const { fingerprint, startsAt } of messages) {
    latest.set(fingerprint, Math.max(startsAt, latest.get(fingerprint) ?? 0));
  }
  return [...latest]
    .map(([of, startsAt]) => {
      const ends = messages
        .filter((one) => one.fingerprint === of && one.resolved)
        .filter((one) => one.startsAt === startsAt || (one.endsAt ?? 0) > startsAt)
        .map(({ endsAt }) => endsAt ?? 0);
      if (ends.length === 0) return { endsAt: null, fingerprint: of, startsAt, status: "firing" };
      return { endsAt: Math.max(...ends), fingerprint: of, startsAt: null, status: "resolved" };
    })
    .sort(byFingerprint);
}
