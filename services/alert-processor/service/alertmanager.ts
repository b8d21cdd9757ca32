import { z } from "zod";
import { givenFingerprint } from "../core/own.ts";
import { clean, graphName } from "../core/payload.ts";
import {
  type AlertmanagerTarget,
  ask,
  askAll,
  askEach,
  type AskLimits,
  ofReceiver,
} from "./alertmanager-api.ts";
import type { Listed, Listing } from "./watch.ts";

const group = z.object({ alerts: z.array(z.unknown()) });

const alert = z.object({
  fingerprint: z.string(),
  startsAt: z.iso.datetime({ offset: true }),
  labels: z.record(z.string(), z.string()),
  annotations: z.record(z.string(), z.string()),
  generatorURL: z.string().default(""),
  status: z.object({ state: z.string() }),
});

function listedOf(value: unknown): Listed {
  const { annotations, fingerprint, generatorURL, labels, startsAt, status } = alert.parse(value);
  return {
    fingerprint,
    labels: clean(labels),
    annotations: clean({ ...(generatorURL && { [graphName]: generatorURL }), ...annotations }),
    active: status.state === "active",
    listed: true,
    resolved: false,
    startsAt: Date.parse(startsAt),
    endsAt: null,
  };
}

const status = z.object({ uptime: z.iso.datetime({ offset: true }) });

const receivers = z.array(z.object({ name: z.string() }));

/**
 * Reads what Alertmanager has for this receiver, what is silenced, inhibited or muted included: its list by
 * groups, because the plain one knows no routes and nothing of mutes.
 *
 * @param found - The alerts of other members, to which these are added.
 * @throws where it does not answer 200, answers too late or too much, or has no such receiver.
 */
export async function listAlerts(
  target: AlertmanagerTarget,
  limits: AskLimits = {},
  found: Found = new Map(),
): Promise<Listing> {
  const { receiver } = target;
  let count = 0;
  const readers = {
    "$.*": (one: unknown) => group.parse(one),
    "$.*.alerts.*": (one: unknown) => {
      const listed = listedOf(one);
      if (!givenFingerprint.test(listed.fingerprint)) return;
      merge(found, listed);
      count += 1;
    },
  };
  const at = await askEach(target, `alerts/groups?${ofReceiver(target)}`, readers, limits);
  // A receiver that it does not know has no alerts either: all that is open would count as lost.
  if (count === 0) {
    const names = receivers.parse(await ask(target, "receivers", limits)).map(({ name }) => name);
    if (!names.includes(receiver)) {
      const known = `it has ${names.join(", ")}`;
      throw new Error(
        `Alertmanager has no receiver ${receiver}: use the one that sends to this processor; ${known}`,
      );
    }
  }
  // After the list: one that started in between would have given an empty one.
  const { uptime } = status.parse(await ask(target, "status", limits));
  const since = Date.parse(uptime);
  return { alerts: [...found.values()], since, ...(Number.isFinite(at) && { at }) };
}

type Found = Map<string, Listed>;

/** Each alert once: it may be in two groups, or two lists, and one that notifies is enough. */
function merge(found: Found, one: Listed): void {
  const known = found.get(one.fingerprint);
  if (known === undefined || (one.active && !known.active)) found.set(one.fingerprint, one);
}

/**
 * Reads what all members of a cluster have: what any of them has goes on, and none that is away ends anything.
 *
 * @throws where none answers.
 */
export async function listAll(
  targets: readonly AlertmanagerTarget[],
  limits?: AskLimits,
): Promise<Listing> {
  // They have the same alerts, of which there may be very many: each is kept once.
  const all: Found = new Map();
  const work = (one: AlertmanagerTarget): Promise<Listing> => listAlerts(one, limits, all);
  const { found: lists, missing } = await askAll(targets, work);
  if (lists.length === 0) throw new Error(missing);
  const times = lists.flatMap(({ at }) => (at === undefined ? [] : [at]));
  return {
    alerts: [...all.values()],
    // The member that started last knows least.
    since: Math.max(...lists.map(({ since }) => since)),
    ...(times.length > 0 && { at: Math.min(...times) }),
    ...(missing !== "" && { missing }),
  };
}
