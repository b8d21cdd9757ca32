import { partsOf } from "./config/processor-proxy-schema.ts";
import type { ProcessorSettings } from "./config/processor-schema.ts";

/** People who sign in at the processor's page besides the estate's own login, each once, sorted. */
export interface People {
  readonly act: readonly string[];
  readonly look: readonly string[];
}

export function peopleOf({ people }: Pick<ProcessorSettings, "people">): People {
  const sorted = (text = ""): string[] => [...new Set(partsOf(text))].sort();
  return { act: sorted(people?.act), look: sorted(people?.look) };
}
