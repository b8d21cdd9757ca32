/**
 * Which alert leads where one cause makes several, on hosts, databases, queues and the like: the one
 * that says what to do silences what follows from it, on the same object and no other. It is never
 * milder than what it silences, and told to the same people; a test holds both.
 */
import { is, type Matcher } from "../../lib/alertmanager/matcher.ts";
import { type Inhibition, leads, named } from "../leads.ts";
import type { Cause } from "./cause.ts";
import { databases } from "./databases.ts";
import { hosts } from "./hosts.ts";
import { services } from "./services.ts";

export const causes: readonly Cause[] = [...hosts, ...databases, ...services];

/** Where an object is, beside the labels that tell it. */
const around = (object: readonly string[]): readonly string[] =>
  ["env", "cluster"].filter((label) => !object.includes(label));

const follow = ({ object, by, over }: Cause): Inhibition =>
  leads(
    `${by.join(" or ")} silences what follows from it`,
    by,
    [named(...over)],
    object,
    around(object),
  );

/** Most of many are away: one message instead of hundreds. */
const mostlyDown = (by: string, object: readonly string[]): Inhibition => {
  const down: Matcher = is("down", "true");
  return leads(`${by} silences each that is down`, [by], [down], object, around(object));
};

export const ofCauses: readonly Inhibition[] = [
  ...causes.map(follow),
  mostlyDown("EstateMostlyDown", ["env"]),
  mostlyDown("JobMostlyDown", ["job"]),
];
