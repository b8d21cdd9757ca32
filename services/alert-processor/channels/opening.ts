/** Shared by channels when they are opened: files, addresses, and errors that name them. */
import { z } from "zod";
import { AddressError } from "./guard.ts";
import { type Endpoint, endpointOf } from "./http.ts";

/** A channel cannot be opened. Says which, why and what to do; holds no secret. */
export class ChannelError extends Error {}

export interface Opening {
  /** Of the channel. */
  readonly name: string;
  /** Reads a file; throws where it cannot. */
  readonly readSecret: (path: string) => string;
}

/** The name of a file. */
export const fileField = z.string().min(1);

/** Settings of every channel over HTTP. */
export const accessFields = {
  /** Private and loopback addresses are allowed. @default false */
  private: z.boolean().optional(),
  /** HTTP without TLS is allowed, to loopback addresses. @default false */
  plain: z.boolean().optional(),
  /** Authority to trust instead of the usual ones, PEM. */
  caFile: fileField.optional(),
};

type AccessConfig = z.infer<z.ZodObject<typeof accessFields>>;

function failed({ name }: Opening, why: string): never {
  throw new ChannelError(`channels.${name}: ${why}`);
}

/**
 * The content of a file, without the line end that editors add.
 *
 * @throws {@link ChannelError}
 */
export function secretIn(opening: Opening, path: string): string {
  let text = "";
  try {
    text = opening.readSecret(path);
  } catch (error) {
    const { code = "error" } = error as NodeJS.ErrnoException;
    failed(opening, `${path} cannot be read (${code}): write the secret into it`);
  }
  const secret = text.replace(/\r?\n$/, "");
  return secret.trim() === ""
    ? failed(opening, `${path} is empty: write the secret into it`)
    : secret;
}

/**
 * A token that goes into a header.
 *
 * @throws {@link ChannelError}
 */
export function tokenIn(opening: Opening, path: string): string {
  const token = secretIn(opening, path).trim();
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  return failed(opening, `${path} must hold a single word of ASCII characters`);
}

/** One that is shorter could be guessed. */
const shortest = 16;

/**
 * The secrets by which a service's webhooks are verified: one or, while it is replaced, two.
 *
 * @throws {@link ChannelError}
 */
export function hookSecretsIn(opening: Opening, path: string): string[] {
  const secrets = secretIn(opening, path).trim().split(/\s+/);
  return secrets.length > 2 || secrets.some(({ length }) => length < shortest)
    ? failed(
        opening,
        `${path} must hold the webhook's secret, one or two lines of at least ${shortest} characters`,
      )
    : secrets;
}

/**
 * The service at an address.
 *
 * @param where - The setting that holds the address, for the error: the address itself may be a secret.
 * @throws {@link ChannelError}
 */
export function endpointAt(
  opening: Opening,
  address: string,
  where: string,
  config: AccessConfig,
): Endpoint {
  const { caFile } = config;
  const ca = caFile === undefined ? undefined : secretIn(opening, caFile);
  try {
    return endpointOf(address, config, ca);
  } catch (error) {
    if (!(error instanceof AddressError)) throw error;
    return failed(opening, `the address in ${where} cannot be used: ${error.message}`);
  }
}
