import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { UserError } from "./errors.ts";
import { readStackConfig } from "./stack-config.ts";

/**
 * Writes what a stack's configuration becomes.
 *
 * @returns paths of the files, sorted.
 * @throws UserError with every mistake in the configuration.
 */
export async function renderStack(root: string, stack: string, out: string): Promise<string[]> {
  // The program's modules need packages, which are there only now.
  const { readExtraRules } = await import("../components/extra-rules.ts");
  const { planEstate } = await import("../components/plan.ts");
  const { againstPlan } = await import("../components/against-plan.ts");
  const { createTarget } = await import("../components/targets/index.ts");
  const { certificateRules, renderCertificateRules } =
    await import("../components/render/certificates.ts");
  const config = await readStackConfig(root, stack);
  const folder = resolve(out);
  // Places of the local target lie below the working directory, as the engine would have it.
  process.chdir(root);
  const extra = readExtraRules(config.rules.extra, root);
  const { describeProblems } = await import("../components/config/problems.ts");
  const target = createTarget(config, stack, {});
  const plan = planEstate(config, target, config.grafana.enabled, extra.texts);
  const problems = [...extra.problems, ...againstPlan(config, plan)];
  if (problems.length > 0) throw new UserError(describeProblems(problems, stack));
  const files: Record<string, string> = {
    "alertmanager.yml": plan.alertmanager,
    ...(plan.processor !== undefined && { "processor.yml": plan.processor }),
    "prometheus.yml": plan.prometheus,
    ...plan.rules,
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
