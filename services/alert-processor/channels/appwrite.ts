import { z } from "zod";
import { type Kind, together } from "./appwrite-kinds.ts";
import type { Channel, Message } from "./channel.ts";
import { type Answer, deliver, isSuccess } from "./http.ts";
import { channelKind } from "./kind.ts";
import { accessFields, endpointAt, fileField, type Opening, tokenIn } from "./opening.ts";

const kindSchema = z.enum(["push", "sms", "email"]) satisfies z.ZodType<Kind>;

/** A topic of Appwrite Messaging, notified in one way or in several. */
const schema = z.strictObject({
  kind: z.literal("appwrite"),
  /** Of the API, such as https://fra.cloud.appwrite.io/v1. */
  endpoint: z.string(),
  projectId: z.string().min(1),
  /** Holds an API key with the scope messages.write. */
  keyFile: fileField,
  /** Its id. */
  topic: z.string().min(1),
  kinds: z
    .array(kindSchema)
    .min(1)
    .refine((kinds) => new Set(kinds).size === kinds.length, "must list each kind only once"),
  ...accessFields,
});

/** Appwrite made a message of it, now or the last time. */
function isTaken({ body, status }: Answer): boolean {
  try {
    const said = JSON.parse(body) as { $id?: unknown; type?: unknown } | null;
    if (status === 409) return said?.type === "message_already_exists";
    return isSuccess(status) && typeof said?.$id === "string";
  } catch {
    return false;
  }
}

function open(opening: Opening, config: z.infer<typeof schema>): Channel {
  const { kinds, projectId, topic } = config;
  const key = tokenIn(opening, config.keyFile);
  const endpoint = endpointAt(opening, config.endpoint, "endpoint", config);
  const address = endpoint.url.href.replace(/\/$/, "");
  const tell = async (kind: Kind, message: Message, signal: AbortSignal) => {
    // Loaded when it is needed first: the SDK takes more memory than all the rest.
    const { GuardedClient, Messaging } = await import("./appwrite-client.ts");
    const { create } = await import("./appwrite-message.ts");
    const client = new GuardedClient((url, post) =>
      deliver({ ...endpoint, url }, post, signal, isTaken),
    );
    client.setEndpoint(address).setProject(projectId).setKey(key);
    await create(new Messaging(client), kind, topic, message);
    return [kind, client.outcome] as const;
  };
  return {
    name: opening.name,
    bundle: 50,
    perSecond: 2,
    idempotent: true,
    send: async (message, signal) =>
      together(await Promise.all(kinds.map((kind) => tell(kind, message, signal)))),
  };
}

/** Push, SMS and e-mail through Appwrite Messaging. */
export const appwrite = channelKind({
  schema,
  open,
});
