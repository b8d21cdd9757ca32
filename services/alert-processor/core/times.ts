/**
 * Times that others may take: Prometheus, Alertmanager and the connection between. In one place, because
 * they belong together: each is chosen for the one before it. All in milliseconds.
 */
const second = 1_000;
const minute = 60 * second;

/** How old the time at which an alert was last heard of may get before it is written again. */
export const seenSteps = 10 * second;

/** Between two comparisons with Alertmanager's list. An alert that began within it may still be on its way. */
export const comparing = minute;

/**
 * How long an alert may be unheard of, and Alertmanager up, before its list decides that an alert is
 * lost: it repeats none sooner, and knows none of old after a restart.
 */
export const quiet = 5 * minute;

/**
 * How long after an end Alertmanager's list may still be behind: a peer that did not hear of it ends the alert on its
 * own within four to five minutes.
 */
export const peersLag = 5 * minute;

/** How long after an end a message may still be late: far longer than Alertmanager tries to deliver one. */
export const messagesLag = 15 * minute;

/** How far clocks of those who share a memory may differ: a later time comes from a clock that was ahead. */
export const clocksDiffer = minute;
