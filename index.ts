import type { VigilOutputs } from "./components/outputs.ts";
import { wake } from "./provider/wake.ts";

// The SDK keeps a stack trace of every promise, and has each looked up in source maps. These files are sources.
Reflect.deleteProperty(Error, "prepareStackTrace");

// The provider starts while everything else is loaded.
wake();

const { readAbsent, readConfig } = await import("./components/config.ts");
const { loadMakers, Monitoring } = await import("./components/monitoring.ts");
const { loadTransforms } = await import("./components/transforms.ts");

const config = await readConfig();
const absent = readAbsent();
const makers = await loadMakers(config, absent);
const transforms = await loadTransforms(config);

/** The one output of the stack; see {@link VigilOutputs}. */
export const vigil: VigilOutputs = transforms.applied(
  (opts) => new Monitoring("monitoring", { config, makers, absent }, opts),
).outputs;
