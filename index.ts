import { readAbsent, readConfig } from "./components/config.ts";
import { loadShells, Monitoring } from "./components/monitoring.ts";
import type { VigilOutputs } from "./components/outputs.ts";

const config = readConfig();

/** The one output of the stack; see {@link VigilOutputs}. */
export const vigil: VigilOutputs = new Monitoring("monitoring", {
  config,
  shells: await loadShells(),
  absent: readAbsent(),
}).outputs;
