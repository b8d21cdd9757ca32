import type { AlertGroup } from "../lib/alert.ts";
import { group as locks } from "./locks.ts";
import { group as maintenance } from "./maintenance.ts";
import { group as replication } from "./replication.ts";
import { group as server } from "./server.ts";
import { group as sessions } from "./sessions.ts";
import { group as wal } from "./wal.ts";

/** PostgreSQL, topic by topic. */
export const postgres: readonly AlertGroup[] = [
  server,
  locks,
  maintenance,
  replication,
  sessions,
  wal,
];
