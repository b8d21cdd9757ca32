/** What services say in the body of an answer. */
import type { z } from "zod";
import { type Outcome, outcomeOf } from "../core/retry.ts";
import type { Answer } from "./http.ts";

/** What an answer says in JSON; undefined where it is not of this form. */
export function saidIn<T>(schema: z.ZodType<T>, { body }: Answer): T | undefined {
  try {
    return schema.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}

/** What a status means, where the service says somewhere of its own how many seconds to wait. */
export const waiting = ({ at, retryAfter, status }: Answer, seconds: number | undefined): Outcome =>
  outcomeOf(status, seconds === undefined ? retryAfter : String(Math.ceil(seconds)), at);

/** The service refuses the channel, though the status says it of the message. */
export const barredBy = ({ status }: Answer): Outcome => ({
  kind: "barred",
  why: `answered ${status}`,
});
