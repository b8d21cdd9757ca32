import { readdir } from "node:fs/promises";
import { isUp } from "../provider/process/api.ts";
import { layoutOf } from "../provider/process/layout.ts";
import { freeSpace } from "./cache.ts";
import { partsOf } from "./running.ts";
import { stackFolder } from "./state/home.ts";
import type { Check } from "./verify.ts";

/** Below this the servers cannot keep what they see, in bytes. */
const scarce = 1024 * 1024;

/**
 * What must be true of the ground that an estate stands on, asked of the machine and not of a record:
 * the one place for all commands that say something about it.
 */
export function groundChecks(root: string, stack: string, target: string): Check[] {
  if (target !== "local") return [];
  const home = stackFolder(root, stack);
  const layout = layoutOf(home);
  return [
    {
      claim: "Everything is running and is kept running",
      ask: async () => {
        const names = await readdir(layout.fragments).catch(() => []);
        const wanted = names.flatMap((name) => /^(.+)\.json$/.exec(name)?.[1] ?? []);
        const parts = await partsOf(root, stack, target);
        const running = new Set(parts.map(({ name }) => name));
        const stopped = wanted.filter((name) => !running.has(name)).sort();
        // Nothing was made here, or it is down.
        if (wanted.length === 0 && parts.length === 0) return undefined;
        if (stopped.length > 0) return `Not running: ${stopped.join(", ")}; make up starts it`;
        return (await isUp(layout))
          ? undefined
          : "The supervisor does not answer: what ends now stays ended; make up starts it";
      },
    },
    {
      claim: "There is room on the disk",
      ask: async () => {
        const free = await freeSpace(home);
        return free < scarce
          ? `The disk of ${home} is full: nothing is kept of what is seen now`
          : undefined;
      },
    },
  ];
}

/** The problems of the ground, asked once. */
export async function groundProblems(
  root: string,
  stack: string,
  target: string,
): Promise<string[]> {
  const answers = await Promise.all(groundChecks(root, stack, target).map(({ ask }) => ask()));
  return answers.filter((problem) => problem !== undefined);
}
