import { ensureDependencies } from "../../tools/dependencies.ts";
import { openEngine } from "../engine.ts";
import { UsageError, UserError } from "../../lib/errors.ts";
import { secondsIn, stackOptions } from "../options.ts";
import { readOutputs } from "../estate/outputs.ts";
import { poll } from "../../lib/poll.ts";
import { type Delivery, since, testAlert } from "../estate/alert-test.ts";
import { tell } from "../tell.ts";

const help = `./vigil alerts-test ALERT [--host NAME] [--seconds N] [--stack NAME]

Sends an alert with the label test="true" through the running stack, as if it had fired for that host,
and reports where it arrived. The alert ends with the command. Exit code 1 when nobody was notified.

  --host NAME    whose alert it is; default: test-host
  --seconds N    how long to wait for the receivers; default: 60
`;

const line = ({ failed, integration, receiver, sent }: Delivery): string =>
  failed > 0
    ? `✗ ${receiver} by ${integration}: ${failed} of ${sent} failed; make logs SERVICE=alertmanager`
    : `✓ ${receiver} by ${integration}\n`.trimEnd();

/** The labels a test alert has. */
async function labelsFor(name: string, host: string, environment: string) {
  const { allAlerts } = await import("../../rules/index.ts");
  const { labelsOf } = await import("../../rules/lib/rule-file.ts");
  const { nearest } = await import("../../lib/nearest.ts");
  const alerts = allAlerts();
  const alert = alerts.find((one) => one.name === name);
  if (alert === undefined) {
    const meant = nearest(
      name,
      alerts.map((one) => one.name),
    );
    throw new UserError(`There is no alert ${name}`, {
      advice: [meant === undefined ? "./vigil explain lists them all." : `Did you mean ${meant}?`],
    });
  }
  const proven = { ...alert.target, ...alert.fires.labels, ...labelsOf(alert) };
  const there = Object.entries(proven).filter(([, value]) => value !== "");
  const labels = Object.fromEntries(there);
  const port = /:\d+$/.exec(labels["instance"] ?? "")?.[0] ?? "";
  return {
    alert,
    labels: {
      ...labels,
      alertname: name,
      env: environment,
      ...("host" in labels && { host }),
      ...("instance" in labels && { instance: `${host}${port}` }),
      test: "true",
    },
  };
}

/** `vigil alerts-test`. */
export async function run(args: string[]): Promise<number> {
  const options = stackOptions(
    args,
    help,
    {
      host: { type: "string", default: "test-host" },
      seconds: { type: "string", default: "60" },
    },
    true,
  );
  if (options === undefined) return 0;
  const [name] = options.rest;
  if (name === undefined) {
    throw new UsageError("Which alert?", { advice: help.trim().split("\n") });
  }
  const seconds = secondsIn(options);
  await ensureDependencies({ root: options.root });
  const outputs = await readOutputs(await openEngine(options));
  const host = String(options.values["host"]);
  const { alert, labels } = await labelsFor(name, host, outputs.environment);
  const test = testAlert(outputs, labels, {
    summary: `Test of ${name}: nothing is wrong`,
    description: "Sent by ./vigil alerts-test.",
  });
  const before = await test.deliveries();
  await test.start();
  try {
    const verdict = await poll(
      () => test.verdict(),
      (one) => one !== undefined,
      { every: 500, within: 10_000 },
    );
    if (verdict === undefined)
      throw new UserError("Alertmanager accepted the alert but does not show it");
    tell(`${name} (${alert.severity}, team ${alert.team}) for ${host}\n`);
    const muted = [
      ...verdict.silencedBy.map((id) => `silence ${id}`),
      ...verdict.inhibitedBy.map((id) => `alert ${id}`),
    ];
    if (muted.length > 0) {
      tell(`✗ nobody is notified: held back by ${muted.join(", ")}\n`);
      return 1;
    }
    tell(`Routed to ${verdict.receivers.join(", ")}\n`);
    const wanted = verdict.receivers.filter((receiver) => receiver !== "nobody");
    const last = await poll(
      async () => since(before, await test.deliveries()),
      (now) => wanted.every((receiver) => now.some((one) => one.receiver === receiver)),
      { every: 500, within: seconds * 1000 },
    );
    for (const one of last.filter(({ receiver }) => wanted.includes(receiver))) {
      tell(`${line(one)}\n`);
    }
    const silent = wanted.filter((receiver) => !last.some((one) => one.receiver === receiver));
    for (const receiver of silent) {
      tell(
        `… ${receiver}: nothing sent yet; its route may wait longer (./vigil explain ${name}): --seconds 400\n`,
      );
    }
    if (wanted.length === 0) tell("✗ this stack notifies nobody of it\n");
    const failed = last.some((one) => one.failed > 0);
    return wanted.length > 0 && silent.length === 0 && !failed ? 0 : 1;
  } finally {
    await test.end();
  }
}
