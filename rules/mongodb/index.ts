import type { AlertGroup } from "../lib/alert.ts";
import { group as replication } from "./replication.ts";
import { group as server } from "./server.ts";

/** MongoDB, topic by topic. */
export const mongodb: readonly AlertGroup[] = [replication, server];
