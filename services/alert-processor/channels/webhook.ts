import { z } from "zod";
import type { Channel, Message } from "./channel.ts";
import { deliver } from "./http.ts";
import { channelKind } from "./kind.ts";
import { accessFields, endpointAt, fileField, type Opening, secretIn, tokenIn } from "./opening.ts";

/** Any program that takes JSON. */
const schema = z
  .strictObject({
    kind: z.literal("webhook"),
    url: z.string().optional(),
    /** Holds the address where that is a secret. */
    urlFile: fileField.optional(),
    /** Holds a bearer token. */
    tokenFile: fileField.optional(),
    /** Alerts in a message at most. */
    bundle: z.int().min(1).max(1000).default(100),
    /** Messages in a second at most. One an hour is the slowest: a timer of weeks would fire at once. */
    perSecond: z
      .number()
      .min(1 / 3600)
      .max(1000)
      .default(10),
    ...accessFields,
  })
  .refine(({ url, urlFile }) => (url === undefined) !== (urlFile === undefined), {
    message: "url or urlFile must be given, not both",
  });

/** Alerts unchanged: a program reads this and formats it for its medium. */
function payloadOf({ alerts, key, links, occasion }: Message) {
  return {
    key,
    occasion,
    alerts,
    links: {
      page: links.page,
      alerts: alerts.map((alert) => ({
        fingerprint: alert.fingerprint,
        open: links.alert(alert),
        acknowledge: links.acknowledge(alert),
      })),
    },
  };
}

function open(opening: Opening, config: z.infer<typeof schema>): Channel {
  const { bundle, perSecond, tokenFile, url, urlFile } = config;
  const token = tokenFile === undefined ? undefined : tokenIn(opening, tokenFile);
  const address = urlFile === undefined ? (url ?? "") : secretIn(opening, urlFile).trim();
  const endpoint = endpointAt(opening, address, urlFile ?? "url", config);
  return {
    name: opening.name,
    bundle,
    perSecond,
    idempotent: true,
    keeps: true,
    send: (message, signal) => {
      const headers = {
        "idempotency-key": message.key,
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      };
      return deliver(endpoint, { headers, body: JSON.stringify(payloadOf(message)) }, signal);
    },
  };
}

/** JSON for programs. */
export const webhook = channelKind({
  schema,
  open,
});
