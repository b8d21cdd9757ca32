import { changesOf } from "../difference.ts";
import { asIs, toStore } from "../process/legible.ts";
import { problemsOf } from "../process/validate.ts";
import type { Resource } from "../resource.ts";
import type { ProcessInputs, ProcessState } from "../types.ts";
import { hasUnknown, isRecord, reveal, withSecret } from "../values.ts";
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
      failures.push(...(await (await work()).problemsHere(inputs)));
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

  create: async (inputs) => (await work()).create(inputs),
  update: async (id, olds, news) => (await work()).update(id, olds, news),
  read: async (id, state, inputs) => (await work()).read(id, state, inputs),
  delete: async (state) => (await work()).destroy(state),
};

/** The part that touches the machine: an `up` that changes nothing starts faster without it. */
const work = () => import("../process/work.ts");

/** Files that were proven when it was made need not be proven again at each preview that changes nothing. */
function unchanged(olds: Raw, news: Raw): boolean {
  if (olds["name"] === undefined || hasUnknown(news)) return false;
  const wanted = { ...asIs(news), running: true };
  return Object.keys(changesOf({ ...asIs(olds), running: true }, wanted, properties)).length === 0;
}

/** A careless caller's plain password or key becomes secret before anything is stored. */
function withSecretAccess(news: Raw): Raw {
  return isRecord(news["health"])
    ? { ...news, health: withSecret(news["health"], "password", "key") }
    : news;
}
