/** Operations on processes of this machine. */
import { messageOf, NotReadyError, VigilError } from "../errors.ts";
import type { Failure, Found, Resource } from "../resource.ts";
import type { ProcessInputs, ProcessState } from "../types.ts";
import { concealLike, hasUnknown, reveal, secretTexts } from "../values.ts";
import type { Raw } from "../values.ts";
import { isRunning, stateOf as supervised } from "./api.ts";
import { apply, remove } from "./apply.ts";
import { prove } from "./checks.ts";
import { exists, readText, readTree } from "./files.ts";
import { foldersOf, layoutOf } from "./layout.ts";
import { asIs, fromStore, toStore } from "./legible.ts";
import { requirePorts } from "./ports.ts";
import { readEntry } from "./project.ts";
import { waitUntilReady } from "./readiness.ts";
import { requireNames } from "./validate.ts";

/** Starts a process and waits until it is ready. */
export async function create(inputs: Raw): ReturnType<Resource["create"]> {
  const plain = plainOf(inputs);
  await prove(proofOf(asIs(inputs)));
  await apply(plain, secretTexts(inputs));
  try {
    await waitUntilReady(plain, secretTexts(inputs));
  } catch (error) {
    if (!(error instanceof VigilError)) throw error;
    throw new NotReadyError(error, plain.name, stateOf(inputs, false));
  }
  return { id: plain.name, outs: stateOf(inputs, true) };
}

/** Brings a process to what is wanted now; what worked before is put back where that does not. */
export async function update(id: string, olds: Raw, news: Raw): Promise<Raw> {
  const before = plainOf(olds);
  const after = plainOf(news);
  await prove(proofOf(asIs(news)));
  const worked = isRunning(await supervised(layoutOf(after.home), after.name));
  try {
    await settle(after, secretTexts(news));
  } catch (error) {
    if (!(error instanceof VigilError)) throw error;
    if (!worked) throw new NotReadyError(error, id, stateOf(news, false));
    throw await putBack(error, before, secretTexts(olds));
  }
  return stateOf(news, true);
}

/** The present state of a process. */
export async function read(id: string, state: Raw, inputs: Raw): Promise<Found> {
  const known = reveal(state) as ProcessState;
  requireNames(known);
  const layout = layoutOf(known.home);
  if (!(await exists(layout.home))) return { id: "", props: {}, inputs: {} };
  const entry = readEntry((await readText(layout.project)) ?? "", known.name);
  const files = await readTree(foldersOf(layout, known.name).config);
  const running = entry !== undefined && isRunning(await supervised(layout, known.name));
  const found = concealLike({ ...known, ...entry, files, running }, asIs(state)) as Raw;
  const as = (before: Raw): Raw => ({
    ...found,
    files: toStore(found["files"], before["files"]),
  });
  return { id, props: as(state), inputs: as(inputs) };
}

/** Stops a process and takes away what is only its own. */
export async function destroy(state: Raw): Promise<void> {
  const { home, name } = reveal(state) as ProcessState;
  await remove(home, name);
}

function plainOf(stored: Raw): ProcessState {
  return reveal(asIs(stored)) as ProcessState;
}

/** Only inputs and what a refresh found are there to be compared: the rest is kept without marks. */
function stateOf(inputs: Raw, running: boolean): Raw {
  return { ...inputs, files: toStore(fromStore(inputs["files"]), undefined), running };
}

function proofOf(inputs: Raw): Parameters<typeof prove>[0] {
  const { name, home, files, checks } = reveal(inputs) as ProcessInputs;
  const folder = foldersOf(layoutOf(home), name).config;
  return { name, files, checks, folder, secrets: secretTexts(inputs) };
}

/** Why what is wanted cannot be here: files that a tool refuses, ports that are taken. */
export const problemsHere = async (inputs: Raw): Promise<Failure[]> => [
  ...(await rejected(inputs)),
  ...(await taken(reveal(inputs) as ProcessInputs)),
];

async function rejected(inputs: Raw): Promise<Failure[]> {
  const needed = [inputs["name"], inputs["home"], inputs["files"]];
  if (needed.some(hasUnknown)) return [];
  return failureOf("files", () => prove(proofOf(inputs)));
}

/** A port of a process to be replaced may still be held by another of this home; `up` looks closer. */
async function taken(inputs: ProcessInputs): Promise<Failure[]> {
  if (hasUnknown([inputs.ports, inputs.home, inputs.name])) return [];
  return failureOf("ports", () => requirePorts(inputs.ports, inputs.home, inputs.name, "home"));
}

async function failureOf(property: string, work: () => Promise<void>): Promise<Failure[]> {
  try {
    await work();
    return [];
  } catch (error) {
    return [{ property, reason: messageOf(error) }];
  }
}

/** As defined, and proven to work. */
async function settle(inputs: ProcessInputs, secrets: readonly string[]): Promise<void> {
  await apply(inputs, secrets);
  await waitUntilReady(inputs, secrets);
}

/** The old definition again, after the new one did not work. */
async function putBack(
  cause: VigilError,
  before: ProcessInputs,
  secrets: readonly string[],
): Promise<VigilError> {
  let outcome = "The previous configuration was put back and is ready.";
  try {
    await settle(before, secrets);
  } catch (error) {
    outcome = `The previous configuration could not be put back: ${messageOf(error)}`;
  }
  return new VigilError(cause.what, cause.why, `${cause.fix}\n${outcome}`);
}
