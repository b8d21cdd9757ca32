import type { Spec } from "./cluster.ts";

/** When everything was long ago. */
export const long = "2026-01-01T00:00:00Z";

/** Who an object is, with a label and an annotation. */
export const told = (name: string, more: object = {}): Spec["metadata"] => ({
  name,
  labels: { app: "web" },
  annotations: { owner: "shop" },
  ...more,
});

/** Something that holds of an object, or does not. */
export const condition = (type: string, status: string, reason = "Capture"): object => ({
  type,
  status,
  reason,
  lastTransitionTime: long,
});
