import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { forStack, quote } from "../lib/command.ts";
import { isUp } from "../provider/process/api.ts";
import { layoutOf } from "../provider/process/layout.ts";
import { freeFiles, freeSpace } from "../tools/cache.ts";
import {
  askDocker,
  type ContainerHealth,
  removeContainers,
  type StackContainer,
  stackContainers,
  stackHealth,
} from "./docker.ts";
import { reasonOf, UserError } from "../lib/errors.ts";
import { partsOf } from "./running.ts";
import { stackFolder, type StackHome } from "./state/home.ts";
import { readRecord, recordFile } from "./state/record.ts";
import type { Check } from "./check.ts";

/** Below this the servers cannot keep what they see, in bytes. */
const scarce = 1024 * 1024;

/** Below this they cannot begin a new one, which they do every two hours. */
const fewFiles = 20;

/**
 * What must be true of the ground that an estate stands on, asked of the machine and not of a record:
 * the one place for all commands that say something about it.
 */
export function groundChecks(root: string, stack: string, target: string): Check[] {
  return checksOn(root, stack, target).map(({ ask, claim }) => ({
    claim,
    ask: async () => {
      const problem = await ask();
      return problem && forStack(problem, stack);
    },
  }));
}

function checksOn(root: string, stack: string, target: string): Check[] {
  if (target === "docker") return [containerCheck(root, stack)];
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
        const [moved] = parts.flatMap(({ movedFrom }) => movedFrom ?? []);
        if (moved !== undefined) {
          return `Runs as it was started in ${moved}, whose name is ${home} now: it cannot read its files; make up starts it anew`;
        }
        if (stopped.length > 0) return `Not running: ${stopped.join(", ")}; make up starts it`;
        return (await isUp(layout))
          ? undefined
          : "The supervisor does not answer: what ends now stays ended; make up starts it";
      },
    },
    {
      claim: "There is room on the disk",
      ask: async () => {
        if ((await freeSpace(home)) < scarce) {
          return `The disk of ${home} is full: nothing is kept of what is seen now`;
        }
        return (await freeFiles(home)) < fewFiles
          ? `The disk of ${home} has no room for more files (df -i): soon nothing is kept of what is seen`
          : undefined;
      },
    },
  ];
}

function containerCheck(root: string, stack: string): Check {
  return {
    claim: "Every container is there and well",
    ask: async () => {
      const record = await readRecord(recordFile({ root, stack }));
      const wanted = record.state === "readable" ? record.record.containers : [];
      const engine = await askDocker();
      if ("reason" in engine) {
        return `No Docker engine answers at ${engine.at} (${engine.reason}): what runs is not known`;
      }
      const problems = containerProblems(await stackHealth(stack), wanted);
      return problems.length === 0 ? undefined : problems.join("; ");
    },
  };
}

/** A container that only carries the files of another; see docs/decisions/0005. It never runs. */
const isCarrier = (name: string): boolean => name.endsWith("-files");

/**
 * What is wrong with the containers of a stack, each with what mends it.
 *
 * @param wanted - Names of those that were made.
 */
export function containerProblems(
  found: readonly ContainerHealth[],
  wanted: readonly string[],
): string[] {
  const there = new Set(found.map(({ name }) => name));
  const gone = wanted.filter((name) => !there.has(name)).sort();
  return [
    ...(gone.length === 0 ? [] : [`Removed: ${gone.join(", ")}; make up makes it again`]),
    ...found.flatMap((one) => problemOf(one) ?? []),
  ];
}

function problemOf(container: ContainerHealth): string | undefined {
  const { error, exitCode, health, image, imageThere, name, restarts, state } = container;
  const why = `docker logs ${name} says why`;
  if (!imageThere) return `The image ${image} of ${name} is gone; docker pull ${image}`;
  if (isCarrier(name)) return undefined;
  if (state === "restarting") {
    return `${name} ends again and again (exit code ${exitCode}, ${restarts} restarts); ${why}`;
  }
  if (state === "paused") return `${name} is paused; docker unpause ${name}`;
  if (state !== "running") {
    const reason = error === "" ? `exit code ${exitCode}` : error;
    return `${name} does not run (${reason}); make up starts it`;
  }
  return health === "unhealthy" ? `${name} runs and is unhealthy; ${why}` : undefined;
}

/**
 * Containers of another clone of the project, whose stack has the same name: they would be taken for this
 * one's. Undefined where there are none, or no engine answers; and where the record is kept elsewhere, for
 * then several checkouts may share it.
 */
export async function madeElsewhere(
  { own, root, stack }: Pick<StackHome, "own" | "root" | "stack">,
  target: string,
): Promise<UserError | undefined> {
  if (!own || target !== "docker") return undefined;
  const record = await readRecord(recordFile({ root, stack }));
  // A checkout that was moved has them recorded under its old name; one that was copied, too.
  const recorded = new Set(record.state === "readable" ? record.record.containerIds : []);
  const found = await stackContainers(stack).catch(() => []);
  const others = found.filter(
    ({ folder, id }) =>
      folder !== undefined && folder !== root && (existsSync(folder) || !recorded.has(id)),
  );
  const [folder] = others.flatMap((one) => one.folder ?? []).sort();
  if (folder === undefined) return undefined;
  const make = forStack("make down", stack);
  const there = existsSync(folder)
    ? `To remove it there: cd ${quote(folder)} && ${make}`
    : `Where that folder is no more, on no machine: ${forStack("./vigil down --orphans", stack)}`;
  return new UserError(`Stack ${stack} was put into containers from another folder, ${folder}`, {
    details: [...others.map(({ name }) => name), "Nothing was changed."],
    advice: [
      there,
      `To have both, give this one a name of its own: cp Pulumi.${stack}.yaml Pulumi.${stack}2.yaml`,
    ],
  });
}

/** Whether the checkout that a container was made from is not on this machine. */
const isOrphan = ({ folder }: StackContainer): boolean =>
  folder !== undefined && !existsSync(folder);

/**
 * Removes the containers of a stack whose checkout is gone, and nothing of one that is there.
 *
 * @returns their names.
 */
export const removeOrphans = (stack: string): Promise<string[]> =>
  removeContainers(stack, isOrphan);

/**
 * What is there of a stack that nothing is recorded of: the record is lost, or another clone of the project
 * made it. Undefined where all is as recorded, or the record is kept elsewhere.
 */
export async function unrecorded(
  { own, root, stack }: Pick<StackHome, "own" | "root" | "stack">,
  target: string,
): Promise<UserError | undefined> {
  if (!own) return undefined;
  const elsewhere = await madeElsewhere({ own, root, stack }, target);
  if (elsewhere !== undefined) return elsewhere;
  const found = await readRecord(recordFile({ root, stack }));
  if (found.state === "readable" && found.record.types.length > 0) return undefined;
  const parts = await partsOf(root, stack, target).catch(() => []);
  if (parts.length === 0) return undefined;
  const names = [...new Set(parts.map(({ name }) => name))].sort().join(", ");
  return new UserError(`Nothing is recorded of stack ${stack} here, but parts of it are there`, {
    details: [names],
    advice: [
      ...(target === "docker" ? [] : ["make up takes them over"]),
      "make down removes them and keeps the data",
    ].map((line) => forStack(line, stack)),
  });
}

/** The problems of the ground, asked once. */
export async function groundProblems(
  root: string,
  stack: string,
  target: string,
): Promise<string[]> {
  const checks = groundChecks(root, stack, target);
  const answers = await Promise.all(checks.map(({ ask }) => ask().catch(reasonOf)));
  return answers.filter((problem) => problem !== undefined);
}
