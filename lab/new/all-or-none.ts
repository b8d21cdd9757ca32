import { existsSync, mkdirSync, readFileSync, rmSync, rmdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Work that must not be left half done. */
export interface Undertaking {
  /** Texts by path below the root. */
  readonly texts: Readonly<Record<string, string>>;
  /** Files that {@link finish} may change. */
  readonly touched: readonly string[];
  /** The work to do once they are written. */
  readonly finish: () => Promise<void>;
}

/**
 * Writes files and finishes the work, or leaves every file as it was: after a failure, and after Ctrl-C.
 */
export async function allOrNone(
  root: string,
  { finish, texts, touched }: Undertaking,
): Promise<void> {
  const paths = [...new Set([...Object.keys(texts), ...touched])];
  const were = new Map(
    paths.map((path) => {
      const at = join(root, path);
      return [path, existsSync(at) ? readFileSync(at) : undefined];
    }),
  );
  const made: string[] = [];
  const undo = (): void => {
    for (const [path, was] of were) {
      if (was === undefined) rmSync(join(root, path), { force: true });
      else writeFileSync(join(root, path), was);
    }
    for (const folder of made.splice(0).reverse()) rmdirSync(folder);
  };
  const stopped = (): void => {
    undo();
    process.exit(130);
  };
  process.on("SIGINT", stopped).on("SIGTERM", stopped);
  try {
    for (const [path, text] of Object.entries(texts)) {
      const at = join(root, path);
      if (!existsSync(dirname(at))) {
        mkdirSync(dirname(at), { recursive: true });
        made.push(dirname(at));
      }
      writeFileSync(at, text);
    }
    await finish();
  } catch (error) {
    undo();
    throw error;
  } finally {
    process.off("SIGINT", stopped).off("SIGTERM", stopped);
  }
}
