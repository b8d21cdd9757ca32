/** How the deployment sets things up, printing one line for each. */
import { setTimeout as sleep } from "node:timers/promises";
import { AppwriteException } from "node-appwrite";

/** One thing that must exist in the end. */
export interface Thing {
  /** "table alerts" */
  readonly name: string;
  /** Its present state: `missing`, `right`, or the difference in words. */
  readonly look: () => Promise<string>;
  readonly create: () => Promise<unknown>;
  /** Makes it right; where it is not given, a difference is for a person to solve. */
  readonly change?: () => Promise<unknown>;
}

/** Every problem, each with what to do about it. */
export class DeployError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.problems = problems;
  }
}

export interface DeployOptions {
  /** Changes nothing and says what would be done. */
  readonly dryRun: boolean;
  readonly print: (line: string) => void;
  /** Milliseconds between two looks at something that Appwrite is still making. @default 1000 */
  readonly pause?: number;
}

/** Looks at something that Appwrite is still making, at most: ten minutes at the usual pause. */
const looks = 600;

/** What went wrong, with what may help. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof AppwriteException)) {
    // Of a failed request, only the cause says what failed.
    const { cause, message = String(error) } = error as { cause?: Error; message?: string };
    return cause === undefined ? message : `${message}: ${cause.message}`;
  }
  const help = error.code === 401 ? ": give the API key the scopes that the README lists" : "";
  return `Appwrite answered ${error.code} ${error.type}, ${error.message}${help}`;
}

/** What `get` gives; undefined where Appwrite does not have it. */
export async function found<T>(get: () => Promise<T>): Promise<T | undefined> {
  try {
    return await get();
  } catch (error) {
    if (error instanceof AppwriteException && error.code === 404) return undefined;
    throw error;
  }
}

/**
 * Makes things right that do not depend on each other.
 *
 * @returns Whether anything was, or in a dry run would be, different.
 * @throws {@link DeployError} with all problems of them.
 */
export async function ensure(things: readonly Thing[], options: DeployOptions): Promise<boolean> {
  const { dryRun, print } = options;
  const problems: string[] = [];
  let different = false;
  for (const thing of things) {
    try {
      const state = await thing.look();
      if (state === "right") {
        print(`as it should be  ${thing.name}`);
        continue;
      }
      const work = state === "missing" ? thing.create : thing.change;
      if (work === undefined) {
        problems.push(`${thing.name}: ${state}`);
        continue;
      }
      different = true;
      if (!dryRun) await work();
      const done = state === "missing" ? "created" : "changed";
      const why = state === "missing" ? "" : `: ${state}`;
      print(`${(dryRun ? `to be ${done}` : done).padEnd(15)}  ${thing.name}${why}`);
    } catch (error) {
      problems.push(`${thing.name}: ${reasonOf(error)}`);
    }
  }
  if (problems.length > 0) throw new DeployError(problems);
  return different;
}

/**
 * Waits for something that Appwrite is making.
 *
 * @param look - Its state; `done` ends the waiting, `waiting` goes on, anything else is a problem.
 * @throws {@link DeployError}
 */
export async function waitUntil(
  name: string,
  look: () => Promise<string>,
  { pause = 1_000 }: DeployOptions,
): Promise<void> {
  for (let count = 0; count < looks; count += 1) {
    const state = await look();
    if (state === "done") return;
    if (state !== "waiting") throw new DeployError([`${name}: ${state}`]);
    await sleep(pause);
  }
  throw new DeployError([`${name}: Appwrite did not create it in time: check its workers' logs`]);
}
