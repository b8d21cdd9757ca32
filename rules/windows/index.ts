import type { AlertGroup } from "../lib/alert.ts";
import { group as io } from "./io.ts";
import { group as services } from "./services.ts";
import { group as system } from "./system.ts";

/** Windows hosts, scraped as job `windows`. */
export const windows: readonly AlertGroup[] = [io, services, system];
