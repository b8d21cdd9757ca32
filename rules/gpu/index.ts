import type { AlertGroup } from "../lib/alert.ts";
import { group as faults } from "./faults.ts";
import { group as load } from "./load.ts";

/** NVIDIA GPUs: what breaks, and what slows them down. */
export const gpu: readonly AlertGroup[] = [faults, load];
