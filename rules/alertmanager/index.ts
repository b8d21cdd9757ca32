import type { AlertGroup } from "../lib/alert.ts";
import { group as cluster } from "./cluster.ts";
import { group as delivery } from "./delivery.ts";
import { group as server } from "./server.ts";

/** Alertmanager, topic by topic. */
export const alertmanager: readonly AlertGroup[] = [cluster, delivery, server];
