/** Reasons, shared by several alerts, why one of them behaves otherwise in a variant. */

/** For `born`: the program reads the counter from where it is kept, and that begins at zero. */
export const countsFromZero =
  "What it counts is there, at zero, before the first event: the exporter reads it from a table or a file.";

/** For `unknown`: the program itself writes the value. */
export const alwaysANumber = "The program writes a whole number of its own; there is no unknown.";
