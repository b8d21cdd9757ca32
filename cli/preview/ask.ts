import { type Engine, stackArgs } from "../engine.ts";
import type { Planned } from "../plan.ts";
import { type Digest, type Preview, readPreview } from "./digest.ts";
import type { Texts } from "./parts.ts";

/** The engine's answer to a preview. */
export interface Asked {
  readonly code: number;
  /** As printed. */
  readonly json: string;
  readonly preview: Preview;
  /** Why what is really there could not be asked. */
  readonly unseen?: string;
}

/**
 * Previews a stack. The real state is asked first; where that fails, the record is what is compared with.
 *
 * @param looking - Whether the real state is asked at all.
 */
export async function askPreview(engine: Engine, looking = true): Promise<Asked> {
  const args = ["preview", "--json", ...stackArgs(engine.home)];
  const first = await once(engine, looking ? [...args, "--refresh"] : args);
  if (first.code === 0 || !looking) return first;
  // The engine does not say whether looking or the program failed: without looking it shows.
  const second = await once(engine, args);
  return second.code === 0 ? { ...second, unseen: whyOf(first.preview) } : second;
}

/** Without what the engine puts before it and after it. */
const whyOf = ({ errors }: Preview): string =>
  errors
    .map((error) => error.replace(/^Preview failed: /, ""))
    .filter((error) => error !== "preview failed")
    .join("\n");

async function once({ collect }: Engine, args: readonly string[]): Promise<Asked> {
  const { code, stderr, stdout } = await collect(args);
  try {
    const preview = readPreview(JSON.parse(stdout) as Digest);
    if (code === 0 || preview.errors.length > 0) return { code, json: stdout, preview };
    // Its message about an unforeseen end.
    const last = stderr.trim() || `the engine ended with ${code} and did not say why`;
    return { code, json: stdout, preview: { ...preview, errors: [last] } };
  } catch {
    // It never came to look: its last words are why.
    const message = `${stderr}\n${stdout}`.trim();
    const preview = readPreview({ diagnostics: [{ message, severity: "error" }] });
    return { code: code || 1, json: stdout, preview };
  }
}

/** The files of a stack's parts as planned; none where it could not be planned. */
export function plannedTexts(planned: Planned | undefined): Readonly<Record<string, Texts>> {
  if (planned === undefined) return {};
  return Object.fromEntries(
    planned.plan.deployments.map(({ name, texts }) => [name, new Map(Object.entries(texts()))]),
  );
}
