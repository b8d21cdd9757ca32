import { poll } from "../../lib/poll.ts";
import { VigilError } from "../errors.ts";
import type { ProcessInputs } from "../types.ts";
import { metricsOf } from "./health.ts";
import { lastWords } from "./readiness.ts";

/** A server's report on its reloads. */
export interface Reload {
  /** False when it refused what it read last, and goes on with what it had before. */
  readonly accepted: boolean;
  /** When it last accepted something, as it writes it. */
  readonly at: string;
}

/**
 * The report of Prometheus and of servers modelled on it, from their metrics; undefined for others, which do not tell.
 */
export function parseReload(metrics: string): Reload | undefined {
  const successful = /^(\w+_config_last_reload_success)ful(?:\{[^}]*\})? (\S+)$/mu.exec(metrics);
  if (successful === null) return undefined;
  const [, name = "", value] = successful;
  const at = new RegExp(`^${name}_timestamp_seconds(?:\\{[^}]*\\})? (\\S+)$`, "mu").exec(metrics);
  return at === null ? undefined : { accepted: Number(value) === 1, at: String(at[1]) };
}

/** Asks a running process for its last reload. */
export async function lastReload({ health }: ProcessInputs): Promise<Reload | undefined> {
  return parseReload((await metricsOf(health)) ?? "");
}

/**
 * Waits until a process that was told to read its files again has accepted them: a check tool does
 * not know all that the server minds.
 *
 * @param before - What it said before it was told.
 * @throws VigilError with its last log lines when it refuses them, or does nothing in its time.
 */
export async function requireReloaded(
  inputs: ProcessInputs,
  before: Reload,
  secrets: readonly string[],
): Promise<void> {
  const { name, health } = inputs;
  const isNew = (one: Reload | undefined): boolean => one !== undefined && one.at !== before.at;
  // One that had refused before says the same until it accepts.
  const refuses = (one: Reload | undefined): boolean => before.accepted && one?.accepted === false;
  const now = await poll(
    () => lastReload(inputs),
    (one) => isNew(one) || refuses(one),
    { every: 50, within: health.timeoutSeconds * 1000 },
  );
  if (isNew(now)) return;
  const why =
    now?.accepted === false
      ? "it keeps its previous ones, according to its metrics"
      : `it has not read them within ${health.timeoutSeconds} s`;
  const { words, log } = await lastWords(inputs, secrets);
  throw new VigilError(
    `${name} does not accept its changed files`,
    `${why}\nIts last output:\n${words}`,
    `The whole log is ${log}. Correct what it names and run again.`,
  );
}
