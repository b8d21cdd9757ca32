import { createHash, timingSafeEqual } from "node:crypto";
import type { Access } from "./access.ts";
import { basicOf } from "./users.ts";

/** Name and password for reading metrics. */
export interface MetricsLogin {
  readonly username: string;
  readonly password: string;
}

const digest = (login: readonly string[]): Buffer =>
  createHash("sha256").update(JSON.stringify(login)).digest();

/**
 * Admits the reader of metrics, whose password opens nothing else, and whoever has signed in. The password is long and
 * generated, so comparing it is cheap: guesses of others' passwords do not delay a scrape.
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
