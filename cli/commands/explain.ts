import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Alert } from "../../rules/lib/alert.ts";
import { ensureDependencies } from "../../tools/dependencies.ts";
import { UserError } from "../../lib/errors.ts";
import { stackOptions } from "../options.ts";
import { unknownStack } from "../stack.ts";
import { readStackConfig } from "../stack-config.ts";
import { stackFile } from "../state/home.ts";
import { formatTable } from "../../lib/table.ts";
import { tell } from "../tell.ts";

const help = `./vigil explain [ALERT] [--stack NAME]

What an alert means: its condition with this stack's threshold, who is notified and when, what silences
it, and its runbook. Without a name: every alert, by service; ✓ marks those that the stack loads.
`;

/** Every alert in a line, with a mark for those that are loaded where that is known. */
export function listed(
  alerts: readonly Pick<Alert, "name" | "service" | "severity" | "summary">[],
  loaded?: ReadonlySet<string>,
): string {
  const rows = alerts.map(({ name, service, severity, summary }) => [
    service,
    name,
    severity,
    summary,
  ]);
  return formatTable(
    rows
      .sort((a, b) => (a.join() < b.join() ? -1 : 1))
      .map((row) => (loaded ? [loaded.has(row[1] ?? "") ? "✓" : "–", ...row] : row)),
  );
}

/** `vigil explain`. */
export async function run(args: string[]): Promise<number> {
  const options = stackOptions(args, help, {}, true);
  if (options === undefined) return 0;
  const { rest, root, stack: name } = options;
  await ensureDependencies({ root });
  const { allAlerts, groups } = await import("../../rules/index.ts");
  const { leftOut } = await import("../../rules/selection.ts");
  const alerts = allAlerts();
  const [wanted] = rest;
  if (wanted === undefined) {
    const { loadedBy } = await import("../estate/loaded.ts");
    const { selectionOf } = await import("../selection.ts");
    if (!existsSync(stackFile(root, name))) throw await unknownStack(root, name);
    // The list is of use where the stack's configuration has mistakes, too.
    const loaded = await selectionOf(root, name).then(loadedBy, () => undefined);
    tell(listed(alerts, loaded && new Set(loaded.map((one) => one.alert.name))));
    return 0;
  }
  const alert = alerts.find(({ name }) => name === wanted);
  if (alert === undefined) {
    const { nearest } = await import("../../lib/nearest.ts");
    const meant = nearest(
      wanted,
      alerts.map(({ name }) => name),
    );
    throw new UserError(`There is no alert ${wanted}`, {
      advice: [meant === undefined ? "./vigil explain lists them all." : `Did you mean ${meant}?`],
    });
  }
  const { receiversOf } = await import("../../components/catalog/alertmanager.ts");
  const { renderChannels } = await import("../../components/render/processor-channels.ts");
  const { overdue } = await import("../../components/config/notes.ts");
  const { forStack } = await import("../../lib/command.ts");
  const { planEstate } = await import("../../components/plan.ts");
  const { groundsOf } = await import("../../components/targets/grounds.ts");
  const { renderExplanation } = await import("../../rules/lib/explanation.ts");
  const { hereLines } = await import("../alert-here.ts");
  const config = await readStackConfig(root, name);
  const plan = planEstate(config, groundsOf(config, name));
  const { selection } = plan;
  // Prometheus sees by its own clock to what has ended.
  const ended = new Set(overdue(config, new Date()));
  const off = Object.entries(config.rules.off).filter(([name]) => !ended.has(name));
  const stack = {
    environment: config.environment,
    options: {
      ...selection,
      off: Object.fromEntries(off),
    },
    receivers: receiversOf(plan),
    ways: renderChannels(config.processor, config).subscriptions,
    maintenance: config.maintenance,
  };
  const runbook = await readFile(join(root, "runbooks", `${alert.service}.md`), "utf8");
  const section = runbook.split(/^## /m).find((one) => one.startsWith(`${alert.name}\n`)) ?? "";
  const group = groups.find(({ alerts }) => alert.name in alerts);
  const reason = group && leftOut(alert, group, selection);
  const here = hereLines(alert, reason, selection);
  const text = renderExplanation(alert, stack, alerts, section.slice(alert.name.length), here);
  tell(forStack(text, name));
  return 0;
}
