import type { AlertGroup } from "../lib/alert.ts";
import { group as life } from "./life.ts";
import { group as resources } from "./resources.ts";

/** Containers as cAdvisor sees them. */
export const container: readonly AlertGroup[] = [life, resources];
