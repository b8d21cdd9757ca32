import { parseDeliveries, since } from "../../../cli/estate/alert-test.ts";

const metrics = (sent: number, failed: number): string =>
  [
    "# TYPE alertmanager_notifications_total counter",
    `alertmanager_notifications_total{integration="webhook",receiver_name="team-dba"} ${sent}`,
    'alertmanager_notifications_total{integration="email",receiver_name="email"} 7',
    `alertmanager_notifications_failed_total{integration="webhook",reason="other",receiver_name="team-dba"} ${failed}`,
    `alertmanager_notifications_failed_total{integration="webhook",reason="serverError",receiver_name="team-dba"} 1`,
    "",
  ].join("\n");

describe("deliveries", () => {
  it("are counted by receiver and channel, failures of every reason together", () => {
    expect(parseDeliveries(metrics(3, 1))).toEqual([
      { receiver: "team-dba", integration: "webhook", sent: 3, failed: 2 },
      { receiver: "email", integration: "email", sent: 7, failed: 0 },
    ]);
  });

  it("of a test are what came since it began", () => {
    expect(since(parseDeliveries(metrics(3, 1)), parseDeliveries(metrics(5, 2)))).toEqual([
      { receiver: "team-dba", integration: "webhook", sent: 2, failed: 1 },
    ]);
    const first = [{ receiver: "a", integration: "slack", sent: 1, failed: 0 }];
    expect(since([], first)).toEqual(first);
  });
});
