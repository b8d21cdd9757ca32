import { X509Certificate } from "node:crypto";
import { z } from "zod";

/**
 * A value that must not be shown: prints as `[secret]` wherever it is turned into text by
 * accident. {@link Secret.reveal} is the one way to the value.
 */
export class Secret {
  readonly #value: string;
  constructor(value: string) {
    this.#value = value;
  }
  reveal(): string {
    return this.#value;
  }
  toString(): string {
    return "[secret]";
  }
  toJSON(): string {
    return "[secret]";
  }
}

/** Where a value is, below `vigil:`. */
export type Path = readonly (string | number)[];

/** What the table of configuration keys and the error messages say about a field. */
export interface FieldMeta {
  readonly description: string;
  /** A value that works, for the line that fixes a mistake. */
  readonly example?: string;
  /** Of a map that must not be empty: a name that works. */
  readonly exampleKey?: string;
  readonly secret?: boolean;
  /** File that a secret of several lines is read from, in the command that sets it. */
  readonly from?: string;
}

/** Attaches what people are notified about a field. */
export function about<T extends z.ZodType>(schema: T, meta: FieldMeta): T {
  return schema.meta({ ...meta });
}

/** Line breaks and their like: no header, login form or file of one line can carry them. */
const controls = /[\u0000-\u001f\u007f\u2028\u2029]/;

/** A text of one line, with something in it besides spaces. */
export const line = z
  .string()
  .refine((text) => text.trim() !== "", { error: "is empty" })
  .refine((text) => !controls.test(text), {
    error: "has a line break or a control character in it",
  });

const durationPattern = /^(?:0|(?:\d+y)?(?:\d+w)?(?:\d+d)?(?:\d+h)?(?:\d+m)?(?:\d+s)?(?:\d+ms)?)$/;

/** Duration as Prometheus writes it: `15s`, `1h30m`, `15d`. */
export const duration = z
  .string()
  .refine((text) => text !== "" && text !== "0" && durationPattern.test(text), {
    error: "is not a duration; write a number and a unit, largest unit first: 15s, 5m, 1h30m, 15d",
  });

/** Day of the calendar: `2027-01-31`. */
export const day = z.iso.date({ error: "is not a date; write year-month-day: 2027-01-31" });

/** Path below the project's folder. */
export const relativePath = z.string().regex(/^(?!\/)(?!.*(?:^|\/)\.\.(?:\/|$)).+$/, {
  error: "is not a path below the project's folder; write it without a leading / and without ..",
});

/** Size as Prometheus writes it, in powers of 1024: `512MB`, `10GB`. */
export const size = z.string().regex(/^\d+(?:B|KB|MB|GB|TB)$/, {
  error: "is not a size; write a whole number and a unit: 512MB, 10GB",
});

/** TCP port an unprivileged process may listen on. */
export const port = z
  .int({ error: "is not a port; write a whole number from 1024 to 65535" })
  .min(1024, { error: "is a privileged port; Vigil's services run unprivileged: 1024 to 65535" })
  .max(65535, { error: "is not a port; the highest is 65535" });

/** Name that is used in labels, paths and container names. */
export const name = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, {
  error: "must start with a letter and hold only a-z, 0-9 and -, at most 40 characters",
});

/** `host:port`. */
export const hostPort = z.string().regex(/^(?:[a-zA-Z0-9.-]+|\[[0-9a-fA-F:]+\]):\d{1,5}$/, {
  error: "is not an address; write host:port",
});

/** Name or IPv4 address of a machine, without a port. */
export const machineAddress = z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9.-]*$/, {
  error: "is not a host; write a name or an IPv4 address without a port",
});

export const email = z.email({ error: "is not an e-mail address" });

