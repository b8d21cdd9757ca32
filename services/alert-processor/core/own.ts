/** Our own names, made so that no name from outside can clash with them. */
import { createHash } from "node:crypto";

const prefix = "own-";

/** Of an alert that the processor raises itself; the same for the same text. */
export const ownFingerprint = (about: string): string =>
  prefix + createHash("sha256").update(about).digest("hex").slice(0, 28);

/** Whether the processor raised it itself. */
export const isOwn = (fingerprint: string): boolean => fingerprint.startsWith(prefix);

/** Fingerprints that senders may give: no letter but a to f, so none of ours. */
export const givenFingerprint = /^[0-9a-f]{1,32}$/;

/** Every fingerprint that there may be. */
export const anyFingerprint = /^(?:[0-9a-f]{1,32}|own-[0-9a-f]{28})$/;

/** The actor for a link: whoever the message reached. */
export const linkActor = "by link";

/** Whether a name is reserved, so that no user may have it. */
export const isOwnActor = (name: string): boolean => name === linkActor;
