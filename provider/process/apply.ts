import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { VigilError } from "../errors.ts";
import type { ProcessInputs } from "../types.ts";
import { canonical } from "../values.ts";
import {
  exists,
  namesIn,
  privateFolder,
  readText,
  removeIfEmpty,
  writeAtomic,
  writeTree,
} from "./files.ts";
import { foldersOf, layoutOf, type Layout } from "./layout.ts";
import { exclusively } from "./lock.ts";
import { findMarked, stopAll } from "./marks.ts";
import { requireOwnFolder } from "./own.ts";
import { requirePorts } from "./ports.ts";
import { hashesOf, parseFragment, renderProject, type Fragment } from "./project.ts";
import { lastReload, requireReloaded } from "./reloads.ts";
import * as api from "./api.ts";
import * as supervisor from "./supervisor.ts";
import { requireOnPath } from "./tool.ts";
import { requireNames, requireValid } from "./validate.ts";

/**
 * Brings files, project and supervisor in line with `inputs`, touching only what differs. Safe to
 * repeat after a run that was killed anywhere in the middle.
 *
 * @param secrets - Texts that no message may contain.
 * @throws VigilError when a port is taken, a program is missing, the supervisor refuses, or the
 * process refuses files it was told to read again.
 */
export async function apply(inputs: ProcessInputs, secrets: readonly string[]): Promise<void> {
  // Here, too: what is proven in a preview and what is done after it are two calls.
  requireValid(inputs);
  const layout = layoutOf(inputs.home);
  const program = requireOnPath(inputs.binary);
  await mkdir(layout.home, { recursive: true, mode: 0o700 });
  await requireOwnFolder(layout.home);
  await exclusively(layout, async () => {
    await supervisor.stopMoved(layout);
    const others = (await fragments(layout)).filter(({ name }) => name !== inputs.name);
    requireOwnPorts(inputs, others);
    await requirePorts(inputs.ports, inputs.home, inputs.name, "process");
    const folders = foldersOf(layout, inputs.name);
    for (const folder of [layout.services, layout.data, layout.logs, layout.fragments]) {
      await privateFolder(folder);
    }
    await privateFolder(folders.data);
    const before = parseFragment((await readText(folders.fragment)) ?? "");
    const changed = await writeTree(folders.config, inputs.files);
    const { name, args, env, ports } = inputs;
    const wanted: Fragment = { name, program, args, env, ports, ...hashesOf(inputs) };
    // Until the process was told, the fragment says what it was told last.
    const told = { ...wanted, reloadHash: before?.reloadHash ?? "" };
    await writeChanged(folders.fragment, canonical(told));
    await writeChanged(layout.project, renderProject(layout, [...others, wanted]));
    await follow(layout, inputs, {
      byHand: changed.some((path) => inputs.onChange[path] === undefined),
      reload:
        before?.reloadHash !== wanted.reloadHash ||
        changed.some((path) => inputs.onChange[path] === "reload"),
      secrets,
    });
    await writeChanged(folders.fragment, canonical(wanted));
  });
}

/** Makes the supervisor and the process follow what was written. */
async function follow(
  layout: Layout,
  inputs: ProcessInputs,
  changes: {
    readonly byHand: boolean;
    readonly reload: boolean;
    readonly secrets: readonly string[];
  },
): Promise<void> {
  const before = await api.stateOf(layout, inputs.name);
  if (!(await api.isUp(layout))) {
    await supervisor.start(layout);
    return;
  }
  await api.reload(layout);
  const after = await api.stateOf(layout, inputs.name);
  if (before === undefined || after === undefined) return;
  if (["Completed", "Error", "Skipped"].includes(after.status)) {
    await api.restart(layout, inputs.name);
    return;
  }
  if (after.pid !== before.pid || !api.isRunning(before)) return;
  if (changes.byHand) {
    // The definition did not change but the files had: edited by hand, and perhaps read since.
    await api.restart(layout, inputs.name);
  } else if (changes.reload) {
    const last = await lastReload(inputs);
    await supervisor.hangUp(after.pid, layout.home, inputs.name);
    if (last !== undefined) await requireReloaded(inputs, last, changes.secrets);
  }
}

function requireOwnPorts(inputs: ProcessInputs, others: readonly Fragment[]): void {
  for (const port of inputs.ports) {
    const rival = others.find((other) => other.ports.includes(port));
    if (rival === undefined) continue;
    throw new VigilError(
      `${inputs.name} cannot use port ${port}`,
      `${rival.name} of the same stack uses it`,
      "Give one of them another port, and run again.",
    );
  }
}

async function writeChanged(path: string, text: string): Promise<void> {
  if ((await readText(path)) !== text) await writeAtomic(path, text);
}

/** Every process of the home as it was last written; damaged ones are left out. */
async function fragments(layout: Layout): Promise<Fragment[]> {
  const names = (await namesIn(layout.fragments)).filter((name) => name.endsWith(".json"));
  const texts = await Promise.all(names.map((name) => readText(join(layout.fragments, name))));
  return texts.map((text) => parseFragment(text ?? "")).filter((one) => one !== undefined);
}

/** Stops a process and removes all of it but its data; the last one takes the supervisor along. */
export async function remove(home: string, name: string): Promise<void> {
  requireNames({ home, name });
  const layout = layoutOf(home);
  if (!(await exists(home))) {
    // With its files gone the supervisor cannot be asked, and would restart what is stopped alone.
    await supervisor.stop(layout);
    return;
  }
  await exclusively(layout, async () => {
    const others = (await fragments(layout)).filter((one) => one.name !== name);
    const folders = foldersOf(layout, name);
    if (others.length === 0) {
      await supervisor.stop(layout);
    } else {
      await rm(folders.fragment, { force: true });
      await writeChanged(layout.project, renderProject(layout, others));
      if (await api.isUp(layout)) await reloadPatiently(layout);
      const marked = await findMarked(home);
      await stopAll(
        marked.filter((one) => one.process === `${home}:${name}`),
        20,
      );
    }
    await rm(folders.config, { recursive: true, force: true });
    await removeLogs(layout, name);
    for (const folder of [folders.data, layout.services, layout.data, layout.logs]) {
      await removeIfEmpty(folder);
    }
  });
  await removeIfEmpty(home);
}

/**
 * A process that ends on its own just while the supervisor stops it makes the supervisor refuse; the
 * next attempt finds it gone.
 */
async function reloadPatiently(layout: Layout, attempts = 3): Promise<void> {
  try {
    await api.reload(layout);
  } catch (error) {
    if (!(error instanceof VigilError) || attempts <= 1) throw error;
    await sleep(500);
    await reloadPatiently(layout, attempts - 1);
  }
}

/** The log and its rotated predecessors, `<name>-<time>.log`. */
async function removeLogs(layout: Layout, name: string): Promise<void> {
  for (const file of await namesIn(layout.logs)) {
    const rotated =
      file.startsWith(`${name}-`) && /^\d{4}-.*\.log$/u.test(file.slice(name.length + 1));
    if (file === `${name}.log` || rotated) await rm(join(layout.logs, file), { force: true });
  }
}
