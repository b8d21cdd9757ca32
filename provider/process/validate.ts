import { isAbsolute, normalize } from "node:path";
import type { Failure } from "../resource.ts";
import type { FileCheck, Files, ProcessInputs } from "../types.ts";
import { hasUnknown, isRecord } from "../values.ts";
import { VigilError } from "../errors.ts";
import { checkProblem, loadingNames, programProblem } from "./programs.ts";

/** Every input that cannot be accepted. Values not known yet are accepted until they are. */
export function problemsOf(inputs: ProcessInputs): Failure[] {
  const failures: Failure[] = [];
  const demand = (property: keyof ProcessInputs, valid: () => boolean, reason: string): void => {
    const value: unknown = inputs[property];
    if (hasUnknown(value) && !isRecord(value)) return;
    if (!valid()) failures.push({ property, reason });
  };
  demand(
    "name",
    () => isName(inputs.name),
    `${JSON.stringify(inputs.name)} must consist of lower-case letters, digits, - and _, and begin with a letter`,
  );
  demand(
    "home",
    () => isHome(inputs.home),
    `${JSON.stringify(inputs.home)} must be an absolute folder of the stack's own, without . and ..`,
  );
  const stranger = programProblem(text(inputs.binary));
  demand("binary", () => stranger === undefined, stranger ?? "");
  demand("args", () => isTexts(inputs.args), "it must be a list of strings");
  demand(
    "env",
    () =>
      isTextRecord(inputs.env) && !Object.keys(inputs.env).some((key) => /^VIGIL_|=/u.test(key)),
    "it must be an object of strings; names of the form VIGIL_… are the supervisor's",
  );
  const loading = isTextRecord(inputs.env) ? loadingNames(inputs.env) : [];
  demand("env", () => loading.length === 0, `${loading.join(", ")} would load other code`);
  demand(
    "ports",
    () =>
      Array.isArray(inputs.ports) &&
      inputs.ports.every(
        (port) => hasUnknown(port) || (Number.isInteger(port) && port > 0 && port < 65536),
      ),
    `${JSON.stringify(inputs.ports)} must be numbers from 1 to 65535`,
  );
  demand(
    "health",
    () => isRecord(inputs.health) && (hasUnknown(inputs.health.url) || isHttps(inputs.health.url)),
    "its url must be https://…, because the password is sent there",
  );
  failures.push(...fileProblems(inputs.files, inputs.checks));
  demand(
    "onChange",
    () => !isRecord(inputs.files) || announces(inputs.onChange, inputs.files),
    "it must say reload or reread for paths that files has",
  );
  return failures;
}

/** Problems of files and checks, for every resource that has them. */
export function fileProblems(files: Files, checks: readonly FileCheck[]): Failure[] {
  const failures: Failure[] = [];
  if (!isTextRecord(files)) {
    // One unknown text may stand for all files.
    if (!hasUnknown(files))
      failures.push({ property: "files", reason: "it must be an object of strings by path" });
  } else {
    for (const path of Object.keys(files)) {
      const inside =
        path !== "" && !isAbsolute(path) && !path.startsWith("..") && normalize(path) === path;
      if (!inside || path.endsWith("/")) {
        const reason = `${JSON.stringify(path)} must be a path below the folder, without . and ..`;
        failures.push({ property: "files", reason });
      }
    }
  }
  if (!isChecks(checks)) {
    failures.push({ property: "checks", reason: "each must have a binary and args" });
  } else if (isRecord(files)) {
    for (const check of checks) {
      const reason = checkProblem(check, files);
      if (reason !== undefined) failures.push({ property: "checks", reason });
    }
  }
  return failures;
}

function isChecks(checks: unknown): checks is readonly FileCheck[] {
  return (
    Array.isArray(checks) &&
    checks.every(
      (check) => isRecord(check) && typeof check["binary"] === "string" && isTexts(check["args"]),
    )
  );
}

/** @throws VigilError with every problem of `inputs`. */
export function requireValid(inputs: ProcessInputs): void {
  refuse(problemsOf(inputs));
}

/** @throws VigilError for files and checks that cannot be accepted. */
export function requireFiles(files: Files, checks: readonly FileCheck[]): void {
  refuse(fileProblems(files, checks));
}

/** @throws VigilError where these would lead outside a home of a stack. */
export function requireNames({ home, name }: Pick<ProcessInputs, "home" | "name">): void {
  const problems = problemsOf({ home, name } as ProcessInputs);
  refuse(problems.filter(({ property }) => property === "home" || property === "name"));
}

function refuse(problems: readonly Failure[]): void {
  if (problems.length === 0) return;
  throw new VigilError(
    "The provider refused the request",
    problems.map(({ property, reason }) => `${property}: ${reason}`).join("\n"),
    "Correct the definition and run again.",
  );
}

function isName(name: unknown): boolean {
  return /^[a-z][a-z0-9_-]{0,62}$/u.test(text(name));
}

function isHome(home: unknown): boolean {
  const path = text(home);
  return isAbsolute(path) && normalize(path) === path && path !== "/";
}

function announces(onChange: unknown, files: Files): boolean {
  return (
    isRecord(onChange) &&
    Object.entries(onChange).every(
      ([path, kind]) => path in files && (kind === "reload" || kind === "reread"),
    )
  );
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((part) => typeof part === "string");
}

function isTextRecord(value: unknown): boolean {
  return isRecord(value) && Object.values(value).every((part) => typeof part === "string");
}

function isHttps(url: string): boolean {
  return URL.canParse(url) && new URL(url).protocol === "https:";
}
