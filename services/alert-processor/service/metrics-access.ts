import { createHash, timingSafeEqual } from "node:crypto";
import type { Access } from "./access.ts";
import { basicOf } from "./users.ts";

/** Name and password of who reads metrics. */
export interface MetricsLogin {
  readonly username: string;
  readonly password: string;
}

const digest = (login: readonly string[]): Buffer =>
  createHash("sha256").update(JSON.stringify(login)).digest();

/**
 * Lets pass who reads metrics, whose password opens nothing else, and whoever has signed in. It is a long
 * one that no person chose, so comparing it is cheap: guesses of others' passwords do not delay a scrape.
 */
export function metricsAccess(
  login: MetricsLogin | undefined,
  { required }: Pick<Access, "required">,
): Access["required"] {
  const expected = login && digest([login.username, login.password]);
  return async (request, reply) => {
    const given = basicOf(request.headers.authorization);
    if (expected && given && timingSafeEqual(digest(given), expected)) return undefined;
    return required(request, reply);
  };
}
