import { z } from "zod";
import type { Outcome } from "../core/retry.ts";
import { keyOf as episodeKey } from "../core/routing.ts";
import type { Channel, Message } from "./channel.ts";
import { htmlText } from "./html.ts";
import { channelKind } from "./kind.ts";
import { fileField, type Opening, secretIn } from "./opening.ts";
import { plainText, wordingOf } from "./text.ts";

/** A mail server to hand messages to. TLS is required. */
const schema = z
  .strictObject({
    kind: z.literal("email"),
    host: z.string().min(1),
    /** @default 587 with starttls, 465 with tls */
    port: z.int().min(1).max(65_535).optional(),
    /** `starttls`: required after a plain greeting; `tls`: from the first byte. */
    tls: z.enum(["starttls", "tls"]).default("starttls"),
    user: z.string().min(1).optional(),
    passwordFile: fileField.optional(),
    from: z.email(),
    to: z.array(z.email()).min(1),
    /** Authority to trust instead of the usual ones, PEM. */
    caFile: fileField.optional(),
  })
  .refine(({ passwordFile, user }) => (user === undefined) === (passwordFile === undefined), {
    message: "user and passwordFile go together: give both or none",
  });

interface SmtpError {
  readonly code?: string | undefined;
  readonly responseCode?: number | undefined;
}

/**
 * The meaning of an error for a second attempt, by the server's code. Only after the server has read the message does a
 * refusal concern the message; before that, it concerns sender or recipients. Its text may hold anything.
 */
function outcomeOfSmtp({ code, responseCode = 0 }: SmtpError): Outcome {
  if (responseCode >= 500) {
    return { kind: code === "EMESSAGE" ? "refused" : "barred", why: `answered ${responseCode}` };
  }
  if (responseCode >= 400) return { kind: "failed", why: `answered ${responseCode}` };
  return { kind: "failed", why: `no answer (${code ?? "connection closed"})` };
}

/** Some recipients did not get it: it is sent to them again. */
function outcomeOfRejected(errors: readonly SmtpError[], recipients: number): Outcome {
  const outcomes = errors.map(outcomeOfSmtp);
  const worst = outcomes.find(({ kind }) => kind === "failed") ?? outcomes[0];
  if (worst === undefined || worst.kind === "sent") return { kind: "sent" };
  return { ...worst, why: `${errors.length} of ${recipients} recipients: ${worst.why}` };
}

/** Messages that only some recipients received. */
const remembered = 1_000;

/** Messages of an episode form one thread in a mailbox: all refer to one message that was never sent. */
function threadOf({ alerts: [alert, ...more] }: Message, domain: string): { references?: string } {
  if (alert === undefined || more.length > 0) return {};
  return { references: `<${episodeKey(alert, "thread", "")}@${domain}>` };
}

function open(opening: Opening, config: z.infer<typeof schema>): Channel {
  const { caFile, from, host, passwordFile, port, tls, to, user } = config;
  const secure = tls === "tls";
  const settings = {
    host,
    port: port ?? (secure ? 465 : 587),
    secure,
    requireTLS: !secure,
    tls: caFile === undefined ? {} : { ca: secretIn(opening, caFile) },
    // Signs in even where the server does not offer it: a message without it would go another way.
    ...(user !== undefined &&
      passwordFile !== undefined && {
        auth: { user, pass: secretIn(opening, passwordFile) },
        forceAuth: true,
      }),
    disableFileAccess: true,
    disableUrlAccess: true,
  };
  // Loaded when it is needed first: it takes memory that most processors never need.
  const transport = async () => {
    const { createTransport } = await import("nodemailer");
    return createTransport(settings);
  };
  let opened: ReturnType<typeof transport> | undefined;
  /**
   * Recipients that have a message already when others do not, by its key. Lost with the process: then they get it
   * twice.
   */
  const had = new Map<string, readonly string[]>();
  const remember = (key: string, all: readonly string[]): void => {
    had.delete(key);
    if (all.length < to.length) had.set(key, all);
    for (const oldest of had.keys()) if (had.size > remembered) had.delete(oldest);
  };
  const domain = from.slice(from.lastIndexOf("@") + 1);
  const mailOf = (message: Message, missing: string[], signal: AbortSignal) => {
    const wording = wordingOf(message);
    return {
      from,
      to,
      envelope: { from, to: missing },
      subject: wording.title,
      text: plainText(wording),
      html: htmlText(wording),
      // The same each time it is sent, so that a repetition can be told.
      messageId: `<${message.key}@${domain}>`,
      ...threadOf(message, domain),
      // Keeps out-of-office replies away.
      headers: { "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All" },
      signal,
    };
  };
  return {
    name: opening.name,
    bundle: 50,
    perSecond: 2,
    idempotent: false,
    send: async (message, signal) => {
      const { key } = message;
      const before = had.get(key) ?? [];
      const missing = to.filter((one) => !before.includes(one));
      const mail = mailOf(message, missing, signal);
      try {
        const sent = await (await (opened ??= transport())).sendMail(mail);
        const { accepted, rejectedErrors = [] } = sent;
        remember(key, [...before, ...missing.filter((one) => accepted.includes(one))]);
        return outcomeOfRejected(rejectedErrors, to.length);
      } catch (error) {
        if (signal.aborted) return { kind: "failed", why: "did not answer in time" };
        return outcomeOfSmtp(error as SmtpError);
      }
    },
  };
}

/** Mail. */
export const email = channelKind({
  schema,
  open,
});
