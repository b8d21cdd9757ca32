import type { AlertGroup } from "../lib/alert.ts";
import { group as memory } from "./memory.ts";
import { group as persistence } from "./persistence.ts";
import { group as replication } from "./replication.ts";
import { group as work } from "./work.ts";

/** Redis and Valkey, topic by topic. */
export const redis: readonly AlertGroup[] = [memory, persistence, replication, work];
