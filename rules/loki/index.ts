import type { AlertGroup } from "../lib/alert.ts";
import { group as alloy } from "./alloy.ts";
import { group as ring } from "./ring.ts";
import { group as server } from "./server.ts";
import { group as storage } from "./storage.ts";

/** Loki and what ships logs to it, topic by topic. */
export const loki: readonly AlertGroup[] = [alloy, ring, server, storage];
