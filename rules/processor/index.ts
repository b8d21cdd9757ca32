import type { AlertGroup } from "../lib/alert.ts";
import { group as delivery } from "./delivery.ts";
import { group as hearing } from "./hearing.ts";
import { group as intake } from "./intake.ts";
import { group as server } from "./server.ts";

/** The alert processor, topic by topic. */
export const processor: readonly AlertGroup[] = [delivery, hearing, intake, server];