function isHttpUrl(text: string): boolean {
  // A URL's parser passes over spaces at its ends and line breaks within; who reads it later does not.
  if (/\s/.test(text) || controls.test(text)) return false;
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

const hasLogin = ({ password, username }: URL): boolean => password !== "" || username !== "";

const urlError = "is not a URL; write http://… or https://… with a host";

/** An address that is not a secret: it appears in labels, links and messages, so nobody may sign in with it. */
export const httpUrl = z
  .string()
  .refine(isHttpUrl, { error: urlError })
  .refine((text) => !URL.canParse(text) || !hasLogin(new URL(text)), {
    error: "contains a user name or a password, and this address is shown to everybody",
  });

/** Image reference with a tag or a digest: an image that moves cannot be previewed. */
export const image = z.string().regex(/^[a-z0-9][\w./:-]*(?::[\w][\w.-]*|@sha256:[0-9a-f]{64})$/, {
  error: "is not a pinned image; write registry/name:tag or name@sha256:…",
});

export const megabytes = z
  .int({ error: "must be a whole number of megabytes" })
  .min(16, { error: "is too small for any service: at least 16 MB" });

/** Stands for a secret that is encrypted and cannot be read here (`vigil render`). */
export const encryptedSecret = "\u0000encrypted";

/** A secret of one line, checked by `accepts` unless it is still encrypted. */
export function secret(accepts: (text: string) => boolean, error: string) {
  return z
    .string()
    .refine((text) => text === encryptedSecret || accepts(text), { error })
    .refine((text) => text === encryptedSecret || !controls.test(text), {
      error: "has a line break or a control character in it",
    })
    .transform((text) => new Secret(text));
}

/** The bytes that bcrypt uses. */
const longestPassword = 72;

export const secretUrl = () => secret(isHttpUrl, urlError);
export const secretText = () => secret((text) => text.trim() !== "", "is empty");
export const secretPassword = () =>
  z
    .string()
    .refine((text) => text === encryptedSecret || text.length >= 12, {
      error: "is too short for a password: at least 12 characters",
    })
    .refine((text) => Buffer.byteLength(text) <= longestPassword, {
      error: `is too long for a password: of more than ${longestPassword} bytes only the first count`,
    })
    .pipe(secret(() => true, ""));
export const secretKey = () =>
  z
    .string()
    .refine((text) => text === encryptedSecret || text.includes("PRIVATE KEY-----"), {
      error: "is not a private key in PEM",
    })
    .transform((text) => new Secret(text));

function isCertificate(text: string): boolean {
  try {
    new X509Certificate(text);
    return true;
  } catch {
    return false;
  }
}

export const certificate = z
  .string()
  .refine(isCertificate, { error: "is not a certificate in PEM" });

/** The defaults of a nested object come from its own fields. */
export function section<T extends z.core.$ZodLooseShape>(shape: T) {
  return z.strictObject(shape).prefault({} as never);
}

/** A flag, on its own or with its value. */
const argument = line.regex(/^-{1,2}[a-zA-Z]/, { error: "is not a flag; write --name=value" });

/** Where a service may stand, of those that nobody but Prometheus asks. */
export const on = about(z.array(name).min(1, { error: "is empty; write core" }).default(["core"]), {
  description: "Targets that it runs on: `core`, or names from `vigil:targets`.",
  example: "core",
});

/** The fields that every service with a listener has. */
export const listening = (defaults: {
  readonly port: number;
  readonly image: string;
  readonly memory: number;
}) => ({
  port: about(port.default(defaults.port), {
    description: "Port it listens on.",
    example: String(defaults.port),
  }),
  image: about(image.default(defaults.image), {
    description: "Container image; may come from your own registry. Container targets only.",
    example: defaults.image,
  }),
  memory: about(megabytes.default(defaults.memory), {
    description: "Memory limit in MB. Container targets only.",
    example: String(defaults.memory),
  }),
  extraArgs: about(z.array(argument).default([]), {
    description: "Extra arguments, appended to Vigil's own. Everybody can read them.",
    example: "--log.level=debug",
  }),
});
