import { type Figure, isMet, type Report, type Unit } from "./report.ts";

const digits: Readonly<Record<Unit, number>> = {
  s: 2,
  ms: 1,
  MB: 2,
  KB: 1,
  resources: 0,
  series: 0,
  times: 2,
  "ms/resource": 1,
  "%": 2,
  "tests/s": 1,
};

const number = (value: number, unit: Unit): string => value.toFixed(digits[unit]);

function measured({ spread, unit, value }: Figure): string {
  const text = `${number(value, unit)} ${unit}`;
  if (spread === undefined) return text;
  return `${text} (${number(spread[0], unit)} … ${number(spread[1], unit)})`;
}

function rowOf(figure: Figure): string[] {
  const { goal, reference, unit, what } = figure;
  const met = isMet(figure);
  return [
    met === undefined ? " " : met ? "✓" : "✗",
    what,
    measured(figure),
    goal === undefined ? "" : `≤ ${number(goal, unit)}`,
    reference === undefined ? "" : `${reference.what}: ${number(reference.value, unit)}`,
  ];
}

/** Lines of aligned columns; the last one keeps its length. */
function align(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

/** Reports as a person reads them: medians, quartiles in brackets. */
export function renderTable(reports: readonly Report[]): string {
  if (reports.length === 0) return "";
  const titles = ["", "", "median (quartiles)", "goal", "measured beside it"];
  const rows = [titles, ...reports.flatMap(({ figures }) => figures.map(rowOf))];
  const [title = "", ...lines] = align(rows);
  const blocks = reports.map(({ figures, name, notes }) => {
    const own = lines.splice(0, figures.length);
    return [name, ...own.map((line) => `  ${line}`), ...notes.map((note) => `    ${note}`)];
  });
  return [`  ${title}`, ...blocks.flat()].map((line) => `${line}\n`).join("");
}
