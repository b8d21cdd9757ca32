import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { Alert, Occasion } from "../core/alert.ts";
import type { Outcome } from "../core/retry.ts";
import { classOf } from "../core/severity.ts";
import { saidIn, waiting } from "./answer.ts";
import type { Channel, Message } from "./channel.ts";
import { keyOf } from "./episode.ts";
import { type Answer, deliver, inTurn } from "./http.ts";
import { channelKind } from "./kind.ts";
import { accessFields, endpointAt, fileField, type Opening, tokenIn } from "./opening.ts";
import { clean, cutBy, plainText, titleOf, units, wordingOf } from "./text.ts";

/** The Alert API of Opsgenie. */
const schema = z.strictObject({
  kind: z.literal("opsgenie"),
  /** Holds the key of an API integration. */
  keyFile: fileField,
  /** Another region, such as https://api.eu.opsgenie.com. */
  url: z.string().default("https://api.opsgenie.com"),
  ...accessFields,
});

type Step = "create" | "acknowledge" | "close" | "settle";

/** An alert that somebody has taken stops ringing; one that begins again rings, but only once the old one is closed. */
const steps: Readonly<Record<Occasion, readonly Step[]>> = {
  firing: ["create"],
  reminder: ["close", "settle", "create"],
  acknowledged: ["acknowledge"],
  resolved: ["close"],
};

const priorities: ReadonlyMap<string, string> = new Map([
  ["emergency", "P1"],
  ["critical", "P2"],
  ["warning", "P3"],
]);

/** What Opsgenie keeps, in characters. */
const longest = { message: 130, description: 15_000, entity: 512, source: 100, details: 8_000 };

const within = (text: string, limit: number): string => cutBy(text, limit, units);

const longestValue = 500;

/** Labels, as many as there is room for. */
function detailsOf({ labels }: Alert): Record<string, string> {
  let room = longest.details;
  return Object.fromEntries(
    Object.entries(labels)
      .map(
        ([name, value]) =>
          [within(clean(name), longestValue), within(clean(value), longestValue)] as const,
      )
      .filter(([name, value]) => (room -= name.length + value.length) >= 0),
  );
}

function bodyOf(message: Message, alert: Alert, step: Step): object {
  const user = "Vigil";
  const note = titleOf(message, 1_000);
  if (step !== "create") return { user, source: user, note };
  const wording = wordingOf(message);
  return {
    message: within(wording.title, longest.message),
    alias: keyOf(alert),
    description: within(plainText(wording), longest.description),
    entity: within(clean(alert.instance), longest.entity),
    source: within(clean(alert.service), longest.source) || user,
    priority: priorities.get(classOf(alert.severity)) ?? "P5",
    details: detailsOf(alert),
    user,
    note,
  };
}

const taken = z.object({ requestId: z.string().regex(/^[\w-]{1,100}$/) });

/** Its own header: how long the account or the integration is throttled. */
function readNo(answer: Answer): Outcome | undefined {
  if (answer.status !== 429) return undefined;
  const period = Number(answer.headers["x-ratelimit-period-in-sec"]);
  return waiting(answer, answer.retryAfter === null && period > 0 ? period : undefined);
}

const notYet: Outcome = { kind: "failed", why: "has not closed the alert yet" };

/** How often it is asked whether a request is done, and milliseconds in between. */
const patience = { times: 10, pause: 500 } as const;

function open(opening: Opening, config: z.infer<typeof schema>): Channel {
  const key = tokenIn(opening, config.keyFile);
  const base = endpointAt(opening, config.url, "url", config);
  const path = base.url.pathname.replace(/\/+$/, "");
  const at = (rest: string) => ({ ...base, url: new URL(`${path}/v2/alerts${rest}`, base.url) });
  const headers = { authorization: `GenieKey ${key}` };

  /** It answers before it does anything, and the next request could overtake. */
  async function settled(request: string, signal: AbortSignal): Promise<Outcome> {
    for (let n = 0; n < patience.times && !signal.aborted; n += 1) {
      const outcome = await deliver(
        at(`/requests/${request}`),
        { method: "GET", headers, body: "" },
        signal,
        ({ status }) => status === 200,
        (answer) => (answer.status === 404 ? notYet : readNo(answer)),
      );
      if (outcome !== notYet) return outcome;
      await sleep(patience.pause, undefined, { signal, ref: false }).catch(() => undefined);
    }
    return notYet;
  }

  const send: Channel["send"] = (message, signal) => {
    let request = "";
    return inTurn(message, steps[message.occasion], (alert, step) => {
      if (step === "settle") return settled(request, signal);
      const alias = encodeURIComponent(keyOf(alert));
      return deliver(
        at(step === "create" ? "" : `/${alias}/${step}?identifierType=alias`),
        { headers, body: JSON.stringify(bodyOf(message, alert, step)) },
        signal,
        (answer) => {
          request = saidIn(taken, answer)?.requestId ?? "";
          return answer.status === 202 && request !== "";
        },
        readNo,
      );
    });
  };
  return { name: opening.name, bundle: 1, perSecond: 2, idempotent: true, keeps: true, send };
}

/** Alerts in Opsgenie. */
export const opsgenie = channelKind({ schema, open });
