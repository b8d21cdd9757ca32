/** The parts of a stack's configuration that move to `vigil:channels`. Pure. */
import type { AlertGroup } from "../../rules/lib/alert.ts";
import { saidBefore } from "./channels.ts";
import { configKey, removeCommand } from "./commands.ts";
import type { Path } from "./fields.ts";
import { fieldAt } from "./fields-of.ts";
import { parseConfig, type RawConfig } from "./parse.ts";

/** The moves, and what stays. */
export interface Move {
  readonly sets: readonly {
    readonly key: string;
    readonly value: unknown;
    readonly secret: boolean;
  }[];
  readonly remove: readonly { readonly from: string; readonly to: string }[];
  readonly stays: readonly {
    readonly from: string;
    readonly reason: string;
    /** Command after which it can be moved, for the default stack. */
    readonly fix: string;
  }[];
}

type Section = Record<string, unknown>;

const isSection = (value: unknown): value is Section => typeof value === "object" && value !== null;

const at = (root: unknown, path: Path): unknown =>
  path.reduce<unknown>((value, key) => (isSection(value) ? value[key] : undefined), root);

/** Every value below a path. */
function leaves(value: unknown, path: Path): (readonly [Path, unknown])[] {
  if (!isSection(value)) return value === undefined || value === null ? [] : [[path, value]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...path, key]));
}

function put(root: Section, path: Path, value: unknown): void {
  const [last = "", ...above] = [...path].reverse();
  const holder = above.reverse().reduce<Section>((one, key) => (one[key] ??= {}) as Section, root);
  holder[last] = value;
}

/** Takes away what is at a path, and what is empty without it. */
function take(root: Section, path: Path): void {
  const above = path.slice(0, -1);
  const holder = at(root, above);
  if (!isSection(holder)) return;
  Reflect.deleteProperty(holder, String(path.at(-1)));
  if (above.length > 1 && Object.keys(holder).length === 0) take(root, above);
}

const sections = ["channels", "processor", "receivers"] as const;

/** @throws Error where a section is not one, which parsing tells better. */
function read({ values }: RawConfig): Section {
  return Object.fromEntries(
    sections.map((key) => {
      const text = values[key] ?? "";
      return [key, text.trim() === "" ? {} : (JSON.parse(text) as Section)];
    }),
  );
}

function write(raw: RawConfig, root: Section): RawConfig {
  const texts = sections.map((key) => [key, JSON.stringify(root[key])] as const);
  // A secret in a section makes the whole of it secret.
  return {
    values: { ...raw.values, ...Object.fromEntries(texts) },
    secretKeys: new Set([...raw.secretKeys, ...sections]),
  };
}

/**
 * Plans the move. A setting that contradicts `vigil:channels`, or would be a mistake there, stays.
 *
 * @param raw - With its secrets in clear.
 */
export function planMove(raw: RawConfig, now: Date, groups: readonly AlertGroup[]): Move {
  const root = structuredClone(read(raw));
  const stays: { from: string; reason: string; fix: string }[] = [];
  const moves: { before: readonly Path[]; to: Path; sets: (readonly [Path, unknown])[] }[] = [];
  const byTarget = Map.groupBy(saidBefore(root as never), ([, to]) => configKey(to));
  for (const same of byTarget.values()) {
    const [, to = []] = same[0] ?? [];
    const before = same.map(([path]) => path);
    const stay = (reason: string, fix: string): void => {
      stays.push(...before.map((path) => ({ from: configKey(path), reason, fix })));
    };
    const trial = structuredClone(root);
    const sets: (readonly [Path, unknown])[] = [];
    const other = before
      .flatMap((path) => leaves(at(root, path), to).map((leaf) => [...leaf, path] as const))
      .find(([path, value]) => {
        const known = at(trial, path);
        if (known !== undefined) return known !== value;
        put(trial, path, value);
        sets.push([path, value]);
        return false;
      });
    if (other !== undefined) {
      const [path, , from] = other;
      const reason = `${configKey(path)} would have two values; remove the one that is not meant`;
      stay(reason, removeCommand([...from, ...path.slice(to.length)]));
      continue;
    }
    for (const path of before) take(trial, path);
    const problemsIn = (one: Section) =>
      (parseConfig(write(raw, one), now, groups).problems ?? []).map(({ fix, path, reason }) => ({
        fix,
        problem: `${path} ${reason}`,
      }));
    const already = new Set(problemsIn(root).map(({ problem }) => problem));
    const found = problemsIn(trial).find(({ problem }) => !already.has(problem));
    if (found !== undefined) {
      stay(found.problem, found.fix);
      continue;
    }
    moves.push({ before, to, sets });
    Object.assign(root, trial);
  }
  return {
    sets: moves.flatMap(({ sets }) =>
      sets.map(([path, value]) => ({
        key: configKey(path),
        value,
        secret: fieldAt(path)?.secret === true,
      })),
    ),
    remove: moves.flatMap(({ before, to }) =>
      before.map((path) => ({ from: configKey(path), to: configKey(to) })),
    ),
    stays,
  };
}
