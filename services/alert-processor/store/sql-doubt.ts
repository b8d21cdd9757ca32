/** Nobody is notified of an alert that may be over as if it were open. */

/**
 * A condition on rows of the outbox, named `o`: they remind of what may be over, and nobody, who will have looked, has
 * escalated it since.
 */
export const uncertain = `(o.occasion = 'reminder'
  AND EXISTS (SELECT 1 FROM alerts a WHERE a.fingerprint = o.fingerprint AND a."lastSeenAt" < ?)
  AND NOT EXISTS (SELECT 1 FROM alert_events e WHERE e.fingerprint = o.fingerprint
    AND e."startsAt" = o."startsAt" AND e.kind = 'escalated' AND e.at >= ?))`;

/**
 * A condition on rows of the outbox, named `o`: nobody is reminded of an alert that may be over.
 *
 * @param doubted - Alerts last heard of before this time may be over; undefined where none may.
 */
export const certain = (doubted: number | undefined): string =>
  doubted === undefined ? "" : `AND NOT ${uncertain}`;

/** The values that {@link certain} and {@link uncertain} ask for. */
export const doubtValues = (doubted: number | undefined): readonly number[] =>
  doubted === undefined ? [] : [doubted, doubted];
