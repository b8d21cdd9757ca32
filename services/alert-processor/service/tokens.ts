import { createHash, createHmac, hkdfSync, randomBytes, timingSafeEqual } from "node:crypto";

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/**
 * Whether a text is one of the tokens. Takes the same time whatever is wrong, and looks at all of them: two
 * are valid while one replaces the other.
 */
export function isOneOf(tokens: readonly string[], text: string): boolean {
  const given = digest(text);
  return tokens.map((token) => timingSafeEqual(digest(token), given)).includes(true);
}

/** Whether an `Authorization` header carries one of the tokens. */
export const bearsOneOf = (tokens: readonly string[], header: string | undefined): boolean =>
  isOneOf(tokens, /^Bearer +(.+)$/i.exec(header ?? "")?.[1] ?? "");

/** Signs short texts, so that what comes back is known to be ours and still valid. */
export interface Seal {
  /** `value` is JSON. */
  sign(value: unknown, until: number): string;
  /** The value, or undefined where the token is not ours, was changed, or is too old. */
  open(token: string, now: number): unknown;
  /** Stands for a text of which nothing may be seen: the same for the same text. */
  mark(text: string): string;
}

/**
 * @param secret - At least 32 characters; one for all purposes.
 * @param purpose - Tokens of one purpose mean nothing to another.
 */
export function sealFor(secret: string, purpose: string): Seal {
  const key = Buffer.from(hkdfSync("sha256", secret, "", `vigil alert processor: ${purpose}`, 32));
  const macOf = (body: string): Buffer => createHmac("sha256", key).update(body).digest();
  return {
    sign: (value, until) => {
      const body = Buffer.from(JSON.stringify([until, value])).toString("base64url");
      return `${body}.${macOf(body).toString("base64url")}`;
    },
    // Beside what is signed: no body begins so.
    mark: (text) => macOf(`mark ${text}`).toString("base64url"),
    open: (token, now) => {
      const [body = "", ...rest] = token.split(".");
      // As text, so that a token can be written in one way only.
      const [given, expected] = [rest.join("."), macOf(body).toString("base64url")];
      if (!timingSafeEqual(digest(given), digest(expected))) return undefined;
      const [until, value] = JSON.parse(Buffer.from(body, "base64url").toString()) as [
        number,
        unknown,
      ];
      return until > now ? value : undefined;
    },
  };
}

/** Something that nobody can guess: 128 bits. */
export const nonce = (): string => randomBytes(16).toString("base64url");
