import { ask, type Answer, type AskOptions } from "../../../../lib/ask.ts";
import { UserError } from "../../../../lib/errors.ts";

/** A question to a program of the cluster, from the bearer of a token, the owner of a certificate, or nobody. */
export type Question = Omit<AskOptions, "authority" | "login">;

/** Asks a program whose certificate `authority` signed. */
export const askOver = (authority: string, url: string, question: Question = {}): Promise<Answer> =>
  ask(url, { authority, seconds: 30, ...question });

/** The body of an answer that had to be a good one. */
export function granted(what: string, { body, status }: Answer): string {
  if (status >= 300) throw new UserError(`${what} answers ${status}`, { details: [body] });
  return body;
}
