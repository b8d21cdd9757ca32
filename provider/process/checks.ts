import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { VigilError } from "../errors.ts";
import { redact } from "../redact.ts";
import type { FileCheck, Files } from "../types.ts";
import { canonical } from "../values.ts";
import { writeTree } from "./files.ts";
import { requireOnPath, run } from "./tool.ts";
import { requireFiles } from "./validate.ts";

/** A complete set of files with the checks it must pass. */
export interface Proof {
  /** The owner of the files, for messages. */
  readonly name: string;
  readonly files: Files;
  readonly checks: readonly FileCheck[];
  /** Absolute folder the files will lie in; text that names it is checked as if it did already. */
  readonly folder?: string | undefined;
  /** Texts that no message may contain. */
  readonly secrets: readonly string[];
}

/** Longest part of a tool's output worth showing. */
const longestOutput = 4000;

/** Sets proven in this process: `check` and `create` of one `up` ask for the same proof. */
const proven = new Set<string>();

/**
 * Runs every check on a private copy of the files, which is gone afterwards.
 * @throws VigilError with what the tools said, without the copy's path and without secrets.
 */
export async function prove(proof: Proof): Promise<void> {
  if (proof.checks.length === 0) return;
  requireFiles(proof.files, proof.checks);
  const key = createHash("sha256").update(canonical(proof)).digest("hex");
  if (proven.has(key)) return;
  const stage = await mkdtemp(join(tmpdir(), "vigil-check-"));
  try {
    await writeTree(stage, staged(proof, stage));
    const results = await Promise.all(proof.checks.map((check) => problem(proof, check, stage)));
    const problems = results.filter((result) => result !== undefined);
    if (problems.length > 0) {
      throw new VigilError(
        `The files of ${proof.name} are rejected`,
        problems.join("\n"),
        "Nothing was changed: what runs keeps its old files. Correct the definition and run again.",
      );
    }
    proven.add(key);
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
}

function staged(proof: Proof, stage: string): Files {
  const { folder } = proof;
  if (folder === undefined) return proof.files;
  return Object.fromEntries(
    Object.entries(proof.files).map(([path, text]) => [path, text.replaceAll(folder, stage)]),
  );
}

async function problem(proof: Proof, check: FileCheck, stage: string): Promise<string | undefined> {
  const binary = requireOnPath(check.binary);
  const args = check.args.map((arg) =>
    proof.folder === undefined ? arg : arg.replaceAll(proof.folder, stage),
  );
  const { code, output } = await run(binary, args, { cwd: stage, timeoutSeconds: 60 });
  if (code === 0) return undefined;
  const names = Object.keys(proof.files);
  const ending = code === null ? "did not finish within 60 s" : `ended with ${code}`;
  const command = redact([check.binary, ...check.args].join(" "), proof.secrets, names);
  const said = redact(complaints(withoutStage(output, stage)), proof.secrets, names).trim();
  return `\`${command}\` ${ending}:\n${said.slice(-longestOutput) || "(no output)"}`;
}

/**
 * A tool's output without its remarks on good files: promtool reports each file, and the one line that counts would be
 * lost among a hundred.
 */
export function complaints(output: string): string {
  const blocks = output.split(/^(?=Checking )/m);
  const bad = blocks.filter((block) => !/^\s*SUCCESS\b/m.test(block) || /\bFAILED\b/.test(block));
  return bad.length === 0 ? output : bad.join("");
}

/** macOS resolves its temp dir through a link, so tools may name it with a prefix. */
function withoutStage(output: string, stage: string): string {
  return output
    .replaceAll(`/private${stage}/`, "")
    .replaceAll(`${stage}/`, "")
    .replaceAll(stage, ".");
}
