/** The jobs of each minute. */
import type { FunctionContext } from "./context.ts";
import { type Parts, tell } from "./parts.ts";

/** Milliseconds in which messages are begun, of the 60 s that the function has. */
const telling = 40_000;

/**
 * Does each job, whatever becomes of the others; `failed` in the answer names those that failed. A slow service outside
 * does not delay messages about new alerts: meanwhile the heartbeat goes out and Alertmanager is asked, each for ten
 * seconds at most. Snoozes end and reminders go out after that: what is over by then needs neither.
 *
 * @throws where the store cannot even say how much there is.
 */
export async function tick(context: FunctionContext, parts: Parts): Promise<object> {
  const { beat, clock, store, watch } = parts;
  const now = clock();
  const until = now + telling;
  const failures: string[] = [];

  async function attempt<T>(job: string, otherwise: T, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      failures.push(job);
      const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
      context.error(`${job} failed, will be retried in a minute: ${why}`);
      return otherwise;
    }
  }

  async function ping(): Promise<boolean> {
    const outcome = await beat?.();
    if (outcome === undefined || outcome.kind === "sent") return outcome !== undefined;
    throw new Error(outcome.why);
  }

  const heard = await attempt("listening for heartbeats", false, () => watch.listen());
  const [told, pinged, { found, lost }] = await Promise.all([
    tell(context, parts, until, now),
    heard && attempt("sending the heartbeat", false, ping),
    attempt("comparing with Alertmanager", { found: 0, lost: 0 }, () => watch.reconcile()),
  ]);
  const woken = await attempt("ending snoozes", 0, () => watch.wake());
  // Results of the comparison do not wait for the next minute if there is time left.
  const more = await tell(context, parts, until);
  const forgotten = await attempt("deleting old history", 0, () => watch.prune());
  const { dead, open, pending, quarantined } = await store.depth();
  const done = {
    ...{ woken, heard, pinged, sent: told + more, lost, found, forgotten },
    ...{ open, pending, dead, quarantined, failed: failures.toSorted() },
  };
  context.log(JSON.stringify(done));
  return done;
}
