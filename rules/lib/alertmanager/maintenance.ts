import type { Labels } from "../alert.ts";
import type { Window } from "./window.ts";

/** A time in which some alerts are not told. */
export interface Maintenance extends Window {
  /** Which: values by label, several with commas. All of the labels must fit. */
  readonly matchers: Labels;
}

/** Alerts with exactly these values, and the windows that mute them. */
export interface Cell {
  readonly labels: Labels;
  readonly windows: readonly string[];
}

const size = ({ labels }: Cell): number => Object.keys(labels).length;

/** Whether every alert with the labels `given` has the labels `asked`, too. */
const implies = (given: Labels, asked: Labels): boolean =>
  Object.entries(asked).every(([label, value]) => given[label] === value);

const contradict = (a: Labels, b: Labels): boolean =>
  Object.entries(a).some(([label, value]) => (b[label] ?? value) !== value);

/** Every choice of one value per label. */
function choices(matchers: Labels): Labels[] {
  return Object.entries(matchers).reduce<Labels[]>(
    (all, [label, values]) =>
      all.flatMap((one) => values.split(",").map((value) => ({ ...one, [label]: value.trim() }))),
    [{}],
  );
}

/** Windows by what they mute, the most general first. */
export function cellsOf(windows: Readonly<Record<string, Maintenance>>): Cell[] {
  const byLabels = new Map<string, Cell>();
  for (const [name, { matchers }] of Object.entries(windows).sort(([a], [b]) => (a < b ? -1 : 1))) {
    for (const choice of choices(matchers)) {
      const labels = Object.fromEntries(
        Object.entries(choice).sort(([a], [b]) => (a < b ? -1 : 1)),
      );
      const key = JSON.stringify(labels);
      const others = byLabels.get(key)?.windows ?? [];
      byLabels.set(key, { labels, windows: [...new Set([...others, name])] });
    }
  }
  return [...byLabels]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, cell]) => cell)
    .sort((a, b) => size(a) - size(b));
}

/** Alerts that the same windows mute. Alerts that none of the `parts` takes are muted by `windows`. */
export interface Division {
  /** Beside those of the division it is part of. */
  readonly labels: Labels;
  readonly windows: readonly string[];
  readonly parts: readonly Division[];
}

/**
 * Divides all alerts by the windows that mute them. An alert goes one way only through a tree of
 * routes, so those that two windows mute need a route that names both.
 */
export function divide(cells: readonly Cell[], given: Labels = {}, from = 0): Division {
  const windows = cells
    .filter(({ labels }) => implies(given, labels))
    .flatMap((cell) => cell.windows);
  const parts = cells.flatMap(({ labels }, index) => {
    if (index < from || implies(given, labels) || contradict(given, labels)) return [];
    const both = { ...given, ...labels };
    const taken = cells
      .slice(0, index)
      .some((earlier) => !implies(given, earlier.labels) && implies(both, earlier.labels));
    return taken ? [] : [{ ...divide(cells, both, index + 1), labels }];
  });
  return { labels: given, windows: [...new Set(windows)].sort(), parts };
}
