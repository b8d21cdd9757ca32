import { withEstate } from "./lib/estate.ts";
import type { Report } from "./lib/report.ts";
import { readState } from "./lib/state.ts";

const goals = { resources: 40, megabytes: 1 } as const;

/** What the local stack amounts to, and what the engine keeps of it. */
export function run(): Promise<Report> {
  return withEstate(async ({ folder: root, stack, vigil }) => {
    await vigil(["up"]);
    const { bytes, largest, resources } = await readState({ root, stack });
    const sizes = largest.map(([name, size]) => `${name} ${(size / 1024).toFixed(0)} KB`);
    return {
      name: "stack-size",
      figures: [
        { what: "resources", unit: "resources", value: resources, goal: goals.resources },
        { what: "state", unit: "MB", value: bytes / 1024 ** 2, goal: goals.megabytes },
      ],
      notes: [`Largest: ${sizes.join(", ")}.`],
    };
  });
}
