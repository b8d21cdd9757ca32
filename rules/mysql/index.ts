import type { AlertGroup } from "../lib/alert.ts";
import { group as galera } from "./galera.ts";
import { group as innodb } from "./innodb.ts";
import { group as replication } from "./replication.ts";
import { group as server } from "./server.ts";
import { group as work } from "./work.ts";

/** MySQL and MariaDB, topic by topic. */
export const mysql: readonly AlertGroup[] = [server, galera, innodb, replication, work];
