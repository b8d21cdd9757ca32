import { changesOf } from "../difference.ts";
import { messageOf, NotReadyError, VigilError } from "../errors.ts";
import { apply, remove } from "../process/apply.ts";
import { prove } from "../process/checks.ts";
import { exists, readText, readTree } from "../process/files.ts";
import { foldersOf, layoutOf } from "../process/layout.ts";
import { fromStore, toStore } from "../process/legible.ts";
import { requirePorts } from "../process/ports.ts";
import { readEntry } from "../process/project.ts";
import { waitUntilReady } from "../process/readiness.ts";
import { isRunning, stateOf as supervised } from "../process/api.ts";
import { problemsOf, requireNames } from "../process/validate.ts";
import type { Failure, Resource } from "../resource.ts";
import type { ProcessInputs, ProcessState } from "../types.ts";
import { concealLike, hasUnknown, isRecord, reveal, secret, secretTexts } from "../values.ts";
import type { Raw } from "../values.ts";

const properties = [
  "name",
  "home",
  "binary",
  "args",
  "env",
  "files",
  "onChange",
  "checks",
  "ports",
  "health",
  "running",
] as const satisfies readonly (keyof ProcessState)[];

/** A supervised process of this machine. */
export const process: Resource = {
  async check(olds, news) {
    const inputs = withSecretAccess(news);
    const plain = reveal(inputs) as ProcessInputs;
    const failures = problemsOf(plain);
    if (failures.length === 0 && !unchanged(olds, inputs)) {
      failures.push(...(await rejected(inputs)), ...(await taken(plain)));
    }
    const files = toStore(inputs["files"], olds["files"]);
    // That it runs is asked for like all else, so that one found stopped shows as false => true.
    return { inputs: { ...inputs, files, running: true }, failures };
  },

  // eslint-disable-next-line @typescript-eslint/require-await -- the engine's interface is asynchronous
  async diff(olds, news) {
    const wanted = { running: true, ...asIs(news) };
    return {
      changes: changesOf(asIs(olds), wanted, properties),
      replaces: ["name", "home"],
      // Two of the same name and ports cannot stand side by side.
      deleteBeforeReplace: true,
    };
  },

  async create(inputs) {
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
  },

  async update(id, olds, news) {
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
  },

  async read(id, state, inputs) {
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
  },

  async delete(state) {
    const { home, name } = reveal(state) as ProcessState;
    await remove(home, name);
  },
};

/** What was proven when it was made need not be proven again at each preview that changes nothing. */
function unchanged(olds: Raw, news: Raw): boolean {
  if (olds["name"] === undefined || hasUnknown(news)) return false;
  const wanted = { ...asIs(news), running: true };
  return Object.keys(changesOf({ ...asIs(olds), running: true }, wanted, properties)).length === 0;
}

/** With the files' texts as they are rather than as they are stored. */
function asIs(stored: Raw): Raw & { readonly files: unknown } {
  return { ...stored, files: fromStore(stored["files"]) };
}

function plainOf(stored: Raw): ProcessState {
  return reveal(asIs(stored)) as ProcessState;
}

/** Only inputs and what a refresh found are there to be compared: the rest is kept without marks. */
function stateOf(inputs: Raw, running: boolean): Raw {
  return { ...inputs, files: toStore(fromStore(inputs["files"]), undefined), running };
}

/** A careless caller's plain password or key becomes secret before anything is stored. */
function withSecretAccess(news: Raw): Raw {
  const { health } = news;
  if (!isRecord(health)) return news;
  const kept = ["password", "key"].filter((name) => health[name] !== undefined);
  const hidden = Object.fromEntries(kept.map((name) => [name, secret(health[name])]));
  return { ...news, health: { ...health, ...hidden } };
}

function proofOf(inputs: Raw): Parameters<typeof prove>[0] {
  const { name, home, files, checks } = reveal(inputs) as ProcessInputs;
  const folder = foldersOf(layoutOf(home), name).config;
  return { name, files, checks, folder, secrets: secretTexts(inputs) };
}

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
