/** The form in which causes are said, and the objects that many of them share. */

/** What one cause makes others say. */
export interface Cause {
  /** Labels that tell the object that cause and effects share, beside where it is. */
  readonly object: readonly string[];
  readonly by: readonly string[];
  readonly over: readonly string[];
}

/** A cause, its alerts and its effects by their names, separated by spaces. */
export const cause = (object: readonly string[], by: string, over: string): Cause => ({
  object,
  by: by.split(" "),
  over: over.split(" "),
});

export const onHost = ["host"];
export const onJob = ["job"];
export const onTarget = ["job", "instance"];
export const onDevice = [...onTarget, "device"];
