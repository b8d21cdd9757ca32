import type { AlertGroup } from "../lib/alert.ts";
import { group as collection } from "./collection.ts";
import { group as delivery } from "./delivery.ts";
import { group as evaluation } from "./evaluation.ts";
import { group as server } from "./server.ts";
import { group as storage } from "./storage.ts";

/** Prometheus, topic by topic. */
export const prometheus: readonly AlertGroup[] = [
  collection,
  delivery,
  evaluation,
  server,
  storage,
];
