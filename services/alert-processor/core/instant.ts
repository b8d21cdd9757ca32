/** A zone at the end of a time: `Z`, `GMT`, `+01:00`, `-0500`. */
const zone = /(?:[a-z]{1,5}\)?|[+-]\d{2}:?\d{2})$/i;

/**
 * A time in milliseconds since 1970; NaN if the text is not a time. Without a zone it is UTC: by the machine's own
 * zone, two replicas would take one message for two episodes, and a wait for one that is over.
 */
export function instantOf(text: string): number {
  const said = text.trim();
  return Date.parse(zone.test(said) ? said : `${said}Z`);
}
