import { styleText } from "node:util";
import { openEngine, stackArgs, targetOf } from "../engine.ts";
import { formatError } from "../../lib/errors.ts";
import { stackOptions } from "../options.ts";
import { createProgress } from "../../lib/progress.ts";
import { groundProblems, unrecorded } from "../reality.ts";
import { stackExists } from "../stack.ts";
import { operationsOf } from "../targets/index.ts";
import { tell } from "../tell.ts";

const help = `./vigil preview [--detail] [--json] [--stack NAME]

Shows what up would change, compared with what is really there: what is made and where, what changes in
files, alerts, targets and receivers, and what looks odd. Changes nothing.

  --detail   every resource with every line that changes (or DETAIL=1)
  --json     the engine's answer, for programs
`;

/** `vigil preview`. */
export async function run(args: string[]): Promise<number> {
  const own = { detail: { type: "boolean" }, json: { type: "boolean" } } as const;
  const options = stackOptions(args, help, own);
  if (options === undefined) return 0;
  const { root, stack, values } = options;
  const progress = createProgress();
  const engine = await openEngine({ root, stack, progress, to: "preview" });
  const json = values["json"] === true;
  if (stackExists(engine.home) === true) {
    const target = await targetOf(root, stack);
    const problems = await groundProblems(root, stack, target);
    const say = json ? process.stderr : process.stdout;
    // Where it cannot be taken over requireGround says it, because then nothing can be compared.
    const { takesOver } = operationsOf(target);
    const lost = takesOver ? await unrecorded(engine.home, target) : undefined;
    for (const problem of problems) tell(`✗ ${problem}\n`, say);
    if (lost !== undefined) tell(`${formatError(lost)}\n`, say);
  }
  // Modules that need packages, which are there only now.
  const { planFor } = await import("../plan.ts");
  const { requireGround } = await import("../require-ground.ts");
  const planned = await planFor(engine);
  await requireGround(engine, planned);
  if (!json && (values["detail"] === true || process.env["DETAIL"] === "1")) {
    const detailed = ["preview", "--refresh", "--diff", "--suppress-outputs"];
    return engine.run([...detailed, ...stackArgs(engine.home)]);
  }
  const { askPreview, plannedTexts } = await import("../preview/ask.ts");
  const { renderErrors, renderPage } = await import("../preview/page.ts");
  const step = progress.start("preview", "comparing the program with what is there");
  const { code, json: text, preview, unseen } = await askPreview(engine);
  if (code === 0) step.done("compared");
  else step.fail("it cannot be deployed");
  if (json) {
    process.stdout.write(text);
  } else if (code === 0) {
    const page = renderPage(preview, { planned: plannedTexts(planned), stack, unseen });
    tell(painted(page));
  } else {
    tell(renderErrors(preview), process.stderr);
  }
  return code;
}

const colours = { "+": "green", "-": "red", "~": "yellow", "±": "yellow", "!": "yellow" } as const;

/** In colours where a terminal shows them: neither in a pipe nor with NO_COLOR. */
function painted(page: string): string {
  return page.replaceAll(/^ *([-+~±!]) .*$/gm, (line, sign: keyof typeof colours) =>
    styleText(colours[sign], line, { stream: process.stdout }),
  );
}
