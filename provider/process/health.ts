import { type Answer, ask } from "../../lib/ask.ts";
import { reasonOf } from "../../lib/errors.ts";
import type { HealthInputs } from "../types.ts";

/** Asks once. @returns undefined when ready, otherwise why not. */
export async function askHealth(health: HealthInputs): Promise<string | undefined> {
  try {
    const { status } = await get(health, health.url);
    return status === 200 ? undefined : `it answered ${status}`;
  } catch (error) {
    return reasonOf(error);
  }
}

/** The metrics a process offers beside its health; undefined where there are none. */
export async function metricsOf(health: HealthInputs): Promise<string | undefined> {
  try {
    const { body, status } = await get(health, new URL("/metrics", health.url).href);
    return status === 200 ? body : undefined;
  } catch {
    return undefined;
  }
}

function get(health: HealthInputs, url: string): Promise<Answer> {
  const { ca: authority, certificate: cert, key, password = "", username } = health;
  const login = username === undefined ? undefined : { username, password };
  return ask(url, { authority, cert, key, login });
}
