import type { Alert, AlertGroup } from "../rules/lib/alert.ts";
import { renderVariants } from "../rules/lint/variants/render.ts";
import { ruleFileOf, runAlertTests } from "./promtool.ts";

/** What promtool says of failed claims, shorter: which environment, how many alerts, when. */
function legible(report: string): string {
  const claims = report.matchAll(
    /env=~\\?"([^(]+)\(.*? < (\d+) or .*? > (\d+)", time: (\w+),\s+exp: nil\s+got: \{\} (\S+)/g,
  );
  const lines = [...claims].map(
    ([, env, least, most, at, got]) =>
      `${env}: ${Number(got)} alerts by ${at}, not ${least === most ? most : `${least} to ${most}`}`,
  );
  const errors = [...report.matchAll(/err: (.*?env="([^"]+)".*)/g)].map(
    ([, text = "", env]) => `${env}: ${text.split(";")[0]}`,
  );
  return [...lines, ...errors].join("\n") || report;
}

/**
 * Tries every variant of the alerts of a group: all of an alert in one test, and where that fails
 * once more one by one, to say which. The second verdict counts: promtool compacts its data while a test of
 * days goes on, hands out series in another order from then on, and so a tie of `topk` is decided again once in
 * some twenty runs. A Prometheus looks at minutes, which are never in a block.
 *
 * @returns What failed by alert; undefined where nothing did.
 */
export async function tryVariants(
  group: AlertGroup,
  alerts: readonly Alert[] = Object.values(group.alerts),
): Promise<Map<string, string | undefined>> {
  const run = (which: readonly Alert[], apart: boolean): ReturnType<typeof runAlertTests> =>
    runAlertTests(
      new Map(
        which.map((alert) => [
          alert.name,
          renderVariants(alert, group, ruleFileOf(alert.name), undefined, apart),
        ]),
      ),
    );
  const together = await run(alerts, false);
  const failed = alerts.filter(({ name }) => together.get(name) !== undefined);
  const apart = await run(failed, true);
  return new Map(
    alerts.map(({ name }) => {
      const said = apart.get(name);
      return [name, said === undefined ? undefined : legible(said)];
    }),
  );
}
