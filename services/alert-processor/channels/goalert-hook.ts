/** Messages of GoAlert's webhooks. */
import { createHash, randomUUID, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import type { Doer, Heard, HeardKind } from "../core/heard.ts";
import type { Ear } from "./channel.ts";
import { episodeOf } from "./episode.ts";
import { hookSecretsIn, type Opening } from "./opening.ts";
import { clean, cut } from "./text.ts";

const service = "GoAlert";

/** Under this name GoAlert keeps which episode an alert of its own is about, and tells it when it notifies. */
export const episodeField = "vigil-episode";

/** The user name that goes with the secret. */
const caller = "vigil";

const schema = z.object({
  Type: z.string(),
  AlertID: z.int().positive().optional().catch(undefined),
  LogEntry: z.string().catch("").default(""),
  Meta: z.record(z.string(), z.string().catch("")).nullish().catch(null),
});

const longestName = 100;
const longestText = 1_000;

const kinds: ReadonlyMap<string, HeardKind> = new Map(
  Object.entries({
    Acknowledged: "acknowledged",
    Closed: "resolved",
    // It is told of what somebody had: the alert asks for the next one.
    Escalated: "unacknowledged",
  } as const),
);

/** The person who did it: GoAlert says so only in a sentence, such as "Closed by Ada Lovelace (Web)". */
function doerOf(rest: string): Doer {
  // The name of an integration may hold anything: the first match counts.
  if (/^ via [^]* integration( \([^()]*\))?$/.test(rest)) return { kind: "integration" };
  const [, name] = /\bby (.+?)(?: \([^()]*\))?$/.exec(rest) ?? [];
  return name === undefined || name === "[unknown]"
    ? { kind: "nobody" }
    : { kind: "person", name: cut(clean(name), longestName) };
}

function statusOf(entry: string): Pick<Heard, "by" | "kind" | "text"> {
  const [, word = "", rest = ""] = /^(\w+)([^]*)$/.exec(entry) ?? [];
  const kind = kinds.get(word) ?? "other";
  const text = kind === "unacknowledged" ? `${service}: ${cut(clean(entry), longestText)}` : "";
  return { by: doerOf(rest), kind, text };
}

/** Reads one message. It has neither a time nor an id: each counts as a new one, of now. */
function readHook(body: unknown, now: number): Heard | undefined {
  const { data: message } = schema.safeParse(body);
  if (message === undefined) return undefined;
  const { AlertID: id, LogEntry: entry, Meta: meta, Type: type } = message;
  const said =
    type === "AlertStatus"
      ? statusOf(entry)
      : ({
          by: { kind: "integration" },
          kind: type === "Alert" ? "begun" : "other",
          text: "",
        } as const);
  return {
    ...said,
    id: randomUUID(),
    at: now,
    service,
    incident: id === undefined ? "" : `${service} ${id}`,
    episode: episodeOf(meta?.[episodeField] ?? ""),
  };
}

/** Always of the same length, as a comparison in constant time requires. */
const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

const basic = (secret: string): string =>
  `Basic ${Buffer.from(`${caller}:${secret}`).toString("base64")}`;

/**
 * Hears GoAlert's webhooks. They are not signed; the address that they go to holds a name and one of the passwords
 * in a file, which GoAlert's client sends as a header.
 *
 * @throws {@link ChannelError}
 */
export function earOf(opening: Opening, file: string | undefined): Ear | undefined {
  if (file === undefined) return undefined;
  const expected = hookSecretsIn(opening, file).map((secret) => digest(basic(secret)));
  return {
    header: "authorization",
    isGenuine: (header) => {
      const given = digest(header);
      return expected.map((ours) => timingSafeEqual(ours, given)).includes(true);
    },
    read: (body, _page, now) => readHook(body, now),
  };
}
