import { readAbsent, readConfig } from "./components/config.ts";
import { loadMakers, Monitoring } from "./components/monitoring.ts";
import type { VigilOutputs } from "./components/outputs.ts";
import { loadTransforms } from "./components/transforms.ts";

// The SDK keeps a stack trace of every promise, and has each looked up in source maps. These files are sources.
Reflect.deleteProperty(Error, "prepareStackTrace");

const config = await readConfig();
const absent = readAbsent();
const makers = await loadMakers(config, absent);
const transforms = await loadTransforms(config);

/** The one output of the stack; see {@link VigilOutputs}. */
export const vigil: VigilOutputs = transforms.applied(
  (opts) => new Monitoring("monitoring", { config, makers, absent }, opts),
).outputs;
