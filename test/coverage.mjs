/**
 * Adds what the commands and servers started by tests covered to what jest measured, and fails below
 * the goal. Node leaves one file a process in the folder given as argument.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import coverage from "istanbul-lib-coverage";
import report from "istanbul-lib-report";
import reports from "istanbul-reports";
import v8ToIstanbul from "v8-to-istanbul";

const goal = 90;
const root = join(import.meta.dirname, "..");
const folder = process.argv[2] ?? "";

/** Path in this checkout of a module that was loaded from it or from a copy a test made. */
function ownPath(url) {
  if (!url.startsWith("file://")) return undefined;
  const path = fileURLToPath(url);
  const copied = /\/vigil-[a-z0-9]+-[A-Za-z0-9]{6}\/(.+\.ts)$/.exec(path)?.[1];
  const own = copied === undefined ? path : join(root, copied);
  return own.startsWith(`${root}/`) && existsSync(own) ? own : undefined;
}

const jest = JSON.parse(readFileSync(join(root, "coverage/coverage-final.json"), "utf8"));
const map = coverage.createCoverageMap(jest);
const measured = new Set(Object.keys(jest));

/** What a process left; nothing of one that was killed while it wrote. */
function resultOf(file) {
  try {
    return JSON.parse(readFileSync(join(folder, file), "utf8")).result;
  } catch {
    return [];
  }
}

for (const file of readdirSync(folder)) {
  for (const { functions, url } of resultOf(file)) {
    const path = ownPath(url);
    if (path === undefined || !measured.has(path)) continue;
    // Types are stripped in place: offsets are those of the file as it is written.
    const converter = v8ToIstanbul(path, 0, { source: readFileSync(path, "utf8") });
    await converter.load();
    converter.applyCoverage(functions);
    map.merge(converter.toIstanbul());
  }
}

const context = report.createContext({ dir: join(root, "coverage"), coverageMap: map });
reports.create("text", { skipFull: true }).execute(context);
reports.create("lcovonly").execute(context);
const { pct } = map.getCoverageSummary().lines;
process.stdout.write(`Lines covered: ${pct} % (goal ${goal} %)\n`);
process.exitCode = pct >= goal ? 0 : 1;
