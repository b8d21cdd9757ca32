/** A processor that comes back after a day, with a real Alertmanager that was there all the time. */
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { eventually } from "../../../../test/kit/eventually.ts";
import type { Alert } from "../../core/alert.ts";
import { listAlerts } from "../../service/alertmanager.ts";
import type { Summary } from "../../service/summary.ts";
import { type FakeServer, fakeServer } from "../channels/fake-server.ts";
import { login, type Place, sent, startPlace } from "./harness.ts";
import { type RealAlertmanager, startAlertmanager } from "./real-alertmanager.ts";

const day = 24 * 3_600_000;

let alertmanager: RealAlertmanager;
let people: FakeServer;
let place: Place;

beforeAll(async () => {
  people = await fakeServer();
  alertmanager = await startAlertmanager({
    route: { receiver: "processor", group_by: ["alertname"], group_wait: "0s" },
    receivers: [{ name: "processor" }],
  });
  place = await startPlace(
    {
      alertmanager: {
        url: alertmanager.target.url,
        caFile: "am-ca",
        username: "ada",
        passwordFile: "am-password",
      },
      channels: {
        people: { kind: "webhook", url: people.url, plain: true, private: true, bundle: 1 },
      },
      subscriptions: [{ channel: "people", after: [0, 3600], also: ["resolved"] }],
    },
    { "am-password": "lovelace", "am-ca": alertmanager.target.ca },
  );
});
afterAll(async () => {
  await place.stop();
  await alertmanager.stop();
  await people.close();
});

const told = (): string[] =>
  people.seen
    .map(({ body }) => JSON.parse(body) as { occasion: string; alerts: Alert[] })
    .flatMap(({ alerts, occasion }) => alerts.map(({ alertname }) => `${alertname} ${occasion}`))
    .sort();

/** As if all that the memory holds were a day older. */
function age(): void {
  const database = new DatabaseSync(join(place.folder, "memory.db"), { timeout: 5_000 });
  const columns = {
    alerts: ["lastSeenAt", "updatedAt", "snoozedUntil"],
    alert_events: ["at"],
    outbox: ["dueAt", "plannedAt", "settledAt"],
    receipts: ["firstAt", "lastAt"],
  };
  for (const [table, names] of Object.entries(columns)) {
    for (const name of names) database.exec(`UPDATE ${table} SET "${name}" = "${name}" - ${day}`);
  }
  database.close();
}

test("reminds of what Alertmanager still has, and of nothing that may be over", async () => {
  const startsAt = new Date(Date.now() - 2 * day).toISOString();
  const labels = (alertname: string) => ({ alertname, severity: "critical" });
  expect(await alertmanager.post([{ labels: labels("GoesOn"), startsAt }])).toBe(200);
  const listed = await fingerprintOf("GoesOn");
  const names = { GoesOn: listed, MayBeOver: "b1", Escalated: "b2", Snoozed: "b3" };
  await place.post(
    Object.entries(names).map(([name, fingerprint]) =>
      sent({ fingerprint, startsAt, labels: labels(name) }),
    ),
  );
  const act = (fingerprint: string, action: object) =>
    place.ask(`/v1/alerts/${fingerprint}/actions`, { as: login, body: JSON.stringify(action) });
  const firsts = Object.keys(names)
    .map((name) => `${name} firing`)
    .sort();
  await eventually(() => Promise.resolve(told().length === 4));
  expect(told()).toEqual(firsts);
  await act("b3", { kind: "snooze", until: Date.now() + 60_000 });

  await place.again(age);
  await eventually(() => Promise.resolve(told().length > 4));
  expect(told()).toEqual([...firsts, "GoesOn reminder"].sort());
  await act("b2", { kind: "escalate", to: "people" });
  await eventually(() => Promise.resolve(told().length > 5));
  expect(told()).toEqual([...firsts, "GoesOn reminder", "Escalated reminder"].sort());
  expect(
    place.lines.filter((line) => line.includes("nothing was received for a while")),
  ).toHaveLength(1);
  const { summary } = await place.json<{ summary: Summary }>("/v1/open");
  expect(summary.troubles.map(({ key }) => key)).toContain("doubt people");
  const { alert } = await place.json<{ alert: Alert }>("/v1/alerts/b3");
  expect(alert.status).toBe("snoozed");
});

/** As Alertmanager has it. */
async function fingerprintOf(alertname: string): Promise<string> {
  const { alerts } = await listAlerts(alertmanager.target);
  return alerts.find(({ labels }) => labels["alertname"] === alertname)?.fingerprint ?? "";
}
