import { messageOf, NotReadyError, VigilError } from "../errors.ts";
import { apply, remove } from "../process/apply.ts";
import { prove } from "../process/checks.ts";
import { exists, readText, readTree } from "../process/files.ts";
import { foldersOf, layoutOf } from "../process/layout.ts";
import { requirePorts } from "../process/ports.ts";
import { readEntry } from "../process/project.ts";
import { waitUntilReady } from "../process/readiness.ts";
import { isRunning, stateOf } from "../process/api.ts";
import { problemsOf } from "../process/validate.ts";
import type { Failure, Resource } from "../resource.ts";
import type { ProcessInputs, ProcessState } from "../types.ts";
import { concealLike, hasUnknown, isRecord, reveal, same, secret, secretTexts } from "../values.ts";
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
] as const satisfies readonly (keyof ProcessInputs)[];

/** A supervised process of this machine. */
export const process: Resource = {
  async check(_olds, news) {
    const inputs = withSecretPassword(news);
    const plain = reveal(inputs) as ProcessInputs;
    const failures = problemsOf(plain);
    if (failures.length > 0) return { inputs, failures };
    return { inputs, failures: [...(await rejected(inputs)), ...(await taken(plain))] };
  },

  // eslint-disable-next-line @typescript-eslint/require-await -- the engine's interface is asynchronous
  async diff(olds, news) {
    const before = reveal(olds) as ProcessState;
    const after = reveal(news) as ProcessInputs;
    const differing = properties.filter(
      (key) => hasUnknown(after[key]) || !same(before[key], after[key]),
    );
    const replaces = differing.filter((key) => key === "name" || key === "home");
    // Two of the same name and ports cannot stand side by side.
    return {
      changes: differing.length > 0 || !before.running,
      replaces,
      deleteBeforeReplace: true,
    };
  },

  async create(inputs) {
    const plain = reveal(inputs) as ProcessInputs;
    await prove(proofOf(inputs));
    await apply(plain);
    const outs = { ...inputs, running: true };
    try {
      await waitUntilReady(plain, secretTexts(inputs));
    } catch (error) {
      if (!(error instanceof VigilError)) throw error;
      throw new NotReadyError(error, plain.name, { ...inputs, running: false });
    }
    return { id: plain.name, outs };
  },

  async update(id, olds, news) {
    const before = reveal(olds) as ProcessState;
    const after = reveal(news) as ProcessInputs;
    await prove(proofOf(news));
    const worked = isRunning(await stateOf(layoutOf(after.home), after.name));
    try {
      await apply(after);
      await waitUntilReady(after, secretTexts(news));
    } catch (error) {
      if (!(error instanceof VigilError)) throw error;
      if (!worked) throw new NotReadyError(error, id, { ...news, running: false });
      throw await putBack(error, before, secretTexts(olds));
    }
    return { ...news, running: true };
  },

  async read(id, state) {
    const known = reveal(state) as ProcessState;
    const layout = layoutOf(known.home);
    if (!(await exists(layout.home))) return { id: "", props: {}, inputs: {} };
    const entry = readEntry((await readText(layout.project)) ?? "", known.name);
    const files = await readTree(foldersOf(layout, known.name).config);
    const running =
      entry !== undefined && isRunning(await stateOf(layout, known.name)) ? true : false;
    const found = { ...known, ...entry, files, running };
    const props = concealLike(found, state) as Raw;
    const inputs = Object.fromEntries(properties.map((key) => [key, props[key]]));
    return { id, props, inputs };
  },

  async delete(state) {
    const { home, name } = reveal(state) as ProcessState;
    await remove(home, name);
  },
};

/** A careless caller's plain password becomes secret before anything is stored. */
function withSecretPassword(news: Raw): Raw {
  const { health } = news;
  if (!isRecord(health) || !("password" in health)) return news;
  return { ...news, health: { ...health, password: secret(health["password"]) } };
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

/** The old definition again, after the new one did not work. */
async function putBack(
  cause: VigilError,
  before: ProcessState,
  secrets: readonly string[],
): Promise<VigilError> {
  let outcome = "The previous configuration was put back and is ready.";
  try {
    await apply(before);
    await waitUntilReady(before, secrets);
  } catch (error) {
    outcome = `The previous configuration could not be put back: ${messageOf(error)}`;
  }
  return new VigilError(cause.what, cause.why, `${cause.fix}\n${outcome}`);
}
