import { randomBytes } from "node:crypto";
import type { Channel, Links } from "../channels/channel.ts";
import type { Alert } from "../core/alert.ts";
import type { Outcome } from "../core/retry.ts";

/** Time limit of a test message: milliseconds. */
const timeout = 15_000;

/** A made-up alert: it is in no list. */
function testAlert(who: string, now: number): Alert {
  const labels = { alertname: "VigilTest", severity: "info", team: "", instance: "" };
  return {
    ...labels,
    fingerprint: randomBytes(8).toString("hex"),
    status: "firing",
    service: "",
    environment: "",
    startsAt: now,
    endsAt: null,
    closedBy: null,
    lastSeenAt: now,
    updatedAt: now,
    labels: { alertname: labels.alertname, severity: labels.severity },
    annotations: { summary: `This is a test that ${who} asked for. Nothing is wrong.` },
    owner: null,
    snoozedUntil: null,
    version: 1,
  };
}

/** Sends a message to a channel at once, ahead of everything that waits. @returns The outcome. */
export async function sendTest(
  channel: Channel,
  links: Links,
  who: string,
  now: number,
): Promise<Outcome> {
  const alert = testAlert(who, now);
  const send = (occasion: "firing" | "resolved", told: Alert): Promise<Outcome> =>
    channel.send(
      { key: randomBytes(18).toString("hex"), occasion, alerts: [told], links },
      AbortSignal.timeout(timeout),
    );
  const outcome = await send("firing", alert);
  if (outcome.kind !== "sent" || channel.keeps !== true) return outcome;
  return send("resolved", { ...alert, status: "resolved", endsAt: now + 1 });
}
