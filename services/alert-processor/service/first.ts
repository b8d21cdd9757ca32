import type { FastifyRequest } from "fastify";
import { setTimeout as sleep } from "node:timers/promises";
import type { DeskStore } from "../store/desk.ts";
import type { Access, Rights } from "./access.ts";
import type { Clock } from "./clock.ts";
import type { Summary } from "./summary.ts";

/** The open alerts, as the page knows them. */
export interface OpenAnswer {
  readonly at: number;
  readonly position: number;
  readonly whole: boolean;
  readonly summary: Summary;
  readonly alerts: Awaited<ReturnType<DeskStore["open"]>>;
}

/** The state other than alerts, the same for everybody. */
export interface Offers {
  /** Names of the channels that can be told. */
  readonly channels: readonly string[];
  /** Whether there is an Alertmanager to ask. */
  readonly alertmanager: boolean;
}

/** The initial data of the page. */
export interface First {
  readonly me: Rights & Offers;
  readonly open: OpenAnswer;
}

export interface FirstOptions {
  readonly access: Pick<Access, "whoIs">;
  readonly store: Pick<DeskStore, "open" | "position">;
  readonly summary: () => Promise<Summary>;
  readonly clock: Clock;
  readonly offers: Offers;
}

/** As many as a large screen has room for. */
const seen = 24;

/** The page is there without them: milliseconds that it waits. */
const patience = 1_000;

/** The list of what is open, the worst first. The position is from before it: what changes in between is told once more. */
export async function listOpen(
  { clock, store, summary }: Pick<FirstOptions, "clock" | "store" | "summary">,
  limit: number,
): Promise<OpenAnswer> {
  const at = clock();
  const position = await store.position();
  const alerts = await store.open(limit);
  return { at, position, whole: true, summary: await summary(), alerts };
}

/** The visitor and the first rows; undefined for strangers, or where that is not known now. */
export function firstOf(
  options: FirstOptions,
): (request: FastifyRequest) => Promise<First | undefined> {
  const find = async (request: FastifyRequest): Promise<First | undefined> => {
    const rights = await options.access.whoIs(request);
    if (rights === undefined) return undefined;
    return { me: { ...rights, ...options.offers }, open: await listOpen(options, seen) };
  };
  return (request) =>
    Promise.race([
      find(request).catch(() => undefined),
      sleep(patience, undefined, { ref: false }),
    ]);
}
