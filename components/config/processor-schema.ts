import { z } from "zod";
import { channelFields } from "../channels/index.ts";
import { heartbeat } from "./channels-schema.ts";
import {
  about,
  certificate,
  duration,
  email,
  httpUrl,
  image,
  megabytes,
  port,
  secret,
} from "./fields.ts";
import { partsOf, proxy } from "./processor-proxy-schema.ts";

const durations = about(
  z
    .string()
    .refine((text) => text.split(",").every((part) => duration.safeParse(part.trim()).success), {
      error: "is not a list of durations; write 5m,15m,30m",
    })
    .default("5m,15m,30m"),
  {
    description:
      "When to remind of an emergency that nobody has taken: times since it began, comma-separated.",
    example: "5m,15m,30m",
  },
);

/** Names become those of files. */
const names = (what: string, example: string) =>
  about(
    z
      .string()
      .refine((text) => partsOf(text).every((one) => /^[A-Za-z0-9][\w.@-]{0,59}$/.test(one)), {
        error: "is not a list of names, each 1 to 60 of A-Z, a-z, 0-9 and . _ @ -; write ada,grace",
      })
      .optional(),
    {
      description: `Names of people who may ${what} on its page, comma-separated. Each gets their own password, in \`.vigil/<stack>/access/people/\`.`,
      example,
    },
  );

/** The alert processor. */
export const processorFields = {
  port: about(port.default(9095), { description: "Port it listens on.", example: "9095" }),
  enabled: about(z.boolean().default(true), {
    description: "Whether the alert processor is part of the estate.",
    example: "true",
  }),
  image: about(image.optional(), {
    description:
      "Container image of the alert processor, built by `make processor-image`; without it, container " +
      "targets leave the processor out.",
    example: "vigil-alert-processor:0.1.0",
  }),
  memory: about(megabytes.default(256), {
    description: "Memory limit in MB. Container targets only.",
    example: "256",
  }),
  url: about(httpUrl.optional(), {
    description:
      "URL at which people reach it, for links in messages, with a path if it has one; default: its own address.",
    example: "https://alerts.example.com",
  }),
  proxy,
  people: z
    .strictObject({ act: names("act", "ada,grace"), look: names("only look", "wall") })
    .optional(),
  retentionDays: about(z.int().min(1).default(90), {
    description: "Days for which history is kept.",
    example: "90",
  }),
  postgres: z
    .strictObject({
      url: about(
        secret((text) => /^postgres(?:ql)?:\/\//.test(text), "is not a PostgreSQL address"),
        {
          description: "PostgreSQL to store everything in, instead of a local file.",
          example: "postgres://vigil:…@db.example.com/vigil",
          secret: true,
        },
      ),
      authority: about(certificate.optional(), {
        description: "CA certificate (PEM) of PostgreSQL, if it is a private CA.",
        example: '"$(cat ca.crt)"',
      }),
    })
    .optional(),
  heartbeat,
  ...channelFields,
  remind: durations,
  escalation: z
    .strictObject({
      after: about(duration.default("15m"), {
        description: "How long an emergency waits for somebody to take it before it is escalated.",
        example: "15m",
      }),
      to: about(email, {
        description: "Who is notified then, over the mail server of vigil:channels.email.",
        example: "lead@example.com",
      }),
    })
    .optional(),
};

/** The alert processor in a stack's configuration. */
export type ProcessorSettings = z.output<z.ZodObject<typeof processorFields, z.core.$strict>>;
