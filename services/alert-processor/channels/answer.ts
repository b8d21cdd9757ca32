/** Bodies of services' answers. */
import type { z } from "zod";
import { type Outcome, outcomeOf } from "../core/retry.ts";
import type { Answer } from "./http.ts";

/** The JSON of an answer; undefined where it does not have this form. */
export function saidIn<T>(schema: z.ZodType<T>, { body }: Answer): T | undefined {
  try {
    return schema.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}

/** The meaning of a status where the service says elsewhere in the answer how many seconds to wait. */
export const waiting = ({ at, retryAfter, status }: Answer, seconds: number | undefined): Outcome =>
  outcomeOf(status, seconds === undefined ? retryAfter : String(Math.ceil(seconds)), at);

/** The service refuses the channel although the status blames the message. */
export const barredBy = ({ status }: Answer): Outcome => ({
  kind: "barred",
  why: `answered ${status}`,
});
