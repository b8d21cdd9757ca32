import { z } from "zod";
import {
  about,
  certificate,
  duration,
  httpUrl,
  line,
  name,
  secret,
  secretKey,
  secretText,
  section,
} from "./fields.ts";

/** Where Prometheus keeps what it has not sent: about so long, whatever is configured. */
const longestWait = "2h";

/** Patterns that Prometheus and JavaScript read in the same way. */
const pattern = z
  .string()
  .refine((text) => /^[\w:.*+?|()[\]^-]+$/.test(text) && !text.includes("(?") && compiles(text), {
    error: "is not a pattern of metric names; write them with . * + ? | ( ) [ ]: node_.*",
  });

function compiles(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}

const patterns = z.array(pattern).min(1, { error: "is empty; remove it to send everything" });

const whole = (least: number, most: number) => {
  const error = `must be a whole number from ${least} to ${most}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
};

/** A file of one line is read without the spaces around it. */
const password = secret(
  (text) => text !== "" && text.trim() === text,
  "is empty, or begins or ends with a space",
);

const destination = z.strictObject({
  url: about(httpUrl, {
    description: "URL that samples are posted to. Everybody who can read metrics sees it.",
    example: "https://metrics.example.com/api/v1/write",
  }),
  private: about(z.boolean().default(false), {
    description: "Whether the address may be in a private network.",
    example: "true",
  }),
  plain: about(z.boolean().default(false), {
    description: "Whether to send without TLS, and then without credentials.",
    example: "true",
  }),
  username: about(
    line
      .regex(/^[^:]+$/, { error: "has a colon in it, where its password would begin" })
      .optional(),
    { description: "User name at the receiver.", example: "vigil" },
  ),
  password: about(password.optional(), { description: "Its password.", secret: true }),
  token: about(secretText().optional(), {
    description: "Bearer token, instead of a login.",
    secret: true,
  }),
  certificate: about(certificate.optional(), {
    description: "Client certificate (PEM) to present to the receiver.",
    example: '"$(cat client.crt)"',
  }),
  key: about(secretKey().optional(), {
    description: "Its private key in PEM.",
    secret: true,
    from: "client.key",
  }),
  authority: about(certificate.optional(), {
    description: "Certificate in PEM of the receiver's authority, where it is a private one.",
    example: '"$(cat ca.crt)"',
  }),
  headers: about(
    z
      .record(
        z.string().regex(/^[A-Za-z][A-Za-z0-9-]*$/, { error: "is not the name of a header" }),
        line,
      )
      .default({}),
    { description: "Headers of every request by name: a tenant, no secrets.", example: "shop" },
  ),
  labels: about(
    z
      .record(z.string().regex(/^[a-zA-Z_]\w*$/, { error: "is not the name of a label" }), line)
      .default({}),
    {
      description:
        "Labels added to everything that is sent, by name: they tell estates apart when several send.",
      example: "eu-1",
    },
  ),
  send: section({
    keep: about(patterns.optional(), {
      description: "Metrics that are sent, as patterns of whole names; everything when absent.",
      example: "'node_.*'",
    }),
    drop: about(patterns.optional(), {
      description: "Metrics to leave out of those that would be sent.",
      example: "'go_.*'",
    }),
  }),
  queue: section({
    shards: about(whole(1, 200).default(10), {
      description:
        "Maximum number of requests at a time. Prometheus opens more as it falls behind.",
      example: "10",
    }),
    capacity: about(whole(2_000, 100_000).default(10_000), {
      description: "Samples that each of them holds in memory.",
      example: "10000",
    }),
    maxAge: about(duration.default(longestWait), {
      description: "Samples that could not be sent for this long are dropped.",
      example: longestWait,
    }),
  }),
});

/** `vigil:prometheus.remoteWrite`: who else is sent the samples. */
export const remoteWrite = about(z.record(name, destination).default({}), {
  description: "Receivers of the samples beside Prometheus itself, by name.",
});

/** One receiver in a stack's configuration. */
export type Destination = z.output<typeof destination>;

/** All of them by name. */
export type Destinations = Readonly<Record<string, Destination>>;
