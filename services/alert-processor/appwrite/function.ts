/** The entry point in Appwrite: the same memory as the service, without a server of its own. */
import { Client, Messaging, TablesDB } from "node-appwrite";
import { openAppwriteStore } from "../store/appwrite.ts";
import type { FunctionContext, FunctionResponse } from "./context.ts";
import { handle } from "./handle.ts";
import { type Parts, partsOf } from "./parts.ts";
import { settingsOf } from "./settings.ts";
import { topicChannel, topics } from "./topics.ts";

let opened: { readonly client: Client; readonly parts: Parts } | undefined;

/** One for all executions of this process, so that its writers wait for each other. */
function open(): { readonly client: Client; readonly parts: Parts } {
  const settings = settingsOf(process.env);
  const client = new Client().setEndpoint(settings.endpoint).setProject(settings.projectId);
  const messaging = new Messaging(client);
  const clock = Date.now;
  const parts = partsOf({
    store: openAppwriteStore(new TablesDB(client), settings.databaseId),
    channels: topics.map((topic) => topicChannel(messaging, topic, clock)),
    settings,
    clock,
  });
  return { client, parts };
}

/** Called by Appwrite for each request and each minute. */
export default async function main(context: FunctionContext): Promise<FunctionResponse> {
  try {
    opened ??= open();
  } catch (error) {
    context.error(error instanceof Error ? error.message : String(error));
    return context.res.json({ error: "the function is not set up: see its log" }, 503);
  }
  // Each execution has its own key, which outlives it: the newest serves all.
  opened.client.setKey(context.req.headers["x-appwrite-key"] ?? "");
  return handle(context, opened.parts);
}
