import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { Plan } from "../components/plan.ts";
import { planStack } from "./plan.ts";

/** The texts that the servers of a planned estate read, by path. */
export const serverFiles = ({ deployments }: Plan): Record<string, string> =>
  Object.assign({}, ...deployments.map(({ texts }) => texts())) as Record<string, string>;

/**
 * Writes what a stack's configuration becomes.
 *
 * @returns paths of the files, sorted.
 * @throws UserError with every mistake in the configuration.
 */
export async function renderStack(root: string, stack: string, out: string): Promise<string[]> {
  const folder = resolve(out);
  const { plan } = await planStack(root, stack);
  const { certificateRules, renderCertificateRules } =
    await import("../components/render/certificates.ts");
  const files: Record<string, string> = {
    ...serverFiles(plan),
    // The certificates are made by up; until then there is nothing to watch.
    [certificateRules]: renderCertificateRules({}),
    ...Object.fromEntries(
      Object.entries(plan.boards).map(([uid, json]) => [
        `dashboards/${uid}.json`,
        `${JSON.stringify(JSON.parse(json), undefined, 2)}\n`,
      ]),
    ),
  };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return Object.keys(files)
    .sort()
    .map((path) => join(out, path));
}
