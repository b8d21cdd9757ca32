import { plainText, timeOf, titleOf, wordingOf } from "../../channels/text.ts";
import { minute, start } from "../examples.ts";
import { alertAt, alertOf, links, manyAlerts, messageOf, occasions } from "./messages.ts";

describe("one alert", () => {
  const wording = (occasion: (typeof occasions)[number]) =>
    wordingOf(messageOf({ occasion, alerts: [alertAt(occasion)] }));

  test("is named by what happened to it", () => {
    expect(occasions.map((occasion) => wording(occasion).title)).toEqual([
      "CRITICAL: DiskFull on db-1:9100: The disk of db-1 is full",
      "Still CRITICAL, nobody has it: DiskFull on db-1:9100: The disk of db-1 is full",
      "ada has it: DiskFull on db-1:9100: The disk of db-1 is full",
      "Resolved: DiskFull on db-1:9100: The disk of db-1 is full",
    ]);
  });

  test("is told with all that helps", () => {
    expect(plainText(wording("firing"))).toBe(`The disk of db-1 is full
No byte is left on /var.

Severity: critical
Since: 2023-11-14T22:13:20Z
Team: platform
Service: host
Environment: production

Acknowledge: https://vigil.example/acknowledge/00000000000000a1?once=1
Open: https://vigil.example/alerts/00000000000000a1
Runbook: https://runbooks.example/disk-full
Dashboard: https://dashboards.example/host`);
  });

  test("says who has it, and asks nobody any more", () => {
    const { facts, links } = wording("acknowledged");
    expect(facts).toContainEqual(["Taken by", "ada"]);
    expect(links.map(({ name }) => name)).toEqual(["Open", "Runbook", "Dashboard"]);
  });

  test("says until when, at the end and while it is snoozed", () => {
    expect(wording("resolved").facts).toContainEqual(["Until", "2023-11-14T22:14:20Z"]);
    const alerts = [alertOf({ status: "snoozed", snoozedUntil: start + minute })];
    const { facts } = wordingOf(messageOf({ alerts }));
    expect(facts).toContainEqual(["Snoozed until", "2023-11-14T22:14:20Z"]);
  });

  test("is not called resolved when nobody said that it ended", () => {
    const alerts = [alertOf({ status: "stale" })];
    expect(titleOf(messageOf({ occasion: "resolved", alerts }))).toMatch(/^No longer reported: /);
  });

  test("is told without names as well", () => {
    const bare = { alertname: "", instance: "", severity: "", annotations: {}, owner: null };
    const titles = occasions.map((occasion) =>
      titleOf(messageOf({ occasion, alerts: [alertOf(bare)] })),
    );
    expect(titles).toEqual([
      "UNKNOWN: An alert without a name",
      "Still UNKNOWN, nobody has it: An alert without a name",
      "Somebody has it: An alert without a name",
      "Resolved: An alert without a name",
    ]);
    expect(
      titleOf(messageOf({ occasion: "reminder", alerts: [alertOf({ owner: "ada" })] })),
    ).toMatch(/^Still CRITICAL: /);
  });

  test.each([
    "javascript:alert(1)",
    "data:text/html,x",
    "/relative",
    "https://user:password@evil.example/",
    `https://evil.example/${"a".repeat(3000)}`,
    "",
  ])("has no link to %#", (url) => {
    const alerts = [alertOf({ annotations: { runbook_url: url, dashboard_url: url } })];
    const names = wordingOf(messageOf({ alerts })).links.map(({ name }) => name);
    expect(names).toEqual(["Acknowledge", "Open"]);
  });
});

describe("a storm", () => {
  test("is counted by severity, worst first", () => {
    const alerts = [
      ...manyAlerts(23),
      alertOf({ severity: "odd" }),
      alertOf({ severity: "emergency" }),
    ];
    const titles = occasions.map((occasion) => titleOf(messageOf({ occasion, alerts })));
    const count = "(1 emergency, 6 critical, 17 warning, 1 odd): DiskFull (25)";
    expect(titles).toEqual([
      `25 alerts ${count}`,
      `25 alerts still open ${count}`,
      `25 alerts acknowledged ${count}`,
      `25 alerts ended ${count}`,
    ]);
  });

  test("has the names of the worst in its subject, two alerts as well", () => {
    const named = (alertname: string, instance: string, severity = "warning") =>
      alertOf({ alertname, instance, severity, fingerprint: alertname + instance });
    const two = [named("HighLoad", "web-1"), named("DiskFull", "db-1", "critical")];
    expect(titleOf(messageOf({ alerts: two }))).toBe(
      "2 alerts (1 critical, 1 warning): DiskFull on db-1, HighLoad on web-1",
    );
    const more = [
      ...two,
      named("HighLoad", "web-2"),
      named("A", ""),
      named("B", ""),
      named("C", ""),
    ];
    expect(titleOf(messageOf({ alerts: more }))).toMatch(
      /: DiskFull on db-1, HighLoad \(2\), A and 2 more$/,
    );
  });

  test("names the worst of them, and leads to the rest", () => {
    const wording = wordingOf(messageOf({ alerts: manyAlerts(25) }));
    expect(wording.lines).toHaveLength(11);
    expect(wording.lines[0]).toBe(
      "2023-11-14T22:13:20Z CRITICAL: DiskFull on db-0:9100: The disk of db-1 is full",
    );
    expect(wording.lines[7]).toContain("WARNING");
    expect(wording.lines.at(-1)).toBe("and 15 more");
    expect(wording.links.map(({ name }) => name)).toEqual(["Acknowledge all", "Open"]);
    expect(wording.links[0]?.url).toBe(links.acknowledge(...manyAlerts(25)));
    const over = wordingOf(messageOf({ alerts: manyAlerts(25), occasion: "resolved" }));
    expect(over.links).toEqual([{ name: "Open", url: links.page }]);
    // An address that names hundreds is too long for many programs.
    expect(wordingOf(messageOf({ alerts: manyAlerts(51) })).links).toEqual(over.links);
    expect(wordingOf(messageOf({ alerts: manyAlerts(2) })).lines).toHaveLength(2);
  });
});

test("a message without alerts is a mistake", () => {
  expect(() => wordingOf(messageOf({ alerts: [] }))).toThrow("at least one alert");
});

test("a time outside the calendar is told as it is", () => {
  expect([timeOf(start + 1), timeOf(8.64e15 + 1)]).toEqual([
    "2023-11-14T22:13:20.001Z",
    "8640000000000001",
  ]);
});
