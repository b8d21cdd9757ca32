import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AlertTest } from "../rules/lib/rule-test.ts";

/** Name of the rule file that a test of this name looks at, beside it. */
export const ruleFileOf = (name: string): string => `${name}.rules.yml`;

const testFileOf = (name: string): string => `${name}.test.yml`;

/**
 * Surroundings of a promtool that evaluates much and lives shortly: it collects its garbage a fourth as often,
 * which spares a fifth of its work and takes some hundred megabytes for as long as it runs.
 */
export const hasty = (): NodeJS.ProcessEnv => ({ GOGC: "400", ...process.env });

/** Runs promtool; a failed test is an answer, a promtool that cannot start is an error. */
function promtool(args: readonly string[], cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { cwd, env: hasty(), maxBuffer: 256 * 1024 * 1024 };
    execFile("promtool", args, options, (error, stdout, stderr) => {
      if (error !== null && typeof error.code !== "number")
        reject(new Error("promtool could not be run", { cause: error }));
      else resolve(`${stdout}${stderr}`);
    });
  });
}

const entities: Readonly<Record<string, string>> = {
  "&#34;": '"',
  "&#39;": "'",
  "&#xA;": "\n",
  "&#x9;": "\t",
  "&lt;": "<",
  "&gt;": ">",
  "&amp;": "&",
};

const unescape = (text: string): string =>
  text.replaceAll(/&[#\w]+;/g, (entity) => entities[entity] ?? entity);

/** What failed, by test file, from promtool's report: no text where nothing did. */
function verdicts(report: string): Map<string, string> {
  return new Map(
    report
      .split("<testsuite ")
      .slice(1)
      .map((suite) => {
        const [, file = ""] = /name="([^"]*)"/.exec(suite) ?? [];
        const failures = suite.matchAll(/<(?:failure|error)[^>]*>([^<]*)</g);
        return [file, [...failures].map(([, text]) => unescape(text ?? "")).join("\n")];
      }),
  );
}

/**
 * Runs tests of alerts by the real promtool, all in one process.
 *
 * @param tests - By name; `rules` must be meant for {@link ruleFileOf} that name.
 * @returns What failed by name; undefined for what passed.
 * @throws When promtool cannot be started or leaves a test without an answer.
 */
export async function runAlertTests(
  tests: ReadonlyMap<string, AlertTest>,
): Promise<Map<string, string | undefined>> {
  if (tests.size === 0) return new Map();
  const folder = await mkdtemp(join(tmpdir(), "vigil-promtool-"));
  try {
    for (const [name, test] of tests) {
      await writeFile(join(folder, ruleFileOf(name)), test.rules);
      await writeFile(join(folder, testFileOf(name)), test.tests);
    }
    const report = "report.xml";
    const files = [...tests.keys()].map(testFileOf);
    const output = await promtool(["test", "rules", `--junit=${report}`, ...files], folder);
    const answers = verdicts(await readFile(join(folder, report), "utf8").catch(() => ""));
    return new Map(
      [...tests.keys()].map((name) => {
        const failures = answers.get(testFileOf(name));
        if (failures === undefined) throw new Error(`promtool did not run ${name}: ${output}`);
        return [name, failures === "" ? undefined : failures];
      }),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}
