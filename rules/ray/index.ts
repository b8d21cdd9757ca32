import type { AlertGroup } from "../lib/alert.ts";
import { group as nodes } from "./nodes.ts";
import { group as scaling } from "./scaling.ts";
import { group as serve } from "./serve.ts";
import { group as work } from "./work.ts";

/** Ray: its nodes, their number, the work on them, and Serve. */
export const ray: readonly AlertGroup[] = [nodes, scaling, serve, work];
