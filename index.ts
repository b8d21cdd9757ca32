import { readAbsent, readConfig } from "./components/config.ts";
import { Monitoring } from "./components/monitoring.ts";
import type { VigilOutputs } from "./components/outputs.ts";

/** The one output of the stack; see {@link VigilOutputs}. */
export const vigil: VigilOutputs = new Monitoring("monitoring", {
  config: readConfig(),
  absent: readAbsent(),
}).outputs;
