import { z } from "zod";
import { inside } from "../channels/channel.ts";
import { channelFields } from "../channels/index.ts";
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
  secretUrl,
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
      "When an emergency that nobody has taken is told again: times after its beginning, with commas.",
    example: "5m,15m,30m",
  },
);

/** Names become those of files. */
const names = (what: string, example: string) =>
  about(
    z
      .string()
      .refine((text) => partsOf(text).every((one) => /^[A-Za-z0-9][\w.@-]{0,59}$/.test(one)), {
        error: "are not names of 1 to 60 of A-Z, a-z, 0-9 and . _ @ -; write ada,grace",
      })
      .optional(),
    {
      description: `Names of people who may ${what} on its page, with commas. Each gets a password of their own, in \`.vigil/<stack>/access/people/\`.`,
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
      "Container image of the alert processor, made by `make processor-image`; without it container " +
      "targets leave the processor out.",
    example: "vigil-alert-processor:0.1.0",
  }),
  memory: about(megabytes.default(256), {
    description: "Upper bound of its memory in MB. Container targets only.",
    example: "256",
  }),
  url: about(httpUrl.optional(), {
    description:
      "Where people reach it, for links in messages, with a path if it has one; its own address when absent.",
    example: "https://alerts.example.com",
  }),
  proxy,
  people: z
    .strictObject({ act: names("act", "ada,grace"), look: names("only look", "wall") })
    .optional(),
  retentionDays: about(z.int().min(1).default(90), {
    description: "Days that history is kept.",
    example: "90",
  }),
  postgres: z
    .strictObject({
      url: about(
        secret((text) => /^postgres(?:ql)?:\/\//.test(text), "is not a PostgreSQL address"),
        {
          description: "A PostgreSQL to keep the memory in, instead of a file of its own.",
          example: "postgres://vigil:…@db.example.com/vigil",
          secret: true,
        },
      ),
      authority: about(certificate.optional(), {
        description:
          "Certificate in PEM of the authority of PostgreSQL, where it is a private one.",
        example: '"$(cat ca.crt)"',
      }),
    })
    .optional(),
  heartbeat: z
    .strictObject({
      url: about(secretUrl(), {
        description:
          "Posted to every minute as long as alerts can arrive; what is there complains when that ends.",
        example: "https://example.com/heartbeat",
        secret: true,
      }),
      private: inside,
    })
    .optional(),
  ...channelFields,
  remind: durations,
  escalation: z
    .strictObject({
      after: about(duration.default("15m"), {
        description: "How long an emergency waits for somebody before others are told.",
        example: "15m",
      }),
      to: about(email, {
        description: "Who is notified then, over the mail server of vigil:channels.email.",
        example: "lead@example.com",
      }),
    })
    .optional(),
};

/** What a stack says of the alert processor. */
export type ProcessorSettings = z.output<z.ZodObject<typeof processorFields, z.core.$strict>>;
