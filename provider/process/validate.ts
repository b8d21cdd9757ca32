import { isAbsolute, normalize } from "node:path";
import type { Failure } from "../resource.ts";
import type { FileCheck, Files, ProcessInputs } from "../types.ts";
import { hasUnknown, isRecord } from "../values.ts";

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
    () => /^[a-z][a-z0-9_-]{0,62}$/u.test(text(inputs.name)),
    `${JSON.stringify(inputs.name)} must be lower-case letters, digits, - and _, a letter first`,
  );
  demand(
    "home",
    () =>
      isAbsolute(text(inputs.home)) &&
      normalize(inputs.home) === inputs.home &&
      inputs.home !== "/",
    `${JSON.stringify(inputs.home)} must be an absolute folder of the stack's own, without . and ..`,
  );
  demand("binary", () => text(inputs.binary) !== "", "it must name a program");
  demand("args", () => isTexts(inputs.args), "it must be a list of texts");
  demand(
    "env",
    () =>
      isTextRecord(inputs.env) && !Object.keys(inputs.env).some((key) => /^VIGIL_|=/u.test(key)),
    "it must be texts by name; names of the form VIGIL_… are the supervisor's",
  );
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
      failures.push({ property: "files", reason: "it must be texts by path" });
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
  const proper =
    Array.isArray(checks) &&
    checks.every(
      (check) => isRecord(check) && typeof check.binary === "string" && isTexts(check.args),
    );
  if (!proper) failures.push({ property: "checks", reason: "each must have a binary and args" });
  return failures;
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
