/** Our own alerts about messages that could not be read, so that nothing is put aside unseen. Pure. */
import { ownFingerprint } from "./own.ts";
import type { Incoming, Poison } from "./payload.ts";
import { classOf, isKnownSeverity } from "./severity.ts";

export const quarantineName = "AlertQuarantined";

/** Milliseconds in which the same mistake is the same alert: whoever closed it is not bothered again meanwhile. */
const span = 3_600_000;

const longestWhy = 500;

/** A label in unreadable text; empty if it is not found. */
const labelIn = (raw: string, name: string): string =>
  new RegExp(`"${name}"\\s*:\\s*"([^"\\\\]{1,200})"`).exec(raw)?.[1] ?? "";

/** The severity that it claims; where none can be found, it may be bad. */
function severityOf({ raw }: Poison): string {
  const word = labelIn(raw, "severity");
  if (!isKnownSeverity(word) || word === "") return "critical";
  const meaning = classOf(word);
  return meaning === "info" ? "warning" : meaning;
}

/** One alert for each kind of mistake and severity. Open until somebody closes it. */
export function quarantined(poison: readonly Poison[], now: number): Incoming[] {
  const kinds = Map.groupBy(poison, (one) => `${severityOf(one)} ${one.why.slice(0, longestWhy)}`);
  return [...kinds].map(([kind, all]) => {
    const [first] = all as [Poison, ...Poison[]];
    const names = new Set(
      all.map(({ raw }) => labelIn(raw, "alertname")).filter((one) => one !== ""),
    );
    return {
      fingerprint: ownFingerprint(`quarantine ${kind}`),
      resolved: false,
      startsAt: Math.floor(now / span) * span,
      endsAt: null,
      labels: {
        alertname: quarantineName,
        service: "processor",
        severity: severityOf(first),
        team: "sre",
      },
      annotations: {
        summary: `${names.size > 0 ? [...names].slice(0, 5).join(", ") : "An alert"} could not be read and is in quarantine`,
        description: `${first.why.slice(0, longestWhy)}. GET /v1/quarantine shows what arrived; nobody is notified of it separately. Close this alert once it is dealt with.`,
      },
    };
  });
}
