import { readdir } from "node:fs/promises";
import { isUp } from "../../../provider/process/api.ts";
import { layoutOf } from "../../../provider/process/layout.ts";
import { freeFiles, freeSpace } from "../../../tools/cache.ts";
import type { Claim } from "../../claim.ts";
import { stackFolder } from "../../state/home.ts";
import type { StackAt } from "../operations.ts";
import { processes } from "../processes.ts";

/** Below this the servers cannot keep what they see, in bytes. */
const scarce = 1024 * 1024;

/** Below this they cannot begin a new one, which they do every two hours. */
const fewFiles = 20;

/** Of a machine that runs the servers itself. */
export function claims(at: StackAt): Claim[] {
  const home = stackFolder(at.root, at.stack);
  const layout = layoutOf(home);
  return [
    {
      claim: "Everything is running and supervised",
      ask: async () => {
        const names = await readdir(layout.fragments).catch(() => []);
        const wanted = names.flatMap((name) => /^(.+)\.json$/.exec(name)?.[1] ?? []);
        const parts = await processes(at);
        const running = new Set(parts.map(({ name }) => name));
        const stopped = wanted.filter((name) => !running.has(name)).sort();
        // Nothing was made here, or it is down.
        if (wanted.length === 0 && parts.length === 0) return undefined;
        const [moved] = parts.flatMap(({ movedFrom }) => movedFrom ?? []);
        if (moved !== undefined) {
          return `It was started in ${moved}, which is now ${home}: it cannot read its files; make up restarts it`;
        }
        if (stopped.length > 0) return `Not running: ${stopped.join(", ")}; make up starts it`;
        return (await isUp(layout))
          ? undefined
          : "The supervisor does not answer: anything that stops now stays stopped; make up starts it";
      },
    },
    {
      claim: "There is enough disk space",
      ask: async () => {
        if ((await freeSpace(home)) < scarce) {
          return `The disk of ${home} is full: new samples are lost`;
        }
        return (await freeFiles(home)) < fewFiles
          ? `The disk of ${home} has no inodes left (df -i): new samples will soon be lost`
          : undefined;
      },
    },
  ];
}
